//! A goal's way: from its baseline to its target, where it is, and where it may be on its day.

use super::{Words, at, label, line, open, rect};
use crate::html::Html;

/// The units that a chart is wide and high.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 58.0;
/// The ends of the scale.
const LEFT: f64 = 6.0;
const RIGHT: f64 = 314.0;
/// Where the bar lies.
const TOP: f64 = 20.0;
const BAR: f64 = 12.0;

/// A number with how it is written.
pub type Shown = (f64, String);

/// What is drawn of a goal.
pub struct Way {
    /// Where it began.
    pub baseline: Shown,
    /// Where it is to end.
    pub target: Shown,
    /// Where it is.
    pub now: Option<Shown>,
    /// The ends of the forecast's interval.
    pub outlook: Option<(f64, f64)>,
}

/// Draws a goal's way.
pub fn way(html: &mut Html, words: Words<'_>, way: &Way) {
    let points = [Some(way.baseline.0), Some(way.target.0), way.now.as_ref().map(|now| now.0)];
    let ends = way.outlook.map(|(low, high)| [low, high]);
    let all = || points.into_iter().flatten().chain(ends.into_iter().flatten());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let x = |value: f64| {
        if high > low { LEFT + (RIGHT - LEFT) * (value - low) / (high - low) } else { (LEFT + RIGHT) / 2.0 }
    };
    open(html, words, "way", (WIDTH, HEIGHT));
    let (from, to) = (x(way.baseline.0), x(way.target.0));
    rect(html, "track", (from.min(to), TOP), ((to - from).abs(), BAR));
    if let Some((now, _)) = &way.now {
        rect(html, "full", (from.min(x(*now)), TOP), ((x(*now) - from).abs(), BAR));
    }
    if let Some((low, high)) = way.outlook {
        let middle = TOP + BAR / 2.0;
        line(html, "interval", (x(low), middle), (x(high), middle));
        line(html, "interval", (x(low), TOP - 1.0), (x(low), TOP + BAR + 1.0));
        line(html, "interval", (x(high), TOP - 1.0), (x(high), TOP + BAR + 1.0));
    }
    line(html, "target", (to, TOP - 5.0), (to, TOP + BAR + 5.0));
    html.raw("\n");
    let side = |value: f64| if x(value) > WIDTH / 2.0 { "last" } else { "start" };
    let (baseline, target) = (&way.baseline, &way.target);
    label(
        html,
        &format!("key {}", side(baseline.0)),
        (from, HEIGHT - 8.0),
        &format!("began at {}", baseline.1),
    );
    label(html, &format!("key {}", side(target.0)), (to, HEIGHT - 8.0), &format!("target {}", target.1));
    if let Some((now, shown)) = &way.now {
        label(html, &format!("number strong {}", side(*now)), (x(*now), TOP - 8.0), &format!("now {shown}"));
        let (cx, cy) = (at(x(*now)), at(TOP + BAR / 2.0));
        html.open("circle", &[("class", "end"), ("cx", &cx), ("cy", &cy), ("r", "4")]).close("circle");
    }
    html.raw("\n").end("svg");
}
