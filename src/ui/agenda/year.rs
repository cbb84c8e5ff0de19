//! A year, a line a month.

use chrono::{Datelike, NaiveDate};

use crate::plan::Standing;
use crate::ui::agenda::{Item, posts};
use crate::ui::table::{Cell, Column, table};

/// What is behind us.
pub const OUT: &[Standing] = &[Standing::Published, Standing::Over];
/// What goes its way.
pub const AHEAD: &[Standing] =
    &[Standing::Waiting, Standing::Due, Standing::Behind, Standing::Full, Standing::Later, Standing::ByHand];

/// Returns a year's months with how many posts each has, and how they stand.
pub fn as_year(items: &[Item], year: i32, width: usize) -> String {
    let columns = ["month", "posts", "out", "ahead", "look at"].map(Column::whole);
    let rows = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 1)).map(|first| {
        let of_month = posts(items, |at| (at.year(), at.month()) == (first.year(), first.month()));
        let count = |standings: &[Standing]| {
            of_month.iter().filter(|item| standings.contains(&item.standing)).count()
        };
        let (all, out, ahead) = (of_month.len(), count(OUT), count(AHEAD));
        let number = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
        let name = first.format(if width < 50 { "%b %Y" } else { "%B %Y" }).to_string();
        [name, number(all), number(out), number(ahead), number(all - out - ahead)].map(Cell::from).to_vec()
    });
    table(width, &columns, &rows.collect::<Vec<_>>(), &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::agenda::tests::sample;

    #[test]
    fn every_month_has_a_line() {
        let text = anstream::adapter::strip_str(&as_year(&sample(), 2027, 40)).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["Jan", "2027", "4", "1", "2", "1"]);
    }
}
