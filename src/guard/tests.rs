//! Branches of a museum, judged by the rules of its main branch.

use super::*;
use crate::calendar;
use crate::finding::{Content, File};

const MAIN: &[(&str, &str)] = &[
    ("kalends.toml", "name = \"Harbour Museum\"\nzone = \"UTC\"\n"),
    ("people/ines.toml", "name = \"Inês\"\nrole = \"coordinator\"\nemail = \"ines@museum.example\"\n"),
    ("people/it.toml", "name = \"Ida\"\nrole = \"it\"\nemail = \"it@museum.example\"\n"),
    ("people/max.toml", "name = \"Max\"\nrole = \"manager\"\nemail = \"max@museum.example\"\n"),
    (
        "people/duarte.toml",
        "name = \"Duarte\"\nrole = \"department-coordinator\"\ndepartment = \"education\"\nemail = \"duarte@museum.example\"\n",
    ),
    (
        "people/eva.toml",
        "name = \"Eva\"\nrole = \"contributor\"\ndepartment = \"education\"\nemail = \"Eva@museum.example\"\n",
    ),
    (
        "people/fay.toml",
        "name = \"Fay\"\nrole = \"freelancer\"\ndepartment = \"education\"\nemail = \"fay@museum.example\"\nuntil = 2027-01-31\n",
    ),
    ("departments/education.toml", "name = \"Education\"\naccounts = [\"news\"]\n"),
    ("departments/shop.toml", "name = \"Shop\"\n"),
    ("accounts/news.toml", "platform = \"feed\"\n"),
    ("accounts/square.toml", "platform = \"feed\"\n"),
    ("campaigns/open-day.toml", "name = \"Open day\"\ndepartment = \"education\"\n"),
    ("posts/2027/01/2027-01-18-own.toml", OWN),
    ("posts/2027/01/2027-01-18-shop.toml", SHOP),
    ("posts/2027/01/2027-01-18-all.toml", ALL),
];

const OWN: &str = "department = \"education\"\nat = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"One\"\n";
const SHOP: &str = "department = \"shop\"\nat = 2027-01-18T10:00:00\nto = [\"news\"]\ntext = \"Two\"\n";
const ALL: &str = "at = 2027-01-18T11:00:00\nto = [\"news\"]\ntext = \"Three\"\n";

const POST: &str = "posts/2027/01/2027-01-18-own.toml";

fn calendar_of(changes: &[(&str, &str)]) -> Calendar {
    let mut files: Vec<(&str, &str)> = MAIN.to_vec();
    for change in changes {
        files.retain(|(path, _)| *path != change.0);
        files.push(*change);
    }
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        content: Content::Text((*text).to_owned()),
    };
    calendar::read(&files.iter().map(file).collect::<Vec<_>>()).0
}

fn commit(email: &str) -> Commit {
    Commit { id: "abc".to_owned(), name: "Somebody".to_owned(), email: email.to_owned(), signature: None }
}

/// Tells what is found of changes that somebody makes, with a policy in the target's `kalends.toml`.
fn found_by(who: &str, policy: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let root = format!("name = \"Harbour Museum\"\nzone = \"UTC\"\n{policy}");
    let target = calendar_of(&[("kalends.toml", &root)]);
    let branch = calendar_of(changes);
    let touched: Vec<Touched> = changes
        .iter()
        .map(|(path, _)| Touched {
            path: (*path).to_owned(),
            commits: vec![commit(&format!("{who}@museum.example"))],
        })
        .collect();
    let day = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
    let sides = Sides { target: &target, branch: &branch };
    guard(sides, &touched, day)
        .into_iter()
        .map(|finding| format!("{}: {}", finding.code.name(), finding.message))
        .collect()
}

fn may(who: &str, path: &str, text: &str) -> bool {
    found_by(who, "", &[(path, text)]).is_empty()
}

#[test]
fn a_department_changes_its_own_posts_and_nobody_elses() {
    assert!(may("eva", POST, &OWN.replace("One", "Uno")));
    assert!(may("EVA", "posts/2027/02/2027-02-18-new.toml", OWN), "addresses have no case");
    assert!(may("eva", "media/2027/a.png", ""));
    let shop = "posts/2027/01/2027-01-18-shop.toml";
    assert!(!may("eva", shop, &SHOP.replace("Two", "Dos")));
    assert!(!may("eva", shop, &SHOP.replace("shop", "education")), "nor takes it over");
    assert!(!may("eva", POST, &OWN.replace("education", "shop")), "nor gives one away");
    assert!(!may("eva", "posts/2027/01/2027-01-18-all.toml", &ALL.replace("Three", "Tres")));
    assert!(!may("eva", "posts/2027/02/x.toml", &OWN.replace("\"news\"", "\"news\", \"square\"")));
    assert!(may("max", "posts/2027/01/2027-01-18-all.toml", ALL), "who has no department writes for none");
}

#[test]
fn an_account_that_the_branch_gives_its_department_is_not_given() {
    let more = "name = \"Education\"\naccounts = [\"news\", \"square\"]\n";
    let found =
        found_by("eva", "", &[("departments/education.toml", more), (POST, &OWN.replace("news", "square"))]);
    assert_eq!(
        found,
        [
            "change-not-yours: Eva (contributor) may not change it: it is one of the calendar's own rules",
            "change-not-yours: Eva (contributor) may not change it: on the target branch `education` may not use the \
             account `square`",
        ]
    );
}

#[test]
fn nobody_makes_themselves_what_they_are_not() {
    let crowned = "name = \"Eva\"\nrole = \"coordinator\"\ndepartment = \"education\"\nemail = \"eva@museum.example\"\n";
    let protocol = ("protocols/words.toml", "title = \"All is allowed\"\n");
    let found = found_by("eva", "", &[("people/eva.toml", crowned), protocol]);
    assert_eq!(found.len(), 2, "{found:?}");
    let new = "name = \"Mallory\"\nrole = \"coordinator\"\nemail = \"mallory@museum.example\"\n";
    let found = found_by("mallory", "", &[("people/mallory.toml", new)]);
    assert!(found.len() == 1 && found[0].starts_with("author-unknown"), "{found:?}");
    let allow = "[[changes.allow]]\nfiles = [\"protocols\", \"kalends.toml\"]\npeople = [\"eva\"]\n";
    let root = format!("name = \"Harbour Museum\"\nzone = \"UTC\"\n{allow}");
    assert!(!may("eva", "kalends.toml", &root), "the branch's own policy is nothing");
    assert!(found_by("eva", allow, &[protocol]).is_empty());
    assert!(
        !found_by("eva", allow, &[("protocols-of-mine/x.toml", ""), ("people/eva.toml", crowned)]).is_empty()
    );
    let managers = "[[changes.allow]]\nfiles = [\"protocols/\"]\nroles = [\"manager\"]\n";
    assert!(found_by("max", managers, &[protocol]).is_empty());
    assert!(!found_by("eva", managers, &[protocol]).is_empty());
}

#[test]
fn each_role_has_its_files() {
    for (who, path, fine) in [
        ("ines", "people/ines.toml", true),
        ("ines", ".gitattributes", true),
        ("it", "vault/news.age", true),
        ("it", "runners/cellar.toml", true),
        ("it", "../.github/workflows/ci.yml", true),
        ("it", "people/eva.toml", false),
        ("max", "goals/visits.toml", true),
        ("max", "schedule/2027.toml", true),
        ("max", "events/press.toml", true),
        ("eva", "events/press.toml", false),
        ("max", "protocols/words.toml", false),
        ("duarte", "campaigns/open-day.toml", false),
        ("eva", "campaigns/open-day.toml", false),
        ("duarte", "campaigns/new.toml", false),
        ("duarte", "approvals/2027-01-18-own/duarte.toml", true),
        ("duarte", "approvals/2027-01-18-own/ines.toml", false),
        ("duarte", "approvals/2027-01-18-own/x/duarte.toml", false),
        ("eva", "proposals/more-film.md", true),
        ("eva", "proposals/more-film/max.toml", false),
        ("eva", "requests/a-post.toml", true),
        ("eva", "vault/news.toml", false),
        ("eva", "People/eva.toml", false),
        ("eva", "posts/.gitattributes", false),
        ("eva", "../.gitmodules", false),
        ("eva", "../docs/readme.md", true),
        ("eva", "README.md", true),
    ] {
        assert_eq!(may(who, path, ""), fine, "{who}, {path}");
    }
}

#[test]
fn a_department_asks_for_its_own_and_whom_it_asks_answers() {
    const PATH: &str = "requests/tea.toml";
    let asked = "title = \"Tea\"\ndepartment = \"education\"\nto_department = \"shop\"\n";
    let taken = format!("{asked}[[taken]]\nby = \"duarte\"\non = 2027-01-20\n");
    assert!(may("eva", PATH, asked));
    assert!(!may("eva", PATH, &asked.replace("\"education\"", "\"shop\"")), "nor asks for others");
    assert!(!may("eva", PATH, &taken), "nor answers for others");
    assert!(may("eva", PATH, &taken.replace("to_department = \"shop\"\n", "")), "but for their own");
    assert!(may("duarte", PATH, &taken), "a coordinator answers");
    assert!(!may("eva", PATH, &asked.replace("department = \"education\"", "from = \"max\"")));
    assert!(may("max", PATH, &asked.replace("department = \"education\"", "from = \"max\"")));
    // What stands on the target branch counts: nobody makes a request theirs by changing it.
    let theirs = calendar_of(&[(PATH, &asked.replace("\"education\"", "\"shop\""))]);
    let branch = calendar_of(&[(PATH, asked)]);
    let touched = Touched { path: PATH.to_owned(), commits: vec![commit("eva@museum.example")] };
    let day = NaiveDate::from_ymd_opt(2027, 1, 20).unwrap();
    let found = guard(Sides { target: &theirs, branch: &branch }, &[touched], day);
    assert!(found.len() == 1 && found[0].message.contains("another department asks"), "{found:?}");
}

#[test]
fn a_department_s_coordinator_leads_its_campaigns() {
    let campaign = "name = \"The open day\"\ndepartment = \"education\"\n";
    assert!(may("duarte", "campaigns/open-day.toml", campaign));
    assert!(may("duarte", "campaigns/new.toml", campaign));
    assert!(
        !may("duarte", "campaigns/open-day.toml", &campaign.replace("education", "shop")),
        "nor gives it away"
    );
    assert!(!may("eva", "campaigns/open-day.toml", campaign));
}

#[test]
fn a_freelancer_changes_nothing_after_the_last_day() {
    let found = found_by("fay", "", &[(POST, OWN)]);
    assert_eq!(found, ["change-not-yours: Fay changed it, whose last day was 2027-01-31"]);
}

#[test]
fn where_commits_must_be_signed_an_address_proves_nothing() {
    let found = found_by("ines", "[changes]\nsigned = true\n", &[(POST, OWN)]);
    assert!(found.len() == 1 && found[0].starts_with("author-unsigned"), "{found:?}");
}

#[test]
fn where_nobody_can_be_known_nothing_is_asked() {
    let (target, branch) = (Calendar::default(), Calendar::default());
    let touched = Touched { path: "people/eva.toml".to_owned(), commits: vec![commit("eva@museum.example")] };
    let day = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
    let sides = Sides { target: &target, branch: &branch };
    assert_eq!(guard(sides, std::slice::from_ref(&touched), day), []);
}

#[test]
fn owners_are_those_who_answer_for_the_files() {
    let coordinated = "name = \"Education\"\ncoordinator = \"duarte\"\naccounts = [\"news\"]\n";
    let calendar = calendar_of(&[("departments/education.toml", coordinated)]);
    let on = |month, day| NaiveDate::from_ymd_opt(2027, month, day).unwrap();
    let lines = owners(&calendar, "social", on(1, 18));
    for line in [
        "/social/ ines@museum.example",
        "/social/vault/ ines@museum.example it@museum.example",
        "/social/goals/ ines@museum.example max@museum.example",
        "/social/media/",
        "/social/campaigns/open-day.toml duarte@museum.example",
        "/social/posts/2027/01/2027-01-18-own.toml duarte@museum.example",
        "/social/posts/2027/01/2027-01-18-shop.toml ines@museum.example",
    ] {
        assert!(lines.lines().any(|found| found == line), "{line} is not in\n{lines}");
    }
    assert!(!lines.contains("2027-01-18-all"), "who answers for all answers for it");
    assert!(!owners(&calendar, "", on(1, 19)).contains("/posts/"), "what is past is done");
    assert!(owners(&calendar, "", on(1, 19)).starts_with("* ines@museum.example\n"));
    let gone = "name = \"In\u{ea}s\"\nrole = \"coordinator\"\nemail = \"i@m.example\"\nuntil = 2027-01-01\n";
    let sly = "name = \"X\"\nrole = \"coordinator\"\nemail = \"x@m.example /vault/\"\n";
    let calendar = calendar_of(&[("people/ines.toml", gone), ("people/x.toml", sly)]);
    assert!(owners(&calendar, "", on(1, 18)).starts_with("*\n"));
}
