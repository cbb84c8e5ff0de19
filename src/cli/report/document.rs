//! A report as a document for programs. Numbers are numbers; each stands beside its exact form.

use serde::Serialize;
use serde_json::Number as Json;

use crate::definition::{Definition, Measure, Unit};
use crate::evidence::Evidence;
use crate::number::Amount;
use crate::report::{GoalLine, Note, Number, Period, Ranked, Ranking, Report, Value};
use crate::ui;

#[derive(Serialize)]
pub struct Document<'a> {
    organisation: &'a str,
    zone: &'a str,
    period: Times,
    compared: Vec<Times>,
    commits: Vec<Commit<'a>>,
    summary: &'a [String],
    goals: Vec<Goal<'a>>,
    numbers: Vec<One<'a>>,
    rankings: Vec<Posts<'a>>,
    promises: Vec<Promised<'a>>,
    promises_unlisted: usize,
    reasons: Vec<Reason<'a>>,
    followers: Vec<Curve<'a>>,
    missing: Vec<Missing<'a>>,
    definitions: Vec<Defined>,
}

#[derive(Serialize)]
struct Times {
    id: String,
    name: String,
    from: String,
    until: String,
    cutoff: String,
    over: bool,
}

#[derive(Serialize)]
struct Commit<'a> {
    of: &'a str,
    commit: &'a str,
}

#[derive(Serialize)]
struct Goal<'a> {
    id: &'a str,
    name: &'a str,
    metric: &'a str,
    by: Option<String>,
    verdict: &'static str,
    forecast: Option<Forecast>,
}

#[derive(Serialize)]
struct Forecast {
    low: Option<Json>,
    middle: Option<Json>,
    high: Option<Json>,
    interval: &'static str,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    part: &'static str,
    measure: &'static str,
    name: &'static str,
    scope: String,
    of: &'a str,
    period: String,
    unit: &'static str,
    currency: Option<&'a str>,
    value: Option<Json>,
    numerator: Option<String>,
    denominator: Option<String>,
    shown: String,
    have: Option<usize>,
    could_have: Option<usize>,
    read_later: usize,
}

#[derive(Serialize)]
struct Posts<'a> {
    side: String,
    by: Option<&'static str>,
    rule: String,
    best: Vec<Post<'a>>,
    worst: Vec<Post<'a>>,
}

#[derive(Serialize)]
struct Post<'a> {
    subject: String,
    title: &'a str,
    account: &'a str,
    published: String,
    url: Option<&'a str>,
    number: &'a str,
    base: Option<Json>,
}

#[derive(Serialize)]
struct Promised<'a> {
    title: &'a str,
    account: &'a str,
    due: String,
    fate: &'static str,
    why: &'a str,
}

#[derive(Serialize)]
struct Reason<'a> {
    fate: &'static str,
    why: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Curve<'a> {
    account: &'a str,
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Day {
    day: String,
    followers: Option<Json>,
}

#[derive(Serialize)]
struct Missing<'a> {
    what: &'a str,
    places: &'a [String],
    more: usize,
}

#[derive(Serialize)]
struct Defined {
    measure: &'static str,
    name: &'static str,
    part: &'static str,
    unit: &'static str,
    formula: &'static str,
    limit: &'static str,
    sources: Vec<Source>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
pub struct Definitions {
    definitions: Vec<Defined>,
}

/// Returns a report as a document.
pub fn document<'a>(evidence: &'a Evidence<'_>, report: &'a Report) -> Document<'a> {
    let post = |ranked: &'a Ranked| post(evidence, ranked);
    let posts = |ranking: &'a Ranking| Posts {
        side: ranking.side.to_string(),
        by: ranking.rate.map(Measure::as_str),
        rule: ranking.rule(),
        best: ranking.best.iter().filter_map(post).collect(),
        worst: ranking.worst.iter().filter_map(post).collect(),
    };
    let reason = |(fate, why, count): &'a (&'static str, String, usize)| Reason { fate, why, count: *count };
    Document {
        organisation: &report.organisation,
        zone: &report.zone,
        period: times(report.period()),
        compared: report.periods.iter().skip(1).map(times).collect(),
        commits: report.commits.iter().map(|(of, commit)| Commit { of, commit }).collect(),
        summary: &report.summary,
        goals: report.goals.iter().map(goal).collect(),
        numbers: report.numbers.values().map(|number| one(report, number)).collect(),
        rankings: report.rankings.iter().map(posts).collect(),
        promises: promised(evidence, report),
        promises_unlisted: report.reasons.unlisted,
        reasons: report.reasons.counts.iter().map(reason).collect(),
        followers: report.followers.iter().map(curve).collect(),
        missing: report.missing.iter().map(missing).collect(),
        definitions: report.used().into_iter().map(Measure::definition).map(defined).collect(),
    }
}

/// Returns every definition as a document.
pub fn definitions() -> Definitions {
    Definitions { definitions: Measure::ALL.iter().map(|measure| defined(measure.definition())).collect() }
}

/// Returns an exact number as JSON has numbers.
fn json(amount: Amount) -> Option<Json> {
    amount.to_string().parse().ok()
}

fn times(period: &Period) -> Times {
    Times {
        id: period.id(),
        name: period.name(),
        from: ui::moment(period.moments.start),
        until: ui::moment(period.moments.end),
        cutoff: ui::moment(period.cutoff),
        over: !period.is_running(),
    }
}

fn goal(goal: &GoalLine) -> Goal<'_> {
    Goal {
        id: goal.id.as_str(),
        name: &goal.name,
        metric: &goal.metric,
        by: goal.by.map(|by| by.to_string()),
        verdict: goal.verdict.word(),
        forecast: goal.outlook.map(|outlook| Forecast {
            low: json(outlook.low),
            middle: json(outlook.middle),
            high: json(outlook.high),
            interval: "90%",
        }),
    }
}

fn one<'a>(report: &'a Report, number: &'a Number) -> One<'a> {
    let definition = number.question.measure.definition();
    let (value, parts) = match number.value {
        Value::Amount(amount) => (amount, None),
        Value::Ratio(ratio) => (ratio.amount(), Some(ratio.parts())),
    };
    One {
        id: &number.id,
        part: definition.part.as_str(),
        measure: definition.id,
        name: definition.name,
        scope: number.question.scope.to_string(),
        of: report.name(&number.question.scope),
        period: report.periods.get(number.question.period).map(Period::id).unwrap_or_default(),
        unit: unit(definition.unit),
        currency: number.question.currency.as_deref(),
        value: json(value),
        numerator: parts.map(|(numerator, _)| numerator.to_string()),
        denominator: parts.map(|(_, denominator)| denominator.to_string()),
        shown: number.shown(),
        have: number.have.map(|(have, _)| have),
        could_have: number.have.map(|(_, of)| of),
        read_later: number.later,
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Percent => "share of 1",
        Unit::Each => "count each",
        Unit::Seconds => "seconds",
        Unit::Money => "money",
    }
}

fn post<'a>(evidence: &'a Evidence<'_>, ranked: &'a Ranked) -> Option<Post<'a>> {
    let work = evidence.works.get(ranked.work as usize)?;
    Some(Post {
        subject: work.subject.to_string(),
        title: &work.title,
        account: work.account.as_str(),
        published: ui::moment(work.published),
        url: work.url.as_deref(),
        number: &ranked.number,
        base: json(ranked.base),
    })
}

fn promised<'a>(evidence: &'a Evidence<'_>, report: &'a Report) -> Vec<Promised<'a>> {
    let listed = report.reasons.listed.iter().filter_map(|broken| {
        let promise = evidence.promises.get(broken.promise as usize)?;
        Some(Promised {
            title: &promise.title,
            account: promise.account.as_str(),
            due: ui::moment(promise.due),
            fate: broken.fate,
            why: &broken.why,
        })
    });
    listed.collect()
}

fn curve(curve: &crate::report::Curve) -> Curve<'_> {
    let days = curve.marks.iter();
    let days = days.map(|mark| Day { day: mark.day.to_string(), followers: json(mark.count) });
    Curve { account: curve.account.as_str(), days: days.collect() }
}

fn missing(note: &Note) -> Missing<'_> {
    Missing { what: &note.what, places: &note.places, more: note.more }
}

fn defined(definition: &Definition) -> Defined {
    let sources = definition.sources.iter().map(|source| Source { name: source.name, url: source.url });
    Defined {
        measure: definition.id,
        name: definition.name,
        part: definition.part.as_str(),
        unit: unit(definition.unit),
        formula: definition.words,
        limit: definition.limit,
        sources: sources.collect(),
    }
}
