//! Charts, drawn as SVG that stands in a page: readable in black and white, on light and on dark, and in words.
//!
//! Each is one picture with a title and a description. Series are told apart by what they are filled with and by words, never
//! by colour alone. Numbers come as binary approximations: a drawing is no measure, and a table beside it has the digits.

mod bars;
mod curve;
mod way;

use crate::html::Html;

pub use bars::{Bar, Stack, bars, stack};
pub use curve::{Dot, curve};
pub use way::{Way, way};

/// What stands for a chart where it is not seen.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// What its parts are called within the page; unique.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// What can be seen in it.
    pub seen: &'a str,
}

/// Opens a chart of so many units.
fn open(html: &mut Html, words: Words<'_>, class: &str, (width, height): (f64, f64)) {
    let (title, seen) = (format!("{}-title", words.id), format!("{}-seen", words.id));
    html.open(
        "svg",
        &[
            ("class", &format!("chart {class}")),
            ("role", "img"),
            ("aria-labelledby", &format!("{title} {seen}")),
            ("viewBox", &format!("0 0 {} {}", at(width), at(height))),
        ],
    );
    html.raw("\n").line("title", &[("id", &title)], words.title);
    html.line("desc", &[("id", &seen)], words.seen);
}

/// Writes a place or a length: tenths are finer than any eye.
fn at(units: f64) -> String {
    let text = format!("{units:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Draws a rectangle.
fn rect(html: &mut Html, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let (x, y, width, height) = (at(x), at(y), at(width.max(0.0)), at(height));
    html.open("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
    html.close("rect");
}

/// Draws a line between two points.
fn line(html: &mut Html, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let (x1, y1, x2, y2) = (at(x1), at(y1), at(x2), at(y2));
    html.open("line", &[("class", class), ("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2)]).close("line");
}

/// Writes words at a point.
fn label(html: &mut Html, class: &str, (x, y): (f64, f64), words: &str) {
    html.word("text", &[("class", class), ("x", &at(x)), ("y", &at(y))], words);
}

/// Writes the patterns that series are filled with, once a page.
pub fn patterns(html: &mut Html) {
    html.raw(
        "<svg class=\"album\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>\n\
         <pattern id=\"fill-lines\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"ground\" width=\"4\" height=\"4\"></rect><rect class=\"mark\" width=\"1.6\" height=\"4\"></rect></pattern>\n\
         <pattern id=\"fill-dots\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">\
         <rect class=\"ground\" width=\"4\" height=\"4\"></rect><circle class=\"mark\" cx=\"2\" cy=\"2\" r=\"1\"></circle></pattern>\n\
         <pattern id=\"fill-cross\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"ground\" width=\"5\" height=\"5\"></rect><rect class=\"mark\" width=\"1.2\" height=\"5\"></rect>\
         <rect class=\"mark\" width=\"5\" height=\"1.2\"></rect></pattern>\n\
         </defs></svg>\n",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_short() {
        assert_eq!([at(1.0), at(1.25), at(-0.06), at(10.0)], ["1", "1.2", "-0.1", "10"]);
    }
}
