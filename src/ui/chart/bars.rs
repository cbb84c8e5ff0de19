//! Lengths beside each other.

use super::{Words, label, line, open, rect};
use crate::html::Html;

/// The units that a chart is wide.
const WIDTH: f64 = 480.0;
/// The units of a bar's height, and between two groups.
const BAR: f64 = 11.0;
const GAP: f64 = 13.0;
/// The units that words before the bars have, and numbers behind them.
const NAMES: f64 = 118.0;
const NUMBERS: f64 = 66.0;

/// How the bars of a group are filled, in their order: this time, the time before, the year before.
const FILLS: [&str; 3] = ["full", "lines", "hollow"];

/// A group of bars: one thing at several times.
pub struct Bar {
    /// What.
    pub name: String,
    /// How much, and as it is written; absent where it is not known.
    pub values: Vec<Option<(f64, String)>>,
}

/// Draws groups of horizontal bars from zero. `times` say what the bars of each group are.
pub fn bars(html: &mut Html, words: Words<'_>, times: &[String], groups: &[Bar]) {
    let most = groups.iter().flat_map(|group| &group.values).flatten().map(|(value, _)| *value);
    let most = most.fold(0.0, f64::max);
    let group = BAR * count(times.len()) + GAP;
    let height = group * count(groups.len()) + 22.0;
    open(html, words, "bars", (WIDTH, height));
    let mut x = NAMES;
    for (time, fill) in times.iter().zip(FILLS) {
        rect(html, fill, (x, 3.0), (9.0, 9.0));
        label(html, "key", (x + 13.0, 11.0), time);
        x += 30.0 + 6.6 * count(time.chars().count());
    }
    html.raw("\n");
    for (at, one) in groups.iter().enumerate() {
        let top = 22.0 + group * count(at);
        label(html, "name", (0.0, top + 9.0), &shortened(&one.name, 19));
        for ((number, value), fill) in one.values.iter().enumerate().zip(FILLS) {
            let y = top + BAR * count(number);
            match value {
                Some((value, shown)) => {
                    let room = WIDTH - NAMES - NUMBERS;
                    let length = if most > 0.0 { room * value.max(0.0) / most } else { 0.0 };
                    rect(html, fill, (NAMES, y + 1.0), (length, BAR - 2.0));
                    label(html, "number", (NAMES + length + 5.0, y + 9.0), shown);
                }
                None => label(html, "number", (NAMES + 5.0, y + 9.0), "not known"),
            }
        }
        line(html, "axis", (NAMES, top), (NAMES, top + BAR * count(times.len())));
        html.raw("\n");
    }
    html.end("svg");
}

/// A part of a whole.
pub struct Stack {
    /// What.
    pub name: &'static str,
    /// How many.
    pub count: f64,
    /// The same, as it is written.
    pub shown: String,
    /// How it is filled: `full`, `lines`, `dots`, `cross`, `hollow`.
    pub fill: &'static str,
}

/// Draws a whole as one bar of its parts, with a key that has the numbers.
pub fn stack(html: &mut Html, words: Words<'_>, parts: &[Stack]) {
    let whole: f64 = parts.iter().map(|part| part.count).sum();
    let keys = parts.len().div_ceil(3);
    open(html, words, "stack", (WIDTH, 26.0 + 17.0 * count(keys)));
    let mut x = 0.5;
    for part in parts {
        let length = if whole > 0.0 { (WIDTH - 1.0) * part.count / whole } else { 0.0 };
        rect(html, part.fill, (x, 0.5), (length, 17.0));
        x += length;
    }
    html.raw("\n");
    for (number, part) in parts.iter().enumerate() {
        let (x, y) = (160.0 * count(number % 3), 26.0 + 17.0 * count(number / 3));
        rect(html, part.fill, (x + 0.5, y), (10.0, 10.0));
        label(html, "key", (x + 16.0, y + 9.0), &format!("{} {}", part.shown, part.name));
    }
    html.raw("\n").end("svg");
}

/// Returns a small count as units.
fn count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// Returns a name that fits so many letters; the table beside a chart has it whole.
fn shortened(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let cut: String = name.chars().take(letters - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::at;

    fn words() -> Words<'static> {
        Words { id: "x", title: "Bars", seen: "Two bars" }
    }

    #[test]
    fn bars_are_as_long_as_their_numbers_and_what_is_not_known_has_none() {
        let mut html = Html::new();
        let group = |name: &str, value| Bar { name: name.to_owned(), values: vec![value] };
        let groups = [
            group("a<b", Some((50.0, "50".to_owned()))),
            group("c", Some((100.0, "100".to_owned()))),
            group("d", None),
        ];
        bars(&mut html, words(), &["October".to_owned()], &groups);
        let text = html.finish();
        let whole = at(WIDTH - NAMES - NUMBERS);
        let half = at((WIDTH - NAMES - NUMBERS) / 2.0);
        assert_eq!(text.matches(&format!("width=\"{whole}\"")).count(), 1, "{text}");
        assert_eq!(text.matches(&format!("width=\"{half}\"")).count(), 1, "{text}");
        assert!(text.contains("not known") && text.contains("a&lt;b"));
    }

    #[test]
    fn nothing_but_zeros_draws_nothing_that_is_no_number() {
        let mut html = Html::new();
        let parts = [Stack { name: "kept", count: 0.0, shown: "0".to_owned(), fill: "full" }];
        stack(&mut html, words(), &parts);
        bars(
            &mut html,
            words(),
            &["now".to_owned()],
            &[Bar { name: "a".to_owned(), values: vec![Some((0.0, "0".to_owned()))] }],
        );
        let text = html.finish();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}
