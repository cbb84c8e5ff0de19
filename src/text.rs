//! Text as social platforms count it.
//!
//! Fourteen platforms, and the embedded feed, each with its own idea of how long a text is: X weighs, Bluesky
//! counts what people see and bytes as well, YouTube counts bytes, Threads counts an emoji's bytes but no one
//! else's. [`Platform::limits`] says what each takes, [`count()`] counts as it does, [`excess`] says by how
//! much a text is too long and from which character on, and [`cut`] makes a thread of what does not fit.
//! [`links`], [`mentions`], [`hashtags`] and [`cashtags`] find what a platform makes clickable, by X's rules,
//! which the others follow more or less: `museum.example` is no link, since no such root name is delegated.
//! [`visible`] makes foreign text safe to show.
//!
//! Nothing here fails: every function takes any text at all. Places in a text are byte offsets, and always
//! between characters.
//!
//! ```
//! use kalends::text::{Beside, Platform, count, excess};
//!
//! let limits = Platform::X.limits();
//! let max = limits.text_max(Beside::Nothing).ok_or("X has a limit")?;
//! assert_eq!(count("museum.org/a/very/long/address", max.count).used, 23);
//! assert_eq!(count("Open: example.com", max.count).used, 6 + 23);
//! assert_eq!(excess("Doors open at ten.", &max), None);
//! # Ok::<(), &str>(())
//! ```

mod address;
mod alike;
mod class;
mod count;
mod cut;
mod domain;
mod ease;
mod emoji;
mod fold;
mod limits;
mod link;
mod mention;
mod platform;
mod tag;
mod tld;
mod visible;
mod weigh;
mod width;

pub use address::{Scheme, is_url};
pub use alike::{Alike, caseless};
pub use count::{Count, Excess, Length, Max, count, excess, fits, refused};
pub use cut::{Numbering, cut};
pub use ease::{EASE_WORDS_MIN, ease, ease_languages, has_ease};
pub use emoji::emoji;
pub use fold::Fold;
pub use limits::{Alt, Aspect, Beside, Format, Limits, Media, Poll, Runs, Title};
pub use link::{Link, addresses, links};
pub use mention::{Handles, Mention, mentions, reply};
pub use platform::{Platform, UnknownPlatform};
pub use tag::{Tag, cashtags, hashtags, is_hashtag};
pub use visible::{Breaks, markdown, visible};
pub use weigh::Weights;
pub use width::{display_width, ellipsize};

#[cfg(test)]
mod tests;
