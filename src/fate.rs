//! What became of requests: a function of the calendar and of where its posts stand.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::{Calendar, Request};
use crate::draft::PostId;
use crate::plan::{Row, Standing};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody sees to it yet.
    Asked,
    /// Somebody sees to it.
    Taken,
    /// There is a post, and its author holds it: a draft.
    Written,
    /// There is a post, and something else than its author holds it.
    Held,
    /// A post goes out.
    Scheduled,
    /// A person is to post it now.
    ByHand,
    /// It may be public, and nobody knows.
    Doubt,
    /// A network refused it.
    Refused,
    /// Its time passed, or it was taken down.
    Missed,
    /// It is public.
    Published,
    /// Nothing comes of it.
    Declined,
}

impl State {
    /// Every state.
    pub const ALL: [State; 11] = [
        State::Asked,
        State::Taken,
        State::Written,
        State::Held,
        State::Scheduled,
        State::ByHand,
        State::Doubt,
        State::Refused,
        State::Missed,
        State::Published,
        State::Declined,
    ];

    /// Returns the word for it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Taken => "taken",
            State::Written => "written",
            State::Held => "held",
            State::Scheduled => "scheduled",
            State::ByHand => "by-hand",
            State::Doubt => "doubt",
            State::Refused => "refused",
            State::Missed => "missed",
            State::Published => "published",
            State::Declined => "declined",
        }
    }

    /// Tells whether nothing more is to be done for it.
    pub fn is_over(self) -> bool {
        matches!(self, State::Published | State::Declined)
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Where it stands.
    pub state: State,
    /// Whether its day is near or past, and nothing stands for it but drafts.
    pub late: bool,
    /// The same in words: who, when, where, why.
    pub told: String,
    /// When the next of its posts goes out.
    pub due: Option<DateTime<Utc>>,
    /// Where its posts can be seen.
    pub urls: Vec<String>,
}

impl Fate {
    /// Returns the word for it, with `late` where it is.
    pub fn word(&self) -> String {
        let late = if self.late { ", late" } else { "" };
        format!("{}{late}", self.state.word())
    }
}

/// Returns the moments in which the posts of requests go out, where there are any. Of a repeat the first times count.
pub fn window(calendar: &Calendar) -> Option<Range<DateTime<Utc>>> {
    let posts = calendar.requests.values().flat_map(|request| calendar.posts_of(request));
    let walls: Vec<DateTime<Utc>> =
        posts.filter_map(|post| post.at.as_ref().map(|at| at.value.and_utc())).collect();
    let days = |at: &DateTime<Utc>, days: i64| at.checked_add_signed(TimeDelta::days(days));
    // No zone is more than a day away from UTC.
    Some(days(walls.iter().min()?, -2)?..days(walls.iter().max()?, 2)?)
}

/// Tells what became of a request; `rows` say where its posts stand, and may say more.
pub fn fate(calendar: &Calendar, request: &Request, rows: &[Row], now: DateTime<Utc>) -> Fate {
    let late = calendar.is_late(request, calendar.zone().local(now).date());
    let posts: Vec<&PostId> = calendar.posts_of(request).map(|post| &post.id).collect();
    let (state, told) = match (&request.declined, posts.first(), request.taken.first()) {
        (Some(why), ..) => (State::Declined, why.value.clone()),
        (None, Some(first), _) => return of_posts(calendar, (&posts, first), rows, (late, now)),
        (None, None, Some(taken)) => (State::Taken, format!("by {} on {}", taken.by.value, taken.on)),
        (None, None, None) => {
            (State::Asked, request.asked().map_or_else(String::new, |at| format!("of {}", at.value)))
        }
    };
    Fate { state, late, told, due: None, urls: Vec::new() }
}

/// Tells what became of a request by its posts.
fn of_posts(
    calendar: &Calendar,
    (posts, first): (&[&PostId], &PostId),
    rows: &[Row],
    (late, now): (bool, DateTime<Utc>),
) -> Fate {
    let own: Vec<(State, &Row)> = rows
        .iter()
        .filter(|row| posts.contains(&&row.slot.post))
        .map(|row| (state(calendar, row, now), row))
        .collect();
    let due = own.iter().filter(|(_, row)| row.due > now).map(|(_, row)| row.due).min();
    let urls: Vec<String> = own.iter().filter_map(|(_, row)| row.url.clone()).collect();
    let Some((state, row)) = own.iter().min_by_key(|(state, row)| (urgency(*state), row.due)) else {
        let is_draft = posts.iter().any(|id| calendar.held(id).is_some());
        let state = if is_draft { State::Written } else { State::Held };
        return Fate { state, late, told: format!("{first} goes to no account"), due, urls };
    };
    let (id, when) = (&row.slot.post, calendar.zone().local(row.due).format("%Y-%m-%d %H:%M"));
    let told = match (state, urls.first()) {
        (State::Published, Some(url)) => format!("{id}: {url}"),
        (State::Scheduled, _) => format!("{id} goes out on {when}"),
        (State::Written, _) => {
            let why = row.reason.strip_prefix("held: ").unwrap_or(&row.reason);
            format!("{id} is a draft for {when}: {why}")
        }
        _ => format!("{id}: {}", row.reason),
    };
    Fate { state: *state, late, told, due, urls }
}

/// Tells what one copy of a post is to a request.
fn state(calendar: &Calendar, row: &Row, now: DateTime<Utc>) -> State {
    match row.standing {
        Standing::Published => State::Published,
        Standing::Doubt | Standing::Broken => State::Doubt,
        Standing::Refused => State::Refused,
        Standing::Missed | Standing::Over => State::Missed,
        Standing::Held if calendar.held(&row.slot.post).is_some() => State::Written,
        Standing::Held => State::Held,
        Standing::ByHand if row.due <= now => State::ByHand,
        Standing::ByHand
        | Standing::Due
        | Standing::Waiting
        | Standing::Behind
        | Standing::Full
        | Standing::Later
        | Standing::Stopped => State::Scheduled,
    }
}

/// Returns which of several states is told: what needs somebody before what goes its way, the end last.
fn urgency(state: State) -> u8 {
    match state {
        State::Doubt => 0,
        State::Refused => 1,
        State::Missed => 2,
        State::Held => 3,
        State::Written => 4,
        State::ByHand => 5,
        State::Scheduled => 6,
        State::Published => 7,
        State::Asked | State::Taken | State::Declined => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;
    use crate::draft::{AccountId, Occurrence, Slot};
    use crate::finding::{Content, File};
    use crate::text::Platform;

    const REQUEST: &str = "title = \"Tea\"\ndepartment = \"shop\"\nwanted = 2027-01-20\n";

    fn calendar(request: &str, hold: &str) -> Calendar {
        let post = format!("at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"Tea\"\n{hold}");
        let files = [
            ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
            ("accounts/news.toml", "platform = \"feed\"\n"),
            ("departments/shop.toml", "name = \"Shop\"\n"),
            ("people/ana.toml", "name = \"Ana\"\nrole = \"contributor\"\n"),
            ("posts/2027/01/2027-01-18-tea.toml", &post),
            ("requests/tea.toml", request),
        ];
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            content: Content::Text((*text).to_owned()),
        };
        let files: Vec<File> = files.iter().map(file).collect();
        let (calendar, findings) = calendar::read(&files);
        assert_eq!(findings, []);
        calendar
    }

    fn row(standing: Standing, account: &str) -> Row {
        let post = PostId::new("2027-01-18-tea").unwrap();
        let account = AccountId::new(account).unwrap();
        Row {
            slot: Slot { post, occurrence: Occurrence::Once, account, part: 1 },
            platform: Platform::Feed,
            due: "2027-01-18T09:00:00Z".parse().unwrap(),
            standing,
            reason: "so".to_owned(),
            next: None,
            url: (standing == Standing::Published).then(|| "https://a.example/1".to_owned()),
        }
    }

    fn told(request: &str, hold: &str, rows: &[Row], now: &str) -> String {
        let calendar = calendar(request, hold);
        let request = calendar.requests.values().next().unwrap();
        let fate = fate(&calendar, request, rows, now.parse().unwrap());
        format!("{} ({})", fate.word(), fate.told)
    }

    #[test]
    fn a_request_is_asked_taken_or_declined_and_late_when_its_day_is_near() {
        let early = "2027-01-10T09:00:00Z";
        assert_eq!(told(REQUEST, "", &[], early), "asked (of shop)");
        assert_eq!(told(REQUEST, "", &[], "2027-01-13T09:00:00Z"), "asked, late (of shop)");
        let taken = format!("{REQUEST}[[taken]]\nby = \"ana\"\non = 2027-01-09\n");
        assert_eq!(told(&taken, "", &[], early), "taken (by ana on 2027-01-09)");
        assert_eq!(told(&taken, "", &[], "2027-02-13T09:00:00Z"), "taken, late (by ana on 2027-01-09)");
        let declined = format!("{REQUEST}declined = \"We have no tea\"\n");
        assert_eq!(told(&declined, "", &[], "2027-02-13T09:00:00Z"), "declined (We have no tea)");
    }

    #[test]
    fn a_request_s_posts_tell_of_it_and_what_needs_somebody_comes_first() {
        let request = format!("{REQUEST}posts = [\"2027-01-18-tea\"]\n");
        let now = "2027-01-17T09:00:00Z";
        let stands = |rows: &[Row]| told(&request, "", rows, now);
        let scheduled = "scheduled (2027-01-18-tea goes out on 2027-01-18 09:00)";
        assert_eq!(stands(&[row(Standing::Waiting, "news")]), scheduled);
        let (done, open) = (row(Standing::Published, "news"), row(Standing::Refused, "x"));
        assert_eq!(stands(std::slice::from_ref(&done)), "published (2027-01-18-tea: https://a.example/1)");
        assert_eq!(stands(&[done.clone(), open]), "refused (2027-01-18-tea: so)");
        assert_eq!(stands(&[done, row(Standing::Waiting, "x")]), scheduled);
        assert_eq!(stands(&[row(Standing::Missed, "news")]), "missed (2027-01-18-tea: so)");
        assert_eq!(stands(&[row(Standing::Held, "news")]), "held (2027-01-18-tea: so)");
        let draft = told(&request, "hold = \"A draft\"\n", &[row(Standing::Held, "news")], now);
        assert_eq!(draft, "written, late (2027-01-18-tea is a draft for 2027-01-18 09:00: so)");
    }
}
