//! What a calendar looks like from afar: posts that meet, and accounts that fall silent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};

use crate::calendar::Calendar;
use crate::draft::{AccountId, DepartmentId, Draft, Fingerprint, PostId};
use crate::time::show_duration;

/// Two posts of one account that are nearer to each other than this meet.
pub const NEAR: TimeDelta = TimeDelta::minutes(15);

/// An account is silent when so many whole days have no post of it.
pub const SILENT_DAYS_MIN: i64 = 7;

/// How far around some days posts are looked for that end a silence.
const AROUND: Days = Days::new(92);

/// Returns the days in which posts are looked for that end a silence in some days.
pub fn around(days: &Range<NaiveDate>) -> Range<NaiveDate> {
    let start = days.start.checked_sub_days(AROUND).unwrap_or(days.start);
    start..days.end.checked_add_days(AROUND).unwrap_or(days.end)
}

/// Posts that meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// When: the first of them.
    pub at: DateTime<Utc>,
    /// The posts, in the order of their times.
    pub posts: Vec<PostId>,
    /// How they meet.
    pub kind: Meeting,
}

/// How posts meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meeting {
    /// On the same accounts within minutes.
    Near {
        /// The accounts.
        accounts: BTreeSet<AccountId>,
        /// How far they are apart.
        apart: TimeDelta,
    },
    /// In the same words.
    SameWords {
        /// The accounts that they go to.
        accounts: BTreeSet<AccountId>,
    },
    /// In the same hour, from several departments.
    SameHour {
        /// The departments.
        departments: BTreeSet<DepartmentId>,
    },
}

impl Meeting {
    /// Tells whether a reader of one account sees both posts as one too many, and not only the calendar's keeper.
    pub fn is_clash(&self) -> bool {
        !matches!(self, Meeting::SameHour { .. })
    }
}

impl fmt::Display for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |ids: &BTreeSet<AccountId>| ids.iter().map(AccountId::as_str).collect::<Vec<_>>().join(", ");
        match self {
            Meeting::Near { accounts, apart } if apart.is_zero() => {
                write!(f, "at the same moment on {}", names(accounts))
            }
            Meeting::Near { accounts, apart } => {
                write!(f, "{} apart on {}", show_duration(*apart), names(accounts))
            }
            Meeting::SameWords { accounts } => write!(f, "the same words on {}", names(accounts)),
            Meeting::SameHour { departments } => {
                let names: Vec<&str> = departments.iter().map(DepartmentId::as_str).collect();
                write!(f, "in the same hour, of {}", names.join(", "))
            }
        }
    }
}

/// Whole days without a post of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The account.
    pub account: AccountId,
    /// The first day without a post.
    pub from: NaiveDate,
    /// The last such day.
    pub until: NaiveDate,
    /// Whether no later post is known: the silence may be longer.
    pub open: bool,
}

impl Gap {
    /// Returns how many days it has.
    pub fn days(&self) -> i64 {
        (self.until - self.from).num_days() + 1
    }
}

/// Finds posts that meet, in the order of their times.
pub fn collisions(calendar: &Calendar, drafts: &[Draft]) -> Vec<Collision> {
    let firsts: Vec<&Draft> = drafts.iter().filter(|draft| draft.slot.part == 1).collect();
    let mut found = near(&firsts);
    found.extend(same_words(&firsts));
    found.extend(same_hour(calendar, &firsts));
    found.sort_by(|a, b| (a.at, &a.posts).cmp(&(b.at, &b.posts)));
    found
}

/// Finds neighbours on an account; the same two posts on several accounts meet once.
fn near(drafts: &[&Draft]) -> Vec<Collision> {
    let mut by_account: BTreeMap<&AccountId, Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        by_account.entry(&draft.slot.account).or_default().push(draft);
    }
    let mut met: BTreeMap<(DateTime<Utc>, Vec<PostId>), Meeting> = BTreeMap::new();
    for (account, mut drafts) in by_account {
        drafts.sort_by(|a, b| (a.due, &a.slot).cmp(&(b.due, &b.slot)));
        for pair in drafts.windows(2) {
            let [first, second] = pair else { continue };
            let apart = second.due - first.due;
            if apart > NEAR {
                continue;
            }
            let posts = vec![first.slot.post.clone(), second.slot.post.clone()];
            let new = || Meeting::Near { accounts: BTreeSet::new(), apart };
            if let Meeting::Near { accounts, .. } = met.entry((first.due, posts)).or_insert_with(new) {
                accounts.insert(account.clone());
            }
        }
    }
    met.into_iter().map(|((at, posts), kind)| Collision { at, posts, kind }).collect()
}

/// Finds different posts that say the same; one that says `again = true` means it.
fn same_words(drafts: &[&Draft]) -> Vec<Collision> {
    let mut said: BTreeMap<Fingerprint, Vec<&Draft>> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| !draft.again) {
        if let Some(words) = draft.fingerprint() {
            said.entry(words).or_default().push(draft);
        }
    }
    // Two posts that have different words on different accounts, and each time the same, meet once.
    let mut met: BTreeMap<Vec<PostId>, (DateTime<Utc>, BTreeSet<AccountId>)> = BTreeMap::new();
    for mut drafts in said.into_values() {
        drafts.sort_by(|a, b| (a.due, &a.slot).cmp(&(b.due, &b.slot)));
        let posts = in_order(drafts.iter().map(|draft| &draft.slot.post));
        if let (Some(first), 2..) = (drafts.first(), posts.len()) {
            let (_, accounts) = met.entry(posts).or_insert_with(|| (first.due, BTreeSet::new()));
            accounts.extend(drafts.iter().map(|draft| draft.slot.account.clone()));
        }
    }
    let one = |(posts, (at, accounts))| Collision { at, posts, kind: Meeting::SameWords { accounts } };
    met.into_iter().map(one).collect()
}

/// Finds hours, by the calendar's clock, in which more than one department posts.
fn same_hour(calendar: &Calendar, drafts: &[&Draft]) -> Vec<Collision> {
    let mut hours: BTreeMap<(NaiveDate, u32), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        let local = calendar.zone().local(draft.due);
        hours.entry((local.date(), local.hour())).or_default().push(draft);
    }
    let mut found = Vec::new();
    for mut drafts in hours.into_values() {
        drafts.sort_by(|a, b| (a.due, &a.slot).cmp(&(b.due, &b.slot)));
        let departments: BTreeSet<DepartmentId> =
            drafts.iter().filter_map(|draft| department(calendar, &draft.slot.post)).cloned().collect();
        if let (Some(first), 2..) = (drafts.first(), departments.len()) {
            let posts = in_order(drafts.iter().map(|draft| &draft.slot.post));
            found.push(Collision { at: first.due, posts, kind: Meeting::SameHour { departments } });
        }
    }
    found
}

/// Returns the department that posts a post.
pub fn department<'a>(calendar: &'a Calendar, post: &PostId) -> Option<&'a DepartmentId> {
    calendar.post(post)?.department.as_ref().map(|department| &department.value)
}

/// Returns each post once, where it comes first.
fn in_order<'a>(posts: impl Iterator<Item = &'a PostId>) -> Vec<PostId> {
    let mut seen = BTreeSet::new();
    posts.filter(|post| seen.insert(*post)).cloned().collect()
}

/// Finds the silences of each account that reach into some days, by account and time.
///
/// `drafts` are those of the days that are `known`, which reach beyond `days` on both sides, so that a silence is told as
/// long as it is. An account that has not begun is not silent: it begins with its `since`, else with its first post.
pub fn gaps(
    calendar: &Calendar,
    drafts: &[Draft],
    known: &Range<NaiveDate>,
    days: &Range<NaiveDate>,
) -> Vec<Gap> {
    silences(calendar, posted(calendar, drafts), known, days)
}

/// The days on which each account has something.
pub type Posted<'a> = BTreeMap<&'a AccountId, BTreeSet<NaiveDate>>;

/// Returns the days on which each account has a post.
pub fn posted<'a>(calendar: &Calendar, drafts: &'a [Draft]) -> Posted<'a> {
    let mut posted = Posted::new();
    for draft in drafts {
        posted.entry(&draft.slot.account).or_default().insert(calendar.zone().local(draft.due).date());
    }
    posted
}

/// Finds the silences of each account that reach into some days, as [`gaps`] does, between days that are given.
pub fn silences(
    calendar: &Calendar,
    mut posted: Posted<'_>,
    known: &Range<NaiveDate>,
    days: &Range<NaiveDate>,
) -> Vec<Gap> {
    let mut found = Vec::new();
    for account in calendar.accounts.values().filter(|account| account.platform.is_some()) {
        let posted = posted.remove(&account.id).unwrap_or_default();
        let since = account.since.as_ref().map(|since| since.value);
        let Some(begin) = since.or(posted.first().copied()) else { continue };
        let Some(eve) = begin.max(known.start).pred_opt() else { continue };
        let mut last = eve;
        for day in posted {
            found.extend(silence(&account.id, last, day, false));
            last = day;
        }
        found.extend(silence(&account.id, last, days.end, true));
    }
    found.retain(|gap| gap.from < days.end && gap.until >= days.start);
    found
}

/// Returns the silence between two days with a post, if it is long enough to be one.
fn silence(account: &AccountId, before: NaiveDate, after: NaiveDate, open: bool) -> Option<Gap> {
    let from = before.succ_opt()?;
    let until = after.pred_opt()?;
    ((until - from).num_days() + 1 >= SILENT_DAYS_MIN).then(|| Gap {
        account: account.clone(),
        from,
        until,
        open,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;
    use crate::finding::{Content, File};

    fn calendar(files: &[(&str, &str)]) -> Calendar {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            content: Content::Text((*text).to_owned()),
        };
        let mut files: Vec<File> = files.iter().map(file).collect();
        for (path, text) in [
            ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
            ("accounts/news.toml", "platform = \"feed\"\n"),
            ("accounts/talk.toml", "platform = \"mastodon\"\nserver = \"https://a.example\"\n"),
            ("departments/shows.toml", "name = \"Shows\"\n"),
            ("departments/school.toml", "name = \"School\"\n"),
        ] {
            files.push(file(&(path, text)));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        calendar::read(&files).0
    }

    fn all(calendar: &Calendar) -> Vec<Draft> {
        calendar.drafts(DateTime::<Utc>::MIN_UTC..DateTime::<Utc>::MAX_UTC)
    }

    fn told(calendar: &Calendar) -> Vec<String> {
        collisions(calendar, &all(calendar))
            .into_iter()
            .map(|found| {
                let posts: Vec<&str> = found.posts.iter().map(PostId::as_str).collect();
                format!("{} {} {:?}", found.at.format("%d %H:%M"), posts.join("+"), found.kind)
            })
            .collect()
    }

    fn days(from: &str, to: &str) -> Range<NaiveDate> {
        from.parse().unwrap()..to.parse().unwrap()
    }

    #[test]
    fn posts_meet_within_minutes_in_the_same_words_and_in_the_same_hour() {
        let calendar = calendar(&[
            (
                "posts/2027/01/2027-01-05-a.toml",
                "at = 2027-01-05T09:00:00\nto = [\"news\", \"talk\"]\ntext = \"Doors open\"\ndepartment = \"shows\"\n",
            ),
            (
                "posts/2027/01/2027-01-05-b.toml",
                "at = 2027-01-05T09:15:00\nto = [\"news\", \"talk\"]\ntext = \"Tea\"\ndepartment = \"school\"\n",
            ),
            (
                "posts/2027/01/2027-01-07-c.toml",
                "at = 2027-01-07T09:16:00\nto = [\"news\"]\ntext = \"doors OPEN!\"\ndepartment = \"school\"\n",
            ),
            (
                "posts/2027/01/2027-01-07-d.toml",
                "at = 2027-01-07T09:32:00\nto = [\"news\"]\ntext = \"Soup\"\ndepartment = \"school\"\n",
            ),
        ]);
        insta::assert_snapshot!(told(&calendar).join("\n"), @r#"
        05 09:00 2027-01-05-a+2027-01-05-b Near { accounts: {AccountId("news"), AccountId("talk")}, apart: TimeDelta { secs: 900, nanos: 0 } }
        05 09:00 2027-01-05-a+2027-01-05-b SameHour { departments: {DepartmentId("school"), DepartmentId("shows")} }
        05 09:00 2027-01-05-a+2027-01-07-c SameWords { accounts: {AccountId("news"), AccountId("talk")} }
        "#);
    }

    #[test]
    fn a_thread_does_not_meet_itself_and_a_repeat_not_its_own_words() {
        let calendar = calendar(&[(
            "posts/2027/01/2027-01-05-a.toml",
            "at = 2027-01-05T09:00:00\nto = [\"talk\"]\ntext = \"One\"\n[[thread]]\ntext = \"Two\"\n\
             [repeat]\nevery = \"tuesday\"\nuntil = 2027-02-01\n",
        )]);
        assert_eq!(told(&calendar), Vec::<String>::new());
    }

    #[test]
    fn an_account_is_silent_between_its_posts_and_after_the_last() {
        let post = |day: &str| {
            (
                format!("posts/{}/2027-{day}-x.toml", &format!("2027-{day}")[..7].replace('-', "/")),
                format!("at = 2027-{day}T23:30:00\nto = [\"news\"]\ntext = \"{day}\"\n"),
            )
        };
        let posts = ["01-04", "01-11", "01-19", "02-20"].map(post);
        let files: Vec<(&str, &str)> =
            posts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let calendar = calendar(&files);
        let told = |range: Range<NaiveDate>| -> Vec<String> {
            let found = gaps(&calendar, &all(&calendar), &days("2026-10-01", "2027-05-01"), &range);
            let one = |gap: &Gap| {
                format!("{} {} {} {}", gap.account, gap.from, gap.days(), if gap.open { "open" } else { "" })
            };
            found.iter().map(|gap| one(gap).trim_end().to_owned()).collect()
        };
        // Six days between the first two are none; `talk` has not begun.
        assert_eq!(told(days("2027-01-01", "2027-02-01")), ["news 2027-01-12 7", "news 2027-01-20 31"]);
        assert_eq!(told(days("2027-02-01", "2027-03-01")), ["news 2027-01-20 31", "news 2027-02-21 8 open"]);
        assert_eq!(told(days("2026-12-01", "2027-01-01")), Vec::<String>::new());
    }

    #[test]
    fn an_account_that_has_begun_is_silent_from_its_first_day() {
        let calendar = calendar(&[("accounts/late.toml", "platform = \"feed\"\nsince = 2027-01-10\n")]);
        let january = days("2027-01-01", "2027-02-01");
        let found = gaps(&calendar, &[], &days("2026-12-01", "2027-03-01"), &january);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].from.to_string().as_str(), found[0].days(), found[0].open),
            ("2027-01-10", 22, true)
        );
    }
}
