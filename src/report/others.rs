//! Numbers that are not of posts: of accounts, links, inboxes, goals and money.

use chrono::{TimeDelta, Utc};

use crate::calendar::Goal;
use crate::definition::Formula;
use crate::draft::AccountId;
use crate::number::Amount;
use crate::reading::{Link, Metric, Subject};
use crate::report::frame::{Frame, reading};
use crate::report::period::Period;
use crate::report::scope::Scope;
use crate::report::trace::{Question, Reckoning, Term, Trace, push_rows};
use crate::report::windows::choose;

/// How old a reading may be to stand for the start of a period.
const START_AGE: TimeDelta = TimeDelta::days(7);

impl Frame<'_> {
    /// Returns a row as a term.
    pub fn term(&self, number: u32) -> Term {
        Term::Row(number, self.row(number).map_or(Amount::ZERO, |row| reading(self.evidence, row)))
    }

    /// Returns a level's row at the end of a period, and at its start: the last before it, else the first in it.
    pub fn level_of(&self, of: (&Subject, Metric), period: &Period) -> (Option<u32>, Option<u32>) {
        let (start, until) = (period.moments.start, period.until());
        let before = self.level(of, start - START_AGE, start);
        let end = self.level(of, start, until);
        (end, before.or_else(|| self.first_level(of, start, until)))
    }

    /// Returns what a goal's number is read of.
    pub fn goal_subject(&self, goal: &Goal) -> (Subject, Metric) {
        match &goal.account {
            Some(account) if goal.metric.eq_ignore_ascii_case("followers") => {
                (Subject::Account(account.value.clone()), Metric::Followers)
            }
            _ => (Subject::Goal(goal.id.clone()), Metric::Count),
        }
    }

    /// Returns the account that the mark of a link means; nothing where several, or none, can be meant.
    fn account_of_link(&self, link: &Link) -> Option<&AccountId> {
        let source = link.source.to_lowercase();
        if let Some(account) = AccountId::new(&source).and_then(|id| self.accounts.get(&id)) {
            return Some(account);
        }
        let mut same = self.accounts.iter().filter(|account| {
            self.evidence.platform(account).is_some_and(|platform| platform.id() == source)
        });
        same.next().filter(|_| same.next().is_none())
    }
}

impl Question {
    /// Traces what is counted of accounts, links, inboxes and goals.
    pub(super) fn of_others(&self, frame: &Frame<'_>, formula: Formula) -> Trace {
        let Some(period) = frame.periods.get(self.period) else { return Trace::new(Reckoning::Sum) };
        match formula {
            Formula::AccountReach => self.account_reach(frame, period),
            Formula::Followers => self.followers(frame, period, Reckoning::Sum),
            Formula::FollowersGained => self.followers(frame, period, Reckoning::Less),
            Formula::FollowersGrowth => self.followers(frame, period, Reckoning::Growth),
            Formula::OfAccounts(metric) => self.flows(frame, period, &self.accounts(frame), (metric, None)),
            Formula::OfAccountsOver(metric, under) => {
                self.flows(frame, period, &self.accounts(frame), (metric, Some(under)))
            }
            Formula::OfLinks(metric) => self.flows(frame, period, &self.links(frame), (metric, None)),
            Formula::OfLinksOver(metric, under) => {
                self.flows(frame, period, &self.links(frame), (metric, Some(under)))
            }
            Formula::Messages => {
                let mut trace = Trace::new(Reckoning::Sum);
                let messages = self.messages(frame, period).into_iter();
                trace.over = messages.map(|(row, ..)| Term::Case(row)).collect();
                trace
            }
            Formula::ReplyQuantile(percent) => {
                let mut trace = Trace::new(Reckoning::Quantile(percent));
                let messages = self.messages(frame, period);
                trace.over =
                    messages.iter().filter_map(|(_, _, reply)| reply.map(|row| frame.term(row))).collect();
                trace.have = Some((trace.over.len(), messages.len()));
                trace
            }
            Formula::ReplyWithinDay => self.within_day(frame, period),
            Formula::GoalsReached => {
                let mut trace = Trace::new(Reckoning::Count);
                for id in frame.evidence.calendar.goals.keys() {
                    let scope = Scope::Goal(id.clone());
                    let way = Question { scope, ..self.clone() }.of_goal(frame, period, Formula::GoalWay);
                    if let ([Term::Row(now, _)], [baseline, target]) =
                        (way.over.as_slice(), way.under.as_slice())
                        && is_reached(frame.term(*now).amount(), baseline.amount(), target.amount())
                    {
                        trace.over.push(Term::Case(*now));
                    }
                }
                trace
            }
            formula => self.of_goal(frame, period, formula),
        }
    }

    /// Returns the accounts of the scope.
    fn accounts(&self, frame: &Frame<'_>) -> Vec<Subject> {
        let holds = |account: &&AccountId| {
            self.scope.is_of_accounts() && self.scope.holds(frame.evidence, account, None, None)
        };
        frame.accounts.iter().filter(holds).cloned().map(Subject::Account).collect()
    }

    /// Returns the links whose marks belong to the scope.
    fn links(&self, frame: &Frame<'_>) -> Vec<Subject> {
        let links = frame.evidence.readings.subjects.iter();
        let holds = |subject: &&Subject| {
            let Subject::Link(link) = subject else { return false };
            let Some(account) = frame.account_of_link(link) else {
                // Several accounts of one platform: it is the platform's, whichever of them it was.
                return matches!(&self.scope, Scope::Platform(platform) if platform.id() == link.source.to_lowercase());
            };
            match &self.scope {
                Scope::Campaign(campaign) => link.campaign.to_lowercase() == campaign.as_str(),
                Scope::Department(_) => false,
                scope => scope.holds(frame.evidence, account, None, None),
            }
        };
        links.filter(holds).cloned().collect()
    }

    /// Takes the platform's own reach of one account over most of the period: reach cannot be added.
    fn account_reach(&self, frame: &Frame<'_>, period: &Period) -> Trace {
        let mut trace = Trace::new(Reckoning::Sum);
        let Scope::Account(account) = &self.scope else { return trace };
        let rows = frame.rows(&Subject::Account(account.clone()), Metric::Reach);
        let readings = &frame.evidence.readings;
        let chosen = choose(readings, rows, period);
        let whole = (period.moments.end - period.moments.start) * 9 / 10;
        let window = |row: &u32| frame.row(*row).and_then(|row| readings.window(row));
        let mut long: Vec<u32> = chosen.rows.into_iter().chain(chosen.overlapping).collect();
        long.retain(|row| window(row).is_some_and(|window| window.end - window.start >= whole));
        trace.over.extend(
            long.into_iter()
                .max_by_key(|row| frame.row(*row).map(|row| row.read_secs))
                .map(|row| frame.term(row)),
        );
        trace
    }

    /// Adds what is counted over windows, of subjects that have it, and both where two are asked for.
    fn flows(
        &self,
        frame: &Frame<'_>,
        period: &Period,
        subjects: &[Subject],
        (metric, under): (Metric, Option<Metric>),
    ) -> Trace {
        let mut trace = Trace::new(if under.is_some() { Reckoning::Over(1) } else { Reckoning::Sum });
        let readings = &frame.evidence.readings;
        let rows = |subject: &Subject, metric: Metric| {
            choose(readings, frame.rows(subject, metric), period).rows.into_iter().map(|row| frame.term(row))
        };
        let mut have = 0;
        for subject in subjects {
            let over: Vec<Term> = rows(subject, metric).collect();
            let below: Vec<Term> = under.map(|under| rows(subject, under).collect()).unwrap_or_default();
            if over.is_empty() || (under.is_some() && below.is_empty()) {
                continue;
            }
            have += 1;
            trace.over.extend(over);
            trace.under.extend(below);
        }
        trace.later = trace
            .over
            .iter()
            .filter(|term| {
                matches!(term, Term::Row(row, _) if frame.row(*row).is_some_and(|row| row.read() > period.cutoff))
            })
            .count();
        if self.scope.is_of_accounts()
            && subjects.iter().all(|subject| matches!(subject, Subject::Account(_)))
        {
            trace.have = Some((have, subjects.len()));
        }
        trace
    }

    fn followers(&self, frame: &Frame<'_>, period: &Period, reckoning: Reckoning) -> Trace {
        let mut trace = Trace::new(reckoning);
        let accounts = self.accounts(frame);
        let mut have = 0;
        for account in &accounts {
            let (end, start) = frame.level_of((account, Metric::Followers), period);
            match (reckoning, end, start) {
                (Reckoning::Sum, Some(end), _) => trace.over.push(frame.term(end)),
                (Reckoning::Less | Reckoning::Growth, Some(end), Some(start)) if end != start => {
                    trace.over.push(frame.term(end));
                    trace.under.push(frame.term(start));
                }
                _ => continue,
            }
            have += 1;
        }
        trace.have = Some((have, accounts.len()));
        trace
    }

    /// Returns the messages that came in the period: the row of each, when it came, and the row of its first answer.
    fn messages(&self, frame: &Frame<'_>, period: &Period) -> Vec<(u32, chrono::DateTime<Utc>, Option<u32>)> {
        let readings = &frame.evidence.readings;
        let mut found = Vec::new();
        for subject in &readings.subjects {
            let Subject::Inbox(account, _) = subject else { continue };
            if !self.scope.is_of_accounts() || !self.scope.holds(frame.evidence, account, None, None) {
                continue;
            }
            let valid = |metric| {
                let (rows, first) = frame.rows(subject, metric);
                let rows = (first..).zip(rows);
                let mut rows =
                    rows.filter(|(_, row)| row.read() <= period.cutoff_late && !row.value.is_negative());
                // Of an answer the last reading holds; a message came when it was first seen.
                if metric == Metric::FirstReply { rows.last() } else { rows.next() }
            };
            let reply = valid(Metric::FirstReply);
            let Some((number, row)) = valid(Metric::Messages).or(reply) else { continue };
            let came = readings.window(row).map_or_else(|| row.read(), |window| window.start);
            if period.moments.contains(&came) && came <= period.cutoff {
                found.push((number, came, reply.map(|(number, _)| number)));
            }
        }
        found
    }

    fn within_day(&self, frame: &Frame<'_>, period: &Period) -> Trace {
        let mut trace = Trace::new(Reckoning::Over(1));
        let day = TimeDelta::days(1);
        for (message, came, reply) in self.messages(frame, period) {
            if came + day > period.cutoff_late {
                continue;
            }
            trace.under.push(Term::Case(message));
            let wait = reply.map(|row| frame.term(row).amount());
            if let (Some(row), Some(wait)) = (reply, wait)
                && wait <= Amount::whole(day.num_seconds())
            {
                trace.over.push(Term::Case(row));
            }
        }
        trace
    }

    fn of_goal(&self, frame: &Frame<'_>, period: &Period, formula: Formula) -> Trace {
        let goal = match &self.scope {
            Scope::Goal(id) => frame.evidence.calendar.goals.get(id),
            _ => None,
        };
        let mut trace = Trace::new(Reckoning::Sum);
        let Some(goal) = goal else { return trace };
        let (subject, metric) = frame.goal_subject(goal);
        let given = |number: Option<f64>, key: &str| {
            let amount = number.and_then(decimal)?;
            Some(Term::Given { amount, place: format!("{} ({key})", goal.file) })
        };
        let (baseline, target) = (given(goal.baseline, "baseline"), given(goal.target, "target"));
        let now = frame.level((&subject, metric), chrono::DateTime::<Utc>::MIN_UTC, period.until());
        match formula {
            Formula::GoalBaseline => trace.over.extend(baseline),
            Formula::GoalTarget => trace.over.extend(target),
            Formula::GoalNow => trace.over.extend(now.map(|row| frame.term(row))),
            Formula::GoalMoved => {
                trace.reckoning = Reckoning::Less;
                if let (Some(end), Some(start)) = frame.level_of((&subject, metric), period)
                    && end != start
                {
                    trace.over.push(frame.term(end));
                    trace.under.push(frame.term(start));
                }
            }
            _ => {
                trace.reckoning = Reckoning::Way;
                if let (Some(now), Some(baseline), Some(target)) = (now, baseline, target) {
                    trace.over.push(frame.term(now));
                    trace.under.extend([baseline, target]);
                }
            }
        }
        trace
    }

    /// Traces money, in the currency that is asked for.
    pub(super) fn of_money(&self, frame: &Frame<'_>, formula: Formula) -> Trace {
        let Some(period) = frame.periods.get(self.period) else { return Trace::new(Reckoning::Sum) };
        match formula {
            Formula::Revenue => {
                let mut trace = self.flows(frame, period, &self.links(frame), (Metric::Revenue, None));
                trace.over.retain(|term| self.is_in_currency(frame, term));
                trace
            }
            Formula::Cost(metrics, times) => self.spent(frame, period, Some((metrics, times))),
            _ => self.spent(frame, period, None),
        }
    }

    fn is_in_currency(&self, frame: &Frame<'_>, term: &Term) -> bool {
        let Term::Row(number, _) = term else { return false };
        let native = frame.row(*number).and_then(|row| frame.evidence.readings.native(row));
        native.is_some_and(|native| self.currency.as_deref() == Some(native.unit.as_str()))
    }

    /// Traces what was spent: on accounts where that is given, else on campaigns, else on posts, so that no sum counts twice.
    fn spent(&self, frame: &Frame<'_>, period: &Period, cost: Option<(&[Metric], i64)>) -> Trace {
        let reckoning = cost.map_or(Reckoning::Sum, |(_, times)| Reckoning::Over(times));
        let readings = &frame.evidence.readings;
        let flows = |subject: &Subject, metric: Metric| -> Vec<Term> {
            choose(readings, frame.rows(subject, metric), period)
                .rows
                .into_iter()
                .map(|row| frame.term(row))
                .collect()
        };
        let add = |subjects: Vec<Subject>| {
            let mut trace = Trace::new(reckoning);
            for subject in &subjects {
                let mut spend = flows(subject, Metric::Spend);
                spend.retain(|term| self.is_in_currency(frame, term));
                let parts = cost.map(|(metrics, _)| metrics).unwrap_or_default();
                let below: Vec<Term> = parts.iter().flat_map(|metric| flows(subject, *metric)).collect();
                if !spend.is_empty() && (cost.is_none() || !below.is_empty()) {
                    trace.over.extend(spend);
                    trace.under.extend(below);
                }
            }
            trace
        };
        let has_any = |trace: &Trace| !trace.over.is_empty();
        let of_accounts = add(self.accounts(frame));
        if has_any(&of_accounts) {
            return of_accounts;
        }
        let campaigns = readings.subjects.iter().filter(|subject| match (subject, &self.scope) {
            (Subject::Campaign(_), Scope::Organisation) => true,
            (Subject::Campaign(one), Scope::Campaign(own)) => one == own,
            _ => false,
        });
        let of_campaigns = add(campaigns.cloned().collect());
        if has_any(&of_campaigns) {
            return of_campaigns;
        }
        let mut trace = Trace::new(reckoning);
        for number in frame.members(&self.scope, self.period) {
            let Some(placed) = frame.placed.get(*number as usize) else { continue };
            let spend = placed.row(Metric::Spend).map(|(row, amount)| Term::Row(row, amount));
            let Some(spend) = spend.filter(|term| self.is_in_currency(frame, term)) else { continue };
            if cost.is_none_or(|(metrics, _)| push_rows(placed, metrics, &mut trace.under)) {
                trace.over.push(spend);
            }
        }
        trace
    }
}

/// Tells whether a number is at its target, or beyond it in the direction it was to move.
pub fn is_reached(now: Amount, baseline: Amount, target: Amount) -> bool {
    if baseline <= target { now >= target } else { now <= target }
}

/// Returns a number of a TOML file as an exact amount, to the sixth digit.
pub fn decimal(number: f64) -> Option<Amount> {
    if !number.is_finite() {
        return None;
    }
    number.to_string().parse().or_else(|_| format!("{number:.6}").parse()).ok()
}
