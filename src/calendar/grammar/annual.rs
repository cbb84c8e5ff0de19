//! The annual schedule: what its file takes.

use super::super::model::Period;
use super::Type::{Choice, Count, Date, DateTime, Every, Id, Ids, Line, Month, Tables, Text, Week, Whole};
use super::{Key, may, must};

const PERIODS: &[&str] = &[Period::ALL[0].0, Period::ALL[1].0];

/// The keys of things that have days, with those that say which.
macro_rules! on_days {
    ($($key:expr),* $(,)?) => {
        &[
            $($key,)*
            may("on", Date, "The day."),
            may("from", Date, "The first day of several; also the first that `every` may yield."),
            may("until", Date, "The last day of several; also the last that `every` may yield."),
            may("every", Every, "How the days come again in the year, such as `last sunday` or `15th`."),
        ]
    };
}

const THEME: &[Key] = on_days![
    must("name", Line, "The theme's name."),
    may("month", Month, "The month that it is of, such as `2027-01`."),
    may("week", Week, "The week that it is of, as ISO 8601 counts them, such as `2027-W07`."),
    may("campaign", Id, "The campaign that serves it."),
    may("departments", Ids, "The departments that it is for; all if absent."),
    may("tag", Line, "Its tag, without `#`."),
    may("text", Text, "What it is about."),
];

const OBSERVANCE: &[Key] = on_days![
    must("name", Line, "The observance's name."),
    may("departments", Ids, "The departments whose it is; anybody's if absent."),
    may("accounts", Ids, "The accounts that its posts go to; any if absent."),
    may("posts", Whole, "How many posts it wants; 1 if absent, 0 where it is only to be known."),
    may("text", Text, "What it is about."),
];

const HOLIDAY: &[Key] = on_days![
    must("name", Line, "The holiday's name."),
    may("departments", Ids, "The departments that keep it; all if absent."),
    may("text", Text, "What there is to know of it."),
];

const QUIET: &[Key] = on_days![
    must("name", Line, "Why nothing is said."),
    may("departments", Ids, "The departments that say nothing; all if absent."),
    may("accounts", Ids, "The accounts on which nothing is said; all if absent."),
    may("text", Text, "What there is to know of it."),
];

const COVERAGE: &[Key] = &[
    must("posts", Count, "The fewest posts."),
    must("every", Choice(PERIODS), "How often: each month, or each week from Monday to Sunday."),
    may("goal", Id, "The goal that they serve, themselves or by their campaign."),
    may("department", Id, "The department whose they are."),
    may("account", Id, "The account that they go to."),
    may("campaign", Id, "The campaign that they belong to."),
    may("from", Date, "The first day on which they are asked for; that of the year if absent."),
    may("until", Date, "The last day on which they are asked for; that of the year if absent."),
];

const SLOT: &[Key] = &[
    must("at", DateTime, "The wall clock in the calendar's zone, such as `2027-03-02T10:00:00`."),
    must("department", Id, "The department whose it is."),
    must("account", Id, "The account that the post goes to."),
    may("theme", Line, "The theme that it is for, by its name."),
    may("observance", Line, "The observance that it is for, by its name."),
    may("goal", Id, "The goal that the post serves."),
    may("campaign", Id, "The campaign that the post belongs to."),
    may("standing", Date, "The day of the department's standing slot that it is."),
    may("why", Line, "Why it is there."),
    may(
        "post",
        Id,
        "The post that was written for it; if absent, one of the department on the account on its day.",
    ),
    may("experiment", Id, "The experiment that it is a part of."),
    may("arm", Line, "The arm of the experiment that was drawn for it."),
];

pub(super) const SCHEDULE: &[Key] = &[
    may("title", Line, "What the year is called."),
    may("text", Text, "What it is for."),
    may("theme", Tables(THEME), "What months, weeks or other stretches are about."),
    may("observance", Tables(OBSERVANCE), "Days that want a post."),
    may("holiday", Tables(HOLIDAY), "Days on which nobody is at work: nothing is planned on them."),
    may("quiet", Tables(QUIET), "Days on which nothing is said: a post on one is held."),
    may(
        "coverage",
        Tables(COVERAGE),
        "How many posts there must be of a goal, a department, an account or a campaign.",
    ),
    may(
        "slot",
        Tables(SLOT),
        "Times that posts are to be written for; `kalends year plan` writes them, people edit them.",
    ),
];
