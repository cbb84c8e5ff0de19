//! What is wrong with people's words: findings, each with a code, a place and a way out.
//!
//! Reading never fails, it finds: a reader returns what it could make of its input together with every [`Finding`].

use std::ops::Range;

/// A byte range in a file's text.
pub type Span = Range<usize>;

/// One file of a calendar, as the rim read it from a work tree or from a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path relative to the calendar's root, with `/` between names.
    pub path: String,
    /// What was found there.
    pub content: Content,
}

/// What a calendar's path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text file, valid UTF-8 (a byte order mark is taken off).
    Text(String),
    /// A text file in some other encoding; the offset is of the first byte that is not UTF-8.
    NotUtf8 {
        /// The offset of the first byte that is not UTF-8.
        at: usize,
        /// What the bytes look like, such as `UTF-16` or `Windows-1252`.
        looks_like: &'static str,
    },
    /// A file over the limit for its kind, which was not read.
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// The most that is read.
        limit_bytes: u64,
    },
    /// A file that is named but not read: pictures and films.
    Media {
        /// Its size.
        size_bytes: u64,
    },
    /// Something that is never followed: a symbolic link, a submodule, a device.
    NotAFile {
        /// What it is, such as `symbolic link`.
        what: &'static str,
    },
    /// A file that exists but could not be read, with the system's words.
    Unreadable(String),
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is published until it is mended; `check` exits 1.
    Error,
    /// Worth a look; `check` says it and exits 0.
    Warning,
}

/// A second place that a finding points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: String,
    /// Where in it; the whole file if absent.
    pub span: Option<Span>,
    /// What is to be seen there.
    pub label: String,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable code.
    pub code: Code,
    /// The file it is about, relative to the calendar's root.
    pub file: String,
    /// Where in the file; the whole file if absent.
    pub span: Option<Span>,
    /// One sentence that says what is wrong, without a full stop.
    pub message: String,
    /// A few words under the caret.
    pub label: Option<String>,
    /// What to do next, in the imperative.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
}

impl Finding {
    /// Starts a finding about a whole file.
    pub fn new(code: Code, file: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            code,
            file: file.into(),
            span: None,
            message: message.into(),
            label: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// Points the finding at a place.
    pub fn at(mut self, span: Span) -> Finding {
        self.span = Some(span);
        self
    }

    /// Says a few words under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Finding {
        self.label = Some(label.into());
        self
    }

    /// Says what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Points at a second place.
    pub fn related(
        mut self,
        file: impl Into<String>,
        span: Option<Span>,
        label: impl Into<String>,
    ) -> Finding {
        self.related.push(Related { file: file.into(), span, label: label.into() });
        self
    }

    /// Returns how grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $description:literal;)*) => {
        /// A stable name for each thing that can be wrong. Names are never reused for another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $description] $variant,)* }

        impl Code {
            /// Every code, in the order of this table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the stable name, in kebab case.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns one sentence that says what the code means.
            pub fn description(self) -> &'static str {
                match self { $(Code::$variant => $description,)* }
            }

            /// Returns how grave it is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    Syntax = "syntax", Error, "The file is not valid TOML.";
    NotUtf8 = "not-utf8", Error, "The file is not in UTF-8.";
    TooLarge = "too-large", Error, "The file is larger than a file of its kind can be.";
}
