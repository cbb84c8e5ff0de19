//! Content lines (RFC 5545 §3.1): unfolded as bytes, since a fold may split a character, and taken apart.

use std::borrow::Cow;

use crate::finding::Span;

/// The longest content line that is taken apart.
const LINE_MAX_BYTES: usize = 1 << 20;

/// The most parameters that a property may have.
const PARAMETERS_MAX: usize = 50;

/// A line put together from its folded pieces.
#[derive(Debug)]
pub struct Unfolded<'a> {
    /// Its bytes, without line ends and folds.
    pub bytes: Cow<'a, [u8]>,
    /// Where it stands in the file, without the line end behind it.
    pub span: Span,
}

/// The lines of a file, one after the other.
pub struct Lines<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    pub fn new(file: &'a [u8]) -> Lines<'a> {
        let mark = if file.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Lines { file, at: mark }
    }

    /// Returns the next piece between line ends: `\r\n`, `\n`, or a lone `\r`.
    fn piece(&mut self) -> Option<Span> {
        let rest = self.file.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let many = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let end_bytes = match rest.get(many..many + 2) {
            Some(b"\r\n") => 2,
            _ => usize::from(many < rest.len()),
        };
        self.at = start + many + end_bytes;
        Some(start..start + many)
    }

    fn folds_on(&self) -> bool {
        matches!(self.file.get(self.at), Some(b' ' | b'\t'))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Unfolded<'a>;

    fn next(&mut self) -> Option<Unfolded<'a>> {
        let first = self.piece()?;
        let mut span = first.clone();
        let mut bytes = Cow::Borrowed(self.file.get(first).unwrap_or_default());
        while self.folds_on() {
            let Some(piece) = self.piece() else { break };
            span.end = piece.end;
            let more = self.file.get(piece.start + 1..piece.end).unwrap_or_default();
            if bytes.len() <= LINE_MAX_BYTES {
                bytes.to_mut().extend_from_slice(more);
            }
        }
        Some(Unfolded { bytes, span })
    }
}

/// A property: its name, parameters and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name, in capitals.
    pub name: String,
    /// Its parameters by name, in capitals, each with its values as they stand.
    pub parameters: Vec<(String, String)>,
    /// Its value as it stands.
    pub value: String,
    /// Where the line stands.
    pub span: Span,
    /// Where the value begins in the file, where the line is not folded.
    value_at: Option<usize>,
}

impl Property {
    /// Returns a parameter's value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns where a part of the value stands, or the line where that cannot be told.
    pub fn place(&self, part: Span) -> Span {
        self.value_at.map_or(self.span.clone(), |at| at + part.start..at + part.end)
    }

    /// Returns the value as a text, its escapes undone (RFC 5545 §3.3.11).
    pub fn text(&self) -> String {
        unescaped(&self.value)
    }

    /// Returns the value as a list of texts, parted at commas that are not escaped.
    pub fn texts(&self) -> Vec<String> {
        let (mut texts, mut start, mut is_escaped) = (Vec::new(), 0, false);
        for (at, c) in self.value.char_indices() {
            if c == ',' && !is_escaped {
                texts.push(unescaped(self.value.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            is_escaped = c == '\\' && !is_escaped;
        }
        texts.push(unescaped(self.value.get(start..).unwrap_or_default()));
        texts
    }
}

fn unescaped(text: &str) -> String {
    let (mut plain, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            _ => plain.push(c),
        }
    }
    plain
}

impl Unfolded<'_> {
    /// Returns the property's name, whatever the rest of the line is.
    pub fn name(&self) -> &[u8] {
        let end = self.bytes.iter().position(|byte| matches!(byte, b':' | b';')).unwrap_or(self.bytes.len());
        self.bytes.get(..end).unwrap_or_default()
    }

    /// Tells whether the line is one of another name than this, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// Takes the line apart, or says why it is none.
    pub fn property(&self) -> Result<Property, &'static str> {
        if self.bytes.len() > LINE_MAX_BYTES {
            return Err("the line is longer than a million bytes");
        }
        let text = std::str::from_utf8(&self.bytes).map_err(|_| "the line is not in UTF-8")?;
        let name_end = text.find([':', ';']).ok_or("the line has no `:`, and is not `NAME:VALUE`")?;
        let (name, mut rest) = text.split_at(name_end);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err("the line does not begin with the name of a property");
        }
        let mut parameters = Vec::new();
        while let Some(behind) = rest.strip_prefix(';') {
            let (parameter, left) = parameter(behind)?;
            if parameters.len() >= PARAMETERS_MAX {
                return Err("the line has too many parameters");
            }
            parameters.push(parameter);
            rest = left;
        }
        let value = rest.strip_prefix(':').ok_or("the line has no `:` before its value")?;
        let is_whole = self.span.len() == self.bytes.len();
        Ok(Property {
            name: name.to_ascii_uppercase(),
            parameters,
            value: value.to_owned(),
            span: self.span.clone(),
            value_at: is_whole.then(|| self.span.start + text.len() - value.len()),
        })
    }
}

/// Takes a parameter off: its name and value, and what follows.
fn parameter(text: &str) -> Result<((String, String), &str), &'static str> {
    let (name, rest) = text.split_once('=').ok_or("a parameter has no `=`")?;
    if name.contains([':', ';', '"']) {
        return Err("a parameter has no `=`");
    }
    let (mut is_quoted, mut end) = (false, rest.len());
    for (at, c) in rest.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ':' | ';' if !is_quoted => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if is_quoted {
        return Err("a parameter's quotation mark is not closed");
    }
    let (value, rest) = rest.split_at(end);
    Ok(((name.to_ascii_uppercase(), value.replace('"', "")), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(text: &[u8]) -> Vec<Result<Property, &'static str>> {
        Lines::new(text).map(|line| line.property()).collect()
    }

    #[test]
    fn folds_are_undone_whatever_the_line_ends_are_and_in_the_middle_of_a_character() {
        let folded = b"\xEF\xBB\xBFSUMMARY:P\xC3\r\n \xA1tio e jardi\n\tm\r\nX:1\rY:2";
        let found: Vec<(String, String)> = properties(folded)
            .into_iter()
            .map(|found| found.map(|property| (property.name, property.value)).unwrap())
            .collect();
        let expected = [("SUMMARY", "Pátio e jardim"), ("X", "1"), ("Y", "2")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn parameters_may_be_quoted_and_hold_what_parts_others() {
        let line = b"dtstart;TZID=\"Lisbon; the city: PT\";x-a=b,c:20270118T090000";
        let found = properties(line).remove(0).unwrap();
        assert_eq!((found.name.as_str(), found.value.as_str()), ("DTSTART", "20270118T090000"));
        assert_eq!(found.parameter("TZID"), Some("Lisbon; the city: PT"));
        assert_eq!(found.parameter("X-A"), Some("b,c"));
        let place = found.place(0..8);
        assert_eq!(&line[place], b"20270118");
    }

    #[test]
    fn escapes_are_undone_and_lists_parted_where_commas_are_not_escaped() {
        let found = properties(b"CATEGORIES:Talks\\, films,NO POSTS,a\\;b\\\\,c\\nd").remove(0).unwrap();
        assert_eq!(found.texts(), ["Talks, films", "NO POSTS", "a;b\\", "c\nd"]);
    }

    #[test]
    fn what_is_no_content_line_says_why() {
        for (line, why) in [
            (&b"hello"[..], "no `:`"),
            (b"<html>: x", "does not begin"),
            (b"A;TZID:x", "no `=`"),
            (b"A;TZID=\"x:y", "not closed"),
            (b"A;B=c", "no `:` before"),
            (b"A:\xFF", "not in UTF-8"),
        ] {
            let fault = properties(line).remove(0).unwrap_err();
            assert!(fault.contains(why), "{fault}");
        }
    }
}
