//! Everything that needs a real server: Bluesky's own, two that speak Mastodon's interface, git over HTTP, CalDAV.
//!
//! `sh tests/servers/all.sh` installs them. A test whose server is not there says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    dead_code,
    reason = "a test stops where something is not as it should be, measures and talks as it likes"
)]

#[path = "real/bluesky.rs"]
mod bluesky;
#[path = "real/caldav.rs"]
mod caldav;
#[path = "real/calendar.rs"]
mod calendar;
#[path = "real/canary.rs"]
mod canary;
#[path = "real/faults.rs"]
mod faults;
#[path = "real/inside.rs"]
mod inside;
#[path = "real/mastodon.rs"]
mod mastodon;
#[path = "real/measure.rs"]
mod measure;
#[path = "real/proxy.rs"]
mod proxy;
#[path = "real/runners.rs"]
mod runners;
#[path = "real/servers.rs"]
mod servers;
#[path = "real/shown.rs"]
mod shown;
#[path = "real/vault.rs"]
mod vault;
#[path = "real/wire.rs"]
mod wire;
