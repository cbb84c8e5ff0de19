//! A register of the posts of a commit and their kin, kept beside git's own files so that a small change of a large calendar
//! is judged without reading all of it.
//!
//! It is made from commits alone and can be thrown away at any time: one that is of another tree is brought up to date by
//! what differs, one that is broken or was made under other rules is made anew.

use std::collections::{BTreeSet, HashSet};

use git2::Oid;

use crate::calendar::Kin;
use crate::rim::disk;
use crate::rim::repo::differing::differing;
use crate::rim::repo::{Repo, RepoError, tree};

/// Where it lies in git's folder.
const NAME: &str = "kalends/kin";

/// How it begins. To be changed with its form, and with what kin are.
const FORMAT: &[u8; 8] = b"kalkin1\n";

/// The bytes of an object's name.
const OID_BYTES: usize = 20;

/// The posts of a tree, with their kin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Under which rules it was made: anything else makes it worthless.
    pub rules: [u8; 32],
    /// The tree of `posts/` that it is of; zero where there is none.
    pub tree: Oid,
    /// The posts: path and kin, sorted by path.
    pub posts: Vec<(String, Kin)>,
}

impl Repo {
    /// Returns the register that was kept, if it was made under these rules.
    pub fn register(&self, rules: &[u8; 32]) -> Option<Register> {
        let bytes = std::fs::read(self.git().ok()?.common.join(NAME)).ok()?;
        let register = Register::parse(&bytes)?;
        (register.rules == *rules).then_some(register)
    }

    /// Keeps a register. That it cannot be kept is no fault: the next check is slower.
    pub fn keep(&self, register: &Register) {
        if let Ok(git) = self.git() {
            drop(disk::write_passing(&git.common.join(NAME), &register.bytes()));
        }
    }

    /// Returns the tree of a commit's posts; zero where there is none.
    pub fn posts_tree(&self, commit: Oid) -> Result<Oid, RepoError> {
        let (git, repository) = (self.git()?, self.repository()?);
        let root = tree::calendar(&repository, &git.prefix, commit)?;
        Ok(root.get_name("posts").map_or_else(|| Oid::ZERO_SHA1, |entry| entry.id()))
    }

    /// Returns the files of a commit that are one with a path on a system that does not tell letter case or Unicode forms
    /// apart, and are not the path itself.
    pub fn alike(&self, commit: Oid, path: &str) -> Result<BTreeSet<String>, RepoError> {
        let git = self.git()?;
        tree::alike(&git.own, &git.prefix, commit, path)
    }

    /// Returns the paths of posts that differ between two trees of posts; absent where git has one of them no longer.
    pub fn posts_between(&self, one: Oid, other: Oid) -> Option<BTreeSet<String>> {
        let repository = self.repository().ok()?;
        let find = |id: Oid| match id.is_zero() {
            true => Some(None),
            false => repository.find_tree(id).ok().map(Some),
        };
        let (one, other) = (find(one)?, find(other)?);
        let paths = differing(&repository, one.as_ref(), other.as_ref()).ok()?;
        Some(paths.into_iter().map(|path| format!("posts/{path}")).collect())
    }
}

impl Register {
    /// Puts posts in the place of those at some paths.
    pub fn replace(&mut self, paths: &BTreeSet<String>, posts: Vec<(String, Kin)>) {
        self.posts.retain(|(path, _)| !paths.contains(path));
        self.posts.extend(posts);
        self.posts.sort_by(|(one, _), (two, _)| one.cmp(two));
    }

    /// Returns the paths of posts that share a number with some posts, or a circle within so many days.
    pub fn kin_of(&self, posts: &[Kin], days: i32) -> BTreeSet<String> {
        let own: HashSet<u64> = posts.iter().flat_map(|kin| kin.own.iter().copied()).collect();
        let is_kin = |other: &Kin| {
            other.own.iter().any(|number| own.contains(number))
                || posts.iter().any(|kin| kin.is_near(other, days))
        };
        self.posts.iter().filter(|(_, kin)| is_kin(kin)).map(|(path, _)| path.clone()).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.posts.len() * 128);
        for (path, kin) in &self.posts {
            let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
            let lengths = [path.len(), kin.own.len(), kin.circles.len()];
            if lengths.iter().any(|length| *length > usize::from(u16::MAX)) {
                // What has no room makes the register unreadable, which is told by its count.
                continue;
            }
            lengths.into_iter().for_each(|length| body.extend(short(length)));
            body.extend(path.as_bytes());
            body.extend(kin.from.to_le_bytes());
            body.extend(kin.until.to_le_bytes());
            kin.own.iter().chain(&kin.circles).for_each(|number| body.extend(number.to_le_bytes()));
        }
        let mut bytes = Vec::with_capacity(body.len() + 80);
        bytes.extend(FORMAT);
        bytes.extend(self.rules);
        bytes.extend(self.tree.as_bytes());
        bytes.extend((self.posts.len() as u64).to_le_bytes());
        bytes.extend(sum(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Reads a register; absent where its bytes are not those that were written.
    fn parse(bytes: &[u8]) -> Option<Register> {
        let mut reader = Reader(bytes);
        if reader.take(FORMAT.len())? != FORMAT {
            return None;
        }
        let rules = reader.take(32)?.try_into().ok()?;
        let tree = Oid::from_bytes(reader.take(OID_BYTES)?).ok()?;
        let (count, expected) = (reader.number()?, reader.number()?);
        if sum(reader.0) != expected {
            return None;
        }
        let mut posts = Vec::with_capacity(usize::try_from(count).ok()?.min(bytes.len() / 14));
        while !reader.0.is_empty() {
            let (path, own, circles) = (reader.short()?, reader.short()?, reader.short()?);
            let path = std::str::from_utf8(reader.take(path)?).ok()?.to_owned();
            let (from, until) = (reader.day()?, reader.day()?);
            let own = (0..own).map(|_| reader.number()).collect::<Option<_>>()?;
            let circles = (0..circles).map(|_| reader.number()).collect::<Option<_>>()?;
            posts.push((path, Kin { own, circles, from, until }));
        }
        (posts.len() as u64 == count).then_some(Register { rules, tree, posts })
    }
}

/// Returns a sum by which damage shows.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let rest = rest.iter().map(|byte| u64::from(*byte));
    words
        .chain(rest)
        .fold(bytes.len() as u64, |sum, word| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Bytes still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<usize> {
        Some(usize::from(u16::from_le_bytes(self.take(2)?.try_into().ok()?)))
    }

    fn day(&mut self) -> Option<i32> {
        Some(i32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kin(own: &[u64], circles: &[u64], day: i32) -> Kin {
        Kin { own: own.to_vec(), circles: circles.to_vec(), from: day, until: day }
    }

    fn register() -> Register {
        let posts = [
            ("posts/2027/01/a.toml", kin(&[1, 2], &[9], 100)),
            ("posts/2027/01/b.toml", kin(&[3], &[9], 105)),
            ("posts/2027/02/c.toml", kin(&[2], &[8], 400)),
        ];
        Register {
            rules: [7; 32],
            tree: Oid::from_bytes(&[5; 20]).unwrap(),
            posts: posts.map(|(path, kin)| (path.to_owned(), kin)).to_vec(),
        }
    }

    #[test]
    fn what_was_kept_is_read_again_and_damage_is_seen() {
        let bytes = register().bytes();
        assert_eq!(Register::parse(&bytes), Some(register()));
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            let read = Register::parse(&broken);
            // The rules and the tree are compared by whoever asks.
            assert!(read.is_none() || (8..60).contains(&at), "byte {at}");
            assert!(Register::parse(&bytes[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn kin_share_a_number_or_a_circle_at_near_days() {
        let paths = |found: BTreeSet<String>| found.into_iter().collect::<Vec<_>>();
        let asked = [kin(&[2], &[9], 106)];
        let (a, b, c) = ("posts/2027/01/a.toml", "posts/2027/01/b.toml", "posts/2027/02/c.toml");
        assert_eq!(
            paths(register().kin_of(
                &asked[..1].iter().map(|kin| Kin { circles: Vec::new(), ..kin.clone() }).collect::<Vec<_>>(),
                1
            )),
            [a, c]
        );
        assert_eq!(paths(register().kin_of(&asked, 1)), [a, b, c]);
        assert_eq!(paths(register().kin_of(&[kin(&[4], &[9], 106)], 1)), [b]);
    }
}
