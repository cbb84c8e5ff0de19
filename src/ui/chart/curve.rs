//! A number over time.

use chrono::NaiveDate;

use super::{Words, at, label, line, open, rect};
use crate::html::Html;

/// The units that a chart is wide and high.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 118.0;
/// The box of the curve itself.
const LEFT: f64 = 4.0;
const RIGHT: f64 = 296.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 96.0;

/// The most points that are drawn: more are not seen.
const POINTS_MAX: usize = 150;

/// A number on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// The day.
    pub day: NaiveDate,
    /// How much.
    pub value: f64,
    /// The same, as it is written.
    pub shown: String,
}

/// Draws a curve, from its lowest to its highest number; the days of `period` lie on a ground of their own.
pub fn curve(html: &mut Html, words: Words<'_>, period: (NaiveDate, NaiveDate), dots: &[Dot]) {
    let (Some(first), Some(last)) = (dots.first(), dots.last()) else { return };
    let low = dots.iter().min_by(|a, b| a.value.total_cmp(&b.value)).unwrap_or(first);
    let high = dots.iter().max_by(|a, b| a.value.total_cmp(&b.value)).unwrap_or(last);
    let days = small((last.day - first.day).num_days()).max(1.0);
    let x =
        |day: NaiveDate| LEFT + (RIGHT - LEFT) * (small((day - first.day).num_days()) / days).clamp(0.0, 1.0);
    let range = high.value - low.value;
    let y = |value: f64| {
        if range > 0.0 { BOTTOM - (BOTTOM - TOP) * (value - low.value) / range } else { (TOP + BOTTOM) / 2.0 }
    };
    open(html, words, "curve", (WIDTH, HEIGHT));
    let (from, until) = (x(period.0), x(period.1));
    rect(html, "period", (from, TOP - 6.0), (until - from, BOTTOM - TOP + 8.0));
    line(html, "axis", (LEFT, BOTTOM + 4.0), (RIGHT, BOTTOM + 4.0));
    html.raw("\n");
    let step = dots.len().div_ceil(POINTS_MAX).max(1);
    let mut path = String::new();
    // Counted from the end, so that the last is drawn.
    let drawn = dots.iter().enumerate().filter(|(number, _)| (dots.len() - 1 - number).is_multiple_of(step));
    for (_, dot) in drawn {
        path.push_str(if path.is_empty() { "M" } else { " L" });
        path.push_str(&format!("{} {}", at(x(dot.day)), at(y(dot.value))));
    }
    html.open("path", &[("class", "stroke"), ("d", &path)]).close("path");
    let (cx, cy) = (at(x(last.day)), at(y(last.value)));
    html.open("circle", &[("class", "end"), ("cx", &cx), ("cy", &cy), ("r", "3")]).close("circle").raw("\n");
    label(html, "number start", (LEFT, 12.0), &format!("{} to {}", low.shown, high.shown));
    label(html, "number strong last", (RIGHT, 12.0), &last.shown);
    label(html, "key start", (LEFT, HEIGHT - 5.0), &first.day.format("%b %Y").to_string());
    label(html, "key last", (RIGHT, HEIGHT - 5.0), &last.day.format("%-d %b %Y").to_string());
    html.raw("\n").end("svg");
}

/// Returns a count of days as units.
fn small(days: i64) -> f64 {
    i32::try_from(days).map_or(f64::from(i32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_point_and_a_flat_line_are_drawn_too() {
        let dot = |day: &str, value| Dot { day: day.parse().unwrap(), value, shown: value.to_string() };
        let period = ("2026-10-01".parse().unwrap(), "2026-11-01".parse().unwrap());
        for dots in
            [vec![dot("2026-10-05", 5.0)], vec![dot("2026-10-05", 5.0), dot("2026-10-06", 5.0)], Vec::new()]
        {
            let mut html = Html::new();
            curve(&mut html, Words { id: "c", title: "t", seen: "s" }, period, &dots);
            let text = html.finish();
            assert!(!text.contains("NaN") && text.contains("circle") != dots.is_empty(), "{text}");
        }
    }
}
