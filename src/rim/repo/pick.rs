//! Which of a calendar's files are read.

use std::collections::BTreeSet;

/// Which of a calendar's files are read: a small change of a large calendar is judged by a small part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// All of them.
    All,
    /// These files, and all that lies in these folders; both relative to the calendar's root.
    Only {
        /// The files.
        files: BTreeSet<String>,
        /// The folders.
        folders: BTreeSet<String>,
    },
}

impl Pick {
    /// Tells whether a file is read.
    pub fn takes(&self, path: &str) -> bool {
        match self {
            Pick::All => true,
            Pick::Only { files, folders } => {
                let above = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
                files.contains(path) || above.into_iter().any(|folder| folders.contains(folder))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_what_lies_in_it_and_not_what_begins_like_it() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let pick =
            Pick::Only { files: set(&["posts/2027/01/a.toml"]), folders: set(&["people", "approvals/a"]) };
        let paths = ["people/x.toml", "people", "peoples/x.toml", "approvals/a/x.toml", "approvals/b/x.toml"];
        assert_eq!(paths.map(|path| pick.takes(path)), [true, false, false, true, false]);
        assert!(pick.takes("posts/2027/01/a.toml") && !pick.takes("posts/2027/01/b.toml"));
        assert!(Pick::All.takes("anything"));
    }
}
