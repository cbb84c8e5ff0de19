//! Byte offsets as lines and columns.

use std::borrow::Cow;
use std::ops::Range;

/// A file's text with the beginnings of its lines.
pub struct Source<'a> {
    text: Cow<'a, str>,
    line_starts: Vec<usize>,
}

/// Where a span begins and ends: lines and columns from 1, columns in Unicode code points, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line of its first character.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// The line of its end.
    pub end_line: usize,
    /// The column behind its last character.
    pub end_column: usize,
}

impl<'a> Source<'a> {
    /// Finds the lines of a text.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Source<'a> {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { text, line_starts }
    }

    /// Returns the place of a span; one that leaves the text ends with it.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let (line, column) = self.position(span.start);
        let (end_line, end_column) = self.position(span.end.max(span.start));
        Place { line, column, end_line, end_column }
    }

    /// Returns a span that lies in the text and splits no character.
    pub fn clip(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.floor(span.start);
        start..self.floor(span.end.max(start))
    }

    /// Returns the lines that hold all of these spans: their text, its first byte and its first line's number.
    pub fn window(&self, spans: &[Range<usize>]) -> (&str, usize, usize) {
        let first = spans.iter().map(|span| self.line_of(span.start)).min().unwrap_or(0);
        let last = spans.iter().map(|span| self.line_of(span.end)).max().unwrap_or(0);
        let start = self.line_starts.get(first).copied().unwrap_or(0);
        let end = self.line_starts.get(last + 1).copied().unwrap_or(self.text.len());
        (self.text.get(start..end).unwrap_or_default(), start, first + 1)
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let at = self.floor(at);
        let line = self.line_of(at);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count());
        (line + 1, column + 1)
    }

    /// Returns the index of the line that a byte lies in.
    fn line_of(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = Source::new("a\nżółw = 1\n");
        let place = source.place(&(2..9));
        assert_eq!(place, Place { line: 2, column: 1, end_line: 2, end_column: 5 });
    }

    #[test]
    fn a_span_past_the_end_ends_with_the_text() {
        let source = Source::new("ab");
        assert_eq!(source.place(&(1..99)), Place { line: 1, column: 2, end_line: 1, end_column: 3 });
        assert_eq!(source.clip(&(50..99)), 2..2);
    }

    #[test]
    fn a_span_that_splits_a_character_takes_no_part_of_it() {
        assert_eq!(Source::new("é").clip(&(1..2)), 0..2);
    }

    #[test]
    fn a_window_holds_whole_lines() {
        let source = Source::new("one\ntwo\nthree\n");
        assert_eq!(source.window(std::slice::from_ref(&(5..6))), ("two\n", 4, 2));
        assert_eq!(source.window(&[9..10, 0..1]), ("one\ntwo\nthree\n", 0, 1));
    }
}
