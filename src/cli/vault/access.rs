//! `kalends vault grant` and `kalends vault revoke`

use chrono::NaiveDate;

use crate::calendar::{self, Account, Calendar};
use crate::cli::here::Here;
use crate::cli::vault::desk::{
    Desk, Done, commit_hint, files_of, ids, make_worthless, sealed_for, warn_of_left_out,
};
use crate::cli::{IdentityArgs, complete};
use crate::draft::{PersonId, RunnerId};
use crate::error::{Error, Outcome};
use crate::finding::{Content, File};
use crate::rim::vault::Vault;
use crate::time::nearest;
use crate::ui::{self, Ui};
use crate::vault::{Manifest, ReaderId, edit_list, write_manifest};

/// Lets a person or a runner read an account's secret.
///
/// Writes their id into the account's `access`, or the account into the runner's `accounts`, and seals the secret anew, for them
/// too.
#[derive(Debug, clap::Args)]
pub struct Grant {
    #[command(flatten)]
    change: Change,
}

/// Takes from a person or a runner the right to read an account's secret.
///
/// Takes their id out of the account's `access`, or the account out of the runner's `accounts`, and seals the secret anew, without
/// them. What they could read, they may have kept: git's history has it too. Only a new secret ends that: rotate it.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
struct Change {
    /// The account
    #[arg(add = complete::accounts())]
    account: String,
    /// A person's id or a runner's; `person:ID` or `runner:ID` where both have it
    who: String,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// Grants.
pub fn grant(args: &Grant, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    change(&args.change, true, ui, here)
}

/// Revokes.
pub fn revoke(args: &Revoke, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    change(&args.change, false, ui, here)
}

fn change(args: &Change, wanted: bool, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.identity, ui)?;
    let account = desk.account(&args.account, here)?;
    let calendar = &desk.reading.calendar;
    let who = find(&args.who, calendar, wanted)?;
    desk.sound(account)?;
    if wanted {
        may_be_sealed_for(&who, calendar, calendar.zone().local(desk.now).date())?;
    }
    let before = desk.vault.manifest(&account.id).ok().flatten();
    let had = before.as_ref().is_some_and(|manifest| is_reader(manifest, &who));
    let edit = edited(&desk, account, &who, wanted)?;
    if edit.is_none() && had == wanted {
        let so = if wanted { "can read it already" } else { "cannot read it, and may not" };
        return already(&format!("{who} {so}"), account, ui);
    }
    // Everything is sealed before anything is written: a fault leaves all as it was.
    let changed = calendar_with(&desk, edit.as_ref());
    let vault = desk.vault_for(&changed, here, ui)?;
    let mut files = Vec::new();
    let mut manifest = None;
    if desk.vault.sealed(&account.id)?.is_some() {
        refuse_to_lock_out(account, &who, &vault, wanted)?;
        let credential = desk.vault.open(&account.id)?;
        let (sealed, written) = vault.seal(&credential)?;
        let [age, toml] = [sealed, write_manifest(&written)];
        files.extend(files_of(account).into_iter().zip([age, toml]));
        manifest = Some(written);
    }
    files.splice(0..0, edit);
    let root = desk.reading.repo.root();
    for (path, text) in &files {
        here.write(&root.join(path), text.as_bytes())?;
    }
    let paths: Vec<String> = files.into_iter().map(|(path, _)| path).collect();
    let (before, manifest) = (before.as_ref(), manifest.as_ref());
    tell(&Told { account, who: &who, wanted, before, manifest, paths: &paths }, ui)?;
    ui.hint(commit_hint(&paths, here, root));
    Ok(Outcome::Done)
}

fn is_reader(manifest: &Manifest, who: &ReaderId) -> bool {
    manifest.readers.iter().any(|reader| reader.id == *who)
}

fn already(words: &str, account: &Account, ui: &mut Ui) -> Result<Outcome, Error> {
    if ui.json() {
        let done = Done {
            account: account.id.as_str(),
            done: "nothing",
            files: vec![],
            readers: vec![],
            then: None,
        };
        ui.document("vault", &done)?;
    } else {
        ui.data(words)?;
    }
    Ok(Outcome::Done)
}

/// Finds who is meant. Somebody who left the calendar can still be taken out, by `person:ID` or `runner:ID`.
fn find(said: &str, calendar: &Calendar, must_exist: bool) -> Result<ReaderId, Error> {
    let is_known = |who: &ReaderId| match who {
        ReaderId::Person(id) => calendar.people.contains_key(id),
        ReaderId::Runner(id) => calendar.runners.contains_key(id),
    };
    if let Ok(who) = said.parse::<ReaderId>()
        && (!must_exist || is_known(&who))
    {
        return Ok(who);
    }
    let person = PersonId::new(said).map(ReaderId::Person).filter(is_known);
    let runner = RunnerId::new(said).map(ReaderId::Runner).filter(is_known);
    match (person, runner) {
        (Some(person), Some(runner)) => Err(Error::user(format!("`{said}` is a person and a runner"))
            .hint(format!("say {person} or {runner}"))),
        (Some(who), None) | (None, Some(who)) => Ok(who),
        (None, None) => {
            let error = Error::user(format!("there is no person and no runner `{}`", ui::foreign(said)));
            let people = calendar.people.keys().map(PersonId::as_str);
            let near = nearest(said, people.chain(calendar.runners.keys().map(RunnerId::as_str)));
            Err(match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`ls people runners` in the calendar shows those there are"),
            })
        }
    }
}

/// Refuses to grant what cannot be: there is no key to seal for, or their last day is over.
fn may_be_sealed_for(who: &ReaderId, calendar: &Calendar, day: NaiveDate) -> Result<(), Error> {
    let (recipient, until) = match who {
        ReaderId::Person(id) => calendar
            .people
            .get(id)
            .map(|one| (one.recipient.as_ref(), one.until.as_ref()))
            .unwrap_or_default(),
        ReaderId::Runner(id) => calendar
            .runners
            .get(id)
            .map(|one| (one.recipient.as_ref(), one.until.as_ref()))
            .unwrap_or_default(),
    };
    if recipient.is_none() {
        return Err(Error::user(format!("{who} has no recipient, so nothing can be sealed for them")).hint(
            format!(
                "`kalends vault key`, run by them, prints theirs; write it into {}: recipient = \"age1…\"",
                who.file()
            ),
        ));
    }
    match until {
        Some(until) if until.value < day => {
            Err(Error::user(format!("the last day of {who} was {}", until.value))
                .hint(format!("change `until` in {}, if they are back", who.file())))
        }
        _ => Ok(()),
    }
}

/// Returns the file that says whether they may read it, with its new text; nothing where it says so already.
fn edited(
    desk: &Desk,
    account: &Account,
    who: &ReaderId,
    wanted: bool,
) -> Result<Option<(String, String)>, Error> {
    let (file, key, id) = match who {
        ReaderId::Person(id) => (account.file.clone(), "access", id.as_str()),
        ReaderId::Runner(_) => (who.file(), "accounts", account.id.as_str()),
    };
    let text = desk.reading.files.iter().find(|one| one.path == file).and_then(|one| match &one.content {
        Content::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let Some(text) = text else {
        // Whoever has no file any more is in no list of it.
        return Ok(None);
    };
    let edited = edit_list(text, key, id, wanted).map_err(|why| {
        Error::user(format!("{file} cannot be edited: {why}")).hint("kalends check shows its place")
    })?;
    Ok(edited.map(|text| (file, text)))
}

/// Returns the calendar as it is with an edited file.
fn calendar_with(desk: &Desk, edit: Option<&(String, String)>) -> Calendar {
    let mut files: Vec<File> = desk.reading.files.clone();
    if let Some((path, text)) = edit {
        for file in files.iter_mut().filter(|file| file.path == *path) {
            file.content = Content::Text(text.clone());
        }
    }
    calendar::read(&files).0
}

/// Refuses to take a secret from the last who can read it.
fn refuse_to_lock_out(account: &Account, who: &ReaderId, vault: &Vault, wanted: bool) -> Result<(), Error> {
    if wanted || !vault.policy(&account.id).map_err(Error::from)?.readers.is_empty() {
        return Ok(());
    }
    let [age, toml] = [crate::vault::sealed_path(&account.id), crate::vault::manifest_path(&account.id)];
    Err(Error::user(format!("nobody could read the secret of `{}` without {who}", account.id))
        .hint(format!("grant it to somebody first: kalends vault grant {} WHO", account.id))
        .hint(format!("or take it out of the vault: git rm {age} {toml}")))
}

struct Told<'a> {
    account: &'a Account,
    who: &'a ReaderId,
    wanted: bool,
    before: Option<&'a Manifest>,
    manifest: Option<&'a Manifest>,
    paths: &'a [String],
}

impl Told<'_> {
    /// Returns those who could read the secret before, and cannot now.
    fn left_out(&self) -> Vec<ReaderId> {
        let before =
            self.before.iter().flat_map(|manifest| &manifest.readers).map(|reader| reader.id.clone());
        let Some(after) = self.manifest else { return Vec::new() };
        before.filter(|id| !is_reader(after, id)).collect()
    }
}

fn tell(told: &Told<'_>, ui: &mut Ui) -> Result<(), Error> {
    let Told { account, who, wanted, manifest, .. } = told;
    let left_out = told.left_out();
    if ui.json() {
        let done = if *wanted { "granted" } else { "revoked" };
        let readers = manifest.map_or_else(Vec::new, ids);
        let then = (!left_out.is_empty()).then(|| make_worthless(account));
        let files = told.paths.to_vec();
        ui.document("vault", &Done { account: account.id.as_str(), done, files, readers, then })?;
    } else {
        let may = if *wanted { "may read" } else { "may no longer read" };
        ui.data(match manifest {
            Some(manifest) => {
                format!("{who} {may} the secret of {}: it is sealed for {}", account.id, sealed_for(manifest))
            }
            None => format!("{who} {may} the secret of {}; there is none yet", account.id),
        })?;
    }
    warn_of_left_out(account, &left_out, ui);
    if let (ReaderId::Person(id), false) = (who, wanted) {
        ui.hint(format!("everything that they could have read: kalends vault exposed --person {id}"));
    }
    Ok(())
}
