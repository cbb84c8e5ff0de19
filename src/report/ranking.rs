//! The posts that did best and worst, by a rate that can be compared.

use std::collections::BTreeMap;

use crate::definition::Measure;
use crate::number::{Amount, Ratio};
use crate::report::frame::Frame;
use crate::report::scope::Scope;
use crate::report::trace::{Question, Term, Trace, Value};
use crate::report::{Number, ask};

/// The rates that posts may be ranked by, the best first.
const RATES: [Measure; 3] =
    [Measure::EngagementByReach, Measure::EngagementByImpressions, Measure::EngagementByFollowers];

/// The least that stands below the line: of few people each is too much of a share.
const BASE_MIN: i64 = 100;

/// The most posts at either end.
const ENDS_MAX: usize = 3;

/// A post in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Its place in the evidence.
    pub work: u32,
    /// Its rate among the report's numbers.
    pub number: String,
    /// What stands below the line of the rate.
    pub base: Amount,
}

/// A side's posts, ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// Whose posts.
    pub side: Scope,
    /// The rate that they are ranked by; absent where no rate can be told of two posts.
    pub rate: Option<Measure>,
    /// How many posts could be ranked, of how many.
    pub ranked: (usize, usize),
    /// The best, the best first.
    pub best: Vec<Ranked>,
    /// The worst, the worst first; none that is among the best.
    pub worst: Vec<Ranked>,
}

impl Ranking {
    /// Returns how they are ranked, or why they are not.
    pub fn rule(&self) -> String {
        let (have, of) = self.ranked;
        match self.rate {
            Some(rate) => format!(
                "By {}, of {have} of {of} posts: those with a base of at least {BASE_MIN}. Numbers are of different ages, and \
                 accounts differ.",
                rate.name()
            ),
            None if of == 0 => "Nothing went out.".to_owned(),
            None => format!(
                "No rate can be told of two posts: of {of}, {have} {} engagements and a base of at least {BASE_MIN}.",
                if have == 1 { "has" } else { "have" }
            ),
        }
    }
}

/// Ranks the posts of each side, and adds the rates of those shown to the report's numbers.
pub fn rankings(frame: &Frame<'_>, sides: &[Scope], numbers: &mut BTreeMap<String, Number>) -> Vec<Ranking> {
    sides.iter().map(|side| ranking(frame, side, numbers)).collect()
}

fn ranking(frame: &Frame<'_>, side: &Scope, numbers: &mut BTreeMap<String, Number>) -> Ranking {
    let members = frame.members(side, 0);
    let by_rate = RATES.map(|rate| (rate, rates(frame, members, rate)));
    // The rate that most posts have; of equals the first.
    let best = by_rate.iter().rev().max_by_key(|(_, found)| found.len());
    let of = members.len();
    let Some((rate, found)) = best.filter(|(_, found)| found.len() >= 2) else {
        let have = by_rate.iter().map(|(_, found)| found.len()).max().unwrap_or(0);
        let (best, worst) = (Vec::new(), Vec::new());
        return Ranking { side: side.clone(), rate: None, ranked: (have, of), best, worst };
    };
    let mut found = found.clone();
    // Equal rates: the one with the greater base is surer of it, then the earlier.
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (b.1, a.2).cmp(&(a.1, b.2))));
    let count = ENDS_MAX.min(found.len() / 2);
    let mut take = |one: &(Ratio, Amount, u32)| {
        let (_, base, work) = *one;
        let subject = frame.evidence.works.get(work as usize)?.subject.to_string();
        let scope = Scope::Post(work, subject);
        let number = ask(frame, numbers, Question { measure: *rate, scope, period: 0, currency: None })?;
        Some(Ranked { work, number, base })
    };
    let best = found.iter().take(count).filter_map(&mut take).collect();
    let worst = found.iter().rev().take(count).filter_map(&mut take).collect();
    Ranking { side: side.clone(), rate: Some(*rate), ranked: (found.len(), of), best, worst }
}

/// Returns the posts that have a rate with a base that is large enough.
fn rates(frame: &Frame<'_>, members: &[u32], rate: Measure) -> Vec<(Ratio, Amount, u32)> {
    let mut found = Vec::new();
    for number in members {
        let Some(placed) = frame.placed.get(*number as usize) else { continue };
        let trace = Trace::of_posts(std::iter::once(placed), rate.definition().formula);
        let base = trace.under.iter().map(Term::amount).sum::<Amount>();
        if let Some(Value::Ratio(ratio)) = trace.value()
            && base >= Amount::whole(BASE_MIN)
        {
            found.push((ratio, base, placed.work));
        }
    }
    found
}
