//! Advice in words, for a terminal of any width.

use std::fmt::Write;

use chrono::{Datelike, Months, NaiveDate};

use crate::advice::{
    Advice, Answer, Cell, Companion, DAY_PARTS, Factor, LENGTHS, POSTS_MIN, Reach, Scored, Verdict,
    WEEKS_MIN, percent,
};
use crate::text::Platform;
use crate::ui::wrap::wrap;
use crate::ui::{GOOD, QUIET, STRONG, WARNING, foreign, paint, plural};

/// The columns before what belongs to an advice.
const INDENT: usize = 3;

/// Where what an advice rests on is listed, the most posts of it.
const POSTS_SHOWN: usize = 500;

/// Returns a platform's name for people.
pub fn platform(id: &str) -> &str {
    id.parse().map_or(id, |platform: Platform| platform.name())
}

/// Returns an effect in percent with its sign: `+41 %`.
pub fn signed(effect: f64) -> String {
    let whole = libm::round(percent(effect));
    // Nothing is neither more nor less.
    if whole == 0.0 { "0 %".to_owned() } else { format!("{whole:+} %") }
}

/// Returns a likelihood in percent.
pub fn likely(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Returns what a cell is, in words: `weekday mornings (6 to 11 o'clock)`.
pub fn cell(cell: &Cell) -> String {
    level(cell.factor, &cell.level)
}

/// Returns what a level of a factor is, in words.
pub fn level(factor: Factor, level: &str) -> String {
    match factor {
        Factor::When => when(level),
        Factor::Form => match level {
            "text" => "posts of words alone".to_owned(),
            "link" => "posts with a link".to_owned(),
            form => format!("{}s", foreign(form)),
        },
        Factor::Department => format!("posts of {}", foreign(level)),
        Factor::Length => {
            let mut least = 0;
            for (name, most) in LENGTHS {
                if name == level {
                    return match most {
                        u32::MAX => format!("{name} posts (more than {least} characters)"),
                        most if least == 0 => format!("{name} posts (up to {most} characters)"),
                        most => format!("{name} posts ({} to {most} characters)", least + 1),
                    };
                }
                least = most;
            }
            format!("{} posts", foreign(level))
        }
        Factor::Tag => format!("posts with #{}", foreign(level)),
    }
}

fn when(level: &str) -> String {
    let known = level.split_once('-').and_then(|(days, part)| {
        let at = DAY_PARTS.iter().position(|(name, _)| *name == part)?;
        let from = DAY_PARTS.get(at)?.1;
        let until = DAY_PARTS.get(at + 1).map_or(24, |(_, from)| *from);
        let parts = match part {
            "night" => "nights",
            "morning" => "mornings",
            "midday" => "middays",
            "afternoon" => "afternoons",
            _ => "evenings",
        };
        Some(format!("{days} {parts} ({from} to {until} o'clock)"))
    });
    known.unwrap_or_else(|| foreign(level).into_owned())
}

/// Returns what an advice says to do, in one sentence.
pub fn sentence(advice: &Advice) -> String {
    let (more, what) = (advice.is_more(), cell(&advice.cell));
    match (advice.cell.factor, more) {
        (Factor::When, true) => format!("Post more on {what}."),
        (Factor::When, false) => format!("Post less on {what}."),
        (_, true) => format!("Post more: {what}."),
        (_, false) => format!("Post fewer: {what}."),
    }
}

/// Returns what an advice rests on, in one sentence.
pub fn grounds(advice: &Advice, by: &str) -> String {
    let size = libm::round(percent(advice.interval.middle).abs());
    let (low, high) = advice.interval.ends;
    let posts = plural(advice.posts.len(), "post");
    let earned = match (size == 0.0, advice.is_more()) {
        (true, _) => format!("hardly more or fewer {by}"),
        (false, true) => format!("about {size} % more {by}"),
        (false, false) => format!("about {size} % fewer {by}"),
    };
    let others = format!(
        "{posts} against {} others of the same weeks, in {}",
        advice.others,
        plural(advice.weeks, "week")
    );
    format!("They earned {earned} (90 % interval: {} to {}): {others}.", signed(low), signed(high))
}

/// Returns the words for what an advice leaves open.
pub fn doubts(advice: &Advice) -> Vec<String> {
    let mut doubts = Vec::new();
    if advice.is_faint() {
        doubts.push(
            "It stood out, and what stands out is larger than it is: the interval leaves open that there is nothing to \
             it. Try it out before you count on it."
                .to_owned(),
        );
    }
    let of =
        |alike: bool| advice.companions.iter().filter(move |one| one.is_alike == alike).collect::<Vec<_>>();
    let (alike, together) = (of(true), of(false));
    if !alike.is_empty() {
        doubts.push(format!(
            "Nobody can tell it apart from {}: it may be their doing.",
            named_all(advice, &alike)
        ));
    }
    if !together.is_empty() {
        doubts.push(format!("It often goes together with {}.", named_all(advice, &together)));
    }
    doubts
}

/// Returns companions with how many posts are both: `pictures (40 of the 40)`.
fn named_all(advice: &Advice, companions: &[&Companion]) -> String {
    let all = advice.posts.len();
    let names: Vec<String> =
        companions.iter().map(|one| format!("{} ({} of the {all})", cell(&one.cell), one.both)).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Returns an answer's text.
pub fn text(answer: &Answer<'_>, (width, with_posts): (usize, bool)) -> String {
    let mut text = String::new();
    let (month, from) =
        (answer.month, answer.month.checked_sub_months(Months::new(11)).unwrap_or(answer.month));
    let next = month.checked_add_months(Months::new(1)).unwrap_or(month);
    line(&mut text, paint(STRONG, format!("Advice for {}", named(next))));
    let counted = answer.rows.posts.len();
    let basis = format!(
        "From {} of {} to {}: {} seven days after they went out, each held against the other posts of its account and week.",
        plural(counted, "post"),
        named(from),
        named(month),
        answer.by
    );
    para(&mut text, 0, &basis, width);
    for advice in &answer.advices {
        text.push('\n');
        one(&mut text, answer, advice, (width, with_posts));
    }
    if answer.advices.is_empty() {
        text.push('\n');
        para(&mut text, 0, &nothing(answer), width);
    }
    heading(&mut text, "What could have been seen");
    answer.reach.iter().for_each(|reach| para(&mut text, INDENT, &reached(reach), width));
    if answer.reach.is_empty() {
        para(&mut text, INDENT, "Nothing: there is no post to compare.", width);
    }
    if !answer.scored.is_empty() {
        heading(&mut text, &format!("How the advice for {} did", named(month)));
        answer.scored.iter().for_each(|scored| {
            let (word, style) = verdict(scored.verdict);
            para(
                &mut text,
                INDENT,
                &format!("{} {}", paint(style, format!("{word}:")), outcome(scored)),
                width,
            );
        });
    }
    if !answer.rows.left_out.is_empty() {
        heading(&mut text, "What is missing");
        for (why, count) in &answer.rows.left_out {
            para(&mut text, INDENT, &format!("{} {}.", plural(*count, "post"), why.as_str()), width);
        }
    }
    text
}

fn named(month: NaiveDate) -> String {
    format!("{} {}", month.format("%B"), month.year())
}

fn line(text: &mut String, words: impl std::fmt::Display) {
    // Writing into a string cannot fail.
    _ = writeln!(text, "{words}");
}

fn para(text: &mut String, indent: usize, words: &str, width: usize) {
    for words in wrap(words, width.saturating_sub(indent)) {
        line(text, format_args!("{}{words}", " ".repeat(indent)));
    }
}

fn heading(text: &mut String, words: &str) {
    line(text, format_args!("\n{}", paint(STRONG, words)));
}

fn one(text: &mut String, answer: &Answer<'_>, advice: &Advice, (width, with_posts): (usize, bool)) {
    let head = format!("{}: {}", platform(&advice.cell.platform), sentence(advice));
    for words in wrap(&head, width) {
        line(text, paint(STRONG, words));
    }
    para(text, INDENT, &grounds(advice, answer.by.as_str()), width);
    doubts(advice).iter().for_each(|doubt| para(text, INDENT, doubt, width));
    let chance = format!(
        "Chance alone comes as far somewhere among all {} comparisons in {} of cases.",
        answer.judged.family.len(),
        likely(advice.adjusted)
    );
    para(text, INDENT, &chance, width);
    let settle = format!(
        "To settle it: kalends advise {} --experiment {} --from DATE --weeks 8",
        answer.month.format("%Y-%m"),
        advice.cell.id()
    );
    para(text, INDENT, &settle, width);
    if with_posts {
        for counted in advice.posts.iter().filter_map(|at| answer.rows.posts.get(*at)).take(POSTS_SHOWN) {
            let day = counted.work.published.format("%Y-%m-%d");
            let words = format!("{day} {:>6}  {}", counted.earned.to_string(), foreign(&counted.work.title));
            para(text, INDENT + 2, &paint_if_short(&words, width), width);
        }
    }
}

/// Dims words that stay on one line: a colour does not run over a line's end.
fn paint_if_short(words: &str, width: usize) -> String {
    if words.chars().count() + INDENT + 2 < width { paint(QUIET, words) } else { words.to_owned() }
}

/// Says that nothing can be said, and why.
fn nothing(answer: &Answer<'_>) -> String {
    let family = answer.judged.family.len();
    if answer.rows.posts.is_empty() {
        return "Nothing can be said: no post has a reading five to ten days after it went out.".to_owned();
    }
    if family == 0 {
        return format!(
            "Nothing can be said: no form, time, department, length or tag has {POSTS_MIN} posts that stand in one week with \
             {POSTS_MIN} other posts of their account, in {WEEKS_MIN} weeks or more."
        );
    }
    let nearest = answer.judged.adjusted.iter().copied().fold(1.0, f64::min);
    format!(
        "Nothing can be said: of {} none differs more than chance does (the clearest comes about by chance in {} of cases, and \
         at most 5 % are asked for).",
        plural(family, "comparison"),
        likely(nearest)
    )
}

fn reached(reach: &Reach) -> String {
    let name = platform(&reach.platform);
    let posts = plural(reach.posts, "post");
    match (reach.smallest, reach.needed) {
        (Some(smallest), Some(needed)) => {
            let more = match needed.saturating_sub(reach.posts) {
                0 => "enough to see one of 40 %".to_owned(),
                more => format!("to see one of 40 %, about {} a year more", plural(more, "post")),
            };
            format!(
                "{name}: {posts}, {}. An effect of {} would stand out in four of five years; {more}.",
                plural(reach.comparisons, "comparison"),
                signed(smallest)
            )
        }
        _ => format!("{name}: {posts}, and no group large enough to compare."),
    }
}

fn verdict(verdict: Verdict) -> (&'static str, anstyle::Style) {
    let style = match verdict {
        Verdict::Confirmed => GOOD,
        Verdict::Contradicted => WARNING,
        Verdict::Open | Verdict::TooFew => QUIET,
    };
    (verdict.as_str(), style)
}

/// Returns what a month shows of an advice.
fn outcome(scored: &Scored) -> String {
    let advice = &scored.advice;
    let (own, all) = scored.followed;
    let said = format!("{}: {}", platform(&advice.cell.platform), sentence(advice));
    let followed = format!("{own} of {} were so", plural(all, "post"));
    match (scored.shown, scored.likelihood) {
        (Some(shown), Some(likelihood)) => format!(
            "{said} The month shows {} ({} against {} others; by chance in {} of cases); {followed}.",
            signed(shown),
            plural(scored.posts, "post"),
            scored.others,
            likely(likelihood)
        ),
        _ => format!(
            "{said} Only {} of it had others beside them to be held against; {followed}.",
            plural(scored.posts, "post")
        ),
    }
}
