//! The environment: the only reader of environment variables.
//!
//! Nothing here fails: a variable that is missing, empty or not UTF-8 is absent, and the locale never matters.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Returns a variable, if it is set, not empty, and UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the home folder, where there is one.
#[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
pub fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Returns the name of this machine's zone, such as `Europe/Lisbon`, where it has one: from `TZ`, or from where
/// `/etc/localtime` points.
pub fn zone() -> Option<String> {
    if let Some(name) = variable("TZ") {
        return Some(name.trim_start_matches(':').to_owned());
    }
    let target = std::fs::read_link("/etc/localtime").ok()?;
    let target = target.to_str()?;
    target.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
}

/// Returns who runs this, as `user@host`, as far as the system says: a label for entries, a proof of nothing.
pub fn runner() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| variable(name));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(|| variable("HOSTNAME"))
        .or_else(|| variable("COMPUTERNAME"));
    let user = user.unwrap_or_else(|| "someone".to_owned());
    host.map_or(user.clone(), |host| format!("{user}@{host}"))
}

/// What the git program keeps of its own variables: those by which credentials, `ssh` and certificates work.
const KEPT_BY_GIT: &[&str] = &[
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
];

/// Returns the variables that are taken away from the git program: they could turn it to another repository, other
/// objects or another configuration.
pub fn kept_from_git() -> Vec<OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| is_kept_from_git(name)).collect()
}

fn is_kept_from_git(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_") && !KEPT_BY_GIT.contains(&name.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_keeps_what_credentials_need_and_loses_what_redirects_it() {
        for name in ["GIT_DIR", "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_EXEC_PATH"] {
            assert!(is_kept_from_git(OsStr::new(name)), "{name}");
        }
        for name in ["GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_AUTH_SOCK", "HOME", "PATH"] {
            assert!(!is_kept_from_git(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_absent() {
        assert_eq!(variable("KALENDS_NOBODY_SETS_THIS"), None);
    }

    #[test]
    fn the_runner_always_has_a_name() {
        assert!(!runner().is_empty());
    }
}
