//! A text cut into a thread.

use super::class::is_refused;
use super::count::{Length, Max, fits, overrun};
use super::link::links;
use super::mention::{Handles, mentions};
use super::tag::{cashtags, hashtags};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// How the parts of a thread are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Numbering {
    /// Not at all.
    None,
    /// `1/3 ` before each part.
    Before,
    /// ` (1/3)` behind each part.
    Behind,
}

impl Numbering {
    /// Adds the number of a part to its text.
    fn apply(self, part: &str, number: usize, total: usize) -> String {
        match self {
            Numbering::None => part.to_owned(),
            Numbering::Before => format!("{number}/{total} {part}"),
            Numbering::Behind => format!("{part} ({number}/{total})"),
        }
    }

    /// What is left of a limit beside the number, when parts are counted in so many digits.
    fn room(self, max: &Max, digits: usize) -> Max {
        let bytes = match self {
            Numbering::None => 0,
            Numbering::Before => 2 * digits + "/ ".len(),
            Numbering::Behind => 2 * digits + " (/)".len(),
        };
        max.less(Length { used: bytes, bytes })
    }
}

/// Cuts a text into parts that a limit takes, in order.
///
/// A text that fits is one part, as it is and without a number; one of nothing but spaces is none. Cuts are
/// made between paragraphs, else sentences, else words, else characters, and space around a cut is dropped.
/// Links, mentions and tags are cut only where one alone is over the limit; a part is over the limit only
/// where a single character is.
pub fn cut(text: &str, max: &Max, numbering: Numbering) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if fits(text, max) {
        return vec![text.to_owned()];
    }
    let whole = whole_spans(text);
    let mut digits = 1;
    // More digits leave less room, and so may make more parts: until both agree.
    let parts = loop {
        let parts = Cutter { text, max: numbering.room(max, digits), whole: &whole }.parts();
        let needed = parts.len().to_string().len();
        if needed <= digits || numbering == Numbering::None {
            break parts;
        }
        digits = needed;
    };
    let total = parts.len();
    let numbered = parts.iter().enumerate().map(|(index, part)| numbering.apply(part, index + 1, total));
    if total == 1 { parts.iter().map(|part| (*part).to_owned()).collect() } else { numbered.collect() }
}

/// What must stay whole: links, mentions and tags of every fashion, in order.
fn whole_spans(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = links(text).into_iter().map(|link| link.range).collect();
    for handles in [Handles::Plain, Handles::Fediverse, Handles::Domain] {
        spans.extend(mentions(text, handles).into_iter().map(|mention| mention.range));
    }
    spans.extend(hashtags(text).into_iter().chain(cashtags(text)).map(|tag| tag.range));
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// Where a text may be cut, from the best place to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seam {
    Paragraph,
    Sentence,
    Word,
    /// Between two characters of a script that writes without spaces.
    Ideograph,
}

impl Seam {
    const ALL: [Seam; 4] = [Seam::Paragraph, Seam::Sentence, Seam::Word, Seam::Ideograph];
}

struct Cutter<'a> {
    text: &'a str,
    max: Max,
    whole: &'a [Range<usize>],
}

impl<'a> Cutter<'a> {
    fn parts(&self) -> Vec<&'a str> {
        let mut parts = Vec::new();
        let mut rest = self.text.trim();
        while !rest.is_empty() {
            let end = self.part_end(rest);
            let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let part = part.trim_end();
            if !part.is_empty() {
                parts.push(part);
            }
            rest = after.trim_start();
        }
        parts
    }

    /// Where the first part of what is left ends; never 0.
    fn part_end(&self, rest: &str) -> usize {
        let offset = self.text.trim_end().len() - rest.len();
        // A part is looked for in a stretch that surely holds one: counting all that is left each time would
        // be quadratic.
        let window = floor(rest, self.max.used.saturating_mul(8).saturating_add(4096));
        let stretch = rest.get(..window).unwrap_or(rest);
        let limit = match overrun(stretch, &self.max) {
            None if window == rest.len() => return rest.len(),
            found => found.unwrap_or(window),
        };
        let fitting = |end: usize| rest.get(..end).is_some_and(|part| fits(part.trim_end(), &self.max));
        self.seam(stretch, limit, offset, &fitting)
            .unwrap_or_else(|| self.hard_end(stretch, limit, offset, &fitting))
    }

    /// The best seam up to `limit`: of the best kind that does not waste most of the part, the last.
    fn seam(&self, rest: &str, limit: usize, offset: usize, fits: &dyn Fn(usize) -> bool) -> Option<usize> {
        let seams = seams(rest, limit);
        let good = |kind: Seam, least: usize| {
            let fitting = seams.iter().rev().filter(|(seam, at)| *seam == kind && *at >= least);
            fitting.map(|(_, at)| *at).find(|at| !self.is_inside(offset + at) && fits(*at))
        };
        // Letters outnumber their bytes nowhere, so bytes tell well enough how full a part is.
        let third = limit / 3;
        let full = Seam::ALL.into_iter().find_map(|kind| good(kind, third));
        full.or_else(|| Seam::ALL.into_iter().find_map(|kind| good(kind, 1)))
    }

    /// Where to cut when there is no seam: behind the last character that fits, before a link where there is
    /// one to spare.
    fn hard_end(&self, rest: &str, limit: usize, offset: usize, fits: &dyn Fn(usize) -> bool) -> usize {
        let ends = rest.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
        let mut fitting: Vec<usize> = ends.take_while(|end| *end <= limit).collect();
        let spared = fitting.iter().rev().find(|end| !self.is_inside(offset + **end) && fits(**end)).copied();
        spared.unwrap_or_else(|| {
            while let Some(end) = fitting.pop() {
                if fits(end) {
                    return end;
                }
            }
            rest.graphemes(true).next().map_or(rest.len(), str::len)
        })
    }

    /// Whether a cut would part something that must stay whole.
    fn is_inside(&self, at: usize) -> bool {
        let after = self.whole.partition_point(|span| span.start < at);
        after.checked_sub(1).and_then(|index| self.whole.get(index)).is_some_and(|span| at < span.end)
    }
}

/// The start of the character that holds byte `at`.
fn floor(text: &str, at: usize) -> usize {
    if at >= text.len() { text.len() } else { text.floor_char_boundary(at) }
}

/// Every seam up to `limit`, in order; space belongs to what is before it.
fn seams(text: &str, limit: usize) -> Vec<(Seam, usize)> {
    let mut seams = Vec::new();
    let mut sentences = text.split_sentence_bound_indices().map(|(at, _)| at).peekable();
    let mut before: Option<&str> = None;
    let mut lines = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if let Some(before) = before
            && !is_space(grapheme)
        {
            while sentences.next_if(|sentence| *sentence < at).is_some() {}
            let spaced = is_space(before);
            let kind = match lines {
                2.. => Some(Seam::Paragraph),
                1 => Some(Seam::Sentence),
                _ if sentences.peek() == Some(&at) && (spaced || is_ideographic(before)) => {
                    Some(Seam::Sentence)
                }
                _ if spaced => Some(Seam::Word),
                _ if parts_ideographs(before, grapheme) => Some(Seam::Ideograph),
                _ => None,
            };
            seams.extend(kind.map(|kind| (kind, at)));
            lines = 0;
        }
        // The space at the limit is dropped, so a seam may be just behind it.
        if at > limit && !before.is_none_or(is_space) {
            break;
        }
        lines += usize::from(matches!(grapheme, "\n" | "\r\n" | "\r" | "\u{2028}" | "\u{2029}"));
        before = Some(grapheme);
    }
    seams
}

fn is_space(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

/// Whether a character is of a script that writes without spaces, or punctuation of one.
fn is_ideographic(grapheme: &str) -> bool {
    grapheme.starts_with(|c| {
        matches!(c, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{ff01}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
            && !is_refused(c)
    })
}

/// Whether a line may break between two characters: one is ideographic, and no closing sign begins what
/// follows nor an opening one ends what is before.
fn parts_ideographs(before: &str, after: &str) -> bool {
    const CLOSING: &str =
        "、。，．：；？！」』）】〕》〉］｝ー々ゝゞヽヾぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}”’…";
    const OPENING: &str = "「『（【〔《〈［｛([{“‘";
    (is_ideographic(before) || is_ideographic(after)) && !CLOSING.contains(after) && !OPENING.contains(before)
}
