//! What goes out now, what waits, and why: a function of the drafts, the ledger and the moment.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::draft::{AccountId, Digest, Draft, Fingerprint, PostId, Slot};
use crate::ledger::{LEASE, Ledger, Record, State};
use crate::mutant::{Mutant, planted};
use crate::text::Platform;

/// Where a draft stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It goes out now.
    Due,
    /// Its time has not come.
    Waiting,
    /// The part of its thread before it must be public first.
    Behind,
    /// The account has had its share of this run; the next run goes on.
    Full,
    /// Another runner prepares it, or it may be tried again only later.
    Later,
    /// It may be public: the answer was lost, and it is looked for.
    Doubt,
    /// It must not go out yet.
    Held,
    /// A person posts it.
    ByHand,
    /// The platform refused it, and it is unchanged since.
    Refused,
    /// The stop switch is on.
    Stopped,
    /// Its time is over, and the ledger does not say so yet.
    Missed,
    /// It is public.
    Published,
    /// It was taken down, called off, or missed; the ledger says so.
    Over,
    /// The ledger's entries about it cannot be read.
    Broken,
}

impl Standing {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Due => "due",
            Standing::Waiting => "waiting",
            Standing::Behind => "behind",
            Standing::Full => "next run",
            Standing::Later => "later",
            Standing::Doubt => "doubt",
            Standing::Held => "held",
            Standing::ByHand => "by hand",
            Standing::Refused => "refused",
            Standing::Stopped => "stopped",
            Standing::Missed => "missed",
            Standing::Published => "published",
            Standing::Over => "over",
            Standing::Broken => "broken",
        }
    }
}

/// One draft's standing, with its reason and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The slot.
    pub slot: Slot,
    /// The platform.
    pub platform: Platform,
    /// When it is promised for.
    pub due: DateTime<Utc>,
    /// Where it stands.
    pub standing: Standing,
    /// Why.
    pub reason: String,
    /// What a person could do, where there is something.
    pub next: Option<String>,
    /// Where it can be seen.
    pub url: Option<String>,
}

/// Every draft's standing, in the order of their moments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The rows, by moment and slot.
    pub rows: Vec<Row>,
}

impl Plan {
    /// Returns the rows of a standing.
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.standing == standing)
    }
}

/// Why something must not go out before somebody does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub why: String,
    /// What a person could do, where there is something.
    pub next: Option<String>,
}

impl From<Hold> for Verdict {
    fn from(hold: Hold) -> Verdict {
        (Standing::Held, hold.why, hold.next)
    }
}

/// What a plan must know besides drafts and ledger. Each function answers for one draft or account.
pub struct Policy<'a> {
    /// The moment.
    pub now: DateTime<Utc>,
    /// This clone: what it claimed in an earlier run is free, because runs of one clone never overlap.
    pub clone: &'a str,
    /// Why a person posts to this account, or nothing where kalends does.
    pub by_hand: &'a dyn Fn(&AccountId) -> Option<String>,
    /// The first thing that is wrong with this draft's post or account, or nothing.
    pub faulty: &'a dyn Fn(&Draft) -> Option<String>,
    /// How a moment is shown to people.
    pub show: &'a dyn Fn(DateTime<Utc>) -> String,
    /// Why this draft must not go out yet, or nothing.
    pub held: &'a dyn Fn(&Draft) -> Option<String>,
    /// Whose approval this draft's post lacks, or nothing.
    pub unapproved: &'a dyn Fn(&Draft) -> Option<Hold>,
    /// The most that one run sends to this account.
    pub burst: &'a dyn Fn(&AccountId) -> Option<usize>,
    /// The draft's digest as it stands now.
    pub digest: &'a dyn Fn(&Draft) -> Option<Digest>,
    /// Another post than this whose same words went to this account within a year, or nothing.
    pub said: &'a dyn Fn(&AccountId, &Fingerprint, &PostId) -> Option<PostId>,
}

/// Tells where each draft stands.
pub fn plan(drafts: &[Draft], ledger: &Ledger, policy: &Policy<'_>) -> Plan {
    let mut planner =
        Planner { policy, ledger, standings: BTreeMap::new(), sent: BTreeMap::new(), words: BTreeMap::new() };
    let mut order: Vec<&Draft> = drafts.iter().collect();
    order.sort_by(|a, b| (a.due, &a.slot).cmp(&(b.due, &b.slot)));
    let rows = order.into_iter().map(|draft| planner.row(draft)).collect();
    Plan { rows }
}

struct Planner<'a> {
    policy: &'a Policy<'a>,
    ledger: &'a Ledger,
    standings: BTreeMap<Slot, Standing>,
    sent: BTreeMap<AccountId, usize>,
    words: BTreeMap<(AccountId, Fingerprint), BTreeSet<PostId>>,
}

type Verdict = (Standing, String, Option<String>);

fn verdict(standing: Standing, reason: impl Into<String>) -> Verdict {
    (standing, reason.into(), None)
}

impl Planner<'_> {
    fn row(&mut self, draft: &Draft) -> Row {
        let record = self.ledger.slot(&draft.slot);
        let (standing, reason, next) =
            self.by_ledger(draft, record).unwrap_or_else(|| self.by_calendar(draft));
        self.standings.insert(draft.slot.clone(), standing);
        let url = match &record.state {
            State::Published { url, .. } | State::Retracting { url, .. } => url.clone(),
            _ => None,
        };
        Row {
            slot: draft.slot.clone(),
            platform: draft.platform,
            due: draft.due,
            standing,
            reason,
            next,
            url,
        }
    }

    /// Judges by what the ledger says; nothing where the slot is free.
    fn by_ledger(&self, draft: &Draft, record: &Record) -> Option<Verdict> {
        let now = self.policy.now;
        let over = now > draft.due + draft.late;
        let wait = |at: Option<DateTime<Utc>>, why: &str| {
            at.filter(|&at| at > now && !over)
                .map(|at| verdict(Standing::Later, format!("{why}; again after {}", (self.policy.show)(at))))
        };
        match &record.state {
            State::Absent => None,
            State::Claimed { hand, claim } => {
                let ours = hand.clone == self.policy.clone;
                let lapsed = claim.until <= now;
                (!ours && !lapsed && !over)
                    .then(|| verdict(Standing::Later, format!("{} is preparing it", hand.by)))
            }
            State::Sending { hand, .. } if planted(Mutant::LeaseOnSending) && now > hand.at + LEASE => None,
            State::Sending { hand, .. } => Some((
                Standing::Doubt,
                format!("sent at {} and no answer recorded", (self.policy.show)(hand.at)),
                Some("the next publish looks for it".to_owned()),
            )),
            State::Doubt { why, .. } => {
                Some((Standing::Doubt, format!("it may be public: {why}"), Some(settle_hint(&draft.slot))))
            }
            State::Published { at, digest, .. } => Some(self.published(draft, *at, digest.as_ref())),
            State::Retracting { .. } => Some((
                Standing::Published,
                "being taken down".to_owned(),
                Some(format!("finish it: kalends retract {}", draft.slot)),
            )),
            State::Gone => Some(verdict(Standing::Over, "taken down")),
            State::Refused { refusal, digest } => {
                self.refused(draft, over, &refusal.why, refusal.retry_at, digest.as_ref())
            }
            State::Released { release } => wait(release.retry_at, &release.why),
            State::Missed { why } => Some(verdict(Standing::Over, format!("missed: {why}"))),
            State::Cancelled { why } => Some(verdict(Standing::Over, format!("called off: {why}"))),
            State::Broken { why } => Some((
                Standing::Broken,
                format!("its entries cannot be read, so it is not sent: {why}"),
                Some(
                    "see `git log` of the ledger's branch, and restore it from a copy that is whole"
                        .to_owned(),
                ),
            )),
        }
    }

    fn published(&self, draft: &Draft, at: DateTime<Utc>, sent: Option<&Digest>) -> Verdict {
        let reason = format!("published {}", (self.policy.show)(at));
        let drifted = sent.is_some() && (self.policy.digest)(draft).is_some_and(|now| Some(&now) != sent);
        if drifted {
            let next = "what was published stays as it was; retract it and write a new post to change it";
            return (Standing::Published, format!("{reason}; edited since"), Some(next.to_owned()));
        }
        verdict(Standing::Published, reason)
    }

    fn refused(
        &self,
        draft: &Draft,
        over: bool,
        why: &str,
        retry_at: Option<DateTime<Utc>>,
        sent: Option<&Digest>,
    ) -> Option<Verdict> {
        if over {
            return None;
        }
        match retry_at {
            Some(at) if at > self.policy.now => Some(verdict(
                Standing::Later,
                format!("refused: {why}; again after {}", (self.policy.show)(at)),
            )),
            Some(_) => None,
            None if (self.policy.digest)(draft).as_ref() != sent => None,
            None => Some((
                Standing::Refused,
                format!("refused: {why}"),
                Some(format!(
                    "change the post, or when the account is mended: kalends settle {} --release",
                    draft.slot
                )),
            )),
        }
    }

    /// Judges a slot that is free.
    fn by_calendar(&mut self, draft: &Draft) -> Verdict {
        let policy = self.policy;
        if draft.due > policy.now {
            if let Some(hold) = self.hold(draft) {
                return hold;
            }
            if let Some(fault) = (policy.faulty)(draft) {
                return verdict(Standing::Held, format!("check finds: {fault}"));
            }
            return match (policy.by_hand)(&draft.slot.account) {
                Some(why) => verdict(Standing::ByHand, why),
                None => verdict(Standing::Waiting, "its time has not come"),
            };
        }
        if let Some(why) = (policy.by_hand)(&draft.slot.account) {
            // What is not approved, no person posts either.
            if let Some(hold) = (policy.unapproved)(draft) {
                return hold.into();
            }
            let next = format!("post it, then: kalends settle {} --delivered URL", draft.slot);
            return (Standing::ByHand, why, Some(next));
        }
        // While something is wrong with a post, nothing about it is final: its very time may be the fault.
        if let Some(why) = (policy.faulty)(draft) {
            let why = format!("check finds: {why}");
            return (Standing::Held, why, Some("kalends check shows the place".to_owned()));
        }
        if policy.now > draft.due + draft.late {
            return self.repeated(draft).unwrap_or_else(|| self.missed(draft));
        }
        if let Some(hold) = self.hold(draft) {
            return hold;
        }
        if let Some(halt) = &self.ledger.head.halt {
            let reason = format!("{} stopped publishing: {}", halt.by, halt.why);
            return (Standing::Stopped, reason, Some("kalends resume".to_owned()));
        }
        self.behind(draft).or_else(|| self.repeated(draft)).unwrap_or_else(|| self.due(draft))
    }

    /// Judges by what holds a draft back, whatever the moment.
    fn hold(&self, draft: &Draft) -> Option<Verdict> {
        let held = (self.policy.held)(draft).map(|why| verdict(Standing::Held, why));
        held.or_else(|| (self.policy.unapproved)(draft).map(Verdict::from))
    }

    fn missed(&self, draft: &Draft) -> Verdict {
        let cause = self
            .hold(draft)
            .map(|(_, why, _)| why)
            .or_else(|| self.ledger.head.halt.as_ref().map(|halt| format!("stopped: {}", halt.why)))
            .unwrap_or_else(|| "nothing published it in time".to_owned());
        (
            Standing::Missed,
            format!("more than {} late; {cause}", crate::time::show_duration(draft.late)),
            Some("give the post a new time under a new id if it should still go out".to_owned()),
        )
    }

    /// The second and later posts of a thread wait for the one before.
    fn behind(&self, draft: &Draft) -> Option<Verdict> {
        let parent = draft.slot.parent()?;
        if planted(Mutant::ThreadGoesOn) {
            return None;
        }
        let standing = self.standings.get(&parent).copied();
        let public = matches!(self.ledger.state(&parent), State::Published { .. });
        (!public && standing != Some(Standing::Due))
            .then(|| verdict(Standing::Behind, format!("part {} is not public yet", parent.part)))
    }

    /// The net under a changed id: the same words to the same account within a year.
    fn repeated(&mut self, draft: &Draft) -> Option<Verdict> {
        if draft.again || draft.slot.part > 1 {
            return None;
        }
        let words = draft.fingerprint()?;
        let earlier = (self.policy.said)(&draft.slot.account, &words, &draft.slot.post);
        let here = self.words.entry((draft.slot.account.clone(), words)).or_default();
        here.insert(draft.slot.post.clone());
        let other = earlier.or_else(|| here.iter().find(|post| **post != draft.slot.post).cloned())?;
        Some((
            Standing::Held,
            format!("the same words went to {} within a year, as {other}", draft.slot.account),
            Some(
                "write `again = true` if that is meant; if the file was renamed, give it its old id"
                    .to_owned(),
            ),
        ))
    }

    fn due(&mut self, draft: &Draft) -> Verdict {
        let sent = self.sent.entry(draft.slot.account.clone()).or_default();
        if (self.policy.burst)(&draft.slot.account).is_some_and(|most| *sent >= most)
            && !planted(Mutant::ResumeBursts)
        {
            return verdict(
                Standing::Full,
                format!("{} has had {sent} posts in this run", draft.slot.account),
            );
        }
        *sent += 1;
        let late = self.policy.now - draft.due;
        if late.num_minutes() < 1 {
            verdict(Standing::Due, "its time has come")
        } else {
            verdict(Standing::Due, format!("due {} ago", crate::time::show_duration(late)))
        }
    }
}

/// Returns the command by which a person decides a doubt.
pub fn settle_hint(slot: &Slot) -> String {
    format!(
        "look at the account, then: kalends settle {slot} --delivered URL, or --release if it is not there"
    )
}
