//! A new campaign's steps, spread over its days.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::{Calendar, Department, Tactic};

/// The most days that a campaign is spread over: ten years.
const DAYS_MAX: u64 = 3_660;

/// A step of a campaign that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When it goes out.
    pub at: NaiveDateTime,
    /// What it does.
    pub tactic: Tactic,
    /// What it brings to its end.
    pub ends: Option<Tactic>,
    /// The last day on which people may take part.
    pub closes: Option<NaiveDate>,
    /// How long its poll is open.
    pub open: Option<TimeDelta>,
}

/// Why steps cannot be spread: there are fewer open days than steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooShort {
    /// How many days are open.
    pub days: usize,
    /// How many steps want one each.
    pub steps: usize,
}

/// Spreads steps evenly over the open days of a campaign, one a day: it is announced, each tactic follows, it is said again,
/// what was asked is answered and who won is named, and people are thanked.
///
/// `closed` tells on which days nothing goes out. A department posts at its standing time, else at ten.
pub fn spread(
    calendar: &Calendar,
    department: Option<&Department>,
    (from, until): (NaiveDate, NaiveDate),
    tactics: &[Tactic],
) -> Result<Vec<Planned>, TooShort> {
    let mut steps = vec![(Tactic::Announce, None)];
    let is_own = |tactic: &&Tactic| !matches!(tactic, Tactic::Announce | Tactic::Reminder | Tactic::Thanks);
    let own: Vec<Tactic> = tactics.iter().filter(is_own).copied().collect();
    steps.extend(own.iter().map(|tactic| (*tactic, None)));
    steps.push((Tactic::Reminder, None));
    steps.extend(
        own.iter()
            .filter(|tactic| tactic.needs().end.is_some())
            .map(|tactic| (Tactic::Announce, Some(*tactic))),
    );
    steps.push((Tactic::Thanks, None));
    let id = department.map(|department| &department.id);
    let last = u64::try_from((until - from).num_days()).unwrap_or_default().min(DAYS_MAX);
    let days = (0..=last).filter_map(|day| from.checked_add_days(Days::new(day)));
    let open: Vec<NaiveDate> = days.filter(|day| !calendar.is_closed(*day, id)).collect();
    if until < from || open.len() < steps.len() {
        return Err(TooShort { days: if until < from { 0 } else { open.len() }, steps: steps.len() });
    }
    // The first step takes the first open day, the last one the last.
    let place = |step: usize| (step * (open.len() - 1) + (steps.len() - 1) / 2) / (steps.len() - 1);
    let at = |step: usize| {
        let day = open.get(place(step)).copied()?;
        let rule = department.and_then(|department| department.standing_time(day));
        Some(day.and_time(rule.or(NaiveTime::from_hms_opt(10, 0, 0))?))
    };
    let times: Vec<NaiveDateTime> = (0..steps.len()).filter_map(at).collect();
    Ok(planned(&steps, &times))
}

fn planned(steps: &[(Tactic, Option<Tactic>)], times: &[NaiveDateTime]) -> Vec<Planned> {
    let mut planned = Vec::with_capacity(steps.len());
    for (index, ((tactic, ends), at)) in steps.iter().zip(times).enumerate() {
        let day = at.date();
        let eve = |end: Option<&NaiveDateTime>| {
            end.and_then(|end| end.date().pred_opt()).map(|eve| eve.max(day)).unwrap_or(day)
        };
        let end = steps.iter().position(|(_, ends)| *ends == Some(*tactic) && ends.is_some());
        let (closes, open) = match tactic {
            Tactic::Poll => {
                let open = poll_open(*at, eve(times.get(index + 1)));
                (at.checked_add_signed(open).map(|closes| closes.date()), Some(open))
            }
            Tactic::Contest | Tactic::Question => (Some(eve(end.and_then(|end| times.get(end)))), None),
            Tactic::UserContent => (Some(eve(times.last())), None),
            Tactic::Announce | Tactic::Reminder | Tactic::Thanks => (None, None),
        };
        planned.push(Planned { at: *at, tactic: *tactic, ends: *ends, closes, open });
    }
    planned
}

/// Returns how long a poll is open that ends on a day at the latest: three days or one, which every network takes, or what
/// is left of its own day.
fn poll_open(at: NaiveDateTime, last: NaiveDate) -> TimeDelta {
    let days = (last - at.date()).num_days();
    match days {
        3.. => TimeDelta::days(3),
        1.. => TimeDelta::days(1),
        _ => {
            let hours = i64::from(24_u32.saturating_sub(at.time().hour()));
            TimeDelta::hours(hours.max(2) - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ROOT, files};
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(extra: &[(&str, &str)], days: (&str, &str), tactics: &[Tactic]) -> Vec<String> {
        let all: Vec<_> = [
            ROOT,
            ("departments/shop.toml", "name = \"Shop\"\n[[slot]]\nevery = \"thursday\"\nat = 12:30:00\n"),
        ]
        .into_iter()
        .chain(extra.iter().copied())
        .collect();
        let (calendar, findings) = super::super::read(&files(&all));
        assert_eq!(findings, []);
        let shop = calendar.departments.values().next();
        match spread(&calendar, shop, (day(days.0), day(days.1)), tactics) {
            Err(short) => vec![format!("{} of {}", short.days, short.steps)],
            Ok(steps) => steps
                .iter()
                .map(|step| {
                    let ends = step.ends.map_or("", Tactic::as_str);
                    let closes = step.closes.map_or_else(String::new, |day| day.format("%d").to_string());
                    format!("{} {} {ends} {closes}", step.at.format("%d %H:%M"), step.tactic.as_str())
                        .trim_end()
                        .to_owned()
                })
                .collect(),
        }
    }

    #[test]
    fn steps_are_spread_from_the_first_day_to_the_last_and_what_is_asked_is_ended() {
        assert_eq!(
            told(&[], ("2027-02-01", "2027-02-28"), &[Tactic::Poll, Tactic::Contest]),
            [
                "01 10:00 announce",
                "06 10:00 poll  09",
                "12 10:00 contest  22",
                "17 10:00 reminder",
                "23 10:00 announce contest",
                "28 10:00 thanks",
            ]
        );
        assert_eq!(
            told(&[], ("2027-02-03", "2027-02-05"), &[]),
            ["03 10:00 announce", "04 12:30 reminder", "05 10:00 thanks"]
        );
        assert_eq!(told(&[], ("2027-02-01", "2027-02-03"), &[Tactic::Poll]), ["3 of 4"]);
        assert_eq!(told(&[], ("2027-02-03", "2027-02-01"), &[]), ["0 of 3"]);
    }

    #[test]
    fn closed_days_have_no_step() {
        let protocol = "title = \"Quiet\"\n[[rule]]\nkind = \"blackout\"\nsay = \"Quiet\"\ndays = [2027-02-01, 2027-02-28]\n\
                        [[rule]]\nkind = \"blackout\"\nsay = \"Theirs\"\ndepartments = [\"press\"]\nfrom = 2027-02-02\nuntil = 2027-02-27\n";
        let extra = [("protocols/quiet.toml", protocol), ("departments/press.toml", "name = \"Press\"\n")];
        let calendar = super::super::read(&files(&[&[ROOT][..], &extra[..]].concat())).0;
        let press = calendar.departments.values().next();
        let short = spread(&calendar, press, (day("2027-02-01"), day("2027-02-28")), &[]);
        assert_eq!(short, Err(TooShort { days: 0, steps: 3 }));
        let all = spread(&calendar, None, (day("2027-02-01"), day("2027-02-28")), &[]).unwrap();
        assert_eq!(
            all.iter().map(|step| step.at.date()).collect::<Vec<_>>(),
            ["2027-02-02", "2027-02-15", "2027-02-27"].map(day)
        );
    }
}
