//! The grammar of mappings: what the columns of another program's export are.

use crate::metric::Metric;

use super::super::model::{ColumnRole, Delimiter, Encoding, ExportOf, IdClock, WindowSpan};
use super::Type::{
    Choice, Date, Flag, Line, LineOrLines, Lines, Platform, Table, Tables, Text, Url, Whole, Zone,
};
use super::{Key, may, must};

const TABLE: &[Key] = &[
    may("encoding", Choice(Encoding::WORDS), "How its letters are written; found out if absent."),
    may("delimiter", Choice(Delimiter::WORDS), "What parts its cells; found out if absent."),
    may("skip", Whole, "How many rows stand above the names of its columns; found out if absent."),
    may(
        "file",
        Lines,
        "How the names of such files begin, where their columns alone do not tell them from others.",
    ),
    may(
        "above",
        Line,
        "A line that stands above the names of its columns, and tells it from others like it.",
    ),
    may("comment", Line, "What a line begins with that is none of its rows, such as `#`."),
    may(
        "decimal",
        Choice(&[".", ","]),
        "What stands before a number's fractions; each column tells if absent.",
    ),
    may("totals", Lines, "What the row of totals says, besides `Total` and its like."),
];

const TIME: &[Key] = &[
    may(
        "formats",
        Lines,
        "How its dates are written, as strftime has it, such as `%d/%m/%Y %H:%M`; ISO 8601 if absent.",
    ),
    may("zone", Zone, "The zone of its wall clocks; the calendar's if absent."),
    may("from_id", Choice(IdClock::WORDS), "Whose ids these are: the moment of a post stands in them."),
    may(
        "window",
        Choice(WindowSpan::WORDS),
        "What its numbers are counted over; of posts, all their life if absent.",
    ),
];

const COLUMNS: &[Key] = &[
    may(ColumnRole::Id.as_str(), LineOrLines, "The platform's id of the post or message."),
    may(ColumnRole::Url.as_str(), LineOrLines, "Where the post can be seen."),
    may(ColumnRole::Time.as_str(), LineOrLines, "When the post was published, or the day that is counted."),
    may(ColumnRole::Title.as_str(), LineOrLines, "The post's title."),
    may(ColumnRole::Text.as_str(), LineOrLines, "What the post says."),
    may(
        ColumnRole::Form.as_str(),
        LineOrLines,
        "Which form the post has, in the platform's words; see `[forms]`.",
    ),
    may(ColumnRole::Link.as_str(), LineOrLines, "The page that the post points to."),
    may(ColumnRole::Source.as_str(), LineOrLines, "`utm_source`"),
    may(ColumnRole::Medium.as_str(), LineOrLines, "`utm_medium`"),
    may(ColumnRole::SourceMedium.as_str(), LineOrLines, "`utm_source / utm_medium` in one cell."),
    may(
        ColumnRole::Campaign.as_str(),
        LineOrLines,
        "`utm_campaign`; of advertising, the campaign's id or name.",
    ),
    may(ColumnRole::Content.as_str(), LineOrLines, "`utm_content`"),
    may(
        ColumnRole::Until.as_str(),
        LineOrLines,
        "The last day that is counted, where it is not that of `time`.",
    ),
    may(ColumnRole::Received.as_str(), LineOrLines, "When a message came."),
    may(ColumnRole::Replied.as_str(), LineOrLines, "When it was first answered."),
    may(ColumnRole::Currency.as_str(), LineOrLines, "The currency of its money, such as `EUR`."),
];

const FORMS: &[Key] = &[
    may("text", LineOrLines, "Words alone."),
    may("link", LineOrLines, "Words and a link."),
    may("picture", LineOrLines, "A picture, or several."),
    may("film", LineOrLines, "A film."),
    may("thread", LineOrLines, "A thread of several posts."),
    may("poll", LineOrLines, "A poll."),
];

const METRIC: &[Key] = &[
    must("metric", Choice(Metric::NAMES), "What is counted, in our word."),
    must("column", LineOrLines, "The name of its column, or each that it has had."),
    may("unit", Line, "`EUR` for money; `s`, `min`, `h` or `ms` for time, which is kept in seconds."),
    may("definition", Line, "What the program says that it counts."),
    may("optional", Flag, "Whether an export may be without the column."),
];

/// `mappings/ID.toml`
pub(super) const MAPPING: &[Key] = &[
    must("name", Line, "Which export of which program it reads."),
    must(
        "of",
        Choice(ExportOf::WORDS),
        "What a row is: a post, an account's day, visits, a message, money paid, a goal's number.",
    ),
    may("platform", Platform, "The platform whose export it is; it is tried on accounts of no other."),
    may("source", Url, "Where its columns are explained."),
    may("seen", Date, "The day on which they were last compared with that."),
    may("note", Text, "What else whoever imports it should know."),
    may("table", Table(TABLE), "How the file is written."),
    may("time", Table(TIME), "How its dates and moments are written."),
    may("columns", Table(COLUMNS), "What its columns are called that hold no numbers."),
    may("forms", Table(FORMS), "What it calls the forms of posts."),
    may("metric", Tables(METRIC), "Its columns of numbers."),
];
