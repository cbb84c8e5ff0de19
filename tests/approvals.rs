//! Approvals and decisions with the real `ssh-keygen` and the real git: what is signed, what it is good for, what it
//! survives, and what is tried against it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

#[path = "approvals/attempts.rs"]
mod attempts;
#[path = "approvals/museum.rs"]
mod museum;
#[path = "approvals/plans.rs"]
mod plans;
#[path = "approvals/protocols.rs"]
mod protocols;
#[path = "approvals/training.rs"]
mod training;

use std::fs;

use museum::{APPROVAL, Museum, NOW, POST, standing};

#[test]
fn what_kalends_signs_plain_ssh_keygen_verifies() {
    let museum = Museum::new();
    museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 0);
    // The commands of the README, word for word but for the names.
    museum.shell(
        "kalends access signers > ../signers
         f=approvals/2027-01-18-open-day/rui.toml
         sed -n '/^-----BEGIN/,/^-----END/p' $f > ../sig
         { echo 'kalends approval 1'; sed -n 's/^\\(post\\|person\\|digest\\|at\\) = /\\1 /p' $f | tr -d '\"'; } > ../text
         ssh-keygen -Y verify -f ../signers -I rui -n kalends -s ../sig < ../text",
    );
    let refused =
        museum.try_shell("ssh-keygen -Y verify -f ../signers -I marta -n kalends -s ../sig < ../text");
    assert!(!refused, "it is not marta's");
    let changed = museum.try_shell(
        "sed s/open-day/last-day/ ../text | ssh-keygen -Y verify -f ../signers -I rui -n kalends -s ../sig",
    );
    assert!(!changed, "it is not over another post");
}

#[test]
fn what_plain_ssh_keygen_signs_kalends_takes() {
    let museum = Museum::new();
    museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 0);
    // The digest is in rui's approval; marta makes hers without kalends.
    museum.shell(
        "d=approvals/2027-01-18-open-day
         digest=$(sed -n 's/^digest = \"\\(.*\\)\"/\\1/p' $d/rui.toml)
         printf 'kalends approval 1\\npost 2027-01-18-open-day\\nperson marta\\ndigest %s\\nat 2027-01-15T10:00:00Z\\n' \
            $digest > ../text
         ssh-keygen -q -Y sign -n kalends -f ../home/marta < ../text > ../sig
         { printf 'post = \"2027-01-18-open-day\"\\nperson = \"marta\"\\ndigest = \"%s\"\\n' $digest
           printf 'at = 2027-01-15T11:00:00+01:00\\nsignature = \"\"\"\\n'; cat ../sig; printf '\"\"\"\\n'; } > $d/marta.toml
         rm $d/rui.toml",
    );
    museum.ends(&format!("check {NOW}"), 0);
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
}

#[test]
fn publish_reads_the_policy_and_the_approvals_of_the_commit_alone() {
    let museum = Museum::new();
    let due = "--now 2027-01-18T09:05";
    let said = museum.ends(&format!("publish {due}"), 1);
    let why = "2027-01-18-open-day/once/news: not approved: needs marta or rui (held)";
    let next = "hint: whoever approves it runs: kalends approve 2027-01-18-open-day, and commits it";
    assert!(said.err.contains(why) && said.err.contains(next), "{}", said.err);
    let said = museum.ends(&format!("status {due}"), 0);
    assert!(said.out.contains("needs marta or rui") && said.out.contains("kalends approve"), "{}", said.out);
    museum.ends(
        &format!("approve open-day --yes --as rui --key {} --now 2027-01-18T08:00", museum.key("rui")),
        0,
    );
    let said = museum.ends(&format!("publish {due}"), 1);
    assert!(
        said.err.contains("rui.toml differ from the last commit") && said.err.contains(why),
        "{}",
        said.err
    );
    museum.commit("Approve");
    // What stands in the work tree opens nothing.
    museum.change("kalends.toml", "count = 1", "count = 3");
    museum.write("approvals/2027-01-18-open-day/rui.toml", "");
    museum.change("media/a.png", "IHDR", "IHDQ");
    let said = museum.ends(&format!("publish {due}"), 0);
    assert!(said.out.contains("published"), "{}{}", said.out, said.err);
}

#[test]
fn nobody_is_told_to_post_by_hand_what_is_not_approved() {
    let museum = Museum::new();
    museum.write("accounts/news.toml", "platform = \"feed\"\nby_hand = true\n");
    museum.commit("By hand");
    let row = |line: &str| museum.ends(line, 0).json()["rows"][0].clone();
    let line = "plan --json --now 2027-01-18T09:05";
    assert_eq!(standing(&row(line)), "held");
    museum.approve("rui");
    assert_eq!(standing(&row(line)), "by hand");
}

#[test]
fn any_changed_byte_of_what_goes_out_makes_it_unapproved() {
    let museum = Museum::new();
    museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 0);
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    let changes = [
        (POST, "at ten", "at eleven"),
        (POST, "Doors open", "Doors\u{a0}open"),
        (POST, "09:00:00", "09:30:00"),
        (POST, "[\"news\"]", "[\"news\", \"tales\"]"),
        (POST, "A child", "A dog"),
        (POST, "department = \"education\"", "department = \"shop\""),
        (POST, "author = \"ana\"", "author = \"nuno\""),
        (POST, "text =", "late = \"30d\"\ntext ="),
        (POST, "text =", "warning = \"x\"\ntext ="),
        (POST, "text =", "tags = [\"Tea\"]\ntext ="),
        (POST, "text =", "zone = \"Europe/Madrid\"\ntext ="),
        (POST, "text =", "topics = [\"tea\"]\ntext ="),
        (POST, "[[media]]", "[for.news]\ntext = \"Otherwise.\"\n[[media]]"),
        (POST, "[[media]]", "[[thread]]\ntext = \"And more.\"\n[[media]]"),
        (POST, "[[media]]", "[repeat]\nevery = \"monday\"\n[[media]]"),
        ("media/a.png", "IHDR", "IHDQ"),
        ("kalends.toml", "language = \"en\"", "language = \"pt\""),
    ];
    for (file, old, new) in changes {
        let before = museum.bytes(file);
        museum.change(file, old, new);
        let row = museum.row("2027-01-18-open-day");
        assert_eq!(standing(&row), "held", "{new}: {row}");
        let reason = row["reason"].as_str().unwrap();
        assert!(reason.contains("rui approved an earlier version"), "{new}: {reason}");
        let said = museum.ends(&format!("check {NOW}"), 1);
        assert!(said.out.contains("approval-outdated"), "{new}: {}", said.out);
        fs::write(museum.path(file), before).unwrap();
        assert_eq!(museum.standing("2027-01-18-open-day"), "waiting", "{new}");
    }
    // A comment, and the order of the keys, go out nowhere.
    museum.change(POST, "text =", "# A comment.\ntext =");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
}

#[test]
fn an_approval_survives_a_squash_and_a_rebase() {
    for merge in [
        "git merge --squash -q work >/dev/null && git commit -qm Squashed",
        "git rebase -q main work && git checkout -q main && git merge -q --ff-only work",
    ] {
        let museum = Museum::new();
        museum.shell("git checkout -qb work");
        museum.change(POST, "at ten", "at nine");
        museum.commit("Open earlier");
        museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 0);
        museum.commit("Approve");
        let digest = museum.read(APPROVAL);
        museum.shell("git checkout -q main");
        museum.write("accounts/other.toml", "platform = \"feed\"\n");
        museum.commit("Meanwhile");
        museum.shell(&format!("{merge} && git gc -q --prune=now"));
        assert_eq!(museum.read(APPROVAL), digest);
        museum.ends(&format!("check {NOW}"), 0);
        let said = museum.ends("publish --now 2027-01-18T09:05", 0);
        assert!(said.out.contains("published"), "{merge}: {}{}", said.out, said.err);
    }
}

#[test]
fn keys_are_found_as_their_owners_have_them() {
    let museum = Museum::new();
    let approve = format!("approve open-day --yes {NOW}");
    // Nobody is named: git says who works here, and ~/.ssh has the key.
    museum.shell(
        "git config user.email RUI@museum.example; mkdir -p ../home/.ssh; cp ../home/rui* ../home/.ssh/",
    );
    let said = museum.ends(&approve, 0);
    assert!(
        said.out.contains("approved  2027-01-18-open-day  approvals/2027-01-18-open-day/rui.toml"),
        "{}",
        said.out
    );
    let said = museum.ends(&approve, 0);
    assert!(said.err.contains("is approved by rui already"), "{}", said.err);
    // The key that git's settings name says who it is, where no address does.
    museum.shell(
        "rm -r approvals ../home/.ssh; git config --unset user.email; git config user.signingkey ~/marta",
    );
    let said = museum.ends(&approve, 0);
    assert!(said.out.contains("/marta.toml"), "{}", said.out);
    // A passphrase is asked for by nobody where nobody is.
    museum.shell("rm -r approvals; ssh-keygen -q -p -P '' -N secret -f ../home/marta");
    let said = museum.ends(&approve, 1);
    assert!(said.err.contains("did not sign") && said.err.contains("ssh-add"), "{}", said.err);
    assert!(!museum.path("approvals").exists());
    // The agent has it: the public half is enough.
    museum.shell(
        "eval $(ssh-agent) >/dev/null; trap 'kill $SSH_AGENT_PID' EXIT
         ssh-keygen -q -p -P secret -N '' -f ../home/marta; ssh-add -q ../home/marta; mv ../home/marta ../home/away
         kalends approve open-day --yes --as marta --now 2027-01-16T10:00",
    );
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
}

#[test]
fn a_key_of_another_kind_is_a_finding_that_says_which_work() {
    let museum = Museum::new();
    museum.shell(
        "ssh-keygen -q -t ecdsa -b 256 -N '' -f ../home/e; ssh-keygen -q -t rsa -b 2048 -N '' -f ../home/r",
    );
    museum.person("marta", "coordinator", &museum.public("e"), "");
    museum.ends(&format!("approve open-day --yes --as marta --key {} {NOW}", museum.key("e")), 0);
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.person("marta", "coordinator", &museum.public("r"), "");
    let said = museum.ends(&format!("check {NOW}"), 1);
    assert!(said.out.contains("kind ssh-rsa") && said.out.contains("ecdsa-sha2-nistp256"), "{}", said.out);
    assert_eq!(museum.standing("2027-01-18-open-day"), "held");
}

#[test]
fn rules_say_who_and_how_many_and_all_must_be_met() {
    let museum = Museum::new();
    museum.write(
        "kalends.toml",
        "name = \"Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n
         [[approval]]\nby = [\"department-coordinator\"]\ndepartments = [\"education\"]\n
         [[approval]]\nby = [\"any-coordinator\", \"manager\"]\ntopics = [\"money\"]\ncount = 2\n
         [[approval]]\nby = [\"voice\"]\npeople = [\"marta\"]\n",
    );
    let reason = |post: &str| museum.row(post)["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason("2027-01-18-open-day"), "not approved: needs rui");
    museum.change(POST, "text =", "topics = [\"money\"]\ntext =");
    assert_eq!(reason("2027-01-18-open-day"), "not approved: needs rui; needs 2 of gaspar, marta and rui");
    museum.approve("rui");
    assert_eq!(reason("2027-01-18-open-day"), "not approved: needs also gaspar or marta");
    museum.approve("gaspar");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    // The leader's own account wants the leader, or the one whom the rule names for her.
    museum.write("accounts/news.toml", "platform = \"feed\"\nvoice = \"helena\"\n");
    assert_eq!(reason("2027-01-18-open-day"), "not approved: needs helena (who has no signing_key) or marta");
    museum.approve("marta");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    // One key is one person, whatever they are called.
    museum.shell("rm approvals/*/gaspar.toml approvals/*/marta.toml");
    museum.person("twin", "coordinator", &museum.public("rui"), "");
    museum.write("accounts/news.toml", "platform = \"feed\"\n");
    museum.ends(&format!("approve open-day --yes --as twin --key {} {NOW}", museum.key("rui")), 0);
    assert_eq!(reason("2027-01-18-open-day"), "not approved: needs also gaspar or marta");
}

#[test]
fn the_list_says_what_awaits_whom() {
    let museum = Museum::new();
    let said = museum.ends(&format!("status {NOW}"), 0);
    assert!(said.out.contains("1 coming post not approved yet"), "{}", said.out);
    let status = museum.ends(&format!("status --json {NOW}"), 0).json();
    assert_eq!(status["awaiting_approval"], serde_json::json!(["2027-01-18-open-day"]));
    let list = |who: &str| museum.ends(&format!("approve --list --json {who} {NOW}"), 0).json();
    let one = &list("")["awaiting"][0];
    assert_eq!(one["post"], "2027-01-18-open-day");
    assert_eq!(one["lacks"][0]["who"], serde_json::json!(["marta", "rui"]));
    assert_eq!(list("--as rui")["awaiting"].as_array().unwrap().len(), 1);
    assert_eq!(list("--as gaspar")["awaiting"].as_array().unwrap().len(), 0);
    museum.approve("rui");
    assert_eq!(list("")["awaiting"].as_array().unwrap().len(), 0);
    let said = museum.ends("approve --list --now 2027-01-16T10:00", 0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", "nothing awaits an approval\n"));
}

#[test]
fn without_a_policy_nothing_needs_an_approval() {
    let museum = Museum::new();
    museum.write("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    let said = museum.ends(&format!("approve open-day --yes --as rui --key {} {NOW}", museum.key("rui")), 1);
    assert!(said.err.contains("no rule asks for an approval"), "{}", said.err);
}

#[test]
fn a_diff_tells_of_approvals() {
    let museum = Museum::new();
    museum.approve("rui");
    let said = museum.ends("diff", 0);
    assert!(said.out.starts_with("+ approval 2027-01-18-open-day/rui added"), "{}", said.out);
    museum.commit("Approve");
    museum.shell("rm -r approvals");
    let said = museum.ends("diff", 0);
    assert!(said.out.starts_with("- approval 2027-01-18-open-day/rui removed"), "{}", said.out);
}
