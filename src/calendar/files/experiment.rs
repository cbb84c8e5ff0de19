//! Experiments, read.

use super::super::format::{IdName, Sheet};
use super::super::model::{Experiment, Factor, Outcome};
use super::text;

/// Reads an experiment.
pub(super) fn experiment(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Experiment> {
    let factor = |word: &str| Factor::ALL.iter().find(|(name, _)| *name == word).map(|(_, factor)| *factor);
    let (account, factor, arms) = (sheet.id("account"), sheet.choice("factor", factor), sheet.lines("arms"));
    let (metric, start, end) = (sheet.line("metric"), sheet.date("start"), sheet.date("end"));
    let experiment = Experiment {
        hypothesis: text(sheet, "hypothesis").unwrap_or_default(),
        posts: sheet.count("posts").map(|posts| posts.value),
        seed: text(sheet, "seed"),
        advice: text(sheet, "advice"),
        result: sheet.sheet("result").and_then(|sheet| outcome(&sheet)),
        account: account?,
        factor: factor?.value,
        arms: arms?.value,
        metric: metric?,
        start: start?,
        end: end?,
        file: file.to_owned(),
        id: IdName::read(stem)?,
    };
    Some(experiment)
}

fn outcome(sheet: &Sheet<'_>) -> Option<Outcome> {
    let (on, posts) = (sheet.date("on"), sheet.count("posts"));
    let number = |name: &str| sheet.number(name);
    let (effect, low, high) = (number("effect_percent"), number("low_percent"), number("high_percent"));
    let likelihood = number("likelihood");
    Some(Outcome {
        on: on?.value,
        posts: posts?.value,
        effect: effect?,
        interval: (low?, high?),
        likelihood: likelihood?,
        text: sheet.words("text").map(|words| words.text),
    })
}
