//! Development plans: submitted, decided on, changed since.

use crate::museum::{Museum, NOW};

const PLAN: &str = "proposals/more-video.md";

fn submitted() -> Museum {
    let museum = Museum::new();
    museum.write("drafts/More video.md", "# More video\n\nA short film a week.\n");
    museum.shell("kalends proposal submit 'drafts/More video.md'");
    museum
}

#[track_caller]
fn state(museum: &Museum) -> String {
    let list = museum.ends("proposal list --json", 0).json();
    list["proposals"][0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_plan_is_submitted_decided_on_and_told_to_be_changed_since() {
    let museum = submitted();
    assert_eq!(state(&museum), "submitted");
    let decide = |line: &str| {
        museum.ends(&format!("proposal {line} --yes --as gaspar --key {} {NOW}", museum.key("gaspar")), 0)
    };
    decide("approve more-video");
    assert_eq!(state(&museum), "approved");
    museum.ends(&format!("check {NOW}"), 0);
    museum.change(PLAN, "a week", "a day");
    assert_eq!(state(&museum), "changed since");
    let said = museum.ends(&format!("check {NOW}"), 0);
    assert!(said.out.contains("warning[decision-outdated]"), "{}", said.out);
    decide("reject more-video --why Summer");
    assert_eq!(state(&museum), "rejected");
    let said = museum.ends("proposal list", 0);
    assert!(said.out.contains("by gaspar on 2027-01-16: Summer"), "{}", said.out);
    let said = museum.ends("proposal show more-video --json", 0).json();
    assert_eq!(said["decision"]["why"], "Summer");
    assert_eq!(said["text"], "# More video\n\nA short film a day.\n");
    // A reason is signed, too.
    museum.change("proposals/more-video/gaspar.toml", "\"Summer\"", "\"Winter\"");
    assert_eq!(state(&museum), "submitted");
    assert!(museum.ends(&format!("check {NOW}"), 1).out.contains("error[bad-signature]"));
}

#[test]
fn a_decision_is_verified_by_ssh_keygen_and_its_digest_by_sha256sum() {
    let museum = submitted();
    museum.ends(
        &format!(
            "proposal reject more-video --why Later --yes --as gaspar --key {} {NOW}",
            museum.key("gaspar")
        ),
        0,
    );
    museum.shell(
        "kalends access signers > ../signers
         f=proposals/more-video/gaspar.toml
         grep -q \"sha256:$(sha256sum < proposals/more-video.md | cut -d' ' -f1)\" $f
         sed -n '/^-----BEGIN/,/^-----END/p' $f > ../sig
         { echo 'kalends decision 1'; sed -n 's/^\\(proposal\\|person\\|ruling\\|why\\|digest\\|at\\) = /\\1 /p' $f | tr -d '\"'; } |
             ssh-keygen -Y verify -f ../signers -I gaspar -n kalends -s ../sig",
    );
    // Other line ends are the same plan.
    museum.shell("sed -i 's/$/\\r/' proposals/more-video.md");
    assert_eq!(state(&museum), "rejected");
}

#[test]
fn who_is_no_manager_decides_on_nothing() {
    let museum = submitted();
    let said = museum.ends(
        &format!("proposal approve more-video --yes --as marta --key {} {NOW}", museum.key("marta")),
        1,
    );
    assert!(said.err.contains("marta is no manager"), "{}", said.err);
    museum.person("marta", "manager", &museum.public("marta"), "");
    museum.ends(
        &format!("proposal approve more-video --yes --as marta --key {} {NOW}", museum.key("marta")),
        0,
    );
    museum.person("marta", "coordinator", &museum.public("marta"), "");
    assert_eq!(state(&museum), "submitted");
    let said = museum.ends(&format!("check {NOW}"), 1);
    assert!(said.out.contains("error[decision-not-theirs]"), "{}", said.out);
    let line = format!("proposal reject more-video --yes --as gaspar --key {} {NOW}", museum.key("gaspar"));
    museum.ends(&line, 2);
}

#[test]
fn what_is_no_plan_is_refused() {
    let museum = Museum::new();
    museum.write("a.txt", "# Plan\n");
    museum.write("empty.md", " \n");
    museum.shell(
        "printf '\\377' > latin.md; head -c 300000 /dev/zero | tr '\\0' a > long.md; ln -s a.txt link.md",
    );
    for (file, why) in [
        ("a.txt", "no Markdown file"),
        ("empty.md", "it is empty"),
        ("latin.md", "not in UTF-8"),
        ("long.md", "more than 262144 bytes"),
        ("link.md", "cannot be submitted"),
        ("nothing.md", "cannot be submitted"),
    ] {
        let said = museum.ends(&format!("proposal submit {file}"), 1);
        assert!(said.err.contains(why) && said.err.contains("hint:"), "{file}: {}", said.err);
    }
    museum.write("proposals/Not An Id.md", "# Plan\n");
    museum.write("proposals/deep/plan.md", "# Plan\n");
    let said = museum.ends("check", 1);
    for place in ["proposals/Not An Id.md", "proposals/deep/plan.md"] {
        assert!(said.out.contains(&format!("--> {place}")), "{}", said.out);
    }
}
