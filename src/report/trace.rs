//! What a number is made of: the rows, posts and promises behind it, and the sum that is done with them.

use crate::definition::{ENGAGEMENTS, Formula, Kept, Measure, Unit};
use crate::evidence::Ending;
use crate::number::{Amount, Ratio};
use crate::reading::Metric;
use crate::report::frame::{Frame, Placed};
use crate::report::scope::Scope;

/// Something that a number is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A reading, by its place, and what it adds.
    Row(u32, Amount),
    /// A post, by its place in the evidence: it counts one.
    Post(u32),
    /// A promise, by its place in the evidence: it counts one.
    Promise(u32),
    /// A reading that is counted and not added: it counts one.
    Case(u32),
    /// A number that people wrote into a file of the calendar.
    Given {
        /// The number.
        amount: Amount,
        /// The file, and the key in it.
        place: String,
    },
}

/// What is done with the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reckoning {
    /// The first list added; absent where it is empty.
    Sum,
    /// The first list added; zero where it is empty.
    Count,
    /// The first list added over the second added, so many times.
    Over(i64),
    /// The first list added, less the second.
    Less,
    /// The same over the second.
    Growth,
    /// (now - baseline) / (target - baseline): the first list is now, the second baseline and target.
    Way,
    /// The smallest of the first list that so many of a hundred do not exceed.
    Quantile(u8),
}

/// An exact number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A sum or a count.
    Amount(Amount),
    /// A rate.
    Ratio(Ratio),
}

impl Value {
    /// Returns the nearest binary number, for drawings.
    pub fn approximate(self) -> f64 {
        match self {
            Value::Amount(amount) => amount.approximate(),
            Value::Ratio(ratio) => ratio.approximate(),
        }
    }
}

/// What a number is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What is done with the terms.
    pub reckoning: Reckoning,
    /// What is added, or stands above the line.
    pub over: Vec<Term>,
    /// What stands below the line, or is taken away.
    pub under: Vec<Term>,
    /// Of how many things it is made, and of how many it could be.
    pub have: Option<(usize, usize)>,
    /// How many of its rows were read after the cutoff, because none was read before.
    pub later: usize,
}

impl Trace {
    pub fn new(reckoning: Reckoning) -> Trace {
        Trace { reckoning, over: Vec::new(), under: Vec::new(), have: None, later: 0 }
    }

    /// Does the sum. Absent where there is nothing to do it with, or where it would divide by zero.
    pub fn value(&self) -> Option<Value> {
        let add = |terms: &[Term]| terms.iter().map(Term::amount).sum::<Amount>();
        let (over, under) = (add(&self.over), add(&self.under));
        let has_both = !self.over.is_empty() && !self.under.is_empty();
        match self.reckoning {
            Reckoning::Sum => (!self.over.is_empty()).then_some(Value::Amount(over)),
            Reckoning::Count => Some(Value::Amount(over)),
            Reckoning::Over(times) => {
                let ratio = over.over(under).filter(|_| !self.under.is_empty());
                ratio.map(|ratio| Value::Ratio(ratio.times(times)))
            }
            Reckoning::Less => has_both.then_some(Value::Amount(over - under)),
            Reckoning::Growth => (over - under).over(under).filter(|_| has_both).map(Value::Ratio),
            Reckoning::Way => match (self.over.as_slice(), self.under.as_slice()) {
                ([now], [baseline, target]) => {
                    let [now, baseline, target] = [now, baseline, target].map(Term::amount);
                    (now - baseline).over(target - baseline).map(Value::Ratio)
                }
                _ => None,
            },
            Reckoning::Quantile(percent) => {
                let mut amounts: Vec<Amount> = self.over.iter().map(Term::amount).collect();
                amounts.sort_unstable();
                let rank = (amounts.len() * usize::from(percent)).div_ceil(100);
                amounts.get(rank.checked_sub(1)?).copied().map(Value::Amount)
            }
        }
    }
}

impl Term {
    /// Returns what it adds.
    pub fn amount(&self) -> Amount {
        match self {
            Term::Post(_) | Term::Promise(_) | Term::Case(_) => Amount::whole(1),
            Term::Row(_, amount) | Term::Given { amount, .. } => *amount,
        }
    }
}

/// A number to be found: what, whose, and in which of the report's times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What.
    pub measure: Measure,
    /// Whose.
    pub scope: Scope,
    /// When: an index into [`Frame::periods`].
    pub period: usize,
    /// Of money: in which currency.
    pub currency: Option<String>,
}

impl Question {
    /// Finds what the number is made of.
    pub fn trace(&self, frame: &Frame<'_>) -> Trace {
        let definition = self.measure.definition();
        match definition.formula {
            Formula::Posts => {
                let mut trace = Trace::new(Reckoning::Count);
                trace.over.extend(self.posts(frame).map(|placed| Term::Post(placed.work)));
                trace
            }
            Formula::Promises(kept) => {
                let mut trace = Trace::new(Reckoning::Count);
                trace.over = self.promises(frame, |ending| is_kept(ending, kept));
                trace
            }
            Formula::PromisesKept => {
                let mut trace = Trace::new(Reckoning::Over(1));
                let kept = [Kept::OnTime, Kept::Late, Kept::Retracted];
                trace.over = self.promises(frame, |ending| kept.iter().any(|kept| is_kept(ending, *kept)));
                trace.under = self.promises(frame, |ending| is_kept(ending, Kept::Planned));
                trace
            }
            formula @ (Formula::Sum(_)
            | Formula::PerPost(_)
            | Formula::Over(..)
            | Formula::OverFollowers(_)) => Trace::of_posts(self.posts(frame), formula),
            _ if definition.unit == Unit::Money => self.of_money(frame, definition.formula),
            formula => self.of_others(frame, formula),
        }
    }

    /// Returns the posts of the scope.
    fn posts<'f>(&self, frame: &'f Frame<'_>) -> impl Iterator<Item = &'f Placed> {
        let one = match &self.scope {
            Scope::Post(at, _) => {
                frame.placed.iter().find(|placed| placed.work == *at && placed.period == self.period)
            }
            _ => None,
        };
        let many = frame.members(&self.scope, self.period);
        one.into_iter().chain(many.iter().filter_map(|number| frame.placed.get(*number as usize)))
    }

    /// Returns the promises of the scope whose moment had come, and that became this.
    fn promises(&self, frame: &Frame<'_>, is_meant: impl Fn(&Ending) -> bool) -> Vec<Term> {
        let of = |number: &u32| frame.evidence.promises.get(*number as usize);
        let meant = frame.promises(&self.scope, self.period).iter();
        let meant = meant.filter(|number| of(number).is_some_and(|promise| is_meant(&promise.ending)));
        meant.map(|number| Term::Promise(*number)).collect()
    }
}

impl Trace {
    /// Traces a number that is made of posts' readings.
    pub fn of_posts<'f>(posts: impl Iterator<Item = &'f Placed>, formula: Formula) -> Trace {
        let reckoning = if matches!(formula, Formula::Sum(_)) { Reckoning::Sum } else { Reckoning::Over(1) };
        let mut trace = Trace::new(reckoning);
        let (mut have, mut of) = (0, 0);
        for placed in posts {
            of += 1;
            have += usize::from(trace.add(placed, formula));
        }
        trace.have = Some((have, of));
        trace
    }

    /// Adds a post, if it has all that the formula asks for.
    fn add(&mut self, placed: &Placed, formula: Formula) -> bool {
        let (Formula::Sum(metrics)
        | Formula::PerPost(metrics)
        | Formula::Over(metrics, _)
        | Formula::OverFollowers(metrics)) = formula
        else {
            return false;
        };
        let before = self.over.len();
        if !push_rows(placed, metrics, &mut self.over) {
            return false;
        }
        let has_both = match formula {
            Formula::PerPost(_) => {
                self.under.push(Term::Post(placed.work));
                true
            }
            Formula::Over(_, below) => push_rows(placed, below, &mut self.under),
            Formula::OverFollowers(_) => {
                self.under.extend(placed.followers.map(|(row, amount)| Term::Row(row, amount)));
                placed.followers.is_some()
            }
            _ => true,
        };
        if !has_both {
            self.over.truncate(before);
            return false;
        }
        self.later += usize::from(metrics.iter().any(|metric| placed.is_later(*metric)));
        true
    }
}

/// Adds a post's rows of some metrics, and tells whether there are any; of engagements the platform's own sum where no part
/// of them is given.
pub fn push_rows(placed: &Placed, metrics: &[Metric], terms: &mut Vec<Term>) -> bool {
    let before = terms.len();
    terms.extend(
        metrics.iter().filter_map(|metric| placed.row(*metric)).map(|(row, amount)| Term::Row(row, amount)),
    );
    if terms.len() == before && metrics == ENGAGEMENTS {
        terms.extend(placed.row(Metric::Engagements).map(|(row, amount)| Term::Row(row, amount)));
    }
    terms.len() > before
}

/// Tells whether a promise counts as this.
fn is_kept(ending: &Ending, kept: Kept) -> bool {
    match kept {
        Kept::Planned => *ending != Ending::Open,
        Kept::OnTime => *ending == Ending::OnTime,
        Kept::Late => matches!(ending, Ending::Late(_)),
        Kept::Missed => matches!(ending, Ending::Missed(_)),
        Kept::Skipped => matches!(ending, Ending::Skipped(_)),
        Kept::Refused => matches!(ending, Ending::Refused(_)),
        Kept::Retracted => *ending == Ending::Retracted,
        Kept::Unknown => matches!(ending, Ending::Doubt(_) | Ending::Unconfirmed),
    }
}
