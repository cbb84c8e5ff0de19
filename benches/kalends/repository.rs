//! The repositories that are measured, made once and kept in cargo's folder for such things.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use kalends::calendar::{self, Calendar};
use kalends::draft::{AccountId, Occurrence, PostId, Slot};
use kalends::finding::{Content, File};
use kalends::ledger::format::{HEAD, entry_path, write_entry, write_head};
use kalends::ledger::{Decision, Entry, Fact, Hand, Head};

use crate::Fallible;
use crate::calendar::{Text, day_of, first_day, organisation, pictures, post};
use crate::git::{self, Import};

/// To be raised when what is made here changes, so that nothing old is measured.
const EDITION: u32 = 1;

/// How many posts the calendar beside a measured ledger has.
pub const FEW: usize = 400;

/// On how many days a measured ledger was written, a commit a day.
const DAYS: u64 = 1000;

/// A repository that is there, and the commit that it has.
pub struct Made {
    /// Its folder.
    pub folder: PathBuf,
    /// What is checked out, which tells one calendar from another.
    pub commit: String,
}

/// Returns the moment at which the measured ledgers end and at which `publish` is rehearsed: the middle of the posts.
pub fn now() -> DateTime<Utc> {
    day_of(FEW / 2, FEW).and_time(NaiveTime::MIN).and_utc()
}

/// Returns a repository with a calendar of so many posts, packed, with a fresh index.
pub fn with_calendar(posts: usize) -> Fallible<Made> {
    made(&format!("calendar-{posts}"), |folder| {
        let mut import = Import::start(folder)?;
        commit_calendar(&mut import, folder, posts)?;
        import.finish()
    })
}

/// Returns a repository with a small calendar and a ledger of so many slots, which has all that is past of it.
pub fn with_ledger(slots: usize) -> Fallible<Made> {
    made(&format!("ledger-{slots}"), |folder| {
        let mut import = Import::start(folder)?;
        commit_calendar(&mut import, folder, FEW)?;
        commit_ledger(&mut import, slots)?;
        import.finish()
    })
}

/// Returns a fresh and empty repository, in place of one of the same name.
pub fn empty(name: &str) -> Fallible<PathBuf> {
    let folder = place(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    git::init(&folder)?;
    Ok(folder)
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("kalends-bench").join(format!("{name}.{EDITION}"))
}

/// Makes a repository aside, and gives it its name when it is whole.
fn made(name: &str, fill: impl FnOnce(&Path) -> Fallible<()>) -> Fallible<Made> {
    let folder = place(name);
    if !folder.exists() {
        let aside = empty(&format!("{name}.part"))?;
        fill(&aside)?;
        fs::rename(&aside, &folder)?;
        git::run(&folder, &["reset", "--quiet"])?;
    }
    // Whatever the index does not know for certain is looked at once, and written down.
    git::run(&folder, &["update-index", "-q", "--refresh"])?;
    let changed = git::run(&folder, &["status", "--porcelain"])?;
    if !changed.is_empty() {
        return Err(format!("{} was changed: remove it, and run again", folder.display()).into());
    }
    let commit = git::run(&folder, &["rev-parse", "--short=12", "HEAD"])?;
    Ok(Made { folder, commit })
}

fn texts(posts: usize) -> impl Iterator<Item = Text> {
    organisation().into_iter().chain((0..posts).map(move |number| post(number, posts)))
}

fn commit_calendar(import: &mut Import, folder: &Path, posts: usize) -> Fallible<()> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (from, to) in pictures() {
        files.push((to, fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(from))?));
    }
    files.extend(texts(posts).map(|(path, text)| (path, text.into_bytes())));
    let mut ready: BTreeSet<PathBuf> = BTreeSet::new();
    for (path, bytes) in &files {
        let path = folder.join(path);
        if let Some(above) = path.parent().filter(|above| !ready.contains(*above)) {
            fs::create_dir_all(above)?;
            ready.insert(above.to_owned());
        }
        fs::write(path, bytes)?;
    }
    import.commit("main", midnight(first_day()).timestamp(), files.into_iter())?;
    Ok(())
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Writes a ledger in which every slot was delivered, as a person's word says it: the posts of the calendar that are
/// past, and posts of every day before.
fn commit_ledger(import: &mut Import, slots: usize) -> Fallible<()> {
    let files: Vec<File> =
        texts(FEW).map(|(path, text)| File { path, content: Content::Text(text) }).collect();
    let (calendar, _) = calendar::read(&files);
    let mut own = past_slots(&calendar);
    let others =
        slots.checked_sub(own.len()).ok_or("a ledger this small has no room for the calendar")? as u64;
    let accounts: Vec<AccountId> = calendar.accounts.into_keys().collect();
    let mut head = Head { id: "0123456789abcdef".to_owned(), ..Head::default() };
    for n in 0..DAYS {
        let day = now().date_naive().checked_sub_days(Days::new(DAYS - n)).ok_or("no such day")?;
        let numbers = others * n / DAYS..others * (n + 1) / DAYS;
        let mut today: Vec<Slot> = numbers.filter_map(|number| other_slot(day, number, &accounts)).collect();
        if n + 1 == DAYS {
            today.append(&mut own);
        }
        head = Head { seq: head.seq + 1, entries: head.entries + today.len() as u64, ..head };
        let at = midnight(day);
        let entries = today.into_iter().map(|slot| {
            let entry = delivered(slot, at);
            (entry_path(&entry), write_entry(&entry).into_bytes())
        });
        let head_file = (HEAD.to_owned(), write_head(&head).into_bytes());
        head.prev = import.commit("ledger", at.timestamp(), entries.chain([head_file]))?;
    }
    Ok(())
}

fn past_slots(calendar: &Calendar) -> Vec<Slot> {
    let drafts = calendar.drafts(DateTime::<Utc>::MIN_UTC..now());
    drafts.into_iter().map(|draft| draft.slot).collect()
}

/// Returns a slot of a post that the calendar has no more: each such post went to every account.
fn other_slot(day: NaiveDate, number: u64, accounts: &[AccountId]) -> Option<Slot> {
    let many = accounts.len().max(1) as u64;
    let post = PostId::new(&format!("{day}-from-the-store-{}", number / many))?;
    let account = accounts.get((number % many) as usize)?.clone();
    Some(Slot { post, occurrence: Occurrence::Once, account, part: 1 })
}

fn delivered(slot: Slot, at: DateTime<Utc>) -> Entry {
    let url = format!("https://museum.example/{}/{}", slot.account, slot.post);
    let hand = Hand {
        by: "runner@museum".to_owned(),
        nonce: "00112233445566778899aabbccddeeff".to_owned(),
        clone: "museum".to_owned(),
        at,
    };
    Entry { slot, attempt: 1, hand, fact: Fact::Decision(Decision::Delivered { url: Some(url) }) }
}
