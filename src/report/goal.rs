//! Goals: where they stand, where they are going, and whether that is enough.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Goal;
use crate::definition::Measure;
use crate::draft::GoalId;
use crate::following::forecast;
use crate::number::Amount;
use crate::report::followers::{Mark, marks};
use crate::report::frame::Frame;
use crate::report::others::{decimal, is_reached};
use crate::report::scope::Scope;
use crate::report::trace::{Question, Value};
use crate::report::{Number, ask, id};

/// How a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Its number is at the target, or beyond.
    Reached,
    /// The whole interval of the forecast lies at the target or beyond.
    OnCourse,
    /// The target lies within the interval: it can still go either way.
    Open,
    /// The whole interval falls short of the target.
    Behind,
    /// Its day is past, and the number fell short.
    Missed,
    /// There is a number, and too little of it for a forecast.
    TooEarly,
    /// It says no target.
    NoTarget,
    /// Nobody has read its number.
    Unread,
}

impl Verdict {
    /// Returns it in words.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Reached => "reached",
            Verdict::OnCourse => "on course",
            Verdict::Open => "open",
            Verdict::Behind => "behind",
            Verdict::Missed => "not reached",
            Verdict::TooEarly => "too early to say",
            Verdict::NoTarget => "no target",
            Verdict::Unread => "no reading",
        }
    }
}

/// What a number may be on the goal's day: nine times in ten between the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// One time in twenty it is below.
    pub low: Amount,
    /// Half of the time it is below.
    pub middle: Amount,
    /// One time in twenty it is above.
    pub high: Amount,
}

/// A goal as the report tells it. Its numbers are among the report's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalLine {
    /// Which.
    pub id: GoalId,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub metric: String,
    /// The day to reach it by.
    pub by: Option<NaiveDate>,
    /// How it stands.
    pub verdict: Verdict,
    /// Where it is going, where that can be said.
    pub outlook: Option<Outlook>,
    /// Its number over time: the last reading of each day.
    pub marks: Vec<Mark>,
}

impl GoalLine {
    /// Returns what its numbers are of.
    pub fn scope(&self) -> Scope {
        Scope::Goal(self.id.clone())
    }
}

/// What seeds a forecast's futures: the same readings, the same forecast.
const SEED: u64 = 0x6b61_6c65_6e64_7300;

/// What is asked of each goal.
const ASKED: [Measure; 5] =
    [Measure::GoalBaseline, Measure::GoalTarget, Measure::GoalNow, Measure::GoalMoved, Measure::GoalWay];

/// Tells how each goal stands, and adds its numbers to the report's.
pub fn goals(frame: &Frame<'_>, numbers: &mut BTreeMap<String, Number>) -> Vec<GoalLine> {
    let mut lines = Vec::new();
    for goal in frame.evidence.calendar.goals.values() {
        for measure in ASKED {
            let of_now = matches!(measure, Measure::GoalNow | Measure::GoalMoved | Measure::GoalWay);
            for period in 0..if of_now { frame.periods.len() } else { 1 } {
                let scope = Scope::Goal(goal.id.clone());
                ask(frame, numbers, Question { measure, scope, period, currency: None });
            }
        }
        lines.push(line(frame, numbers, goal));
    }
    lines
}

fn line(frame: &Frame<'_>, numbers: &BTreeMap<String, Number>, goal: &Goal) -> GoalLine {
    let mut line = GoalLine {
        id: goal.id.clone(),
        name: goal.name.clone(),
        metric: goal.metric.clone(),
        by: goal.by.as_ref().map(|by| by.value),
        verdict: Verdict::Unread,
        outlook: None,
        marks: Vec::new(),
    };
    let Some(period) = frame.periods.first() else { return line };
    let zone = frame.evidence.calendar.zone();
    let (subject, metric) = frame.goal_subject(goal);
    let (rows, first) = frame.rows(&subject, metric);
    line.marks = marks(zone, (first..).zip(rows).filter(|(_, row)| row.read() <= period.until()));
    let number = |measure| {
        let question = Question { measure, scope: line.scope(), period: 0, currency: None };
        match numbers.get(&id(&question, period.which))?.value {
            Value::Amount(amount) => Some(amount),
            Value::Ratio(ratio) => Some(ratio.amount()),
        }
    };
    let today = zone.local(period.until()).date();
    let is_past = line.by.is_some_and(|by| by < today);
    let series: Vec<(NaiveDate, f64)> =
        line.marks.iter().map(|mark| (mark.day, mark.count.approximate())).collect();
    let outlook = line.by.filter(|_| !is_past).and_then(|by| outlook(&series, by));
    let (now, target) = (number(Measure::GoalNow), number(Measure::GoalTarget));
    let baseline = number(Measure::GoalBaseline).or_else(|| line.marks.first().map(|mark| mark.count));
    line.verdict = match (now, baseline, target) {
        (None, ..) => Verdict::Unread,
        (Some(_), _, None) | (Some(_), None, _) => Verdict::NoTarget,
        (Some(now), Some(baseline), Some(target)) => {
            let reached = |number| is_reached(number, baseline, target);
            match outlook {
                _ if reached(now) => Verdict::Reached,
                _ if is_past => Verdict::Missed,
                None => Verdict::TooEarly,
                Some(outlook) => match (reached(outlook.low), reached(outlook.high)) {
                    (true, true) => Verdict::OnCourse,
                    (false, false) => Verdict::Behind,
                    _ => Verdict::Open,
                },
            }
        }
    };
    line.outlook = outlook;
    line
}

/// Tells where a number is going.
fn outlook(series: &[(NaiveDate, f64)], by: NaiveDate) -> Option<Outlook> {
    let found = forecast(series, by, SEED)?;
    let whole = |number: f64| decimal(number.round());
    Some(Outlook { low: whole(found.low)?, middle: whole(found.middle)?, high: whole(found.high)? })
}
