//! Which posts may have to do with one another: what of a post another could clash with, in numbers that compare quickly.
//!
//! A post is judged beside its kin and needs no others: those of the same id, those that say the same on the same account
//! (`repeated-text`), those that show the same picture, and those of the same account or department that are near in time
//! where a rule counts posts (`protocol-spacing`, `protocol-quota`). Two posts may be taken for kin that are not; that
//! costs a read, and no more.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::draft::{Fingerprint, Occurrence};

use super::check::{SHARE_MIN, accounts, in_shares};
use super::{Calendar, Department, Norm, Post};

/// What of a post another could clash with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    /// Numbers of which none may be another post's: its id, its words on each account, its pictures.
    pub own: Vec<u64>,
    /// Numbers of what posts that are near in time share: its accounts and its department.
    pub circles: Vec<u64>,
    /// Its first day, in days since the year 1.
    pub from: i32,
    /// Its last day.
    pub until: i32,
}

impl Kin {
    /// Returns the number of a post's id.
    pub fn of_id(id: &str) -> u64 {
        number("id", &[id])
    }

    /// Returns the number of a picture or film.
    pub fn of_media(file: &str) -> u64 {
        number("media", &[file])
    }

    /// Tells whether two posts share a circle at days that are no further apart than some.
    pub fn is_near(&self, other: &Kin, days: i32) -> bool {
        self.from.saturating_sub(days) <= other.until
            && other.from.saturating_sub(days) <= self.until
            && self.circles.iter().any(|circle| other.circles.contains(circle))
    }
}

impl Calendar {
    /// Returns what of a post another could clash with.
    pub fn kin(&self, post: &Post) -> Kin {
        let mut own = vec![Kin::of_id(post.id.as_str())];
        own.extend(post.media_files().map(Kin::of_media));
        let mut circles = Vec::new();
        circles.extend(post.department.as_ref().map(|id| number("department", &[id.value.as_str()])));
        for account in accounts(self, post) {
            circles.push(number("account", &[account.id.as_str()]));
            let drafts = self.compose(post, account, Occurrence::Once, chrono::DateTime::UNIX_EPOCH);
            let said = drafts.iter().filter_map(|draft| Fingerprint::of(&draft.composed()));
            own.extend(said.map(|words| number("words", &[account.id.as_str(), &words.to_string()])));
        }
        let day = |day: NaiveDate| day.num_days_from_ce();
        let from = post.at.as_ref().map(|at| at.value.date());
        let until = from.map(|from| {
            post.repeat.as_ref().map_or(from, |repeat| repeat.rule.until.unwrap_or(NaiveDate::MAX)).max(from)
        });
        // A wall clock in another zone may be of the day before or after here.
        Kin {
            own,
            circles,
            from: from.map_or(i32::MAX, |from| day(from) - 1),
            until: until.map_or(i32::MIN, |until| day(until).saturating_add(1)),
        }
    }

    /// Returns the kin of every post, each with its file, sorted by it.
    pub fn kins(&self) -> Vec<(String, Kin)> {
        let posts: Vec<&Post> = self.every_post().collect();
        let of = |posts: &[&Post]| -> Vec<(String, Kin)> {
            posts.iter().map(|post| (post.file.clone(), self.kin(post))).collect()
        };
        let mut kins: Vec<_> = in_shares(&posts, SHARE_MIN, of).into_iter().flatten().collect();
        kins.sort_by(|(one, _), (two, _)| one.cmp(two));
        kins
    }

    /// Returns how many days apart posts may be that meet, or that some rule counts together.
    pub fn kin_days(&self) -> i32 {
        let rules = self.protocols.values().flat_map(|protocol| &protocol.rules);
        let days = rules.filter_map(|rule| match &rule.norm {
            Norm::Spacing { least } => Some(*least),
            Norm::Quota { .. } => Some(TimeDelta::weeks(1)),
            _ => None,
        });
        let has_quota = |own: &Department| own.quota_day.is_some() || own.quota_week.is_some();
        let quota = self.departments.values().any(has_quota).then(|| TimeDelta::weeks(1));
        let most = days.chain(quota).max().unwrap_or_else(TimeDelta::zero);
        i32::try_from(most.num_days()).unwrap_or(i32::MAX).saturating_add(1)
    }
}

/// Returns a number for words: FNV-1a, the same on every machine.
fn number(what: &str, words: &[&str]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for word in std::iter::once(&what).chain(words) {
        for byte in word.bytes().chain([0]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::super::tests::{FEED, ROOT, files};
    use super::*;

    fn kin(post: &str) -> Kin {
        let all = [ROOT, FEED, ("posts/2027/01/2027-01-18-a.toml", post)];
        let (calendar, _) = read(&files(&all));
        calendar.kin(&calendar.posts[0])
    }

    #[test]
    fn the_same_words_on_the_same_account_are_kin_however_they_are_written() {
        let one =
            kin("id = \"a\"\nat = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"The doors are open.\"\n");
        let other =
            kin("id = \"b\"\nat = 2027-03-18T09:00:00\nto = [\"news\"]\ntext = \"The doors — are OPEN\"\n");
        let third =
            kin("id = \"c\"\nat = 2027-03-18T09:00:00\nto = [\"news\"]\ntext = \"The doors are shut.\"\n");
        let shared = |a: &Kin, b: &Kin| a.own.iter().any(|key| b.own.contains(key));
        assert!(shared(&one, &other) && !shared(&one, &third));
    }

    #[test]
    fn near_is_near_in_time_and_on_the_same_account() {
        let at = |day: &str, more: &str| {
            kin(&format!("at = {day}T09:00:00\nto = [\"news\"]\ntext = \"{day}\"\n{more}"))
        };
        let (first, week_on) = (at("2027-01-18", ""), at("2027-01-25", ""));
        assert!(first.is_near(&week_on, 7) && week_on.is_near(&first, 7));
        assert!(!first.is_near(&at("2027-02-18", ""), 7));
        assert!(at("2026-01-01", "[repeat]\nevery = \"day\"\n").is_near(&first, 1));
        assert!(!first.is_near(&Kin { circles: vec![1], ..week_on }, 7));
    }
}
