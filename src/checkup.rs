//! The check-up: whether tonight's posts will go out, and if not, why.
//!
//! It goes the way that `publish` goes, as far as that can be done without sending: it fetches the ledger, adds a line
//! to it, opens each secret and signs in to each account. What would stop a post of the next day is [`Verdict::Bad`].

mod forge;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::calendar::Account;
use crate::checkup::forge::{branch_api, host};
use crate::draft::{AccountId, Draft, Slot};
use crate::http::{Effect, Method, Request, SKEW};
use crate::ledger::format::write_heartbeat;
use crate::ledger::{Head, State};
use crate::plan::Standing;
use crate::platform::Platform;
use crate::publish::{Intent, adapter, desk, held_credential, survey};
use crate::record::{Note, Scribe};
use crate::time::show_duration;
use crate::world::World;

/// How far ahead a post counts as one of tonight's.
pub const TONIGHT: TimeDelta = TimeDelta::hours(24);

/// How many days back a sign of life is looked for.
const DAYS_BACK: u64 = 31;

/// How old a secret may be before it is worth a word.
const OLD: TimeDelta = TimeDelta::days(365);

/// How a sign is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All is well.
    Fine,
    /// It cannot be told from here.
    Unknown,
    /// It stops nothing tonight, and wants a person.
    Warn,
    /// Something of tonight will not go out.
    Bad,
}

impl Verdict {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Fine => "fine",
            Verdict::Unknown => "unknown",
            Verdict::Warn => "warning",
            Verdict::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What was looked at.
    pub subject: String,
    /// How it is to be read.
    pub verdict: Verdict,
    /// What was found.
    pub words: String,
    /// What to do about it.
    pub next: Option<String>,
}

/// What only the rim can tell of this machine.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The address of the ledger's remote, where it has one that is an address of the web.
    pub remote: Option<String>,
    /// When `publish` last ran in this clone.
    pub last_run: Option<DateTime<Utc>>,
    /// Where the identity lies that opens secrets, or why there is none.
    pub identity: Result<String, String>,
    /// Whether nothing may be asked of a network.
    pub offline: bool,
}

/// Looks at everything that tonight's posts depend on.
pub fn examine(world: &World<'_>, intent: &Intent<'_>, drafts: &[Draft], machine: &Machine) -> Vec<Sign> {
    let now = world.clock.now();
    // Where the ledger cannot be read, nothing is known to be out, and its own sign says so.
    let plan = survey(world, intent, drafts).map(|(plan, _)| plan).unwrap_or_default();
    let settled = [Standing::Published, Standing::Over, Standing::Doubt, Standing::Broken];
    let settled: BTreeSet<&Slot> =
        plan.rows.iter().filter(|row| settled.contains(&row.standing)).map(|row| &row.slot).collect();
    let open = |draft: &&Draft| draft.due + draft.late >= now && !settled.contains(&draft.slot);
    let tonight = drafts.iter().filter(|draft| draft.due <= now + TONIGHT).filter(open).collect();
    let check = Checkup { world, intent, machine, scribe: Scribe::new(world), now, tonight, drafts };
    let mut signs = check.posts();
    signs.extend(plan.standing(Standing::Refused).map(|row| {
        let refused = sign("posts", Verdict::Bad, format!("{}: {}", row.slot, row.reason));
        Sign { next: row.next.clone(), ..refused }
    }));
    signs.extend(check.ledger());
    signs.extend(check.protection());
    signs.extend(check.clocks());
    signs.extend(check.accounts());
    signs.push(check.runs());
    signs
}

struct Checkup<'a> {
    world: &'a World<'a>,
    intent: &'a Intent<'a>,
    machine: &'a Machine,
    scribe: Scribe<'a>,
    now: DateTime<Utc>,
    /// What may go out from now to tomorrow: what is due then, and what is due already and not out.
    tonight: Vec<&'a Draft>,
    drafts: &'a [Draft],
}

fn sign(subject: &str, verdict: Verdict, words: impl Into<String>) -> Sign {
    Sign { subject: subject.to_owned(), verdict, words: words.into(), next: None }
}

impl Sign {
    fn next(mut self, next: impl Into<String>) -> Sign {
        self.next = Some(next.into());
        self
    }
}

/// Returns how long ago a moment was, as people say it.
fn ago(now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    let span = now - at;
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (days @ 2.., _, _) => format!("{days} days ago"),
        (_, hours @ 2.., _) => format!("{hours} hours ago"),
        (_, _, minutes @ 2..) => format!("{minutes} minutes ago"),
        _ => "just now".to_owned(),
    }
}

impl<'a> Checkup<'a> {
    /// Returns the accounts that kalends posts to itself.
    fn own_accounts(&self) -> impl Iterator<Item = (&'a Account, &'static dyn Platform)> {
        self.intent
            .calendar
            .accounts
            .values()
            .filter_map(|account| Some((account, adapter(self.world, account)?)))
    }

    fn own_ids(&self) -> BTreeSet<&'a AccountId> {
        self.own_accounts().map(|(account, _)| &account.id).collect()
    }

    /// Tells what is due, and what of it is faulty.
    fn posts(&self) -> Vec<Sign> {
        let zone = self.intent.calendar.zone();
        let own = self.own_ids();
        let ours = |draft: &&&Draft| own.contains(&draft.slot.account);
        let by_hand = self.tonight.iter().filter(|draft| !own.contains(&draft.slot.account)).count();
        let next =
            self.drafts.iter().filter(|draft| own.contains(&draft.slot.account)).find(|d| d.due > self.now);
        let when = |draft: &Draft| zone.local(draft.due).format("%a %Y-%m-%d %H:%M").to_string();
        let (late, ahead): (Vec<&Draft>, Vec<&Draft>) =
            self.tonight.iter().filter(ours).partition(|draft| draft.due <= self.now);
        let mut words = match (ahead.len(), next) {
            (0, None) => "nothing is due that kalends posts itself".to_owned(),
            (0, Some(next)) => format!("nothing in the next 24 hours; then {} at {}", next.slot, when(next)),
            (count, Some(next)) => {
                format!("{count} in the next 24 hours, the first {} at {}", next.slot, when(next))
            }
            (count, None) => format!("{count} in the next 24 hours"),
        };
        if let Some(first) = late.first() {
            let first = format!("{} of {}", first.slot, when(first));
            words = format!("{} due and not out yet, the first {first}; {words}", late.len());
        }
        if by_hand > 0 {
            words.push_str(&format!("; {by_hand} more for people to post by hand"));
        }
        let mut signs = vec![sign("posts", Verdict::Fine, words)];
        let faulty = self.tonight.iter().filter(ours);
        let mut said = BTreeSet::new();
        for (draft, why) in faulty.filter_map(|draft| Some((draft, (self.intent.faulty)(draft)?))) {
            if said.insert(&draft.slot.post) {
                let words = format!("{} will be held back: {why}", draft.slot);
                signs.push(sign("posts", Verdict::Bad, words).next("kalends check shows its place"));
            }
        }
        let unapproved = self.tonight.iter();
        for (draft, hold) in unapproved.filter_map(|draft| Some((draft, (self.intent.unapproved)(draft)?))) {
            if said.insert(&draft.slot.post) {
                let words = format!("{} will be held back: {}", draft.slot, hold.why);
                signs.push(sign("posts", Verdict::Bad, words).next(hold.next.unwrap_or_default()));
            }
        }
        signs
    }

    /// Fetches the ledger and adds a line to it, as `publish` would.
    fn ledger(&self) -> Vec<Sign> {
        let head = match self.scribe.refresh() {
            Ok(head) => head,
            Err(why) => return vec![sign("ledger", Verdict::Bad, why.to_string())],
        };
        let mut signs = self.write_a_line(&head);
        if let Some(halt) = &head.halt {
            let words = format!("publishing is stopped by {}: {}", halt.by, halt.why);
            signs.push(sign("switch", Verdict::Bad, words).next("kalends resume"));
        }
        let Ok(ledger) = self.scribe.recall(&BTreeSet::new()) else { return signs };
        let many =
            |test: fn(&State) -> bool| ledger.slots().filter(|(_, record)| test(&record.state)).count();
        let doubts = many(|state| matches!(state, State::Sending { .. } | State::Doubt { .. }));
        if doubts > 0 {
            let words = format!("{doubts} in doubt: of these it is not known whether they are public");
            signs.push(sign("ledger", Verdict::Warn, words).next("kalends status"));
        }
        let broken = many(|state| matches!(state, State::Broken { .. }));
        if broken > 0 {
            let words = format!("{broken} with entries that cannot be read or contradict each other");
            signs.push(sign("ledger", Verdict::Warn, words).next("kalends status"));
        }
        signs
    }

    fn write_a_line(&self, head: &Head) -> Vec<Sign> {
        let hand = self.world.hand();
        let by: String = hand.by.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = format!("checkups/{}/{by}-{}.toml", hand.at.format("%Y/%m/%d"), hand.nonce);
        let message = format!("{} looked whether all is well", hand.by);
        let note = Note { files: vec![(path, write_heartbeat(&hand))], message, ..Note::default() };
        let shared = match self.intent.calendar.root.remote.as_deref() {
            Some(remote) => format!("shared by {remote}, which took a line from us"),
            None => "kept on this machine alone, and it takes a line".to_owned(),
        };
        vec![match self.scribe.write(note) {
            Ok(_) => sign("ledger", Verdict::Fine, format!("{shared}; {} facts", head.entries)),
            Err(why) => sign("ledger", Verdict::Bad, format!("nothing can be added to it: {why}"))
                .next("a publisher that cannot write down what it does sends nothing"),
        }]
    }

    /// Tells whether the forge forbids that the ledger is rewritten, as far as anybody outside may know.
    fn protection(&self) -> Vec<Sign> {
        let root = &self.intent.calendar.root;
        if root.remote.is_none() {
            return Vec::new();
        }
        let ask = "forbid force pushes to it, and its deletion, in your forge's settings";
        let branch = &root.branch;
        let unknown = || {
            let words = format!("whether `{branch}` may be rewritten there cannot be asked through git");
            vec![sign("protection", Verdict::Unknown, words).next(ask)]
        };
        let Some(api) = self.machine.remote.as_deref().and_then(|url| branch_api(url, branch)) else {
            return unknown();
        };
        if self.machine.offline {
            return unknown();
        }
        let request =
            Request::new(Effect::Reads, Method::Get, api).header("accept", "application/vnd.github+json");
        let answer = self.world.http.send(&request).ok().filter(|answer| answer.status == 200);
        let protected = answer.and_then(|answer| answer.json().ok()?.get("protected")?.as_bool());
        match protected {
            Some(true) => vec![sign("protection", Verdict::Fine, format!("`{branch}` is protected there"))],
            Some(false) => {
                vec![
                    sign("protection", Verdict::Warn, format!("`{branch}` is not protected there")).next(ask),
                ]
            }
            None => unknown(),
        }
    }

    /// Compares this machine's clock with those of the ledger's remote and of the accounts' servers.
    fn clocks(&self) -> Vec<Sign> {
        if self.machine.offline {
            return vec![sign("clock", Verdict::Unknown, "nobody was asked (--offline)")];
        }
        let remote = self.machine.remote.as_deref().map(|url| {
            (host(url), format!("{}/info/refs?service=git-upload-pack", url.trim_end_matches('/')))
        });
        let servers = self.own_accounts().filter_map(|(account, adapter)| {
            let server = account.server.as_ref().filter(|_| adapter.has_secret())?;
            Some((host(&server.value), server.value.clone()))
        });
        let asked: BTreeMap<String, String> = remote.into_iter().chain(servers).collect();
        let (mut signs, mut agree) = (Vec::new(), Vec::new());
        for (host, url) in asked {
            let before = self.world.clock.now();
            let Ok(answer) = self.world.http.send(&Request::new(Effect::Reads, Method::Get, url)) else {
                continue;
            };
            let Some(apart) = answer.apart(before, self.world.clock.now()) else { continue };
            if apart > SKEW {
                let words = format!("this clock and that of {host} are {} apart", show_duration(apart));
                let next = "set this machine's clock by the network: nothing is sent by a wrong one";
                signs.push(sign("clock", Verdict::Bad, words).next(next));
            } else {
                agree.push(host);
            }
        }
        if !agree.is_empty() {
            signs.push(sign("clock", Verdict::Fine, format!("agrees with {}", agree.join(", "))));
        }
        if signs.is_empty() {
            signs.push(sign("clock", Verdict::Unknown, "there is no server to compare it with"));
        }
        signs
    }

    /// Opens each account's secret and signs in.
    fn accounts(&self) -> Vec<Sign> {
        let secret: Vec<_> = self.own_accounts().filter(|(_, adapter)| adapter.has_secret()).collect();
        if secret.is_empty() {
            return vec![sign("secrets", Verdict::Fine, "no account needs one")];
        }
        let mut signs = vec![match &self.machine.identity {
            Ok(place) => sign("identity", Verdict::Fine, place.clone()),
            Err(why) => sign("identity", self.weigh_any(&secret), why.clone())
                .next("kalends vault key makes one; a coordinator lets it read the accounts"),
        }];
        signs.extend(secret.iter().map(|(account, adapter)| self.account(account, *adapter)));
        signs
    }

    fn account(&self, account: &'a Account, adapter: &dyn Platform) -> Sign {
        let subject = format!("account {}", account.id);
        let bad = |why: String| sign(&subject, self.weigh(&account.id), why);
        let held = match held_credential(self.world, &self.scribe, account, adapter) {
            Ok(Some(held)) => held,
            Ok(None) => return sign(&subject, Verdict::Fine, "needs no secret"),
            Err(failure) => return bad(failure.to_string()),
        };
        let set_at = held.credential.set_at;
        let age = format!("its secret was set {}", ago(self.now, set_at));
        if let Some(warning) = held.warning {
            return sign(&subject, Verdict::Warn, warning);
        }
        let desk = desk(self.world, self.intent.book, account, Some(held.credential));
        if !self.machine.offline
            && let Err(failure) = adapter.open(desk)
        {
            return bad(failure.to_string()).next("if it stays so: kalends account connect, then commit");
        }
        if self.now - set_at > OLD {
            return sign(&subject, Verdict::Warn, age).next(format!("kalends vault rotate {}", account.id));
        }
        let signed = if self.machine.offline { "opened" } else { "signed in" };
        sign(&subject, Verdict::Fine, format!("{signed}; {age}"))
    }

    /// An account that has no post tonight stops nothing tonight.
    fn weigh(&self, id: &AccountId) -> Verdict {
        let tonight = self.tonight.iter().any(|draft| draft.slot.account == *id);
        if tonight { Verdict::Bad } else { Verdict::Warn }
    }

    fn weigh_any(&self, accounts: &[(&Account, &dyn Platform)]) -> Verdict {
        accounts.iter().map(|(account, _)| self.weigh(&account.id)).max().unwrap_or(Verdict::Warn)
    }

    /// Tells when `publish` last ran, here and elsewhere: somebody has to start it.
    fn runs(&self) -> Sign {
        if self.machine.last_run.is_none() && self.scribe.files("heartbeats").is_err() {
            return sign("runs", Verdict::Unknown, "the ledger would tell when publish last ran");
        }
        let elsewhere = (0..=DAYS_BACK).find_map(|back| {
            let day = self.now.date_naive().checked_sub_days(Days::new(back))?;
            let folder = format!("heartbeats/{}", day.format("%Y/%m/%d"));
            let found = self.scribe.files(&folder).ok()?;
            let by: Vec<&str> =
                found.iter().filter_map(|file| file.path.rsplit('/').next()?.strip_suffix(".toml")).collect();
            (!by.is_empty()).then(|| (back, format!("{day} by {}", by.join(", "))))
        });
        let here = self.machine.last_run.map(|at| format!("in this clone {}", ago(self.now, at)));
        let lately = self.machine.last_run.is_some_and(|at| self.now - at < TimeDelta::hours(26))
            || elsewhere.as_ref().is_some_and(|(back, _)| *back <= 1);
        let said = elsewhere.map(|(_, said)| format!("on {said}"));
        let words: Vec<String> = here.into_iter().chain(said).collect();
        let own = self.own_ids();
        let due = self.tonight.iter().any(|draft| own.contains(&draft.slot.account));
        let next = "let cron or a timer start kalends publish every few minutes; see examples/";
        match (words.is_empty(), lately) {
            (true, _) => {
                let verdict = if due { Verdict::Bad } else { Verdict::Warn };
                sign("runs", verdict, format!("nobody has run publish in {DAYS_BACK} days")).next(next)
            }
            (false, true) => sign("runs", Verdict::Fine, format!("publish last ran {}", words.join("; "))),
            (false, false) => {
                let verdict = if due { Verdict::Bad } else { Verdict::Warn };
                sign("runs", verdict, format!("publish last ran {}", words.join("; "))).next(next)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_as_people_say_it() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (seconds, said) in
            [(5, "just now"), (600, "10 minutes ago"), (9000, "2 hours ago"), (400_000, "4 days ago")]
        {
            assert_eq!(ago(now, now - TimeDelta::seconds(seconds)), said);
        }
    }
}
