//! The journey that publishes: settle doubts, record what was missed, claim what is due, and send it.
//!
//! ```text
//! look → settle doubts → write down what was missed → claim (one commit) → for each account, in order:
//!        prepare → commit (the point of no return) → deliver → record
//! ```
//!
//! A request that could make a post public leaves only after its `sending` entry is durable and shared. What a run
//! cannot find out is left as a doubt, never repeated blindly.

mod deliver;
mod lane;
mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::calendar::{Account, Calendar};
use crate::draft::{AccountId, Digest, Draft, Fingerprint, MediaBook, Occurrence, PostId, Slot};
use crate::http::Failure;
use crate::keyring::Credential;
use crate::ledger::{Claim, Entry, Fact, Halt, Hand, Head, LEASE, Ledger};
use crate::mutant::{Mutant, planted};
use crate::plan::{self, Hold, Plan, Policy, Row, Standing};
use crate::platform::{Channel, Desk, Platform};
use crate::record::{Note, Scribe};
use crate::renew::{self, Held};
use crate::world::{Lanes, LogError, World};

/// What is to be published: a calendar as one commit has it, and what is wrong with it.
pub struct Intent<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Its commit.
    pub commit: String,
    /// What is known of the media files.
    pub book: &'a MediaBook,
    /// The first thing that is wrong with a draft's post or account. Such drafts are held. Asked only where it matters.
    pub faulty: &'a (dyn Fn(&Draft) -> Option<String> + Sync),
    /// Whose approval a draft's post lacks. Such drafts are held. Asked only where it matters.
    pub unapproved: &'a (dyn Fn(&Draft) -> Option<Hold> + Sync),
    /// Whether the clock is a rehearsed one: then nothing goes to a network, only to this calendar's own feeds.
    pub rehearsed: bool,
    /// Whether nothing is to be sent at all.
    pub dry_run: bool,
}

/// What became of a slot in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is public.
    Published {
        /// Where it can be seen.
        url: Option<String>,
        /// Whether it was found, rather than answered.
        found: bool,
    },
    /// A dry run would have sent it.
    WouldPublish,
    /// The platform refused it.
    Refused(String),
    /// It was not sent; a later run may.
    Unsent(String),
    /// It may be public; kalends will look again.
    Doubt(String),
    /// It may be public, and only a person can say.
    Person(String),
    /// Its time was over.
    Missed(String),
    /// Somebody else took it.
    Yielded,
}

/// One slot's ending in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The slot.
    pub slot: Slot,
    /// When it was promised for.
    pub due: DateTime<Utc>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Who is told how the run goes.
pub trait Watch: Sync {
    /// Called once, before anything is sent, with what stands where.
    fn planned(&self, plan: &Plan);
    /// Called for each slot that came to an end, as soon as the ledger has it.
    fn settled(&self, settled: &Settled);
    /// Called with something that a person should know.
    fn warned(&self, warning: &str);
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Where everything stood before anything was sent.
    pub plan: Plan,
    /// The stop switch, where it was on when the run began.
    pub halt: Option<Halt>,
    /// Every slot that came to an end in this run, in order.
    pub settled: Vec<Settled>,
}

impl Summary {
    /// Keeps each slot's last ending: a slot that was given back and then sent was sent.
    fn keep_endings(&mut self) {
        let last: BTreeMap<Slot, usize> =
            self.settled.iter().enumerate().map(|(n, settled)| (settled.slot.clone(), n)).collect();
        let mut n = 0;
        self.settled.retain(|settled| {
            n += 1;
            last.get(&settled.slot) == Some(&(n - 1))
        });
    }
}

/// One run, and all that its parts share.
struct Run<'a> {
    world: &'a World<'a>,
    intent: &'a Intent<'a>,
    scribe: Scribe<'a>,
    watch: &'a dyn Watch,
    /// How many posts each account has had in the run's rounds so far.
    had: BTreeMap<AccountId, usize>,
    /// The accounts that the run has signed in to, or could not sign in to.
    channels: Mutex<BTreeMap<AccountId, Signed<'a>>>,
}

/// An account that a run has signed in to, or why it could not.
type Signed<'a> = Result<Arc<dyn Channel + 'a>, Failure>;

/// A slot that this run has claimed.
#[must_use = "a claim is committed, or released"]
struct Claimed<'a> {
    draft: &'a Draft,
    attempt: u32,
    digest: Digest,
}

/// How often a run looks again after others were first with a claim. What was first may have been this clone's own
/// earlier run, whose push landed after it was killed: then the slot is free for us.
const ROUNDS: usize = 3;

/// Publishes what is due.
///
/// An error means that the ledger could not be used; what was sent before is recorded, or is a doubt.
pub fn publish<'a>(
    world: &'a World<'a>,
    intent: &'a Intent<'a>,
    watch: &'a dyn Watch,
) -> Result<Summary, LogError> {
    let mut run = Run::new(world, intent, watch);
    let head = run.scribe.refresh()?;
    let drafts = past_drafts(intent.calendar, world.clock.now());
    let slots: BTreeSet<Slot> = drafts.iter().map(|draft| draft.slot.clone()).collect();
    let mut summary = Summary { halt: head.halt.clone(), ..Summary::default() };
    if !head.open.is_empty() {
        // What is open is read whether it is asked for or not.
        let ledger = run.scribe.recall(&BTreeSet::new())?;
        summary.settled.extend(run.settle(&ledger, &|_| true)?);
    }
    for round in 1..=ROUNDS {
        if round > 1 {
            let ledger = run.scribe.recall(&BTreeSet::new())?;
            summary.settled.extend(run.settle(&ledger, &|hand| run.is_our_dead(hand))?);
        }
        let ledger = run.scribe.recall(&slots)?;
        let plan = run.plan(&drafts, &ledger)?;
        if round == 1 {
            watch.planned(&plan);
            summary.plan = plan.clone();
        }
        summary.settled.extend(run.miss(&plan, &ledger)?);
        let (claimed, lost) = run.claim(&drafts, &plan, &ledger)?;
        for claim in &claimed {
            *run.had.entry(claim.draft.slot.account.clone()).or_default() += 1;
        }
        summary.settled.extend(run.send(claimed, &ledger)?);
        if lost == 0 {
            break;
        }
    }
    run.heartbeat()?;
    summary.keep_endings();
    Ok(summary)
}

/// Returns the plan for all that a window holds, as `plan` and `status` show it. Reads only.
pub fn survey<'a>(
    world: &'a World<'a>,
    intent: &'a Intent<'a>,
    drafts: &[Draft],
) -> Result<(Plan, Head), LogError> {
    struct Silent;
    impl Watch for Silent {
        fn planned(&self, _: &Plan) {}
        fn settled(&self, _: &Settled) {}
        fn warned(&self, _: &str) {}
    }
    let run = Run::new(world, intent, &Silent);
    let slots = drafts.iter().map(|draft| draft.slot.clone()).collect();
    let ledger = run.scribe.recall(&slots)?;
    Ok((run.plan(drafts, &ledger)?, ledger.head))
}

/// Returns the adapter that acts for an account; none where a person does.
pub(crate) fn adapter(world: &World<'_>, account: &Account) -> Option<&'static dyn Platform> {
    (world.platforms)(account.platform.as_ref()?.value).filter(|_| !account.by_hand)
}

/// Returns an account's secret, where its platform wants one.
pub(crate) fn held_credential(
    world: &World<'_>,
    scribe: &Scribe<'_>,
    account: &Account,
    adapter: &dyn Platform,
) -> Result<Option<Held>, Failure> {
    if !adapter.has_secret() {
        return Ok(None);
    }
    renew::credential(world, scribe, adapter, &account.id).map(Some)
}

/// Lays out what an adapter needs for an account.
pub(crate) fn desk<'a>(
    world: &'a World<'a>,
    book: &'a MediaBook,
    account: &'a Account,
    credential: Option<Credential>,
) -> Desk<'a> {
    Desk {
        http: world.http,
        clock: world.clock,
        account,
        credential,
        keys: world.keys,
        book,
        media: world.media,
        pin_suffices: false,
    }
}

fn many(slots: usize) -> String {
    if slots == 1 { "1 slot".to_owned() } else { format!("{slots} slots") }
}

/// Returns every draft whose time has come, however long ago.
fn past_drafts(calendar: &Calendar, now: DateTime<Utc>) -> Vec<Draft> {
    let mut drafts = calendar.drafts(DateTime::<Utc>::MIN_UTC..now + TimeDelta::milliseconds(1));
    drafts.retain(|draft| draft.due <= now);
    if planted(Mutant::PathFromTime) {
        drafts.iter_mut().for_each(|draft| draft.slot.occurrence = Occurrence::On(draft.due.date_naive()));
    }
    drafts
}

impl<'a> Run<'a> {
    fn new(world: &'a World<'a>, intent: &'a Intent<'a>, watch: &'a dyn Watch) -> Run<'a> {
        let (had, channels) = (BTreeMap::new(), Mutex::default());
        Run { world, intent, scribe: Scribe::new(world), watch, had, channels }
    }

    /// Tells whether an entry is of an earlier run of this clone. That run is dead, for we hold the clone's lock.
    fn is_our_dead(&self, hand: &Hand) -> bool {
        hand.clone == self.world.actor.clone && hand.nonce != self.world.actor.nonce
    }

    fn entry(&self, slot: &Slot, attempt: u32, fact: Fact) -> Entry {
        Entry { slot: slot.clone(), attempt, hand: self.world.hand(), fact }
    }

    fn account(&self, id: &AccountId) -> Option<&'a Account> {
        self.intent.calendar.account(id)
    }

    /// Returns the adapter that acts for an account; none where a person does.
    fn adapter(&self, account: &Account) -> Option<&'static dyn Platform> {
        adapter(self.world, account)
    }

    /// Signs in to an account, once a run: a password that is refused is not shown again for each doubt and each post.
    fn channel(&self, account: &'a Account, adapter: &dyn Platform) -> Signed<'a> {
        let open = || self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signed) = open().get(&account.id) {
            return signed.clone();
        }
        let signed = self.sign_in(account, adapter);
        open().insert(account.id.clone(), signed.clone());
        signed
    }

    fn sign_in(&self, account: &'a Account, adapter: &dyn Platform) -> Signed<'a> {
        let held = held_credential(self.world, &self.scribe, account, adapter)?;
        if let Some(warning) = held.as_ref().and_then(|held| held.warning.as_ref()) {
            self.watch.warned(warning);
        }
        let desk = desk(self.world, self.intent.book, account, held.map(|held| held.credential));
        adapter.open(desk).map(Arc::from)
    }

    /// Tells why a person posts to an account, or nothing where kalends does.
    fn by_hand(&self, id: &AccountId) -> Option<String> {
        let account = self.account(id)?;
        let platform = account.platform.as_ref()?.value;
        if account.by_hand {
            return Some("a person posts it".to_owned());
        }
        if self.adapter(account).is_none() {
            return Some(format!("kalends does not post to {} itself: a person does", platform.name()));
        }
        None
    }

    fn held(&self, draft: &Draft) -> Option<String> {
        if let Some(why) = self.intent.calendar.held(&draft.slot.post) {
            return Some(format!("held: {why}"));
        }
        if self.intent.rehearsed && draft.platform != crate::text::Platform::Feed {
            return Some("the clock is rehearsed (--now), and a rehearsal reaches no network".to_owned());
        }
        None
    }

    fn burst(&self, id: &AccountId) -> Option<usize> {
        let own = || self.account(id).and_then(|account| self.adapter(account)).and_then(Platform::burst);
        let most = self.intent.calendar.root.burst.map(|most| most as usize).or_else(own)?;
        Some(most.saturating_sub(self.had.get(id).copied().unwrap_or(0)))
    }

    fn plan(&self, drafts: &[Draft], ledger: &Ledger) -> Result<Plan, LogError> {
        let nothing = BTreeMap::new();
        let first = self.plan_with(drafts, ledger, &nothing);
        let candidates = first.standing(Standing::Due).chain(first.standing(Standing::Missed));
        let due: BTreeSet<&Slot> = candidates.map(|row| &row.slot).collect();
        if due.is_empty() {
            return Ok(first);
        }
        let words: BTreeSet<(AccountId, Fingerprint)> = drafts
            .iter()
            .filter(|draft| due.contains(&draft.slot))
            .filter_map(|draft| Some((draft.slot.account.clone(), draft.fingerprint()?)))
            .collect();
        let since = (self.world.clock.now() - TimeDelta::days(365)).date_naive();
        let said = self.said(&words, since)?;
        Ok(if said.is_empty() { first } else { self.plan_with(drafts, ledger, &said) })
    }

    /// Returns by which posts words went to accounts, of those that are, were or may be public.
    fn said(
        &self,
        words: &BTreeSet<(AccountId, Fingerprint)>,
        since: NaiveDate,
    ) -> Result<BTreeMap<(AccountId, Fingerprint), BTreeSet<PostId>>, LogError> {
        let said = self.scribe.said(words, since)?;
        if said.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ledger = self.scribe.recall(&said.values().flatten().cloned().collect())?;
        let may_be_public = |slot: &&Slot| ledger.state(slot).may_be_public();
        Ok(said
            .into_iter()
            .map(|(key, slots)| {
                (key, slots.iter().filter(may_be_public).map(|slot| slot.post.clone()).collect())
            })
            .collect())
    }

    fn plan_with(
        &self,
        drafts: &[Draft],
        ledger: &Ledger,
        said: &BTreeMap<(AccountId, Fingerprint), BTreeSet<PostId>>,
    ) -> Plan {
        plan::plan(
            drafts,
            ledger,
            &Policy {
                now: self.world.clock.now(),
                clone: &self.world.actor.clone,
                by_hand: &|id| self.by_hand(id),
                held: &|draft| self.held(draft),
                unapproved: self.intent.unapproved,
                faulty: self.intent.faulty,
                show: &|at| {
                    let zone = self.intent.calendar.zone();
                    format!("{} {}", zone.local(at).format("%Y-%m-%d %H:%M:%S"), zone.abbreviation(at))
                },
                burst: &|id| self.burst(id),
                digest: &|draft| draft.digest(self.intent.book),
                said: &|id, words, post| {
                    let posts = said.get(&(id.clone(), words.clone()))?;
                    posts.iter().find(|other| *other != post).cloned()
                },
            },
        )
    }

    /// Writes down, in one commit, what will not go out any more.
    fn miss(&self, plan: &Plan, ledger: &Ledger) -> Result<Vec<Settled>, LogError> {
        let rows: Vec<&Row> = plan.standing(Standing::Missed).collect();
        if rows.is_empty() || planted(Mutant::SilentMiss) {
            return Ok(Vec::new());
        }
        let entries: Vec<Entry> = rows
            .iter()
            .map(|row| {
                self.entry(&row.slot, ledger.slot(&row.slot).attempt + 1, Fact::Missed(row.reason.clone()))
            })
            .collect();
        let message = format!("missed: {}", many(entries.len()));
        let written = self.scribe.write(Note { entries: entries.clone(), message, ..Note::default() })?;
        let landed = rows.iter().zip(&entries).filter(|(_, entry)| written.has(entry));
        Ok(landed
            .map(|(row, _)| self.told(&row.slot, row.due, Outcome::Missed(row.reason.clone())))
            .collect())
    }

    /// Claims what is due, in one commit; returns also how many claims somebody else was first with.
    fn claim<'d>(
        &self,
        drafts: &'d [Draft],
        plan: &Plan,
        ledger: &Ledger,
    ) -> Result<(Vec<Claimed<'d>>, usize), LogError> {
        let due: BTreeSet<&Slot> = plan.standing(Standing::Due).map(|row| &row.slot).collect();
        let mut claims: Vec<(Claimed<'d>, Entry)> = Vec::new();
        for draft in drafts.iter().filter(|draft| due.contains(&draft.slot)) {
            let Some(digest) = draft.digest(self.intent.book) else {
                self.watch.warned(&format!("{}: a media file is missing, so it is not sent", draft.slot));
                continue;
            };
            let attempt = ledger.slot(&draft.slot).attempt + 1;
            let claim = Claim {
                digest: digest.clone(),
                due: draft.due,
                until: self.world.clock.now() + LEASE,
                commit: self.intent.commit.clone(),
            };
            let entry = self.entry(&draft.slot, attempt, Fact::Claim(claim));
            claims.push((Claimed { draft, attempt, digest }, entry));
        }
        if claims.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let entries = claims.iter().map(|(_, entry)| entry.clone()).collect();
        let message = format!("claim: {}", many(claims.len()));
        let written = self.scribe.write(Note { entries, message, ..Note::default() })?;
        let ours: Vec<bool> = claims.iter().map(|(_, entry)| written.has(entry)).collect();
        let lost = ours.iter().filter(|ours| !**ours).count();
        let ours = claims.into_iter().zip(ours).filter(|(_, ours)| *ours);
        Ok((ours.map(|((claimed, _), _)| claimed).collect(), lost))
    }

    /// Sends what was claimed: one lane an account, each in order, the lanes side by side.
    fn send(&self, claimed: Vec<Claimed<'_>>, ledger: &Ledger) -> Result<Vec<Settled>, LogError> {
        let mut lanes: BTreeMap<&AccountId, Vec<Claimed<'_>>> = BTreeMap::new();
        for claim in claimed {
            lanes.entry(&claim.draft.slot.account).or_default().push(claim);
        }
        let results: Vec<Result<Vec<Settled>, LogError>> = match self.world.lanes {
            Lanes::SideBySide if lanes.len() > 1 => std::thread::scope(|scope| {
                let threads: Vec<_> = lanes
                    .into_values()
                    .map(|claims| scope.spawn(move || self.lane(claims, ledger)))
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            }),
            // One lane needs no thread of its own.
            Lanes::SideBySide | Lanes::InTurn => {
                lanes.into_values().map(|claims| self.lane(claims, ledger)).collect()
            }
        };
        let mut settled = Vec::new();
        let mut failed = None;
        for result in results {
            match result {
                Ok(ended) => settled.extend(ended),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(settled), Err)
    }

    fn told(&self, slot: &Slot, due: DateTime<Utc>, outcome: Outcome) -> Settled {
        let settled = Settled { slot: slot.clone(), due, outcome };
        self.watch.settled(&settled);
        settled
    }

    /// Leaves a sign of life, once a day and runner, so that silence can be told from nothing to do.
    fn heartbeat(&self) -> Result<(), LogError> {
        let hand = self.world.hand();
        let by: String = hand.by.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = format!("heartbeats/{}/{by}.toml", hand.at.format("%Y/%m/%d"));
        let text = crate::ledger::format::write_heartbeat(&hand);
        let message = format!("{} is alive", hand.by);
        self.scribe.write(Note { files: vec![(path, text)], message, ..Note::default() })?;
        Ok(())
    }
}
