//! What somebody tries who has no right to approve: each a finding with its place, and nothing goes out.

use crate::museum::{APPROVAL, Museum, NOW, POST};

/// Tries something after rui has approved; it must be found under a code, and the post must be held.
#[track_caller]
fn attempt(code: &str, place: &str, attempt: impl Fn(&Museum)) -> Museum {
    let museum = Museum::new();
    museum.approve("rui");
    attempt(&museum);
    let said = museum.ends(&format!("check {NOW}"), 1);
    assert!(said.out.contains(&format!("error[{code}]")) && said.out.contains(place), "{code}: {}", said.out);
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    assert_eq!(museum.standing("2027-01-18-open-day"), "held", "{code}");
    museum.commit("Try");
    let said = museum.ends("publish --now 2027-01-18T09:05", 1);
    assert!(said.err.contains("not approved") && !museum.path("public").exists(), "{code}: {}", said.err);
    museum
}

#[test]
fn an_approval_of_one_s_own_post_does_not_count() {
    let by_ana = |museum: &Museum| {
        museum.shell("rm -r approvals");
        museum.change("kalends.toml", "count = 1", "count = 1\nown = true\npeople = [\"ana\"]");
        museum.approve("ana");
        museum.change("kalends.toml", "own = true\n", "");
    };
    attempt("approval-own", "approvals/2027-01-18-open-day/ana.toml:3:10", by_ana);
    let museum = Museum::new();
    museum.change(POST, "\"ana\"", "\"rui\"");
    let said = museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 1);
    assert!(said.err.contains("nobody approves their own post"), "{}", said.err);
    let said =
        museum.ends(&format!("approve open-day --yes --as nuno --key {} {NOW}", museum.key("nuno")), 1);
    assert!(said.err.contains("no rule asks nuno"), "{}", said.err);
}

#[test]
fn an_approval_of_another_post_person_or_kind_is_no_approval_of_this() {
    let other_post = |museum: &Museum| {
        museum.change(APPROVAL, "post = \"2027-01-18-open-day\"", "post = \"2027-01-19-tea\"");
        museum.write(
            "posts/2027/01/2027-01-19-tea.toml",
            "author = \"ana\"\nat = 2027-01-19T09:00:00\nto = [\"news\"]\ntext = \"Tea.\"\n",
        );
    };
    attempt("signature-elsewhere", APPROVAL, other_post);
    let other_person = |museum: &Museum| museum.change(APPROVAL, "person = \"rui\"", "person = \"marta\"");
    attempt("signature-elsewhere", APPROVAL, other_person);
    let renamed = |museum: &Museum| {
        museum.shell("cd approvals/*; sed 's/\"rui\"/\"marta\"/' rui.toml > marta.toml; rm rui.toml");
    };
    attempt("signature-key", "approvals/2027-01-18-open-day/marta.toml:6:13", renamed);
    let later = |museum: &Museum| museum.change(APPROVAL, "at = 2027-01-16", "at = 2027-01-17");
    attempt("bad-signature", "rui.toml:6:13", later);
    let of_a_kind = |museum: &Museum| {
        museum.shell(
            "f=approvals/2027-01-18-open-day/rui.toml
             sed -n 's/^\\(post\\|person\\|digest\\|at\\) = /\\1 /p' $f | tr -d '\"' > ../rest
             { echo 'kalends decision 1'; cat ../rest; } | ssh-keygen -q -Y sign -n kalends -f ../home/rui > ../sig
             sed -i '/^-----BEGIN/,/^-----END/d' $f; sed -i '/^signature/r ../sig' $f",
        );
    };
    attempt("bad-signature", "rui.toml:6:13", of_a_kind);
}

#[test]
fn a_key_that_is_stolen_back_or_over_opens_nothing() {
    // The key was lost, and rui has a new one: what the old one signed is over.
    let new_key = |museum: &Museum| {
        museum.person(
            "rui",
            "department-coordinator",
            &museum.public("nuno"),
            "department = \"education\"\n",
        );
        museum.person("nuno", "contributor", &museum.public("rui"), "department = \"education\"\n");
    };
    attempt("signature-key", "rui.toml:6:13", new_key);
    let gone = |until: &'static str| {
        move |museum: &Museum| {
            let more = format!("department = \"education\"\nuntil = {until}\n");
            museum.person("rui", "department-coordinator", &museum.public("rui"), &more);
        }
    };
    attempt("signature-expired", "rui.toml:3:10", gone("2027-01-15"));
    let museum = attempt("signature-expired", "rui.toml:3:10", gone("2027-01-17"));
    let said = museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 1);
    assert!(said.err.contains("goes out after the last day of rui"), "{}", said.err);
    let no_person = |museum: &Museum| {
        museum.shell("rm people/rui.toml; sed -i '/coordinator/d' departments/education.toml");
    };
    attempt("unknown-person", "rui.toml:3:10", no_person);
}

#[test]
fn files_that_are_none_are_found_and_open_nothing() {
    let link = |museum: &Museum| {
        museum.shell("mv approvals/*/rui.toml ../rui.toml; ln -s ../../../rui.toml approvals/2027-01-18-open-day/rui.toml")
    };
    attempt("not-a-file", APPROVAL, link);
    let escapes = |museum: &Museum| {
        museum.change(APPROVAL, "post = \"2027-01-18-open-day\"", "post = \"\\u001b[31m\\u202e\"");
    };
    attempt("bad-id", "rui.toml:2:8", escapes);
    let no_offset = |museum: &Museum| museum.change(APPROVAL, "T10:00:00Z", "T10:00:00");
    attempt("bad-date", "rui.toml:5:6", no_offset);
    let short = |museum: &Museum| museum.change(APPROVAL, "sha256:", "sha256:0");
    attempt("bad-value", "rui.toml:4:10", short);
    let huge = |museum: &Museum| museum.change(APPROVAL, "-----END", &("A".repeat(200_000) + "\n-----END"));
    attempt("bad-signature", "rui.toml:6:13", huge);
    let bare = |museum: &Museum| museum.shell("mv approvals/2027-01-18-open-day/rui.toml approvals/rui.toml");
    attempt("misplaced-file", "approvals/rui.toml", bare);
    let unknown = |museum: &Museum| museum.change(APPROVAL, "post =", "approved = true\npost =");
    // A key that means nothing is told, and the approval stands as it was signed.
    let museum = Museum::new();
    museum.approve("rui");
    unknown(&museum);
    assert!(museum.ends(&format!("check {NOW}"), 1).out.contains("unknown-key"));
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
}

#[test]
fn a_policy_that_cannot_be_read_lets_nothing_out() {
    for (old, new, code) in [
        ("\"coordinator\"", "\"coordinatr\"", "bad-value"),
        ("by = [\"coordinator\", \"department-coordinator\"]", "", "missing-key"),
        ("by =", "bye =", "unknown-key"),
        ("count = 1", "count = 0", "bad-value"),
        ("count = 1", "count = -1", "bad-value"),
    ] {
        let museum = Museum::new();
        museum.approve("rui");
        museum.change("kalends.toml", old, new);
        let said = museum.ends(&format!("check {NOW}"), 1);
        assert!(said.out.contains(&format!("error[{code}]")), "{new}: {}", said.out);
        museum.commit("Try");
        museum.ends("publish --now 2027-01-18T09:05", 1);
        assert!(!museum.path("public").exists(), "{new}");
    }
    for (key, code) in [
        ("people = [\"nobody\"]", "unknown-person"),
        ("departments = [\"nowhere\"]", "unknown-department"),
        ("accounts = [\"nothing\"]", "unknown-account"),
        ("campaigns = [\"nothing\"]", "unknown-campaign"),
    ] {
        let museum = Museum::new();
        museum.approve("rui");
        museum.change("kalends.toml", "count = 1", key);
        let said = museum.ends(&format!("check {NOW}"), 1);
        assert!(said.out.contains(&format!("error[{code}]")), "{key}: {}", said.out);
        museum.commit("Try");
        museum.ends("publish --now 2027-01-18T09:05", 1);
        assert!(!museum.path("public").exists(), "{key}");
    }
}

#[test]
fn what_is_not_there_to_sign_with_is_said_with_a_way_out() {
    let museum = Museum::new();
    let said = museum.ends("approve open-day", 2);
    assert!(said.err.contains("say --yes"), "{}", said.err);
    for (line, why, hint) in [
        ("approve open-day --yes", "somebody@example.org", "--as PERSON"),
        ("approve open-day --yes --as ruy", "no person `ruy`", "did you mean `rui`?"),
        ("approve open-dya --yes --as rui", "no post `open-dya`", "did you mean"),
        ("approve open-day --yes --as helena", "no signing_key", "ssh-keygen -t ed25519"),
        (
            "approve open-day --yes --as rui --key ../home/marta",
            "is not the one in people/rui.toml",
            "change signing_key",
        ),
        ("approve open-day --yes --as rui --key ../home/nothing", "ssh-keygen did not sign", "--key FILE"),
        ("approve open-day --yes --as rui", "No private key found", "ssh-add"),
    ] {
        let said = museum.ends(&format!("{line} {NOW}"), 1);
        assert!(said.err.contains(why) && said.err.contains(hint), "{line}: {}", said.err);
    }
    museum.change(POST, "[\"news\"]", "[\"nwes\"]");
    let said = museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 1);
    assert!(said.err.contains("there is no account `nwes`"), "{}", said.err);
    assert!(!museum.path("approvals").exists());
}
