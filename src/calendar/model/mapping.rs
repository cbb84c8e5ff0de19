//! Mappings: what the columns of another program's export are.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::draft::MappingId;
use crate::finding::Span;
use crate::metric::Metric;
use crate::text::Platform;
use crate::time::Zone;

use super::At;

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident = $word:literal,)* }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $each])+ $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The words for them, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// Returns the word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Returns the one of a word.
            pub fn of(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What a row of an export is.
    ExportOf {
        /// A post, with what it earned so far.
        Posts = "posts",
        /// An account's day, week or month.
        Account = "account",
        /// Visits of the web site, by the marks of the links they came by.
        Traffic = "traffic",
        /// A message, and when it was answered.
        Inbox = "inbox",
        /// Money paid for a post or a campaign.
        Ads = "ads",
        /// A goal's number on a day.
        Goal = "goal",
    }
}

words! {
    /// How a file's letters are written.
    Encoding {
        /// UTF-8, with or without a mark.
        Utf8 = "utf-8",
        /// UTF-16, in either order.
        Utf16 = "utf-16",
        /// Windows-1252, which Latin-1 is a part of.
        Windows1252 = "windows-1252",
    }
}

words! {
    /// What parts cells.
    Delimiter {
        /// `,`
        Comma = ",",
        /// `;`
        Semicolon = ";",
        /// A tab.
        Tab = "tab",
        /// `|`
        Bar = "|",
    }
}

words! {
    /// What stands before a number's fractions.
    Decimal {
        /// `1,234.5`
        Point = ".",
        /// `1.234,5`
        Comma = ",",
    }
}

words! {
    /// Whose ids tell the moment at which they were made.
    IdClock {
        /// X: milliseconds since 4 November 2010 01:42:54.657 UTC, in the bits above the lowest 22.
        X = "x",
        /// TikTok: seconds since 1970, in the bits above the lowest 32.
        TikTok = "tiktok",
        /// LinkedIn: milliseconds since 1970, in the bits above the lowest 22.
        LinkedIn = "linkedin",
    }
}

words! {
    /// What a row's numbers are counted over.
    WindowSpan {
        /// The day that the row names.
        Day = "day",
        /// The seven days from the one that the row names.
        Week = "week",
        /// The month of the day that the row names.
        Month = "month",
        /// The days that the file is of.
        File = "file",
    }
}

words! {
    /// What a column without numbers holds.
    ColumnRole {
        /// The platform's id.
        Id = "id",
        /// Where the post can be seen.
        Url = "url",
        /// When the post was published, or the day that is counted.
        Time = "time",
        /// The post's title.
        Title = "title",
        /// What the post says.
        Text = "text",
        /// The post's form.
        Form = "form",
        /// The page it points to.
        Link = "link",
        /// `utm_source`
        Source = "source",
        /// `utm_medium`
        Medium = "medium",
        /// `utm_source / utm_medium`
        SourceMedium = "source_medium",
        /// `utm_campaign`, or the campaign of advertising.
        Campaign = "campaign",
        /// `utm_content`
        Content = "content",
        /// The last day that is counted.
        Until = "until",
        /// When a message came.
        Received = "received",
        /// When it was answered.
        Replied = "replied",
        /// The currency of money.
        Currency = "currency",
    }
}

impl Delimiter {
    /// Returns its character.
    pub fn char(self) -> char {
        self.as_str().chars().next().filter(|_| self != Delimiter::Tab).unwrap_or('\t')
    }
}

/// How exports of one kind are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Its id.
    pub id: MappingId,
    /// Its file.
    pub file: String,
    /// Which export of which program it reads.
    pub name: String,
    /// What a row is; absent where that could not be read.
    pub of: Option<ExportOf>,
    /// The platform whose export it is.
    pub platform: Option<Platform>,
    /// Where its columns are explained.
    pub source: Option<String>,
    /// The day on which they were last compared with that.
    pub seen: Option<NaiveDate>,
    /// What else there is to know.
    pub note: Option<String>,
    /// How the file is written.
    pub table: TableForm,
    /// How its dates are written.
    pub time: TimeForm,
    /// The names that its other columns have had.
    pub columns: BTreeMap<ColumnRole, At<Vec<At<String>>>>,
    /// The platform's words for forms of posts, each with ours.
    pub forms: Vec<(&'static str, String)>,
    /// Its columns of numbers.
    pub metrics: Vec<MetricColumn>,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableForm {
    /// How its letters are written.
    pub encoding: Option<Encoding>,
    /// What parts its cells.
    pub delimiter: Option<Delimiter>,
    /// How many rows stand above the names of its columns.
    pub skip: Option<u32>,
    /// How the names of such files begin.
    pub file: Vec<String>,
    /// A line that stands above them.
    pub above: Option<String>,
    /// What a line begins with that is none of its rows.
    pub comment: Option<String>,
    /// What stands before a number's fractions.
    pub decimal: Option<Decimal>,
    /// What the row of totals says.
    pub totals: Vec<String>,
}

/// How dates and moments are written, and what is counted over which time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeForm {
    /// How they are written, as strftime has it; ISO 8601 where there is none.
    pub formats: Vec<String>,
    /// The zone of wall clocks.
    pub zone: Option<Zone>,
    /// Whose ids tell the moment.
    pub from_id: Option<IdClock>,
    /// What numbers are counted over.
    pub window: Option<WindowSpan>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricColumn {
    /// What is counted.
    pub metric: Metric,
    /// The names that the column has had.
    pub names: Vec<At<String>>,
    /// `EUR`, `s`; absent for a count.
    pub unit: Option<String>,
    /// What the program says that it counts.
    pub definition: Option<String>,
    /// Whether an export may be without it.
    pub optional: bool,
    /// Where the names stand.
    pub span: Span,
}
