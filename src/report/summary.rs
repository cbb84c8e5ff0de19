//! The whole in plain words, built from the numbers by rules. What the numbers do not carry is not said.

use crate::definition::Measure;
use crate::report::goal::Verdict;
use crate::report::period::Which;
use crate::report::scope::Scope;
use crate::report::show::{SAME, change};
use crate::report::{Number, Report};

/// Returns the sentences of the paragraph at the top.
pub fn summary(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let period = report.period();
    sentences.extend(report.sides.iter().filter_map(|side| of_side(report, side)));
    if sentences.is_empty() {
        let so_far = if period.is_running() { " so far" } else { "" };
        sentences.push(format!("Nothing is known to have gone out in {}{so_far}.", period.name()));
    }
    sentences.extend(promises(report));
    sentences.extend(report.sides.iter().filter_map(|side| followers(report, side)));
    sentences.extend(goals(report));
    if !report.missing.is_empty() {
        let count = report.missing.len();
        sentences.push(match count {
            1 => "One thing about the data should be known: see what is missing.".to_owned(),
            count => format!("{count} things about the data should be known: see what is missing."),
        });
    }
    sentences
}

/// How many posts a side put out, what they earned, and how that compares.
fn of_side(report: &Report, side: &Scope) -> Option<String> {
    let now = |measure| report.number(measure, side, Which::This);
    let posts = now(Measure::Posts).filter(|posts| posts.shown() != "0")?;
    let count = posts.shown();
    let noun = if count == "1" { "post" } else { "posts" };
    let mut sentence = format!("{} published {count} {noun}", report.name(side));
    let earned: Vec<String> = [Measure::Impressions, Measure::Engagements]
        .into_iter()
        .filter_map(now)
        .map(|number| earned(report, side, number))
        .collect();
    match earned.as_slice() {
        [] => sentence.push_str("; what they earned is not known"),
        [one] => sentence.push_str(&format!(" with {one}")),
        many => sentence.push_str(&format!(" with {}", many.join(" and "))),
    }
    Some(sentence + ".")
}

/// What was earned, of how many posts, and how it compares with the time before.
fn earned(report: &Report, side: &Scope, number: &Number) -> String {
    let measure = number.question.measure;
    let mut words = format!("{} {}", number.shown(), measure.name());
    let is_whole = !report.periods.iter().any(|one| one.which == Which::Before && report.is_part(one));
    let before = report.number(measure, side, Which::Before).filter(|_| is_whole);
    let moved = before.and_then(|before| Some((change(number.value, before.value, measure)?, before)));
    let mut aside: Vec<String> = Vec::new();
    if let Some((moved, before)) = moved {
        let other = report.periods.iter().find(|period| period.which == Which::Before);
        let name = other.map(crate::report::Period::name).unwrap_or_default();
        let moved = if moved == SAME { "the same as in".to_owned() } else { format!("{moved} on") };
        aside.push(format!("{moved} {name}{}", if before.later > 0 { ", as read later" } else { "" }));
    }
    aside.extend(number.partly());
    if !aside.is_empty() {
        words.push_str(&format!(" ({})", aside.join("; ")));
    }
    words
}

/// What was promised and kept, of all sides.
fn promises(report: &Report) -> Option<String> {
    let add = |measure| -> Option<i64> {
        let counts = report.sides.iter().filter_map(|side| report.number(measure, side, Which::This));
        let counts: Vec<i64> =
            counts.filter_map(|number| number.shown().replace(',', "").parse().ok()).collect();
        (!counts.is_empty()).then(|| counts.iter().sum())
    };
    let planned = add(Measure::Planned).filter(|planned| *planned > 0)?;
    let (on_time, late) = (add(Measure::OnTime).unwrap_or(0), add(Measure::Late).unwrap_or(0));
    let others = [
        (Measure::Missed, "missed"),
        (Measure::Skipped, "skipped"),
        (Measure::Refused, "refused"),
        (Measure::Retracted, "taken down"),
        (Measure::Unknown, "not known"),
    ];
    let rest: Vec<String> = std::iter::once((late, "late"))
        .chain(others.into_iter().map(|(measure, word)| (add(measure).unwrap_or(0), word)))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let posts = if planned == 1 { "promised post" } else { "promised posts" };
    let mut sentence = format!("Of {planned} {posts}, {on_time} went out on time");
    if !rest.is_empty() {
        sentence.push_str(&format!("; {}", rest.join(", ")));
    }
    Some(sentence + ".")
}

/// How many follow a side, and how many more than at the start.
fn followers(report: &Report, side: &Scope) -> Option<String> {
    let followers = report.number(Measure::Followers, side, Which::This)?;
    let gained = report.number(Measure::FollowersGained, side, Which::This)?;
    let mut sentence = format!(
        "{} has {} followers, summed over accounts ({} in the period",
        report.name(side),
        followers.shown(),
        gained.shown()
    );
    if let Some(partly) = gained.partly() {
        sentence.push_str(&format!("; {partly}"));
    }
    Some(sentence + ").")
}

/// How the goals stand.
fn goals(report: &Report) -> Option<String> {
    let total = report.goals.len();
    if total == 0 {
        return None;
    }
    let order = [
        Verdict::Reached,
        Verdict::OnCourse,
        Verdict::Open,
        Verdict::Behind,
        Verdict::Missed,
        Verdict::TooEarly,
        Verdict::NoTarget,
        Verdict::Unread,
    ];
    let said: Vec<String> = order
        .into_iter()
        .map(|verdict| (verdict, report.goals.iter().filter(|goal| goal.verdict == verdict).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| match verdict {
            Verdict::TooEarly => format!("for {count} it is too early to say"),
            Verdict::NoTarget => format!("{count} without a target"),
            Verdict::Unread => format!("{count} without a reading"),
            verdict => format!("{count} {}", verdict.word()),
        })
        .collect();
    let goals = if total == 1 { "goal" } else { "goals" };
    Some(format!("Of {total} {goals}: {}.", said.join(", ")))
}
