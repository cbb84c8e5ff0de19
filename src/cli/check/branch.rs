//! A branch that wants to enter another: what it changes, on both sides, and what is wrong with that.
//!
//! What is judged is not the branch as it lies there but what the target will be when the branch is merged into it: two
//! branches that are fine alone and collide are told so by whichever comes second. A branch that changes only posts and
//! what belongs to them is judged beside their kin ([`crate::calendar::Kin`]) and the calendar's rules; anything else may concern every post, and
//! all is read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::thread;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::calendar::{self, Kin, Request, renames};
use crate::cli::here::{Here, Reading};
use crate::error::Error;
use crate::finding::{Code, Content, Finding, Span};
use crate::guard::{self, Sides};
use crate::rim::repo::{FOLDERS, Merged, Pick, ROOT, Register, Repo, Rev};
use crate::vault::{self, Version};

/// The folders of which only some files are read: they concern only the posts that they name, or that name them.
const OF_POSTS: [&str; 4] = ["posts", "approvals", "media", "proposals"];

/// The folder whose files concern only the posts that they name, and are read all the same: a post that is gone may be
/// named in any of them.
const REQUESTS: &str = "requests";

/// A branch and the commit that it wants to enter.
pub struct Branch {
    /// The target, as far as it has to do with the branch.
    pub before: Reading,
    /// What it will be with the branch in it.
    pub after: Reading,
    /// Where that is read from.
    pub rev: Rev,
    /// Where the target is.
    target: Rev,
    /// The paths that the branch changed, and those of posts whose pictures it changed.
    pub changed: BTreeSet<String>,
    /// The paths that both sides changed in a way that git cannot merge by itself.
    pub conflicts: Vec<String>,
    /// Which commits are the branch's own: those behind the first, up to the second.
    own: (git2::Oid, git2::Oid),
}

impl Branch {
    /// Reads a branch on both sides; `branch` is a commit; absent for the files on the disk.
    pub fn read(here: &Here, target: &str, branch: Option<&str>) -> Result<Branch, Error> {
        let repo = here.repo()?;
        let head = branch.unwrap_or("HEAD");
        let own = (repo.fork(target, head)?, repo.resolve(head)?);
        let mut changed = repo.changed(own.0, branch)?;
        let commit = repo.resolve(target)?;
        let branch = branch.map(str::to_owned);
        let blended = BTreeMap::new();
        let mut merged = Merged { target: commit.to_string(), branch, changed: changed.clone(), blended };
        let conflicts = repo.blend(own.0, &mut merged)?;
        let target = merged.target();
        let pick = if changed.iter().all(|path| is_of_posts(path)) {
            let scout = Scout { here, repo: &repo, commit, target: &target, merged: &merged };
            scout.pick(&mut changed)?
        } else {
            Pick::All
        };
        let rev = Rev::Merged(Box::new(merged));
        let (before, after) = thread::scope(|scope| {
            let before = scope.spawn(|| here.read_some(&target, &pick));
            let after = here.read_some(&rev, &pick);
            (before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), after)
        });
        Ok(Branch { before: before?, after: after?, rev, target, changed, conflicts, own })
    }

    /// Finds what is wrong with what the branch changes, what becomes wrong elsewhere by it, and what of it is not its
    /// authors' to change.
    pub fn check(&mut self, today: NaiveDate) -> Result<Vec<Finding>, Error> {
        let mut findings = self.after.check(&self.rev, today)?;
        let (before, after) = (&self.before, &self.after);
        let old = before.judge(&self.target, today)?;
        let old: HashSet<_> = old.iter().map(identity).collect();
        findings.retain(|finding| self.is_about(finding) || !old.contains(&identity(finding)));
        findings.extend(renames(&before.calendar, &after.calendar));
        let touched = after.repo.touched(self.own.0, self.own.1)?;
        let sides = Sides { target: &before.calendar, branch: &after.calendar };
        findings.extend(guard::guard(sides, &touched, today));
        findings.extend(vault::guard(version(before), version(after), today));
        calendar::sort(&mut findings);
        findings.dedup();
        Ok(findings)
    }

    fn is_about(&self, finding: &Finding) -> bool {
        self.changed.contains(&finding.file)
            || finding.related.iter().any(|related| self.changed.contains(&related.file))
    }
}

/// Returns by what a finding is known again. Its help may name what is near, which another part of the calendar may not have.
fn identity(finding: &Finding) -> (Code, &str, &Option<Span>, &str) {
    (finding.code, &finding.file, &finding.span, &finding.message)
}

fn version(reading: &Reading) -> Version<'_> {
    Version { calendar: &reading.calendar, files: &reading.files }
}

/// Tells whether a file concerns posts, or nothing that the calendar reads.
fn is_of_posts(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    OF_POSTS.contains(&top) || top == REQUESTS || !(path == ROOT || FOLDERS.contains(&top))
}

/// Finds out which files have to do with a branch's changes.
struct Scout<'a> {
    here: &'a Here,
    repo: &'a Repo,
    commit: git2::Oid,
    target: &'a Rev,
    merged: &'a Merged,
}

impl Scout<'_> {
    /// Returns what is to be read, and adds to what changed the posts whose pictures did.
    fn pick(&self, changed: &mut BTreeSet<String>) -> Result<Pick, Error> {
        let register = self.register()?;
        let rev = Rev::Merged(Box::new(self.merged.clone()));
        let own = self.here.read_some(&rev, &rules_and(changed.clone()))?.calendar;
        let mut kin: Vec<Kin> = own.every_post().map(|post| own.kin(post)).collect();
        let alone = |number| Kin { own: vec![number], circles: Vec::new(), from: i32::MAX, until: i32::MIN };
        let pictures: Vec<Kin> = changed
            .iter()
            .filter(|path| path.starts_with("media/"))
            .map(|path| alone(Kin::of_media(path)))
            .collect();
        let approved = changed.iter().filter_map(|path| path.strip_prefix("approvals/")?.split('/').next());
        kin.extend(approved.map(|post| alone(Kin::of_id(post))));
        let asked: Vec<&Request> =
            own.requests.values().filter(|request| changed.contains(&request.file)).collect();
        let answers = asked.iter().flat_map(|request| &request.posts);
        kin.extend(answers.map(|post| alone(Kin::of_id(post.value.as_str()))));
        let mut files = register.kin_of(&kin, own.kin_days());
        let wanted = asked.iter().flat_map(|request| &request.media);
        files.extend(wanted.map(|picture| picture.file.value.clone()));
        if !pictures.is_empty() {
            let shown = register.kin_of(&pictures, 0);
            files.extend(shown.iter().cloned());
            changed.extend(shown);
        }
        for path in changed.iter() {
            files.extend(self.repo.alike(self.commit, path)?);
        }
        files.extend(changed.iter().cloned());
        // An approval lies under its post's id, which need not be the name of the post's file.
        let near = self.here.read_some(&rev, &rules_and(files.clone()))?.calendar;
        let ids = near.every_post().filter(|post| changed.contains(&post.file));
        let approvals = ids.map(|post| format!("approvals/{}", post.id)).collect();
        Ok(rules_with(files, approvals))
    }

    /// Returns the register of the target's posts, brought up to date where the one that was kept is of another tree.
    fn register(&self) -> Result<Register, Error> {
        let rules = self.here.read_some(self.target, &rules_and(BTreeSet::new()))?;
        let sum = sum_of_rules(&rules);
        let tree = self.repo.posts_tree(self.commit)?;
        let kept = self.repo.register(&sum);
        let between = kept.as_ref().and_then(|kept| self.repo.posts_between(kept.tree, tree));
        let register = match (kept, between) {
            (Some(kept), Some(between)) if between.is_empty() => return Ok(kept),
            (Some(mut kept), Some(between)) => {
                let fresh = self.here.read_some(self.target, &rules_and(between.clone()))?.calendar;
                kept.replace(&between, fresh.kins());
                Register { tree, ..kept }
            }
            _ => {
                let whole = self.here.read(self.target)?;
                let posts = whole.calendar.kins();
                std::mem::forget(whole);
                Register { rules: sum, tree, posts }
            }
        };
        self.repo.keep(&register);
        Ok(register)
    }
}

/// Picks the rules of a calendar, which every check needs, and some files besides.
fn rules_and(files: BTreeSet<String>) -> Pick {
    rules_with(files, BTreeSet::new())
}

/// Picks the rules of a calendar, some files and some folders.
fn rules_with(mut files: BTreeSet<String>, mut folders: BTreeSet<String>) -> Pick {
    files.insert(ROOT.to_owned());
    let rules = FOLDERS.iter().filter(|folder| !OF_POSTS.contains(*folder));
    folders.extend(rules.map(|folder| (*folder).to_owned()));
    Pick::Only { files, folders }
}

/// Returns the sum of what decides what kin are: this program, the root, the accounts.
fn sum_of_rules(reading: &Reading) -> [u8; 32] {
    let mut sum = Sha256::new();
    sum.update(env!("CARGO_PKG_VERSION"));
    for file in reading.files.iter().filter(|file| file.path == ROOT || file.path.starts_with("accounts/")) {
        if let Content::Text(text) = &file.content {
            sum.update((file.path.len() as u64).to_le_bytes());
            sum.update(&file.path);
            sum.update((text.len() as u64).to_le_bytes());
            sum.update(text);
        }
    }
    sum.finalize().into()
}
