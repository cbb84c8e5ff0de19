//! Kalends: social media as code.
//!
//! A post is a promise. The calendar makes promises, the ledger remembers which were begun and which were kept,
//! and everything between is a function.
//!
//! # The laws
//!
//! 1. **Write down before you speak.** No request that could make a post public is sent until its `sending` entry is
//!    durable in the ledger, and pushed where the ledger has a remote.
//! 2. **A sending without an end is a doubt.** Doubts are settled by looking at the platform, or by a person; never
//!    by repeating blindly.
//! 3. **Intent and fact never share a branch.** People's files change by review; the ledger is write-once.
//! 4. **Only four things touch the world**: a clock, a network, a ledger, a key-ring ([`world`]). Everything else is a
//!    function of values.
//! 5. **Every decision carries its reason** ([`plan`]).
//! 6. **What was approved is what goes out, byte for byte** ([`draft::Digest`]).
//! 7. **Nothing is guessed.** What is not known is absent, not zero; a doubt is called one.
//!
//! # The map
//!
//! The order of the lines below is the order of dependence: a module knows those above it and nothing below.
//! A test (`tests/tidy.rs`) keeps it so.

// The faults that the simulator plants to show that it would see them; nothing outside tests.
mod mutant;

// Words and values: pure.
pub mod number;
pub mod metric;
pub mod chance;
pub mod text;
pub mod html;
pub mod time;
pub mod media;
pub mod finding;
pub mod ics;
pub mod leak;
pub mod signature;
pub mod draft;
pub mod calendar;
pub mod events;
pub mod spreadsheet;
pub mod guard;
pub mod vault;
pub mod ledger;
pub mod exposure;
pub mod plan;
pub mod overview;
pub mod fate;
pub mod year;
pub mod reading;
pub mod evidence;
pub mod following;
pub mod definition;
pub mod report;
pub mod intake;
pub mod advice;

// Protocols: requests and answers as values.
pub mod http;
pub mod caldav;
pub mod keyring;
pub mod platform;

// Journeys: the order in which the world is touched.
pub mod world;
pub mod record;
pub mod renew;
pub mod publish;
pub mod retract;
pub mod measure;
pub mod switch;
pub mod checkup;

// The rim: the only code that touches the clock, the disk, the network, git and the environment.
pub mod rim;

// The face.
pub mod error;
pub mod ui;
pub mod cli;

#[cfg(test)]
#[path = "../tests/sim/mod.rs"]
mod sim;
