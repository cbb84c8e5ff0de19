//! A month as a page of a calendar: weeks as rows.

use chrono::{Datelike, Days, NaiveDate};

use crate::text::{display_width, ellipsize};
use crate::ui::agenda::{Item, legend, list, mark, posts, style};
use crate::ui::{QUIET, STRONG, paint};

/// The narrowest terminal that a page is shown on; below it there is a list of days.
pub const WIDTH_MIN: usize = 80;
/// The most items that a day shows before it says how many more there are.
const ITEMS_MAX: usize = 5;
/// A day's column that is narrower shows an item's time and its name on two lines.
const ONE_LINE_MIN: usize = 16;
/// The days of a week.
const WEEK: usize = 7;

/// Returns a month's items on a page, or as a list of days where the terminal is narrow.
pub fn as_month(items: &[Item], month: NaiveDate, width: usize, utf8: bool) -> String {
    let title = paint(STRONG, month.format("%B %Y"));
    let month_items: Vec<Item> = items
        .iter()
        .filter(|item| (item.at.year(), item.at.month()) == (month.year(), month.month()))
        .cloned()
        .collect();
    if width < WIDTH_MIN {
        return format!("{title}\n\n{}", list::as_list(&month_items, month.year(), width));
    }
    let column = (width - (WEEK - 1)) / WEEK;
    let mut page = format!("{title}\n\n{}\n", heading(column));
    let first = month.with_day(1).unwrap_or(month);
    let mut monday = first - Days::new(u64::from(first.weekday().num_days_from_monday()));
    while monday <= first || monday.month() == first.month() {
        page.push_str(&week(monday, first, &month_items, column, utf8));
        match monday.checked_add_days(Days::new(WEEK as u64)) {
            Some(next) => monday = next,
            None => break,
        }
    }
    if !month_items.is_empty() {
        page.push_str(&format!("\n{}\n", paint(QUIET, legend(&month_items, utf8))));
    }
    page
}

fn heading(column: usize) -> String {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let gap = " ".repeat((column + 1).saturating_sub(3));
    days.map(|day| paint(STRONG, day)).join(&gap)
}

/// Returns one week: as many lines as its fullest day needs, and a rule above.
fn week(monday: NaiveDate, first: NaiveDate, items: &[Item], column: usize, utf8: bool) -> String {
    let rule = if utf8 { "─" } else { "-" }.repeat(column);
    let days: Vec<Vec<(String, String)>> = monday
        .iter_days()
        .take(WEEK)
        .map(|date| if date.month() == first.month() { cell(date, items, column, utf8) } else { Vec::new() })
        .collect();
    let height = days.iter().map(Vec::len).max().unwrap_or(0);
    let rules: Vec<String> = days.iter().map(|_| paint(QUIET, &rule)).collect();
    let mut text = format!("{}\n", rules.join(" "));
    for line in 0..height {
        let cells: Vec<String> = days
            .iter()
            .map(|day| {
                let (bare, painted) = day.get(line).cloned().unwrap_or_default();
                format!("{painted}{}", " ".repeat(column.saturating_sub(display_width(&bare))))
            })
            .collect();
        text.push_str(&trimmed(&cells.join(" ")));
        text.push('\n');
    }
    text
}

/// Returns a day's lines, each bare and painted.
fn cell(date: NaiveDate, items: &[Item], column: usize, utf8: bool) -> Vec<(String, String)> {
    let number = date.day().to_string();
    let mut lines = vec![(number.clone(), paint(STRONG, &number))];
    let today = posts(items, |at| at.date() == date);
    let shown = if today.len() > ITEMS_MAX { ITEMS_MAX - 1 } else { today.len() };
    for item in today.iter().take(shown) {
        let look = style(item.standing);
        let time = format!("{} {}", mark(item.standing, utf8), item.at.format("%H:%M"));
        let parts = if column < ONE_LINE_MIN {
            vec![time, ellipsize(item.slug(), column)]
        } else {
            vec![ellipsize(&format!("{time} {}", item.slug()), column)]
        };
        lines.extend(parts.into_iter().map(|part| (part.clone(), paint(look, part))));
    }
    if today.len() > shown {
        let more = format!("+{} more", today.len() - shown);
        lines.push((more.clone(), paint(QUIET, more)));
    }
    lines
}

/// Takes the blanks off the end of a line that may have colour in it.
fn trimmed(line: &str) -> String {
    line.trim_end_matches(' ').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::agenda::tests::sample;

    fn page(width: usize) -> String {
        let month = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let text = anstream::adapter::strip_str(&as_month(&sample(), month, width, false)).to_string();
        assert!(text.lines().all(|line| display_width(line) <= width), "{text}");
        text
    }

    #[test]
    fn a_page_has_a_row_for_every_week() {
        insta::assert_snapshot!(page(80), @r#"
        January 2027

        Mon        Tue        Wed        Thu        Fri        Sat        Sun
        ---------- ---------- ---------- ---------- ---------- ---------- ----------
                                                    1          2          3
        ---------- ---------- ---------- ---------- ---------- ---------- ----------
        4          5          6          7          8          9          10
        v 09:00
        lantern
        ---------- ---------- ---------- ---------- ---------- ---------- ----------
        11         12         13         14         15         16         17
        ---------- ---------- ---------- ---------- ---------- ---------- ----------
        18         19         20         21         22         23         24
        . 09:00
        open-day
        . 17:30
        an-evenin…
        ---------- ---------- ---------- ---------- ---------- ---------- ----------
        25         26         27         28         29         30         31
                                                                          = 12:00
                                                                          late-words

        . waiting   = held   v published
        "#);
    }

    #[test]
    fn a_wide_page_has_time_and_name_on_one_line() {
        assert!(page(120).contains("v 09:00 lantern"), "{}", page(120));
    }

    #[test]
    fn a_narrow_page_is_a_list() {
        assert!(page(40).contains("09:00 lantern"), "{}", page(40));
    }
}
