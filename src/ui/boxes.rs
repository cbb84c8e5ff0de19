//! A post in a box, as an account will show it.

use anstyle::{AnsiColor, Style};

use crate::calendar::text_max;
use crate::draft::{Draft, Media, MediaBook};
use crate::text::{Breaks, count, display_width, ellipsize, hashtags, links, visible};
use crate::time::show_duration;
use crate::ui::wrap::wrap;
use crate::ui::{ERROR, QUIET, STRONG, WARNING, paint};

/// The widest box: a line longer than this is hard to read.
const WIDTH_MAX: usize = 76;
/// What looks like a link or a tag on the platform too.
const LINK: Style = AnsiColor::Blue.on_default().underline();

/// The account that a box is of.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name on the platform, or its title.
    pub handle: Option<&'a str>,
    /// Whether a person posts it.
    pub by_hand: bool,
}

/// What a box is drawn with: corners, lines, joints.
struct Pen {
    top: [&'static str; 2],
    joint: [&'static str; 2],
    bottom: [&'static str; 2],
    across: &'static str,
    down: &'static str,
}

const ROUND: Pen =
    Pen { top: ["╭", "╮"], joint: ["├", "┤"], bottom: ["╰", "╯"], across: "─", down: "│" };
const ASCII: Pen = Pen { top: ["+", "+"], joint: ["+", "+"], bottom: ["+", "+"], across: "-", down: "|" };

/// Returns a post's parts on one account in one box.
pub fn render(
    account: &Account<'_>,
    drafts: &[&Draft],
    book: &MediaBook,
    width: usize,
    utf8: bool,
) -> String {
    let pen = if utf8 { &ROUND } else { &ASCII };
    let outer = width.min(WIDTH_MAX);
    let inner = outer.saturating_sub(4).max(8);
    let mut text = pen.rule(pen.top, &head(account, drafts), inner, STRONG);
    for (index, draft) in drafts.iter().enumerate() {
        if index > 0 {
            text.push_str(&pen.rule(pen.joint, &format!("{}/{}", index + 1, drafts.len()), inner, QUIET));
        }
        for (line, style) in body(draft, book, inner) {
            text.push_str(&pen.line(&line, style, inner));
        }
        if let Some((used, max, unit)) = length(draft) {
            let style = if used > max { ERROR } else { QUIET };
            let too_long = if used > max { " (too long)" } else { "" };
            text.push_str(&pen.line(&format!("{used}/{max} {unit}{too_long}"), style, inner));
        }
    }
    text.push_str(&pen.rule(pen.bottom, "", inner, QUIET));
    text
}

/// Returns how long a part is on its platform: what is used, what there is, and in what it is counted.
pub fn length(draft: &Draft) -> Option<(usize, usize, &'static str)> {
    let max = text_max(draft)?;
    Some((count(&draft.composed(), max.count).used, max.used, max.count.unit()))
}

fn head(account: &Account<'_>, drafts: &[&Draft]) -> String {
    let mut head = account.id.to_owned();
    if let Some(draft) = drafts.first() {
        head.push_str(&format!(" ({})", draft.platform.name()));
    }
    if let Some(handle) = account.handle {
        head.push_str(&format!(" {}", visible(handle, Breaks::Show)));
    }
    if account.by_hand {
        head.push_str(", by hand");
    }
    head
}

/// Returns a part's lines.
fn body(draft: &Draft, book: &MediaBook, inner: usize) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    let mut say = |words: &str, style: Style, indent: usize| {
        for (index, line) in wrap(words, inner.saturating_sub(indent)).into_iter().enumerate() {
            let blank = if index == 0 { 0 } else { indent };
            lines.push((format!("{}{line}", " ".repeat(blank)), style));
        }
    };
    let plain = Style::new();
    if let Some(warning) = &draft.warning {
        say(&format!("content warning: {}", visible(warning, Breaks::Show)), WARNING, 0);
    }
    if !draft.labels.is_empty() {
        let labels: Vec<&str> = draft.labels.iter().map(|label| label.as_str()).collect();
        say(&format!("labels: {}", labels.join(", ")), WARNING, 0);
    }
    // A title that the platform has no field for is not sent.
    if let Some(title) = draft.title.as_ref().filter(|_| draft.platform.limits().title.is_some()) {
        say(&visible(title, Breaks::Show), STRONG, 0);
    }
    say(&visible(&draft.composed(), Breaks::Keep).replace('\t', "    "), plain, 0);
    if let Some(poll) = &draft.poll {
        say("", plain, 0);
        let sign = if poll.multiple { "[ ]" } else { "( )" };
        for option in &poll.options {
            say(&format!("{sign} {}", visible(option, Breaks::Show)), plain, 4);
        }
        say(&format!("open for {}", show_duration(poll.open)), QUIET, 0);
    }
    for media in &draft.media {
        say("", plain, 0);
        say(&format!("[{}]{}", visible(&media.file, Breaks::Show), facts(media, book)), QUIET, 1);
        match &media.alt {
            Some(alt) => say(&format!(" alt: {}", visible(alt, Breaks::Show)), QUIET, 6),
            None => say(" no words for those who cannot see it", WARNING, 1),
        }
    }
    lines.push((String::new(), plain));
    lines
}

fn facts(media: &Media, book: &MediaBook) -> String {
    let Some(facts) = book.get(&media.file) else { return " is not there".to_owned() };
    let size = facts.size_bytes.div_ceil(1000);
    match facts.size_px {
        Some((width, height)) => format!(" {width} x {height}, {size} kB"),
        None => format!(" {size} kB"),
    }
}

impl Pen {
    /// Returns a line across with words in it.
    fn rule(&self, ends: [&str; 2], words: &str, inner: usize, style: Style) -> String {
        let words = ellipsize(words, inner.saturating_sub(2));
        let (shown, taken) = match words.as_str() {
            "" => (String::new(), 0),
            words => (format!(" {} ", paint(style, words)), display_width(words) + 2),
        };
        let rest = self.across.repeat((inner + 1).saturating_sub(taken));
        format!("{}{}{shown}{rest}{}\n", ends[0], self.across, ends[1])
    }

    fn line(&self, text: &str, style: Style, inner: usize) -> String {
        let blank = " ".repeat(inner.saturating_sub(display_width(text)));
        let painted = if style == Style::new() { with_links(text) } else { paint(style, text) };
        format!("{0} {painted}{blank} {0}\n", self.down)
    }
}

/// Paints what looks like a link or a tag.
fn with_links(line: &str) -> String {
    let mut ranges: Vec<std::ops::Range<usize>> = links(line).into_iter().map(|link| link.range).collect();
    ranges.extend(hashtags(line).into_iter().map(|tag| tag.range));
    ranges.sort_by_key(|range| range.start);
    let mut painted = String::new();
    let mut at = 0;
    for range in ranges {
        if let (Some(before), Some(found)) = (line.get(at..range.start), line.get(range.clone())) {
            painted.push_str(before);
            painted.push_str(&paint(LINK, found));
            at = range.end;
        }
    }
    painted.push_str(line.get(at..).unwrap_or_default());
    painted
}
