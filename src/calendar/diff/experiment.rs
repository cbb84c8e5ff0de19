//! Experiments, as a difference tells of them.

use super::super::Experiment;
use super::List;

pub(super) fn experiment(experiment: &Experiment) -> List {
    let arms: Vec<&str> = experiment.arms.iter().map(|arm| arm.value.as_str()).collect();
    let result = experiment.result.as_ref().map(|result| {
        let (low, high) = result.interval;
        format!("{:+} % ({low:+} % to {high:+} %), from {} posts", result.effect, result.posts)
    });
    List::new()
        .say("hypothesis", &experiment.hypothesis)
        .say("account", &experiment.account.value)
        .say("factor", experiment.factor)
        .say("arms", arms.join(", "))
        .say("metric", &experiment.metric.value)
        .say("start", experiment.start.value)
        .say("end", experiment.end.value)
        .maybe("posts", experiment.posts)
        .maybe("seed", experiment.seed.as_ref())
        .maybe("advice", experiment.advice.as_ref())
        .maybe("result", result)
}
