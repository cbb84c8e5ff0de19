//! What goes out when, as people read it: rows of a plan with their accounts together, as a table, a list of days,
//! or a calendar page.

pub mod list;
pub mod month;
pub mod year;

use std::collections::BTreeMap;

use anstyle::Style;
use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::draft::{AccountId, PostId};
use crate::plan::{Row, Standing};
use crate::text::{Breaks, visible};
use crate::time::Zone;
use crate::ui::table::{Cell, Column, table};
use crate::ui::{ERROR, GOOD, HINT, QUIET, STRONG, WARNING};

/// The narrowest terminal on which a table says a post's whole id; below it, its date stands in the first column only.
const ID_MIN: usize = 110;

/// One post at one time, with every account where it stands the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The wall clock in the calendar's zone.
    pub at: NaiveDateTime,
    /// The post.
    pub post: PostId,
    /// The accounts, each with the number of its parts.
    pub accounts: BTreeMap<AccountId, usize>,
    /// Where it stands.
    pub standing: Standing,
    /// Why.
    pub reason: String,
    /// What to do.
    pub next: Option<String>,
}

impl Item {
    /// Returns the accounts in one line.
    pub fn places(&self) -> String {
        let one = |(account, parts): (&AccountId, &usize)| match parts {
            1 => account.to_string(),
            parts => format!("{account} ({parts} parts)"),
        };
        self.accounts.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// Adds an account, or one more of its parts. What to do is then said for any of them.
    fn add(&mut self, account: &AccountId) {
        if let (Some(next), 1) = (&mut self.next, self.accounts.len())
            && let Some(only) = self.accounts.keys().next().filter(|only| *only != account)
        {
            *next = next.replace(&format!("/{only} "), "/ACCOUNT ");
        }
        *self.accounts.entry(account.clone()).or_default() += 1;
    }

    /// Returns the post's id without the date that stands before it.
    pub fn slug(&self) -> &str {
        slug(&self.post)
    }
}

/// Returns a post's id without the date that stands before it.
pub fn slug(post: &PostId) -> &str {
    let id = post.as_str();
    let dated = id.get(..10).is_some_and(|date| date.parse::<NaiveDate>().is_ok());
    id.get(11..).filter(|slug| dated && !slug.is_empty()).unwrap_or(id)
}

/// Puts the rows of one post, one time and one reason together. What went out to one account a second after another went
/// out together.
pub fn items(rows: &[Row], zone: &Zone) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for row in rows {
        let at = zone.local(row.due);
        let is_out = row.standing == Standing::Published && row.next.is_none();
        let same = |item: &&mut Item| {
            item.at == at
                && item.post == row.slot.post
                && item.standing == row.standing
                && (item.reason == row.reason || is_out)
                && item.next.is_some() == row.next.is_some()
        };
        match items.iter_mut().rev().take_while(|item| item.at == at).find(same) {
            Some(item) => item.add(&row.slot.account),
            None => items.push(Item {
                at,
                post: row.slot.post.clone(),
                accounts: BTreeMap::from([(row.slot.account.clone(), 1)]),
                standing: row.standing,
                reason: visible(&row.reason, Breaks::Show).into_owned(),
                next: row.next.as_ref().map(|next| visible(next, Breaks::Show).into_owned()),
            }),
        }
    }
    items
}

/// Returns the posts of a time, each once: where its accounts stand differently, with the gravest standing.
pub fn posts(items: &[Item], of_time: impl Fn(NaiveDateTime) -> bool) -> Vec<&Item> {
    let mut found: Vec<&Item> = Vec::new();
    for item in items.iter().filter(|item| of_time(item.at)) {
        // Items are sorted by time, so the same post at the same time is not far.
        let same = found
            .iter_mut()
            .rev()
            .take_while(|other| other.at == item.at)
            .find(|other| other.post == item.post);
        match same {
            Some(other) if gravity(item.standing) > gravity(other.standing) => *other = item,
            Some(_) => {}
            None => found.push(item),
        }
    }
    found
}

/// Returns how a standing looks.
pub fn style(standing: Standing) -> Style {
    match standing {
        Standing::Due => STRONG,
        Standing::Published => GOOD,
        Standing::Waiting | Standing::Behind | Standing::Full => Style::new(),
        Standing::Later | Standing::Held | Standing::ByHand => WARNING,
        Standing::Doubt | Standing::Refused | Standing::Stopped | Standing::Missed | Standing::Broken => {
            ERROR
        }
        Standing::Over => QUIET,
    }
}

/// Returns how much a standing asks for a look.
pub fn gravity(standing: Standing) -> u8 {
    match standing {
        Standing::Over => 0,
        Standing::Published => 1,
        Standing::Waiting | Standing::Behind | Standing::Full => 2,
        Standing::ByHand | Standing::Later => 3,
        Standing::Due => 4,
        Standing::Held | Standing::Stopped => 5,
        Standing::Missed | Standing::Refused => 6,
        Standing::Doubt | Standing::Broken => 7,
    }
}

/// Returns one letter or sign for a standing, for where there is no room for the word.
pub fn mark(standing: Standing, utf8: bool) -> char {
    match standing {
        Standing::Due => '>',
        Standing::Published if utf8 => '✓',
        Standing::Published => 'v',
        Standing::Waiting | Standing::Behind | Standing::Full | Standing::Later if utf8 => '·',
        Standing::Waiting | Standing::Behind | Standing::Full | Standing::Later => '.',
        Standing::Held | Standing::Stopped => '=',
        Standing::ByHand => '@',
        Standing::Doubt | Standing::Broken => '?',
        Standing::Refused | Standing::Missed => '!',
        Standing::Over => '-',
    }
}

/// Returns what the marks mean that stand in these items.
pub fn legend(items: &[Item], utf8: bool) -> String {
    let mut words: BTreeMap<char, Vec<&str>> = BTreeMap::new();
    for item in items {
        let said = words.entry(mark(item.standing, utf8)).or_default();
        if !said.contains(&item.standing.word()) {
            said.push(item.standing.word());
        }
    }
    words.iter().map(|(mark, words)| format!("{mark} {}", words.join(" or "))).collect::<Vec<_>>().join("   ")
}

/// Returns a day as people say it: `Mon 18 Jan`, or `18 Jan 2027` where the year is not the one that is expected.
pub fn day(date: NaiveDate, year: i32) -> String {
    let format = if date.year() == year { "%a %e %b" } else { "%e %b %Y" };
    date.format(format).to_string()
}

/// Returns items as a table. The year is not said of those that are in `year`.
pub fn as_table(items: &[Item], zone: &Zone, year: i32, width: usize) -> String {
    let columns = [
        Column::whole(zone.name()),
        Column::new("post", 14),
        Column::new("to", 12),
        Column::whole("standing"),
        Column::new("why", 16),
    ];
    let rows = items.iter().map(|item| {
        let post = if width < ID_MIN { item.slug() } else { item.post.as_str() };
        vec![
            format!("{} {}", day(item.at.date(), year), item.at.format("%H:%M")).into(),
            post.to_owned().into(),
            item.places().into(),
            Cell::new(item.standing.word(), style(item.standing)),
            item.reason.clone().into(),
        ]
    });
    let notes: Vec<Option<(&str, Style)>> =
        items.iter().map(|item| Some((item.next.as_deref()?, HINT))).collect();
    table(width, &columns, &rows.collect::<Vec<_>>(), &notes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::text::Platform;

    pub fn row(due: &str, slot: &str, standing: Standing, reason: &str) -> Row {
        Row {
            slot: slot.parse().unwrap(),
            platform: Platform::Feed,
            due: due.parse().unwrap(),
            standing,
            reason: reason.to_owned(),
            next: None,
            url: None,
        }
    }

    pub fn sample() -> Vec<Item> {
        let wait = |due, slot| row(due, slot, Standing::Waiting, "its time has not come");
        items(
            &[
                row("2027-01-04T09:00:00Z", "2027-01-04-lantern/once/news", Standing::Published, "published"),
                wait("2027-01-18T09:00:00Z", "2027-01-18-open-day/once/bluesky"),
                wait("2027-01-18T09:00:00Z", "2027-01-18-open-day/once/news"),
                wait("2027-01-18T09:00:00Z", "2027-01-18-open-day/once/news/2"),
                wait("2027-01-18T17:30:00Z", "2027-01-18-an-evening-of-stars/once/news"),
                row(
                    "2027-01-31T12:00:00Z",
                    "late-words/once/news",
                    Standing::Held,
                    "the director reads it first",
                ),
            ],
            &Zone::utc(),
        )
    }

    #[test]
    fn accounts_that_stand_the_same_stand_together() {
        let items = sample();
        assert_eq!(items.len(), 4);
        assert_eq!(items[1].places(), "bluesky, news (2 parts)");
        assert_eq!(items[1].slug(), "open-day");
        assert_eq!(items[3].slug(), "late-words");
    }

    #[test]
    fn what_went_out_within_seconds_went_out_together() {
        let due = "2027-01-18T09:00:00Z";
        let out = |account: &str, reason: &str| {
            row(due, &format!("open-day/once/{account}"), Standing::Published, reason)
        };
        let mut edited = out("square", "published 09:00:01; edited since");
        edited.next = Some("retract it".to_owned());
        let rows = [out("bluesky", "published 09:00:00"), out("news", "published 09:00:01"), edited];
        let items = items(&rows, &Zone::utc());
        assert_eq!(items.iter().map(Item::places).collect::<Vec<_>>(), ["bluesky, news", "square"]);
    }

    #[test]
    fn the_legend_says_only_what_there_is() {
        assert_eq!(legend(&sample(), false), ". waiting   = held   v published");
    }

    #[test]
    fn a_table_says_the_year_where_it_is_another() {
        let text = as_table(&sample()[2..], &Zone::utc(), 2026, 80);
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r#"
        UTC                post                 to    standing  why
        18 Jan 2027 17:30  an-evening-of-stars  news  waiting   its time has not come
        31 Jan 2027 12:00  late-words           news  held      the director reads it
                                                                first
        "#);
    }
}
