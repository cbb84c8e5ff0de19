//! The month, or the year, measured: the organisation's and its leaders' reach, what people did, what followed, and what was
//! promised and kept.
//!
//! A report is a function of evidence: the same rows give the same numbers on every machine. It is told up to a cutoff, which
//! is never the clock's. Every number has an id, and [`explain()`] lists the rows behind it. A number that is not known is
//! absent; what is missing, and why, is told with it.

mod explain;
mod followers;
mod frame;
mod goal;
mod missing;
mod oddities;
mod others;
mod period;
mod ranking;
mod reasons;
mod scope;
mod show;
mod summary;
mod trace;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::definition::{Formula, Measure, Part, Unit};
use crate::draft::AccountId;
use crate::evidence::Evidence;
use crate::reading::{Metric, Subject};

pub use explain::{Explanation, Line, explain, nearest_numbers};
pub use followers::{Curve, Mark};
pub use goal::{GoalLine, Outlook, Verdict};
pub use missing::Note;
pub use period::{Period, Which, days};
pub use ranking::{Ranked, Ranking};
pub use reasons::{Broken, Reasons};
pub use scope::Scope;
pub use show::{SAME, change, show};
pub use trace::{Question, Value};

use frame::Frame;

/// A number of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// What it is called everywhere: `outputs.impressions.organisation`.
    pub id: String,
    /// What, whose and when.
    pub question: Question,
    /// Exactly how much.
    pub value: Value,
    /// Of how many posts, accounts or messages it is made, and of how many it could be.
    pub have: Option<(usize, usize)>,
    /// How many of its posts were read only after the cutoff.
    pub later: usize,
}

impl Number {
    /// Returns it as people read it.
    pub fn shown(&self) -> String {
        show(self.value, self.question.measure, self.question.currency.as_deref())
    }

    /// Returns `of 14 posts, 11 have it`, where not all have.
    pub fn partly(&self) -> Option<String> {
        let (have, of) = self.have.filter(|(have, of)| have < of)?;
        let what = match self.question.measure.definition().formula {
            Formula::ReplyQuantile(_) => return Some(format!("of {of} messages, {have} answered")),
            Formula::Followers
            | Formula::FollowersGained
            | Formula::FollowersGrowth
            | Formula::AccountReach
            | Formula::OfAccounts(_)
            | Formula::OfAccountsOver(..) => "accounts",
            _ => "posts",
        };
        Some(format!("of {of} {what}, {have} {} it", if have == 1 { "has" } else { "have" }))
    }
}

/// A month, or a year, measured.
#[derive(Debug, Clone)]
pub struct Report {
    /// The organisation's name.
    pub organisation: String,
    /// The zone in whose clock the month is counted.
    pub zone: String,
    /// The report's times: the one it is of first, then those it is compared with.
    pub periods: Vec<Period>,
    /// The first day of which any post is known.
    pub known_from: Option<NaiveDate>,
    /// The commits that were read, each with what it is of.
    pub commits: Vec<(String, String)>,
    /// The whole in plain words.
    pub summary: Vec<String>,
    /// The organisation, then the leaders.
    pub sides: Vec<Scope>,
    /// The platforms.
    pub platforms: Vec<Scope>,
    /// The accounts.
    pub accounts: Vec<Scope>,
    /// The departments.
    pub departments: Vec<Scope>,
    /// The campaigns.
    pub campaigns: Vec<Scope>,
    /// The scopes' names for people.
    pub names: BTreeMap<Scope, String>,
    /// The goals.
    pub goals: Vec<GoalLine>,
    /// Every number that is known, by its id.
    pub numbers: BTreeMap<String, Number>,
    /// The best and the worst posts of each side.
    pub rankings: Vec<Ranking>,
    /// What was promised and not kept on time, and why.
    pub reasons: Reasons,
    /// The followers of each account over time.
    pub followers: Vec<Curve>,
    /// What is missing from the data, and why.
    pub missing: Vec<Note>,
}

/// Returns a number's id.
pub fn id(question: &Question, which: Which) -> String {
    let Question { measure, scope, currency, .. } = question;
    let part = measure.definition().part.as_str();
    let currency =
        currency.as_ref().map(|currency| format!(".{}", currency.to_lowercase())).unwrap_or_default();
    format!("{part}.{measure}{currency}.{scope}{}", which.suffix())
}

impl Report {
    /// Returns a number.
    pub fn number(&self, measure: Measure, scope: &Scope, which: Which) -> Option<&Number> {
        self.money(measure, None, scope, which)
    }

    /// Returns a number of money, in a currency.
    pub fn money(
        &self,
        measure: Measure,
        currency: Option<&str>,
        scope: &Scope,
        which: Which,
    ) -> Option<&Number> {
        let currency = currency.map(str::to_owned);
        let question = Question { measure, scope: scope.clone(), period: 0, currency };
        self.numbers.get(&id(&question, which))
    }

    /// Returns the time that it is of.
    pub fn period(&self) -> &Period {
        self.periods.first().unwrap_or(&NO_PERIOD)
    }

    /// Tells whether only the end of a time is known, so that a comparison with it says little: posts are known from a day on
    /// that is more than a week after its beginning.
    pub fn is_part(&self, period: &Period) -> bool {
        let week = period.days.start.checked_add_days(chrono::Days::new(7));
        self.known_from.zip(week).is_some_and(|(known, week)| known > week && known < period.days.end)
    }

    /// Returns a scope's name for people.
    pub fn name(&self, scope: &Scope) -> &str {
        self.names.get(scope).map_or("", String::as_str)
    }

    /// Returns the measures of a part that any of some scopes has in any of the report's times, with their currencies. What
    /// never became of a promise is left out.
    pub fn measures(&self, part: Part, scopes: &[Scope]) -> Vec<(Measure, Option<String>)> {
        let mut found: BTreeSet<(Measure, Option<String>)> = BTreeSet::new();
        for number in self.numbers.values() {
            let Question { measure, scope, currency, .. } = &number.question;
            let definition = measure.definition();
            let is_nothing = matches!(definition.formula, Formula::Promises(_))
                && number.value == Value::Amount(crate::number::Amount::ZERO);
            if definition.part == part && scopes.contains(scope) && !is_nothing {
                found.insert((*measure, currency.clone()));
            }
        }
        found.into_iter().collect()
    }

    /// Returns the measures that it uses.
    pub fn used(&self) -> BTreeSet<Measure> {
        self.numbers.values().map(|number| number.question.measure).collect()
    }
}

/// What stands for a time where there is none: no report is without one.
static NO_PERIOD: Period = Period {
    which: Which::This,
    days: NaiveDate::MIN..NaiveDate::MIN,
    moments: DateTime::<Utc>::MIN_UTC..DateTime::<Utc>::MIN_UTC,
    cutoff: DateTime::<Utc>::MIN_UTC,
    cutoff_late: DateTime::<Utc>::MIN_UTC,
};

/// Returns the latest moment that the evidence knows of: of a reading, or of a post that went out.
pub fn latest(evidence: &Evidence<'_>) -> Option<DateTime<Utc>> {
    evidence.latest().max(evidence.works.last().map(|work| work.published))
}

/// Measures some days, told up to a cutoff. Nothing where the days are beyond all calendars.
pub fn report(
    evidence: &Evidence<'_>,
    days: &Range<NaiveDate>,
    cutoff: DateTime<Utc>,
    commits: Vec<(String, String)>,
) -> Option<Report> {
    let calendar = evidence.calendar;
    let periods = period::periods(days, calendar.zone(), cutoff)?;
    let frame = Frame::new(evidence, periods);
    let mut report = Report {
        organisation: calendar.root.name.clone(),
        zone: calendar.zone().name().to_owned(),
        periods: frame.periods.clone(),
        known_from: evidence.works.first().map(|work| calendar.zone().local(work.published).date()),
        commits,
        summary: Vec::new(),
        sides: sides(&frame),
        platforms: Vec::new(),
        accounts: Vec::new(),
        departments: Vec::new(),
        campaigns: Vec::new(),
        names: BTreeMap::new(),
        goals: Vec::new(),
        numbers: BTreeMap::new(),
        rankings: Vec::new(),
        reasons: reasons::reasons(&frame),
        followers: followers::curves(&frame),
        missing: Vec::new(),
    };
    report.group(&frame);
    report.measure(&frame);
    report.goals = goal::goals(&frame, &mut report.numbers);
    report.rankings = ranking::rankings(&frame, &report.sides, &mut report.numbers);
    report.missing = missing::notes(&frame, &report);
    report.summary = summary::summary(&report);
    Some(report)
}

/// Returns the organisation, and each person who has an account of their own.
fn sides(frame: &Frame<'_>) -> Vec<Scope> {
    let people: BTreeSet<Scope> = frame
        .accounts
        .iter()
        .filter_map(|account| frame.evidence.leader(account).cloned().map(Scope::Person))
        .collect();
    std::iter::once(Scope::Organisation).chain(people).collect()
}

impl Report {
    /// Sorts the scopes that there are into groups.
    fn group(&mut self, frame: &Frame<'_>) {
        let is_counted = |account: &&AccountId| {
            frame.evidence.readings.place(&Subject::Account((*account).clone())).is_some()
        };
        let accounts = frame.accounts.iter().filter(is_counted);
        let mut scopes: BTreeSet<Scope> = accounts.clone().cloned().map(Scope::Account).collect();
        scopes.extend(accounts.filter_map(|account| frame.evidence.platform(account)).map(Scope::Platform));
        scopes.extend(frame.scopes().into_iter().cloned());
        for scope in &scopes {
            match scope {
                Scope::Platform(_) => self.platforms.push(scope.clone()),
                Scope::Account(_) => self.accounts.push(scope.clone()),
                Scope::Department(_) => self.departments.push(scope.clone()),
                Scope::Campaign(_) => self.campaigns.push(scope.clone()),
                _ => {}
            }
        }
        let goals = frame.evidence.calendar.goals.keys().cloned().map(Scope::Goal);
        for scope in scopes.into_iter().chain(goals).chain(self.sides.clone()) {
            let name = scope.name(frame.evidence);
            self.names.insert(scope, name);
        }
    }

    /// Finds every number of every group.
    fn measure(&mut self, frame: &Frame<'_>) {
        let currencies = currencies(frame);
        let groups = [&self.sides, &self.platforms, &self.accounts, &self.departments, &self.campaigns];
        let scopes: Vec<Scope> = groups.into_iter().flatten().cloned().collect();
        for scope in scopes {
            for measure in Measure::ALL.iter().copied() {
                let definition = measure.definition();
                let is_goals = definition.part == Part::Objectives
                    || (measure == Measure::GoalsReached && scope != Scope::Organisation);
                if is_goals {
                    continue;
                }
                let units = if definition.unit == Unit::Money { currencies.as_slice() } else { &[None] };
                for currency in units {
                    for period in 0..frame.periods.len() {
                        let (scope, currency) = (scope.clone(), currency.clone());
                        ask(frame, &mut self.numbers, Question { measure, scope, period, currency });
                    }
                }
            }
        }
    }
}

/// Finds a number, and keeps it where it is known.
fn ask(frame: &Frame<'_>, numbers: &mut BTreeMap<String, Number>, question: Question) -> Option<String> {
    let period = frame.periods.get(question.period)?;
    let trace = question.trace(frame);
    let value = trace.value()?;
    let is_promise = matches!(question.measure.definition().formula, Formula::Promises(_));
    if is_promise && frame.promises(&question.scope, question.period).is_empty() {
        return None;
    }
    let id = id(&question, period.which);
    let number = Number { id: id.clone(), question, value, have: trace.have, later: trace.later };
    numbers.insert(id.clone(), number);
    Some(id)
}

/// Returns the currencies in which money is given.
fn currencies(frame: &Frame<'_>) -> Vec<Option<String>> {
    let readings = &frame.evidence.readings;
    let natives: BTreeSet<u16> = readings
        .rows
        .iter()
        .filter(|row| matches!(row.metric, Metric::Spend | Metric::Revenue))
        .map(|row| row.native)
        .collect();
    let units = natives.into_iter().filter_map(|native| readings.natives.get(usize::from(native)));
    let units: BTreeSet<String> = units.map(|native| native.unit.clone()).collect();
    units.into_iter().map(Some).collect()
}

#[cfg(test)]
mod tests;
