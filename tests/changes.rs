//! Branches that departments bring, in real repositories with the real git and `ssh-keygen`: what `check --since` says
//! of who changed what.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]
#![allow(dead_code, reason = "the museum has more than is needed here")]

#[path = "approvals/museum.rs"]
mod museum;

use museum::{Museum, NOW, POST};

/// Commits all as somebody, signed with their key or not.
fn commit_as(museum: &Museum, who: &str, key: Option<&str>) {
    let signed = key.map_or("-c commit.gpgsign=false".to_owned(), |key| {
        format!("-c gpg.format=ssh -c user.signingkey={} -c commit.gpgsign=true", museum.key(key))
    });
    museum.shell(&format!(
        "git add -A && git -c user.name={who} -c user.email={who}@museum.example {signed} commit -qm change"
    ));
}

/// Checks the branch against main; returns the exit code and the findings as code and file.
fn check(museum: &Museum) -> (i32, Vec<(String, String)>) {
    let said = museum.run(&format!("check --since main --format json {NOW}"));
    let json = said.json();
    let field = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = json["findings"].as_array().unwrap();
    let of_guard = findings
        .iter()
        .map(|finding| (field(finding, "code"), finding["place"]["file"].as_str().unwrap().to_owned()));
    (said.code, of_guard.collect())
}

fn branch(museum: &Museum) {
    museum.shell("git checkout -q main && git checkout -qB branch");
}

#[test]
fn a_contributor_changes_what_is_theirs_and_nothing_else() {
    let museum = Museum::new();
    branch(&museum);
    museum.change(POST, "at ten", "at eleven");
    commit_as(&museum, "ana", None);
    assert_eq!(check(&museum), (0, vec![]));
    museum
        .write("people/eve.toml", "name = \"Eve\"\nrole = \"coordinator\"\nemail = \"ana@museum.example\"\n");
    museum.change("kalends.toml", "count = 1", "count = 0");
    museum.write("protocols/words.toml", "title = \"All is allowed\"\n");
    museum.write(".gitattributes", "*.toml filter=evil\n");
    commit_as(&museum, "ana", None);
    let (code, found) = check(&museum);
    assert_eq!(code, 1);
    for file in ["people/eve.toml", "kalends.toml", "protocols/words.toml", ".gitattributes"] {
        assert!(found.contains(&("change-not-yours".to_owned(), file.to_owned())), "{file}: {found:?}");
    }
    assert!(found.iter().all(|(_, file)| file != POST), "{found:?}");
}

#[test]
fn whoever_is_not_known_on_the_target_is_told_so_once() {
    let museum = Museum::new();
    branch(&museum);
    museum.person("mallory", "coordinator", &museum.public("nuno"), "");
    museum.change(POST, "at ten", "at eleven");
    commit_as(&museum, "mallory", None);
    let said = museum.run(&format!("check --since main {NOW}"));
    let all = said.out + &said.err;
    assert_eq!(said.code, 1);
    assert_eq!(all.matches("error[author-unknown]").count(), 2, "{all}");
    assert_eq!(all.matches("git config user.email").count(), 1, "{all}");
}

#[test]
fn a_branch_that_took_in_main_answers_for_its_own_changes_alone() {
    let museum = Museum::new();
    branch(&museum);
    museum.change(POST, "at ten", "at eleven");
    commit_as(&museum, "ana", None);
    museum.shell("git checkout -q main");
    museum.write("departments/press.toml", "name = \"Press\"\n");
    commit_as(&museum, "marta", None);
    museum.shell(
        "git checkout -q branch
         git -c user.name=ana -c user.email=ana@museum.example merge -q --no-edit main",
    );
    assert_eq!(check(&museum), (0, vec![]));
    // What a merge has that neither side had is of whoever merged.
    museum.write("departments/press.toml", "name = \"The press\"\n");
    museum.shell(
        "git add -A && git -c user.name=ana -c user.email=ana@museum.example commit -q --amend --no-edit",
    );
    let (code, found) = check(&museum);
    let press = ("change-not-yours".to_owned(), "departments/press.toml".to_owned());
    assert!(code == 1 && found.contains(&press), "{found:?}");
}

#[test]
fn whoever_merges_by_taking_one_side_answers_for_what_the_other_loses() {
    let museum = Museum::new();
    branch(&museum);
    museum.change(POST, "at ten", "at eleven");
    commit_as(&museum, "ana", None);
    museum.shell("git checkout -q main");
    museum.write("departments/press.toml", "name = \"Press\"\n");
    commit_as(&museum, "marta", None);
    let merge = |how: &str, who: &str| {
        museum.shell(&format!(
            "git checkout -q branch && git reset -q --hard $(git rev-list --no-merges -1 branch)
             git -c user.name={who} -c user.email={who}@museum.example merge -q --no-edit {how} main"
        ));
    };
    merge("-s ours", "ana");
    let press = ("change-not-yours".to_owned(), "departments/press.toml".to_owned());
    assert_eq!(check(&museum), (1, vec![press]));
    merge("", "ana");
    assert_eq!(check(&museum), (0, vec![]));
}

#[test]
fn a_forge_that_merges_both_sides_of_one_file_is_blamed_for_nothing() {
    let museum = Museum::new();
    branch(&museum);
    let text = museum.read(POST);
    museum.write(POST, &format!("# a word before\n{text}"));
    commit_as(&museum, "ana", None);
    museum.shell("git checkout -q main");
    museum.write(POST, &format!("{text}\n# a word behind\n"));
    commit_as(&museum, "marta", None);
    museum.shell(
        "git checkout -q --detach main
         git -c user.name=forge -c user.email=noreply@forge.example merge -q --no-ff --no-edit branch",
    );
    assert_eq!(check(&museum), (0, vec![]));
    museum.write(POST, &text.replace("at ten", "at noon"));
    museum.shell(
        "git add -A
         git -c user.name=forge -c user.email=noreply@forge.example commit -q --amend --no-edit",
    );
    let (code, found) = check(&museum);
    assert_eq!((code, found), (1, vec![("author-unknown".to_owned(), POST.to_owned())]));
}

#[test]
fn who_wrote_a_post_is_not_for_its_writer_to_make_up() {
    let museum = Museum::new();
    branch(&museum);
    museum.change(POST, "author = \"ana\"", "author = \"marta\"");
    commit_as(&museum, "ana", None);
    let (code, found) = check(&museum);
    let not_theirs = ("change-not-yours".to_owned(), POST.to_owned());
    assert!(code == 1 && found.contains(&not_theirs), "{found:?}");
    museum.change(POST, "author = \"marta\"\n", "");
    commit_as(&museum, "ana", None);
    assert!(check(&museum).1.contains(&not_theirs), "approvals hang on it");
}

#[test]
fn where_commits_must_be_signed_the_key_says_who_it_was() {
    let museum = Museum::new();
    let root = museum.read("kalends.toml");
    museum.write("kalends.toml", &root.replace("[[approval]]", "[changes]\nsigned = true\n\n[[approval]]"));
    museum.commit("Ask for signatures");
    let codes = |name: &str, key: Option<&str>| {
        branch(&museum);
        museum.change(POST, "at ten", "at eleven");
        commit_as(&museum, name, key);
        check(&museum).1.into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(codes("ana", Some("ana")), [""; 0]);
    assert_eq!(codes("marta", None), ["author-unsigned"], "an address proves nothing");
    assert_eq!(codes("marta", Some("ana")), [""; 0], "it was ana, and it is hers to change");
    museum.shell("git checkout -q main && git branch -qD branch");
    branch(&museum);
    museum.write("departments/shop.toml", "name = \"Our shop\"\n");
    commit_as(&museum, "marta", Some("ana"));
    let (_, found) = check(&museum);
    assert_eq!(found, [("change-not-yours".to_owned(), "departments/shop.toml".to_owned())]);
    // A key that is the branch's own person's is nobody's on the target.
    branch(&museum);
    museum.person("nuno", "coordinator", &museum.public("gaspar"), "");
    museum.person("gaspar", "manager", &museum.public("nuno"), "");
    museum.shell("ssh-keygen -q -t ed25519 -N '' -f ../home/eve -C eve@museum");
    museum.person("ana", "contributor", &museum.public("eve"), "department = \"education\"\n");
    commit_as(&museum, "ana", Some("eve"));
    let (_, found) = check(&museum);
    assert!(!found.is_empty() && found.iter().any(|(code, _)| code == "author-unsigned"), "{found:?}");
}

#[test]
fn checking_a_branch_runs_nothing_that_it_brings() {
    let museum = Museum::new();
    branch(&museum);
    museum.write(".gitattributes", "*.toml filter=evil diff=evil\n");
    museum.write(".githooks/post-checkout", "#!/bin/sh\ntouch ../ran\n");
    museum.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = file:///nowhere\n");
    museum.write(".gitconfig", "[core]\n\thooksPath = .githooks\n\tfsmonitor = \"touch ../ran\"\n");
    museum.shell(
        "chmod +x .githooks/post-checkout; ln -s ../../../../home/ana posts/2027/01/2027-01-19-link.toml",
    );
    commit_as(&museum, "ana", None);
    let filter =
        "git config filter.evil.clean 'touch ../ran; cat'; git config filter.evil.smudge 'touch ../ran; cat'
                  git config diff.evil.command 'touch ../ran'";
    museum.shell(filter);
    let (code, found) = check(&museum);
    assert_eq!(code, 1);
    assert!(
        found.iter().any(|(code, file)| code == "not-a-file" && file.ends_with("link.toml")),
        "{found:?}"
    );
    assert!(!museum.path("../ran").exists(), "something ran");
}
