//! Git, apart from whatever the user has told it.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Fallible;

/// Returns git in a folder, with no settings but the repository's.
pub fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    git.stdin(Stdio::null());
    git
}

/// Runs git and returns what it wrote to stdout.
pub fn run(folder: &Path, arguments: &[&str]) -> Fallible<String> {
    let done = git(folder).args(arguments).stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(format!("git {} failed in {}", arguments.join(" "), folder.display()).into());
    }
    Ok(String::from_utf8(done.stdout)?.trim().to_owned())
}

/// Makes a repository in which `git status` does no more and no less than look at every file.
pub fn init(folder: &Path) -> Fallible<()> {
    std::fs::create_dir_all(folder)?;
    run(folder, &["init", "--quiet", "--initial-branch=main"])?;
    for (key, value) in [
        ("core.untrackedCache", "false"),
        ("core.fsmonitor", "false"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
    ] {
        run(folder, &["config", key, value])?;
    }
    Ok(())
}

/// Commits that are streamed into one pack.
pub struct Import {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    commits: u64,
}

impl Import {
    /// Starts to write commits to a repository.
    pub fn start(folder: &Path) -> Fallible<Import> {
        let arguments = ["fast-import", "--quiet", "--done"];
        let mut child = git(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (to, from) = child.stdin.take().zip(child.stdout.take()).ok_or("git has no pipes")?;
        let (to, from) = (BufWriter::with_capacity(1 << 16, to), BufReader::new(from));
        Ok(Import { child, to, from, commits: 0 })
    }

    /// Adds a commit with these files to a branch, at a second since 1970, and returns its id.
    pub fn commit(
        &mut self,
        branch: &str,
        at: i64,
        files: impl Iterator<Item = (String, Vec<u8>)>,
    ) -> Fallible<String> {
        self.commits += 1;
        let (mark, message) = (self.commits, "Made by a seed");
        writeln!(self.to, "commit refs/heads/{branch}\nmark :{mark}")?;
        writeln!(
            self.to,
            "committer Seed <seed@museum.example> {at} +0000\ndata {}\n{message}",
            message.len()
        )?;
        for (path, bytes) in files {
            writeln!(self.to, "M 100644 inline {path}\ndata {}", bytes.len())?;
            self.to.write_all(&bytes)?;
            self.to.write_all(b"\n")?;
        }
        writeln!(self.to, "\nget-mark :{mark}")?;
        self.to.flush()?;
        let mut id = String::new();
        self.from.read_line(&mut id)?;
        if id.trim().is_empty() {
            Err("git fast-import ended early".into())
        } else {
            Ok(id.trim().to_owned())
        }
    }

    /// Ends the pack.
    pub fn finish(mut self) -> Fallible<()> {
        writeln!(self.to, "done")?;
        self.to.flush()?;
        drop(self.to);
        if self.child.wait()?.success() { Ok(()) } else { Err("git fast-import failed".into()) }
    }
}
