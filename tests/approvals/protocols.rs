//! Protocols that people sign before their posts go out: who must, what a change does, and what is no signature.

use crate::museum::{Museum, NOW};

const VOICE: &str = "protocols/voice.toml";
const WORD: &str = "acknowledgements/voice/rui.toml";

/// A museum whose coordinators must read how it sounds, and that asks for no approvals.
fn museum() -> Museum {
    let museum = Museum::new();
    museum.write("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n");
    museum.write(
        VOICE,
        "title = \"Voice\"\nacknowledge = \"coordinators\"\ntext = \"Warm, exact.\"\n\n[[rule]]\n\
         kind = \"emoji\"\nsay = \"One smile\"\nmost = 1\ndepartments = [\"education\"]\n",
    );
    museum.commit("Ask");
    museum
}

#[track_caller]
fn acknowledge(museum: &Museum, who: &str) {
    let line = format!("protocol acknowledge voice --yes --as {who} --key {} {NOW}", museum.key(who));
    museum.ends(&line, 0);
}

#[track_caller]
fn why(museum: &Museum) -> String {
    museum.row("2027-01-18-open-day")["reason"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_s_posts_go_out_before_they_have_read_the_protocol() {
    let museum = museum();
    assert_eq!(why(&museum), "rui has not read protocols/voice.toml");
    let said = museum.ends("publish --now 2027-01-18T09:05", 1);
    assert!(said.err.contains("rui runs: kalends protocol acknowledge voice"), "{}", said.err);
    let said = museum.ends(&format!("protocol status {NOW}"), 0);
    assert!(
        said.out.contains("not read") && said.err.contains("kalends protocol acknowledge"),
        "{}",
        said.out
    );
    acknowledge(&museum, "rui");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    let status = museum.ends(&format!("protocol status --json {NOW}"), 0).json();
    assert_eq!(status["protocols"][0]["readers"][0]["state"], "read");
    museum.ends(&format!("check {NOW}"), 0);
    museum.commit("Read it");
    museum.ends("publish --now 2027-01-18T09:05", 0);
    assert!(museum.path("public").exists());
}

#[test]
fn a_change_of_rules_or_words_asks_again_and_a_comment_does_not() {
    let museum = museum();
    acknowledge(&museum, "rui");
    museum.change(VOICE, "title", "# A remark\nnote = \"Ask Marta\"\ntitle");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.change(VOICE, "most = 1", "most = 2");
    assert_eq!(why(&museum), "rui read an earlier version of protocols/voice.toml");
    let said = museum.ends(&format!("check {NOW}"), 0);
    assert!(said.out.contains("warning[acknowledgement-outdated]"), "{}", said.out);
    acknowledge(&museum, "rui");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.change(VOICE, "exact", "exactly");
    assert_eq!(museum.standing("2027-01-18-open-day"), "held");
}

#[test]
fn authors_read_it_too_where_everyone_must_and_other_departments_need_not() {
    let museum = museum();
    museum.change(VOICE, "coordinators", "everyone");
    acknowledge(&museum, "rui");
    assert_eq!(why(&museum), "ana has not read protocols/voice.toml");
    acknowledge(&museum, "ana");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.write(
        "posts/2027/01/2027-01-19-tea.toml",
        "department = \"shop\"\nauthor = \"nuno\"\nat = 2027-01-19T09:00:00\nto = [\"news\"]\ntext = \"Tea.\"\n",
    );
    museum.change("departments/shop.toml", "[\"ana\"]", "[\"ana\", \"nuno\"]");
    assert_eq!(museum.standing("2027-01-19-tea"), "waiting");
    museum.change(VOICE, "departments = [\"education\"]\n", "");
    let row = museum.row("2027-01-19-tea");
    let told = "`shop` has no coordinator who could read protocols/voice.toml; nuno has not read protocols/voice.toml";
    assert_eq!(row["reason"], told);
}

#[test]
fn what_is_no_signature_of_theirs_counts_for_nothing() {
    let tried = |code: &str, attempt: &dyn Fn(&Museum)| {
        let museum = museum();
        acknowledge(&museum, "rui");
        attempt(&museum);
        let said = museum.ends(&format!("check {NOW}"), 1);
        assert!(said.out.contains(&format!("error[{code}]")), "{code}: {}", said.out);
        assert_eq!(museum.standing("2027-01-18-open-day"), "held", "{code}");
    };
    tried("bad-signature", &|museum| museum.change(WORD, "at = 2027-01-16", "at = 2027-01-15"));
    tried("signature-elsewhere", &|museum| {
        museum.shell(
            "mkdir acknowledgements/other; mv acknowledgements/voice/rui.toml acknowledgements/other/",
        );
    });
    tried("signature-key", &|museum| {
        museum.person(
            "rui",
            "department-coordinator",
            &museum.public("nuno"),
            "department = \"education\"\n",
        );
        museum.person("nuno", "contributor", &museum.public("rui"), "department = \"education\"\n");
    });
    let museum = museum();
    let line = format!("protocol acknowledge voice --yes --as helena {NOW}");
    assert!(museum.ends(&line, 1).err.contains("no signing_key"));
    assert!(museum.ends(&format!("protocol acknowledge voise --yes {NOW}"), 1).err.contains("`voice`"));
    assert!(museum.ends(&format!("protocol acknowledge voice --as rui {NOW}"), 2).err.contains("--yes"));
}
