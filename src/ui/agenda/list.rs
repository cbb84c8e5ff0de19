//! A list of days, for terminals that are too narrow for anything else.

use chrono::NaiveDate;

use crate::text::{display_width, ellipsize};
use crate::ui::agenda::{Item, day, style};
use crate::ui::wrap::wrap;
use crate::ui::{HINT, QUIET, STRONG, paint};

/// The columns before what is said of an item.
const INDENT: usize = 6;

/// Returns items day by day, each with its accounts, its standing and its reason.
pub fn as_list(items: &[Item], year: i32, width: usize) -> String {
    let mut text = String::new();
    let mut last: Option<NaiveDate> = None;
    for item in items {
        if last != Some(item.at.date()) {
            if last.is_some() {
                text.push('\n');
            }
            text.push_str(&format!("{}\n", paint(STRONG, day(item.at.date(), year))));
            last = Some(item.at.date());
        }
        text.push_str(&one(item, width));
    }
    text
}

fn one(item: &Item, width: usize) -> String {
    let room = width.saturating_sub(INDENT).max(10);
    let word = item.standing.word();
    let slug = ellipsize(item.slug(), room.saturating_sub(display_width(word) + 1).max(8));
    let gap = room.saturating_sub(display_width(&slug) + display_width(word)).max(1);
    let styled = paint(style(item.standing), word);
    let mut text = format!("{} {slug}{}{styled}\n", item.at.format("%H:%M"), " ".repeat(gap));
    let mut say = |words: &str, look: anstyle::Style| {
        for line in wrap(words, room) {
            text.push_str(&format!("{}{}\n", " ".repeat(INDENT), paint(look, line)));
        }
    };
    say(&item.places(), QUIET);
    say(&item.reason, anstyle::Style::new());
    if let Some(next) = &item.next {
        say(next, HINT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::agenda::tests::sample;

    #[test]
    fn forty_columns_are_enough() {
        let text = anstream::adapter::strip_str(&as_list(&sample(), 2027, 40)).to_string();
        assert!(text.lines().all(|line| display_width(line) <= 40), "{text}");
        insta::assert_snapshot!(text, @r#"
        Mon  4 Jan
        09:00 lantern                  published
              news
              published

        Mon 18 Jan
        09:00 open-day                   waiting
              bluesky, news (2 parts)
              its time has not come
        17:30 an-evening-of-stars        waiting
              news
              its time has not come

        Sun 31 Jan
        12:00 late-words                    held
              news
              the director reads it first
        "#);
    }
}
