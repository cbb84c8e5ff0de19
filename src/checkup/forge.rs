//! What the address of the ledger's remote tells of the forge behind it.

/// Returns the host of an address.
pub fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority).to_owned()
}

/// Returns where GitHub tells whether a branch is protected: its public interface for branches.
pub fn branch_api(remote: &str, branch: &str) -> Option<String> {
    let path = remote.strip_prefix("https://github.com/")?.trim_end_matches('/').trim_end_matches(".git");
    let (owner, name) = path.split_once('/')?;
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (plain(owner) && plain(name) && plain(branch))
        .then(|| format!("https://api.github.com/repos/{owner}/{name}/branches/{branch}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_of_the_web_is_asked_about_and_no_other() {
        let api = branch_api("https://github.com/harbour/museum.git", "ledger");
        assert_eq!(api.as_deref(), Some("https://api.github.com/repos/harbour/museum/branches/ledger"));
        for other in
            ["git@github.com:harbour/museum", "https://example.org/x/y", "https://github.com/a/b/c d"]
        {
            assert_eq!(branch_api(other, "ledger"), None, "{other}");
        }
        assert_eq!(host("https://bot:pw@forge.example:8443/x"), "forge.example:8443");
    }
}
