//! What an account is told by a post: each text with its part and its place.

use std::ops::Range;

use crate::finding::Span;
use crate::text::Alt;

use super::super::super::{Root, Words};
use super::super::Copy;

/// What a text is to its post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The post's own text, or that of a part of its thread, from 1 on.
    Text(usize),
    /// The title.
    Title,
    /// The content warning.
    Warning,
    /// Words for those who cannot see a picture.
    Alt,
    /// An answer of the poll.
    Answer,
    /// A tag, without `#`.
    Tag,
}

/// Where a text stands.
enum Place<'a> {
    Words(&'a Words),
    Span(Span),
}

/// A text that an account is told.
pub(super) struct Said<'a> {
    pub(super) text: &'a str,
    pub(super) part: Part,
    pub(super) language: Option<&'a str>,
    place: Place<'a>,
}

impl<'a> Said<'a> {
    /// Makes a text of a protocol's example.
    pub(super) fn example(text: &'a str, part: Part, language: Option<&'a str>, span: Span) -> Said<'a> {
        Said { text, part, language, place: Place::Span(span) }
    }

    /// Tells whether an accent makes another word: in every language that is told but English.
    pub(super) fn has_accents(&self) -> bool {
        self.language.is_some_and(|language| language.split('-').next() != Some("en"))
    }

    /// Tells whether it is what people read as the post.
    pub(super) fn is_prose(&self) -> bool {
        matches!(self.part, Part::Text(_) | Part::Title | Part::Warning)
    }

    /// Returns where all of it stands.
    pub(super) fn span(&self) -> &Span {
        match &self.place {
            Place::Words(words) => &words.span,
            Place::Span(span) => span,
        }
    }

    /// Returns where a stretch of it stands.
    pub(super) fn place(&self, range: Range<usize>) -> Span {
        match &self.place {
            Place::Words(words) => words.place(range),
            Place::Span(span) => span.clone(),
        }
    }
}

/// Returns the texts that an account is told: the post's own first, then those of its thread, then what goes with them.
pub(super) fn said<'a>(copy: &Copy<'a>, root: &'a Root) -> Vec<Said<'a>> {
    let sheet = &copy.sheet;
    let language = sheet.language(root);
    let of =
        |part: Part, words: &'a Words| Said { text: &words.text, part, language, place: Place::Words(words) };
    let at = |part: Part, text: &'a str, span: &Span| Said {
        text,
        part,
        language,
        place: Place::Span(span.clone()),
    };
    let mut said: Vec<Said<'a>> = Vec::with_capacity(8);
    said.extend(sheet.text().map(|words| of(Part::Text(0), words)));
    let thread = sheet.thread();
    said.extend(thread.iter().zip(1..).map(|(part, number)| of(Part::Text(number), &part.text)));
    if copy.limits.title.is_some() {
        said.extend(sheet.title().map(|words| of(Part::Title, words)));
    }
    if copy.limits.warnings {
        said.extend(sheet.warning().map(|words| of(Part::Warning, words)));
    }
    if copy.limits.alt != Alt::Unsupported {
        let pictures = sheet.media().iter().chain(thread.iter().flat_map(|part| &part.media));
        said.extend(pictures.filter_map(|picture| picture.alt.as_ref()).map(|words| of(Part::Alt, words)));
    }
    if let Some(question) = sheet.poll() {
        let options = question.poll.options.iter().zip(&question.options);
        said.extend(options.map(|(option, span)| at(Part::Answer, option, span)));
    }
    said.extend(sheet.tags().iter().map(|tag| at(Part::Tag, &tag.value, &tag.span)));
    said
}
