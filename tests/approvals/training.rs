//! Trainings that people do before their posts go out: who must, what is asked again, and what is no record of one.

use crate::museum::{Museum, NOW};

const TRAINING: &str = "training/alt-text.toml";
const RECORD: &str = "training/alt-text/rui.toml";

/// A museum with a protocol that asks for a training.
fn museum() -> Museum {
    let museum = Museum::new();
    museum.write("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n");
    museum.write("protocols/pictures.toml", "title = \"Pictures\"\ntraining = [\"alt-text\"]\n");
    museum.write(
        TRAINING,
        "title = \"Pictures in words\"\ntext = \"The important thing first.\"\nvalid = \"30d\"\n\n[[question]]\n\
         ask = \"Which of these help?\"\noptions = [\"What is to be seen\", \"IMG_2041\", \"What a poster says\"]\n\
         answer = [\"What is to be seen\", \"What a poster says\"]\nwhy = \"A file's name helps nobody\"\n\n[[question]]\n\
         ask = \"What comes first?\"\nanswer = [\"the important thing\", \"what matters\"]\n",
    );
    museum.commit("Ask");
    museum
}

fn take(museum: &Museum, who: &str, answers: &str) -> String {
    format!("training take alt-text --answers {answers} --as {who} --key {} {NOW}", museum.key(who))
}

#[track_caller]
fn pass(museum: &Museum, who: &str) {
    museum.ends(&take(museum, who, "ac,What-matters!"), 0);
}

#[track_caller]
fn why(museum: &Museum) -> String {
    museum.row("2027-01-18-open-day")["reason"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_s_posts_go_out_before_they_have_done_the_training() {
    let museum = museum();
    assert_eq!(why(&museum), "rui has not done the training training/alt-text.toml");
    let said = museum.ends("publish --now 2027-01-18T09:05", 1);
    assert!(said.err.contains("rui runs: kalends training take alt-text"), "{}", said.err);
    let said = museum.ends(&format!("status {NOW}"), 0);
    assert!(said.out.contains("1 coming post held until people have"), "{}", said.out);
    let said = museum.ends(&take(&museum, "rui", "a,lead"), 1);
    assert!(
        said.out.contains("A file's name helps nobody") && said.out.contains("not passed  0/2"),
        "{}",
        said.out
    );
    assert!(!museum.path(RECORD).exists(), "nothing is signed");
    let said = museum.ends(&take(&museum, "rui", "ca,what-matters"), 0);
    assert!(said.out.starts_with("passed  2/2"), "{}", said.out);
    assert!(museum.read(RECORD).contains("answers = [\"ac\", \"what-matters\"]"));
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.ends(&format!("check {NOW}"), 0);
    museum.commit("Learn");
    museum.ends("publish --now 2027-01-18T09:05", 0);
    assert!(museum.path("public").exists());
}

#[test]
fn what_cannot_be_answered_is_told_and_nobody_is_asked_off_a_terminal() {
    let museum = museum();
    let tried = |line: &str, code: i32, told: &str| {
        let said =
            museum.ends(&format!("training take {line} --as rui --key {} {NOW}", museum.key("rui")), code);
        assert!(said.err.contains(told), "{line}: {}", said.err);
    };
    tried("alt-text", 2, "say --answers");
    tried("alt-text --answers a", 2, "there are 1 of them, and alt-text asks 2");
    tried("alt-text --answers a,b,c", 2, "there are 3 of them");
    tried("alt-text --answers d,b", 2, "question 1 takes letters from a to c");
    tried("alt-text --answers a,!", 2, "question 2 takes a few words");
    tried("alt-txet --answers a,b", 1, "did you mean `alt-text`?");
    museum.change(TRAINING, "answer = [\"the important", "answer = [\"!\"] # [\"the important");
    tried("alt-text --answers ac,b", 1, "training/alt-text.toml has an error");
}

#[test]
fn a_change_of_words_or_questions_asks_again_and_a_comment_does_not() {
    let museum = museum();
    pass(&museum, "rui");
    let said = museum.ends(&take(&museum, "rui", "b,no"), 0);
    assert!(said.err.contains("done alt-text already; it counts until 2027-02-15"), "{}", said.err);
    museum.change(TRAINING, "title", "# A remark\nnote = \"Ask Marta\"\ntitle");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    museum.change(TRAINING, "IMG_2041", "IMG_2042");
    assert_eq!(why(&museum), "rui did an earlier version of the training training/alt-text.toml");
    let said = museum.ends(&format!("check {NOW}"), 0);
    assert!(said.out.contains("warning[training-outdated]"), "{}", said.out);
    pass(&museum, "rui");
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
}

#[test]
fn a_training_counts_for_its_time_and_from_its_day_on() {
    let museum = museum();
    pass(&museum, "rui");
    let post = |day: &str| {
        museum.write(
            &format!("posts/2027/02/{day}-x.toml"),
            &format!("department = \"education\"\nat = {day}T09:00:00\nto = [\"news\"]\ntext = \"{day}\"\n"),
        );
        let plan = museum.ends(&format!("plan --json --days 60 {NOW}"), 0).json();
        let rows = plan["rows"].as_array().unwrap();
        rows.iter().find(|row| row["post"] == format!("{day}-x")).unwrap()["reason"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(post("2027-02-15"), "its time has not come");
    assert_eq!(
        post("2027-02-16"),
        "what rui did of the training training/alt-text.toml counts until 2027-02-15"
    );
    let said = museum.ends("check --now 2027-02-16T09:00", 0);
    assert!(said.out.contains("warning[training-expired]"), "{}", said.out);
    let said = museum.ends("training status --now 2027-02-16T09:00", 0);
    assert!(said.out.contains("rui     expired until") || said.out.contains("expired"), "{}", said.out);
    museum.change(TRAINING, "valid = \"30d\"", "since = 2027-02-16");
    assert_eq!(post("2027-02-15"), "its time has not come");
    assert_eq!(post("2027-02-16"), "rui did an earlier version of the training training/alt-text.toml");
}

#[test]
fn authors_do_it_too_where_everyone_must() {
    let museum = museum();
    museum.change("protocols/pictures.toml", "training", "acknowledge = \"everyone\"\ntraining");
    let told = "ana has not read protocols/pictures.toml; ana has not done the training training/alt-text.toml; \
                rui has not read protocols/pictures.toml; rui has not done the training training/alt-text.toml";
    assert_eq!(why(&museum), told);
    for who in ["ana", "rui"] {
        pass(&museum, who);
        museum.ends(
            &format!("protocol acknowledge pictures --yes --as {who} --key {} {NOW}", museum.key(who)),
            0,
        );
    }
    assert_eq!(museum.standing("2027-01-18-open-day"), "waiting");
    let status = museum.ends(&format!("protocol status --json {NOW}"), 0).json();
    let reader = &status["protocols"][0]["readers"][0];
    assert_eq!((&reader["state"], &reader["training"][0]["state"]), (&"read".into(), &"done".into()));
}

#[test]
fn what_is_no_record_of_theirs_counts_for_nothing() {
    let tried = |code: &str, attempt: &dyn Fn(&Museum)| {
        let museum = museum();
        pass(&museum, "rui");
        attempt(&museum);
        let said = museum.ends(&format!("check {NOW}"), 1);
        assert!(said.out.contains(&format!("error[{code}]")), "{code}: {}", said.out);
        assert_eq!(museum.standing("2027-01-18-open-day"), "held", "{code}");
    };
    tried("bad-signature", &|museum| museum.change(RECORD, "at = 2027-01-16", "at = 2027-01-15"));
    tried("bad-signature", &|museum| museum.change(RECORD, "\"ac\"", "\"b\""));
    tried("bad-signature", &|museum| museum.change(RECORD, "2/2", "3/2"));
    tried("signature-elsewhere", &|museum| {
        museum.shell("mv training/alt-text/rui.toml training/alt-text/nuno.toml");
    });
    tried("unknown-training", &|museum| museum.change("protocols/pictures.toml", "alt-text", "alt-txet"));
}
