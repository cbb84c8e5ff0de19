//! A year on one page, a few lines a month.

use std::collections::BTreeMap;

use anstyle::Style;
use chrono::{Datelike, NaiveDate};

use crate::calendar::Rest;
use crate::plan::Standing;
use crate::text::display_width;
use crate::ui::agenda::{Item, posts};
use crate::ui::wrap::wrap;
use crate::ui::{QUIET, STRONG, WARNING, foreign, paint, plural};
use crate::year::{Board, Covered, Month};

/// What is behind us.
pub const OUT: &[Standing] = &[Standing::Published, Standing::Over];
/// What goes its way.
pub const AHEAD: &[Standing] =
    &[Standing::Waiting, Standing::Due, Standing::Behind, Standing::Full, Standing::Later, Standing::ByHand];

/// A terminal that is narrower has the months' names short.
const NAMES_MIN: usize = 60;

/// What a page of a year is drawn from.
pub struct Page<'a> {
    /// The year.
    pub board: &'a Board<'a>,
    /// Its months, with the open slots that are asked for.
    pub months: &'a [Month<'a>],
    /// The posts that are asked for.
    pub items: &'a [Item],
}

/// Returns a year's months: what each is about, how many posts and open slots it has and whose, and what is missing.
pub fn as_year(page: &Page<'_>, width: usize) -> String {
    let title = page.board.schedule.and_then(|schedule| schedule.title.as_deref());
    let title = title.map_or_else(|| page.board.year.to_string(), |title| foreign(title).into_owned());
    let mut text = String::new();
    wrap(&title, width).iter().for_each(|line| text.push_str(&format!("{}\n", paint(STRONG, line))));
    for month in page.months {
        let format = if width < NAMES_MIN { "%b" } else { "%B" };
        let name = month.days.start.format(format).to_string();
        let indent = if width < NAMES_MIN { 5 } else { 11 };
        let mut head = format!("\n{}{}", paint(STRONG, &name), " ".repeat(indent - display_width(&name)));
        for (words, style) in lines(page, month) {
            for line in wrap(&words, width.saturating_sub(indent).max(10)) {
                let before = std::mem::replace(&mut head, " ".repeat(indent));
                text.push_str(&format!("{before}{}\n", paint(style, line)));
            }
        }
    }
    text
}

/// Returns what is said of a month.
fn lines(page: &Page<'_>, month: &Month<'_>) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    let themes: Vec<String> = month.themes.iter().map(|it| foreign(&it.name.value).into_owned()).collect();
    lines.push((themes.join("; "), STRONG));
    lines.push((out(page, &month.days.start), Style::new()));
    lines.push((open(month), WARNING));
    let days = [
        (month.observances.len(), "observance"),
        (month.count(Rest::Holiday), "holiday"),
        (month.count(Rest::Quiet), "quiet day"),
    ];
    let days: Vec<String> =
        days.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(count, noun)).collect();
    let is_kept = month.covered.iter().all(|it| it.missing() == 0);
    let kept = (is_kept && !month.covered.is_empty()).then(|| "coverage kept".to_owned());
    lines.push((days.into_iter().chain(kept).collect::<Vec<_>>().join(", "), QUIET));
    let missing = month.covered.iter().filter(|it| it.missing() > 0);
    lines.extend(missing.map(|it| (short(it), WARNING)));
    if month.collisions > 0 {
        lines.push((plural(month.collisions, "collision"), WARNING));
    }
    lines.retain(|(words, _)| !words.is_empty());
    lines
}

/// Returns how many posts a month has, how they stand, and whose they are.
fn out(page: &Page<'_>, first: &NaiveDate) -> String {
    let of_month = posts(page.items, |at| (at.year(), at.month()) == (first.year(), first.month()));
    if of_month.is_empty() {
        return "no posts".to_owned();
    }
    let count =
        |standings: &[Standing]| of_month.iter().filter(|item| standings.contains(&item.standing)).count();
    let (all, out, ahead) = (of_month.len(), count(OUT), count(AHEAD));
    let stand = [(out, "out"), (ahead, "ahead"), (all - out - ahead, "to look at")];
    let stand: Vec<String> =
        stand.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
    let mut of_departments: BTreeMap<&str, usize> = BTreeMap::new();
    for item in of_month {
        let department = crate::overview::department(page.board.calendar, &item.post);
        *of_departments.entry(department.map_or("no department", |id| id.as_str())).or_default() += 1;
    }
    let whose: Vec<String> = of_departments.iter().map(|(id, count)| format!("{id} {count}")).collect();
    format!("{} ({}): {}", plural(all, "post"), stand.join(", "), whose.join(", "))
}

/// Returns how many slots of a month wait for a post, and whose.
fn open(month: &Month<'_>) -> String {
    let whose: Vec<String> =
        month.open_of_departments().iter().map(|(id, count)| format!("{id} {count}")).collect();
    match month.open.len() {
        0 => String::new(),
        count => format!("{}: {}", plural(count, "open slot"), whose.join(", ")),
    }
}

/// Returns what a coverage lacks, such as `1 of 4 posts a month on news missing`.
fn short(covered: &Covered<'_>) -> String {
    let when = match covered.coverage.every {
        crate::calendar::Period::Month => String::new(),
        week @ crate::calendar::Period::Week => format!("{}: ", week.name(covered.begin)),
    };
    format!("{when}{} of {} missing", covered.missing(), covered.coverage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{self, Calendar};
    use crate::finding::{Content, File};
    use crate::overview::{Collision, Meeting};
    use crate::ui::agenda::tests::sample;

    fn calendar() -> Calendar {
        let schedule = "title = \"What the sea gave back\"\n\
            [[theme]]\nname = \"Maps \\u001b[31mand stars\"\nmonth = \"2027-01\"\n\
            [[holiday]]\nname = \"New Year\"\non = 2027-01-01\n\
            [[observance]]\nname = \"O\"\non = 2027-01-06\n\
            [[coverage]]\nposts = 3\nevery = \"month\"\naccount = \"news\"\nuntil = 2027-02-28\n\
            [[slot]]\nat = 2027-02-02T10:00:00\ndepartment = \"shows\"\naccount = \"news\"\n";
        let texts = [
            ("kalends.toml", "name = \"Museum\"\nzone = \"UTC\"\n"),
            ("accounts/news.toml", "platform = \"feed\"\n"),
            ("departments/shows.toml", "name = \"Shows\"\n"),
            ("schedule/2027.toml", schedule),
        ];
        let file = |(path, text): (&str, &str)| File {
            path: path.to_owned(),
            content: Content::Text(text.to_owned()),
        };
        calendar::read(&texts.map(file)).0
    }

    fn shown(width: usize) -> String {
        let calendar = calendar();
        let board = Board::new(&calendar, 2027).unwrap();
        let met = Collision {
            at: "2027-03-05T10:00:00Z".parse().unwrap(),
            posts: Vec::new(),
            kind: Meeting::SameHour { departments: std::collections::BTreeSet::new() },
        };
        let months = board.months(&[met], "2026-12-01T00:00:00Z".parse().unwrap());
        let page = Page { board: &board, months: &months, items: &sample() };
        anstream::adapter::strip_str(&as_year(&page, width)).to_string()
    }

    #[test]
    fn every_month_says_what_it_is_about_and_what_is_missing() {
        let text = shown(80);
        assert!(text.lines().all(|line| display_width(line) <= 80) && !text.contains('\u{1b}'), "{text}");
        let month = |name: &str| -> Vec<String> {
            let begins = |line: &&str| line.starts_with(name);
            let lines = text.lines().skip_while(|line| !begins(line)).take_while(|line| !line.is_empty());
            lines.map(|line| line.get(11..).unwrap_or_default().to_owned()).collect()
        };
        let january = month("January");
        assert!(january[0].starts_with("Maps ") && january[0].ends_with("and stars"), "{text}");
        assert_eq!(
            january[1..],
            [
                "4 posts (1 out, 2 ahead, 1 to look at): no department 4",
                "1 observance, 1 holiday",
                "3 of 3 posts a month on news until 2027-02-28 missing",
            ]
        );
        assert_eq!(
            month("February"),
            ["no posts", "1 open slot: shows 1", "2 of 3 posts a month on news until 2027-02-28 missing"]
        );
        assert_eq!(month("March"), ["no posts", "1 collision"]);
        assert_eq!(month("December"), ["no posts"]);
        assert_eq!(text.lines().next(), Some("What the sea gave back"));
    }

    #[test]
    fn forty_columns_are_enough() {
        let text = shown(40);
        assert!(text.lines().all(|line| display_width(line) <= 40), "{text}");
        assert!(text.contains("\nFeb  no posts\n     1 open slot: shows 1\n"), "{text}");
    }
}
