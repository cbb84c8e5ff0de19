//! The grammar of events that were imported from other people's calendars.

use super::Type::{Date, DateTime, Flag, Id, Line, Lines, Moment, Tables, Url, Zone};
use super::{Key, Type, may, must};

const STATUS: Type = Type::Choice(&["tentative", "cancelled", "gone"]);

/// `events/ID.toml`
pub(super) const EVENTS: &[Key] = &[
    must("title", Line, "What the other calendar is called."),
    may("source", Line, "Where it was imported from: a file's name or an address."),
    may("imported", Moment, "When it was last imported with something new in it."),
    may("from", Date, "The first day that is imported."),
    may("until", Date, "The last day that is imported."),
    may("closed", Lines, "The categories of days on which nothing may be posted."),
    may("embargo", Lines, "The categories of events that nobody may tell of before they begin."),
    may("ignore", Lines, "The categories of events that need no post."),
    may("event", Tables(EVENT), "The events; those that the source no longer has go with the next import."),
];

const EVENT: &[Key] = &[
    must("uid", Line, "The event's identity in its source."),
    may("instance", Line, "Which time of a recurring event it is."),
    must("name", Line, "What it is called."),
    may("on", Date, "Its day, where it has no time."),
    may("until", Date, "Its last day, where it has no time and lasts for more than one day."),
    may("at", DateTime, "The wall clock that it begins at."),
    may("ends", DateTime, "The wall clock that it ends at."),
    may("zone", Zone, "The zone of its wall clocks, where it is not the calendar's."),
    may("place", Line, "Where it is."),
    may("link", Url, "Its page."),
    may("categories", Lines, "What it is filed under."),
    may("status", STATUS, "`cancelled`, `tentative`; `gone` where its source no longer has it."),
    may("post", Id, "The post that tells of it. Stays at the next import, as all that follows does."),
    may("skip", Line, "Why it needs no post."),
    may("closed", Flag, "Whether nothing may be posted on its days, whatever its categories say."),
    may("embargo", Flag, "Whether nobody may tell of it before it begins, whatever its categories say."),
    may("embargo_until", DateTime, "The wall clock until when nobody may tell of it."),
    may("campaign", Id, "The campaign that tells of it."),
    may("tag", Line, "Its tag, without `#`."),
];
