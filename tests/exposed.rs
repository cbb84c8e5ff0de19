//! Who could have read what: random histories against somebody who tries every key on every object that git has.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use git2::{IndexAddOption, ObjectType, Repository, Signature, Time};
use kalends::calendar::{self, Calendar};
use kalends::draft::AccountId;
use kalends::exposure::{Exposure, exposures};
use kalends::finding::File;
use kalends::ledger::Hand;
use kalends::ledger::renewal::{self, End};
use kalends::rim::repo::{self, Rev};
use kalends::vault::{
    Manifest, Reader, ReaderId, manifest_path, policy, sealed_path, sha256, write_manifest,
};

const ACCOUNTS: [&str; 2] = ["mastodon", "bluesky"];

/// Chance from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % many
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Somebody, or a machine: whatever they are called, they keep every key that they ever had.
struct Being {
    name: String,
    is_runner: bool,
    keys: Vec<Identity>,
    /// Whether one of the keys was another's too.
    shares: bool,
    renamed: bool,
    /// Whether there is a file for them.
    here: bool,
    until: Option<NaiveDate>,
    accounts: BTreeSet<&'static str>,
}

impl Being {
    fn recipient(&self) -> String {
        self.keys.last().unwrap().to_public().to_string()
    }

    fn may_read(&self, account: &str, day: NaiveDate) -> bool {
        self.here && self.accounts.contains(account) && self.until.is_none_or(|until| day <= until)
    }
}

/// A history in the making.
struct Story {
    folder: tempfile::TempDir,
    dice: Dice,
    beings: Vec<Being>,
    /// The id of each account's value.
    values: BTreeMap<&'static str, String>,
    names: BTreeMap<String, usize>,
    drawn: usize,
    renewals: usize,
    ledger: Option<git2::Oid>,
    now: DateTime<Utc>,
}

impl Story {
    fn new(seed: u64) -> Story {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        let now = "2027-01-04T09:00:00Z".parse().unwrap();
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut story = Story {
            folder,
            dice,
            beings: Vec::new(),
            values: BTreeMap::new(),
            names: BTreeMap::new(),
            drawn: 0,
            renewals: 0,
            ledger: None,
            now,
        };
        story.write("kalends.toml", "name = \"Museum\"\nzone = \"UTC\"\n");
        for n in 0..4 {
            let is_runner = n == 3;
            story.names.insert(format!("b{n}"), n);
            story.beings.push(Being {
                name: format!("b{n}"),
                is_runner,
                keys: vec![Identity::generate()],
                shares: false,
                renamed: false,
                here: true,
                until: None,
                accounts: ACCOUNTS.into_iter().filter(|_| n < 2).collect(),
            });
        }
        story.describe();
        ACCOUNTS.iter().for_each(|account| story.set(account));
        story.commit("main");
        story
    }

    fn day(&self) -> NaiveDate {
        self.now.date_naive()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self) -> (Calendar, Vec<File>) {
        let files = repo::find(self.folder.path()).unwrap().files(&Rev::WorkTree).unwrap();
        (calendar::read(&files).0, files)
    }

    /// Writes the accounts, the people and the runners as they are now.
    fn describe(&self) {
        for folder in ["people", "runners", "accounts"] {
            drop(fs::remove_dir_all(self.folder.path().join(folder)));
        }
        for being in self.beings.iter().filter(|being| being.here) {
            let folder = if being.is_runner { "runners" } else { "people" };
            let mut text = format!("name = \"X\"\nrecipient = \"{}\"\n", being.recipient());
            if let Some(until) = being.until {
                text += &format!("until = {until}\n");
            }
            if being.is_runner {
                text += &format!("accounts = {:?}\n", being.accounts);
            } else {
                text += "role = \"it\"\n";
            }
            self.write(&format!("{folder}/{}.toml", being.name), &text.replace('{', "[").replace('}', "]"));
        }
        for account in ACCOUNTS {
            let people =
                self.beings.iter().filter(|being| !being.is_runner && being.accounts.contains(account));
            let access: Vec<String> = people.map(|being| format!("\"{}\"", being.name)).collect();
            let text = format!("platform = \"bluesky\"\naccess = [{}]\n", access.join(", "));
            self.write(&format!("accounts/{account}.toml"), &text);
        }
    }

    fn set(&mut self, account: &'static str) {
        self.drawn += 1;
        let old = self.values.insert(account, format!("value-{}", self.drawn));
        if !self.seal(account, None) {
            // Where nobody may read a secret, none can be set.
            self.values.insert(account, old.unwrap());
        }
    }

    fn seal_all(&self) {
        for account in ACCOUNTS {
            let _ = self.seal(account, None);
        }
    }

    /// Seals an account's secret for those who may read it, and for a key that the manifest does not name.
    fn seal(&self, account: &'static str, foreign: Option<&Identity>) -> bool {
        let id = AccountId::new(account).unwrap();
        let (calendar, _) = self.read();
        let readers = policy(&calendar, calendar.account(&id).unwrap(), self.day()).readers;
        let Some(sealed) = self.sealed(account, &readers, foreign).filter(|_| !readers.is_empty()) else {
            return false;
        };
        let manifest = Manifest {
            account: id.clone(),
            value: self.values[account].clone(),
            set_at: self.now,
            sha256: sha256(sealed.as_bytes()),
            readers,
        };
        self.write(&sealed_path(&id), &sealed);
        self.write(&manifest_path(&id), &write_manifest(&manifest));
        true
    }

    fn sealed(&self, account: &str, readers: &[Reader], foreign: Option<&Identity>) -> Option<String> {
        let mut keys: BTreeSet<String> = readers.iter().map(|reader| reader.recipient.clone()).collect();
        keys.extend(foreign.map(|key| key.to_public().to_string()));
        let keys: Vec<Recipient> = keys.iter().map(|key| key.parse().unwrap()).collect();
        let encryptor =
            age::Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient)).ok()?;
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
        let mut writer = encryptor.wrap_output(armor).unwrap();
        write!(writer, "{account} {}", self.values[account]).unwrap();
        Some(String::from_utf8(writer.finish().unwrap().finish().unwrap()).unwrap())
    }

    fn commit(&mut self, branch: &str) {
        let repository = Repository::open(self.folder.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::new("t", "t@museum.example", &Time::new(self.now.timestamp(), 0)).unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        // What no reference leads to is nobody's past.
        let target = match branch {
            "main" => "HEAD".to_owned(),
            other => format!("refs/heads/{other}-{}", self.now.timestamp()),
        };
        repository.commit(Some(&target), &who, &who, "x", &tree, &parents).unwrap();
        self.now += TimeDelta::hours(7);
    }

    /// Lets a runner renew a credential: sealed for those who may read it, in the ledger.
    fn renew(&mut self, account: &'static str) {
        let id = AccountId::new(account).unwrap();
        let (calendar, _) = self.read();
        let readers = policy(&calendar, calendar.account(&id).unwrap(), self.day()).readers;
        let Some(sealed) = self.sealed(account, &readers, None).filter(|_| !readers.is_empty()) else {
            return;
        };
        self.renewals += 1;
        let number = u32::try_from(self.renewals).unwrap();
        let hand = Hand { at: self.now, by: "r".into(), nonce: "n".into(), clone: "c".into() };
        let claim = renewal::write_claim(&id, number, &hand, &self.values[account]);
        let end = renewal::write_end(&id, number, &hand, &End::Token(sealed));
        let repository = Repository::open(self.folder.path()).unwrap();
        let base = self.ledger.map(|id| repository.find_commit(id).unwrap());
        let tree = base.as_ref().map(|base| base.tree().unwrap());
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, text) in [claim, end] {
            let blob = repository.blob(text.as_bytes()).unwrap();
            update.upsert(path, blob, git2::FileMode::Blob);
        }
        let tree = tree.unwrap_or_else(|| {
            let empty = repository.treebuilder(None).unwrap().write().unwrap();
            repository.find_tree(empty).unwrap()
        });
        let tree = repository.find_tree(update.create_updated(&repository, &tree).unwrap()).unwrap();
        let who = Signature::new("t", "t@museum.example", &Time::new(self.now.timestamp(), 0)).unwrap();
        let parents: Vec<_> = base.iter().collect();
        let id = repository.commit(Some("refs/heads/ledger"), &who, &who, "x", &tree, &parents).unwrap();
        self.ledger = Some(id);
        self.now += TimeDelta::hours(7);
    }

    /// Does one thing that happens in an organisation, and commits it.
    fn step(&mut self) {
        let who = self.dice.below(self.beings.len());
        let account = ACCOUNTS[self.dice.below(2)];
        match self.dice.below(13) {
            0 | 1 => drop(self.beings[who].accounts.insert(account)),
            2 | 3 => drop(self.beings[who].accounts.remove(account)),
            4 => self.beings[who].keys.push(Identity::generate()),
            5 => self.beings[who].until = Some(self.day() - Days::new(1)),
            6 => self.beings[who].here = false,
            7 if self.beings[who].here && !self.beings[who].shares => {
                let name = format!("b{who}-{}", self.names.len());
                self.names.insert(name.clone(), who);
                self.beings[who].name = name;
                self.beings[who].renamed = true;
            }
            8 => {
                let other = self.dice.below(self.beings.len());
                if other != who
                    && self.beings[who].here
                    && self.beings[other].here
                    && !self.beings[other].renamed
                {
                    let key = self.beings[other].keys.last().unwrap().to_string();
                    self.beings[who].keys.push(key.expose_secret().parse().unwrap());
                    self.beings[who].shares = true;
                    self.beings[other].shares = true;
                }
            }
            9 => return self.renew(account),
            10 => self.set(account),
            11 => {
                // Somebody else seals it on a branch of theirs, and for somebody whom the manifest does not name.
                let foreign = self.dice.chance(50).then(|| self.beings[who].keys.last().unwrap());
                self.seal(account, foreign);
                self.commit("branch");
                self.seal(account, None);
                return;
            }
            _ => self.write("posts/2027/01/x.toml", &format!("# {}\n", self.now)),
        }
        self.describe();
        if self.dice.chance(40) {
            self.seal_all();
        }
        self.commit("main");
    }

    /// Tries every key on every object, also on those that no branch leads to.
    fn truth(&self) -> BTreeSet<(String, usize)> {
        let repository = Repository::open(self.folder.path()).unwrap();
        let odb = repository.odb().unwrap();
        let mut known = BTreeSet::new();
        odb.foreach(|id| {
            let object = odb.read(*id).unwrap();
            if object.kind() == ObjectType::Blob && object.data().starts_with(b"-----BEGIN AGE") {
                for (n, being) in self.beings.iter().enumerate() {
                    for plain in being.keys.iter().filter_map(|key| opened(object.data(), key)) {
                        let (account, value) = plain.split_once(' ').unwrap();
                        if self.values[account] == value && !being.may_read(account, self.day()) {
                            known.insert((account.to_owned(), n));
                        }
                    }
                }
            }
            true
        })
        .unwrap();
        known
    }

    fn told(&self) -> Vec<Exposure> {
        let (calendar, files) = self.read();
        let past = repo::find(self.folder.path()).unwrap().past().unwrap();
        exposures(&calendar, &files, &past, self.day())
    }
}

fn opened(sealed: &[u8], key: &Identity) -> Option<String> {
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(sealed)).ok()?;
    let mut plain = String::new();
    decryptor.decrypt(std::iter::once(key as &dyn age::Identity)).ok()?.read_to_string(&mut plain).ok()?;
    Some(plain)
}

/// Compares what is told with the truth; returns how many are told, and of how many secrets nothing says whose a key is.
fn compare(story: &Story, seed: u64) -> (usize, usize) {
    let (truth, told) = (story.truth(), story.told());
    let id = |reader: &ReaderId| reader.to_string().split_once(':').unwrap().1.to_owned();
    let said: BTreeSet<(String, usize)> = told
        .iter()
        .flat_map(|one| one.readers.iter().map(|reader| (one.account.to_string(), story.names[&id(reader)])))
        .collect();
    let hidden: BTreeSet<String> =
        told.iter().filter(|one| one.unnamed).map(|one| one.account.to_string()).collect();
    assert!(said.is_subset(&truth), "seed {seed}: {said:?} is more than {truth:?}");
    let missing: Vec<_> = truth.difference(&said).filter(|(account, _)| !hidden.contains(account)).collect();
    assert!(missing.is_empty(), "seed {seed}: {missing:?} is not told; {said:?}");
    (said.len(), hidden.len())
}

#[test]
fn who_could_have_read_a_secret_is_who_can_open_it_in_some_commit() {
    let seeds = std::env::var("KALENDS_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let (mut exposed, mut unnamed) = (0, 0);
    for seed in 1..=seeds {
        let mut story = Story::new(seed);
        for _ in 0..24 {
            story.step();
        }
        // Somebody must be there to rotate.
        let first = &mut story.beings[0];
        (first.here, first.until) = (true, None);
        first.accounts.extend(ACCOUNTS);
        story.describe();
        story.commit("main");
        let (told, hidden) = compare(&story, seed);
        exposed += told;
        unnamed += hidden;
        // Sealing it anew was not enough; a new value is, but for those who share a key with somebody who may read it.
        story.seal_all();
        story.commit("main");
        assert!(compare(&story, seed).0 >= told, "seed {seed}");
        ACCOUNTS.iter().for_each(|account| story.set(account));
        story.commit("main");
        let (told, hidden) = compare(&story, seed);
        assert_eq!(hidden, 0, "seed {seed}");
        assert!(told == 0 || story.beings.iter().any(|being| being.shares), "seed {seed}");
    }
    assert!(
        exposed > 12 && unnamed > 0,
        "{exposed} exposed, {unnamed} to a key of nobody: too few to mean anything"
    );
}

/// A folder of its own for a story that the program is asked about.
fn root(story: &Story) -> PathBuf {
    story.folder.path().to_owned()
}

#[test]
fn ten_thousand_commits_that_do_not_matter_are_walked_quickly() {
    let mut story = Story::new(1);
    let repository = Repository::open(root(&story)).unwrap();
    let mut parent = repository.head().unwrap().peel_to_commit().unwrap();
    let who = Signature::new("t", "t@museum.example", &Time::new(story.now.timestamp(), 0)).unwrap();
    for n in 0..10_000 {
        let mut builder = repository.treebuilder(Some(&parent.tree().unwrap())).unwrap();
        builder.insert("note", repository.blob(n.to_string().as_bytes()).unwrap(), 0o100_644).unwrap();
        let tree = repository.find_tree(builder.write().unwrap()).unwrap();
        let id = repository.commit(None, &who, &who, "x", &tree, &[&parent]).unwrap();
        parent = repository.find_commit(id).unwrap();
    }
    repository.reference("refs/heads/main", parent.id(), true, "x").unwrap();
    repository.reference("refs/heads/master", parent.id(), true, "x").unwrap();
    story.beings[0].accounts.clear();
    story.describe();
    let began = std::time::Instant::now();
    let told = story.told();
    assert_eq!(told.len(), 2);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn the_command_names_who_and_what_to_rotate_and_ends_with_one() {
    let mut story = Story::new(3);
    let folder = root(&story);
    let run = |line: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kalends"));
        command.current_dir(&folder).env_clear().env("PATH", std::env::var("PATH").unwrap());
        let said = command.env("HOME", "/nowhere").args(line.split(' ')).output().unwrap();
        (said.status.code().unwrap(), String::from_utf8(said.stdout).unwrap())
    };
    assert_eq!(run("vault exposed").0, 0);
    story.beings[1].accounts.remove("mastodon");
    story.describe();
    story.seal_all();
    story.commit("main");
    let (code, said) = run("vault exposed");
    assert_eq!(code, 1, "{said}");
    assert!(said.starts_with("mastodon: person:b1 could read the secret"), "{said}");
    let (code, said) = run("vault exposed --person b1 --json");
    assert_eq!(code, 1, "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let one = &said["exposed"][0];
    assert_eq!(one["rotate"], "kalends vault rotate mastodon");
    assert_eq!(one["readers"], serde_json::json!(["person:b1"]));
    assert_eq!(one["value"], story.values["mastodon"].as_str());
    assert_eq!(run("vault exposed --person b0").0, 0);
    assert_eq!(run("vault exposed --person B/0").0, 2);
    story.set("mastodon");
    assert_eq!(run("vault exposed").0, 0);
}
