//! Texts: their length as each platform counts it, and what is in them.

use crate::finding::{Code, Finding, Severity, Span};
use crate::text::{self, Count, Excess, Handles, Max, Platform, Weights};

use super::super::schedule::text_max;
use super::super::{At, Body, Calendar, Part, Post, Words};
use super::Copy;

impl<'a> Copy<'a> {
    /// Returns a piece's own words: the post's, or those of a part of its thread.
    fn words(&self, piece: usize) -> Option<&'a Words> {
        match piece.checked_sub(1) {
            None => self.sheet.text(),
            Some(part) => self.sheet.thread().get(part).map(|part| &part.text),
        }
    }

    fn link(&self, piece: usize) -> Option<&'a At<String>> {
        match piece.checked_sub(1) {
            None => self.sheet.link(),
            Some(part) => self.sheet.thread().get(part).and_then(|part: &Part| part.link.as_ref()),
        }
    }

    /// Returns where a byte of a piece's whole text stands in the file: in the words, the link or the tags.
    pub(super) fn place(&self, piece: usize, text: &str, whole: &str, byte: usize) -> Option<Span> {
        let words = self.words(piece).filter(|words| !words.text.is_empty());
        if let Some(words) = words {
            if words.text != text {
                // The text was cut: what is too long is not where it stood.
                return Some(words.span.clone());
            }
            if let Some(rest) = text.get(byte..).filter(|rest| !rest.is_empty()) {
                let width = rest.chars().next().map_or(0, char::len_utf8);
                return Some(words.place(byte..byte + width));
            }
        }
        let beyond_link = |link: &&At<String>| byte < text.len() + 2 + link.value.len();
        let link = self.link(piece);
        let begun = |tag: &&At<String>| whole.rfind(&format!("#{}", tag.value)).is_some_and(|at| at <= byte);
        let tag = self.sheet.tags().iter().filter(|_| piece == 0).rfind(begun);
        let place = link.filter(beyond_link).or(tag).or(link).map(|at| at.span.clone());
        place.or_else(|| words.map(|words| words.span.clone()))
    }

    /// Starts a finding about what this account takes.
    pub(super) fn finding(&self, code: Code, span: Option<Span>, message: String) -> Finding {
        Finding { span, ..Finding::new(code, &self.post.file, message) }
    }
}

/// Says how a platform counts, where it is not as people do.
fn counting(max: &Max) -> &'static str {
    match max.count {
        Count::X(Weights { .. }) => {
            " (a link counts 23, an emoji 2, a letter of Chinese, Japanese or Korean 2)"
        }
        Count::Mastodon { .. } => " (a link counts 23, a mention without its server)",
        Count::Threads => " (an emoji counts as many as it has bytes)",
        Count::Bytes => " (a letter beyond English ones is 2 to 4 bytes)",
        Count::Graphemes => "",
        Count::Utf16 => " (most emoji count 2)",
    }
}

fn length(excess: &Excess, max: &Max) -> String {
    format!("{} of {} {}{}", excess.used, excess.max, excess.unit, counting(max))
}

pub(super) fn too_long(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    for ((piece, draft), whole) in copy.drafts.iter().zip(&copy.whole) {
        let Some(max) = text_max(draft) else { continue };
        let Some(excess) = text::excess(whole, &max) else { continue };
        let over = excess.over();
        let beyond = match excess.at >= draft.text.len() && !draft.text.is_empty() {
            true => ", with its link and tags",
            false => "",
        };
        let message = format!("the text is too long for {}{beyond}: {}", copy.name(), length(&excess, &max));
        let splits = copy.limits.threads && copy.sheet.split().is_none();
        let thread = if splits { ", or add `split = \"plain\"` to make a thread of it" } else { "" };
        let help = format!("shorten it by {over}, or say it shorter in `{}`{thread}", copy.variant());
        let span = copy.place(*piece, &draft.text, whole, excess.at);
        findings.push(copy.finding(Code::TextTooLong, span, message).label("from here on").help(help));
    }
}

pub(super) fn refused_character(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    for ((piece, draft), whole) in copy.drafts.iter().zip(&copy.whole) {
        let Some(at) = text::refused(whole, copy.limits.refused) else { continue };
        let c = whole.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        let message = format!("{} takes no `{}` in a text", copy.name(), c.escape_debug());
        let span = copy.place(*piece, &draft.text, whole, at);
        let help = format!("write it otherwise, here or in `{}`", copy.variant());
        findings.push(copy.finding(Code::RefusedCharacter, span, message).label("this").help(help));
    }
}

pub(super) fn title_missing(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    if copy.limits.title.is_some_and(|title| title.required) && copy.sheet.title().is_none() {
        let message = format!("{} needs a title, and the post has none", copy.name());
        let help = format!("add `title = \"…\"`, here or in `{}`", copy.variant());
        findings.push(copy.finding(Code::TitleMissing, copy.to(), message).label("needs a title").help(help));
    }
}

impl Copy<'_> {
    /// Returns where the post names this account.
    pub(super) fn to(&self) -> Option<Span> {
        self.post.to.value.iter().find(|to| to.value == self.account.id).map(|to| to.span.clone())
    }
}

pub(super) fn title_too_long(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some(max) = copy.limits.title.and_then(|title| title.max) else { return };
    let Some(title) = copy.sheet.title() else { return };
    let Some(excess) = text::excess(&title.text, &max) else { return };
    let message = format!("the title is too long for {}: {}", copy.name(), length(&excess, &max));
    let help = format!("shorten it by {}, or say it shorter in `{}`", excess.over(), copy.variant());
    let span = Some(character(title, excess.at));
    findings.push(copy.finding(Code::TitleTooLong, span, message).label("from here on").help(help));
}

/// Returns where the character at a byte of some words stands.
pub(super) fn character(words: &Words, at: usize) -> Span {
    let width = words.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    words.place(at..at + width)
}

/// Returns a number of things, in the plural but for one.
pub(super) fn number(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

pub(super) fn too_many(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let handles = match copy.platform {
        Platform::Mastodon => Handles::Fediverse,
        Platform::Bluesky => Handles::Domain,
        _ => Handles::Plain,
    };
    for ((piece, draft), whole) in copy.drafts.iter().zip(&copy.whole) {
        type Found = fn(&str, Handles) -> Vec<usize>;
        let kinds: [(Code, &str, Option<usize>, Found); 4] = [
            (Code::TagsTooMany, "tag", copy.limits.hashtags_max, |text, _| {
                text::hashtags(text).into_iter().map(|found| found.range.start).collect()
            }),
            (Code::LinksTooMany, "link", copy.limits.links_max, |text, _| {
                text::links(text).into_iter().map(|found| found.range.start).collect()
            }),
            (Code::MentionsTooMany, "mention", copy.limits.mentions_max, |text, handles| {
                text::mentions(text, handles).into_iter().map(|found| found.range.start).collect()
            }),
            (Code::CashtagsTooMany, "cashtag", copy.limits.cashtags_max, |text, _| {
                text::cashtags(text).into_iter().map(|found| found.range.start).collect()
            }),
        ];
        for (code, noun, max, found) in kinds {
            let Some(max) = max else { continue };
            let places = found(whole, handles);
            let Some(first) = places.get(max) else { continue };
            let message = format!(
                "{} takes {} in a post at most, and this has {}",
                copy.name(),
                number(max, noun),
                places.len()
            );
            let span = copy.place(*piece, &draft.text, whole, *first);
            let help = format!("take some out, here or in `{}`", copy.variant());
            findings.push(copy.finding(code, span, message).label("one too many").help(help));
        }
    }
}

pub(super) fn hidden_character(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let bodies = std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value));
    for words in bodies.flat_map(words_of) {
        let Some((at, c, what)) = hidden(&words.text) else { continue };
        let message = format!("the text has {what} (U+{:04X}) in it", u32::from(c));
        let finding = Finding::new(Code::HiddenCharacter, &post.file, message)
            .at(character(words, at))
            .label("here")
            .help("take it out, or type the word anew");
        // What turns a text around or steers a terminal is no slip of the keyboard. Isolates are, in some languages.
        let is_trick = c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        findings.push(if is_trick { finding.graded(Severity::Error) } else { finding });
    }
}

fn words_of(body: &Body) -> impl Iterator<Item = &Words> {
    let alts = body.pictures().filter_map(|picture| picture.alt.as_ref());
    let parts = body.thread.iter().flatten().map(|part| &part.text);
    body.text.iter().chain(&body.title).chain(&body.warning).chain(parts).chain(alts)
}

/// Finds the first character that does not show, or that shows as another.
fn hidden(text: &str) -> Option<(usize, char, &'static str)> {
    if text.is_ascii() {
        let at = text.find(|c: char| c.is_control() && c != '\n' && c != '\t')?;
        return text.get(at..)?.chars().next().map(|c| (at, c, "a control character"));
    }
    // The tags after a black flag spell the flag of a region.
    let flag = |at: usize| {
        text.get(..at).is_some_and(|before| before.trim_end_matches(is_tag).ends_with('\u{1f3f4}'))
    };
    let single = text.char_indices().find_map(|(at, c)| match c {
        '\n' | '\t' => None,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some((at, c, "a mark that turns the text's direction"))
        }
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{00ad}' | '\u{180e}' | '\u{2061}'..='\u{2064}' => {
            Some((at, c, "a character that cannot be seen"))
        }
        c if is_tag(c) && !flag(at) => Some((at, c, "a character that cannot be seen")),
        c if c.is_control() => Some((at, c, "a control character")),
        _ => None,
    });
    single.or_else(|| look_alike(text))
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Finds a Cyrillic letter in a word of Latin ones, which shows as one of them.
fn look_alike(text: &str) -> Option<(usize, char, &'static str)> {
    let cyrillic = |c: char| matches!(c, '\u{400}'..='\u{4ff}');
    if !text.contains(cyrillic) {
        return None;
    }
    let mut start = 0;
    for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        if word.contains(|c: char| c.is_ascii_alphabetic())
            && let Some((at, c)) = word.char_indices().find(|(_, c)| cyrillic(*c))
        {
            return Some((start + at, c, "a Cyrillic letter among Latin ones"));
        }
        start += word.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn what_does_not_show_is_found_and_what_belongs_is_not() {
        for text in ["a\u{202e}b", "a\u{200b}b", "é\u{7}", "a\u{7}", "p\u{430}ypal", "a\u{e0041}"] {
            assert!(hidden(text).is_some(), "{text:?}");
        }
        for text in ["one\ntwo\tthree", "👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "می‌خواهم", "Привет museum", "", "50 µm"]
        {
            assert_eq!(hidden(text), None, "{text:?}");
        }
    }
}
