//! Advice and experiments, from the command line, on the sample and on years that are made up here.

#![expect(clippy::unwrap_used, reason = "this is a test, whole")]

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

const NOW: &str = "2026-12-05T09:00:00Z";

/// The planted effect of the sample that its year shows.
const MIDDAY: &str = "c7fbf4a4";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar"), dir.path());
    dir
}

fn run(folder: &Path, arguments: &[&str], surroundings: &[(&str, &str)]) -> Output {
    let mut command = Command::cargo_bin("kalends").unwrap();
    command.current_dir(folder).env_clear().env("COLUMNS", "80").envs(surroundings.iter().copied());
    command.args(arguments).output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn document(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat(), &[]);
    let (stdout, stderr) = said(&output);
    assert!(output.status.success(), "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn the_same_rows_give_the_same_bytes_wherever_they_lie() {
    let dir = sample();
    let arguments = ["advise", "2026-11", "--posts", "--now", NOW];
    let places: [&[(&str, &str)]; 3] = [
        &[],
        &[("TZ", "Pacific/Auckland"), ("LANG", "pt_PT.UTF-8"), ("LC_ALL", "pt_PT.UTF-8")],
        &[("TZ", "America/New_York"), ("RAYON_NUM_THREADS", "1")],
    ];
    let all: Vec<_> = places.iter().map(|place| run(dir.path(), &arguments, place).stdout).collect();
    assert!(!all[0].is_empty());
    assert!(all.iter().all(|one| *one == all[0]));
    let whole = document(dir.path(), &["advise", "2026-11", "--now", NOW]);
    let advice = whole["advice"].as_array().unwrap();
    let midday = advice.iter().find(|one| one["id"] == MIDDAY).expect("it is planted");
    assert!(midday["high_percent"].as_f64().unwrap() < 0.0);
    assert!(midday["low_percent"].as_f64() <= midday["effect_percent"].as_f64());
    // Each advice can be traced to its posts, and its numbers to those of the family.
    assert!(midday["posts"].as_array().unwrap().len() >= 12);
    let compared = whole["comparisons"].as_array().unwrap();
    let of_family = compared.iter().find(|one| one["id"] == MIDDAY).unwrap();
    assert_eq!(of_family["posts"], midday["posts"].as_array().unwrap().len());
    assert!(whole["scored"].as_array().unwrap().iter().any(|one| one["id"] == MIDDAY));
}

#[test]
fn where_nothing_was_posted_nothing_is_said() {
    let dir = sample();
    for arguments in [["advise", "2019-03"], ["advise", "2019-03"]] {
        let output = run(dir.path(), &[&arguments[..], &["--now", NOW]].concat(), &[]);
        let (stdout, stderr) = said(&output);
        assert!(output.status.success() && stdout.contains("Nothing can be said"), "{stdout}{stderr}");
    }
    for (arguments, code) in [
        (vec!["advise", "2026-13"], 2),
        (vec!["advise", "2026-11", "--by", "fame"], 2),
        (vec!["advise", "2026-11", "--experiment", "ffffffff"], 2),
        (vec!["advise", "2026-11", "--experiment", "ffffffff", "--from", "2027-09-06"], 1),
        (vec!["experiment", "result", "nothing"], 1),
    ] {
        let output = run(dir.path(), &[arguments.as_slice(), &["--now", NOW]].concat(), &[]);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {:?}", said(&output));
    }
    let list = run(dir.path(), &["experiment", "list", "--now", NOW], &[("COLUMNS", "40")]);
    assert!(list.status.success(), "{:?}", said(&list));
}

#[test]
fn an_experiment_is_drawn_fairly_and_settled_as_it_was_drawn() {
    let dir = sample();
    let schedule = dir.path().join("schedule/2027.toml");
    let before = fs::read_to_string(&schedule).unwrap();
    let plan =
        ["advise", "2026-11", "--experiment", MIDDAY, "--from", "2027-02-03", "--weeks", "12", "--now", NOW];
    let rehearsed = document(dir.path(), &[&plan[..], &["--dry-run"]].concat());
    assert_eq!(fs::read_to_string(&schedule).unwrap(), before, "a rehearsal writes nothing");
    let planned = document(dir.path(), &plan);
    assert_eq!(rehearsed["slots"], planned["slots"]);
    let id = planned["experiment"].as_str().unwrap().to_owned();
    let after = fs::read_to_string(&schedule).unwrap();
    assert!(after.starts_with(&before), "what people wrote stays");
    let slots = planned["slots"].as_array().unwrap();
    assert!(slots.len() >= 20, "{planned:#}");
    // Each week has each arm as often, and the order is not always the same.
    let mut weeks: std::collections::BTreeMap<i64, Vec<String>> = std::collections::BTreeMap::new();
    for slot in slots {
        let at: chrono::NaiveDateTime = slot["at"].as_str().unwrap().parse().unwrap();
        let monday: chrono::NaiveDate = "2027-02-08".parse().unwrap();
        let week = (at.date() - monday).num_days().div_euclid(7);
        weeks.entry(week).or_default().push(slot["arm"].as_str().unwrap().to_owned());
    }
    let firsts: std::collections::BTreeSet<&String> =
        weeks.values().filter_map(|arms| arms.first()).collect();
    assert_eq!(firsts.len(), 2, "{weeks:?}");
    for arms in weeks.values() {
        let own = arms.iter().filter(|arm| *arm == "weekday-midday").count();
        assert_eq!(own * 2, arms.len(), "{weeks:?}");
    }
    let again = run(dir.path(), &plan, &[]);
    assert_eq!(again.status.code(), Some(1), "one is not planned twice");
    assert_eq!(fs::read_to_string(&schedule).unwrap(), after);
    let check = run(dir.path(), &["check"], &[]);
    assert_eq!(said(&check).0, "", "{:?}", said(&check));
    // Nobody looks before the end.
    let result = ["experiment", "result", &id];
    let early = run(dir.path(), &[&result[..], &["--now", "2027-03-01T09:00:00Z"]].concat(), &[]);
    assert_eq!(early.status.code(), Some(1));
    let late = ["--now", "2027-06-20T09:00:00Z"];
    let empty = run(dir.path(), &[&result[..], &late].concat(), &[]);
    assert!(said(&empty).1.contains("too few posts"), "{:?}", said(&empty));
    fill(dir.path(), slots);
    let settled = document(dir.path(), &[&result[..], &late].concat());
    let effect = settled["effect_percent"].as_f64().unwrap();
    assert!((80.0..120.0).contains(&effect), "{settled:#}");
    assert!(settled["likelihood"].as_f64().unwrap() < 0.01);
    let file = fs::read_to_string(dir.path().join(format!("experiments/{id}.toml"))).unwrap();
    assert!(file.starts_with("# Its slots") && file.contains("\n[result]\non = 2027-06-20\n"), "{file}");
    let show = run(dir.path(), &[&["experiment", "show", &id], &late[..]].concat(), &[("COLUMNS", "40")]);
    assert!(said(&show).0.contains("counts"), "{:?}", said(&show));
    let check = run(dir.path(), &["check"], &[]);
    assert_eq!(said(&check).0, "", "{:?}", said(&check));
}

/// Posts something for each slot: what is posted at midday earns twice as much as the rest of its week.
fn fill(folder: &Path, slots: &[Value]) {
    let mut posts = String::from(
        "id,published,due,url,title,form,characters,tags,link,department,campaign,goal,picture,fate,why\n",
    );
    let mut numbers = String::from("read,subject,metric,name,value,unit,from,until,definition\n");
    for (number, slot) in slots.iter().enumerate() {
        let at: chrono::NaiveDateTime = slot["at"].as_str().unwrap().parse().unwrap();
        let likes = (50 + number * 7 % 13) * if slot["arm"] == "weekday-midday" { 2 } else { 1 };
        let moment = |at: chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%SZ");
        let read = at + chrono::TimeDelta::days(7);
        posts.push_str(&format!("try-{number},{},,,Try {number},text,50,,,,,,,,\n", moment(at)));
        numbers.push_str(&format!("{},post/mastodon/try-{number},likes,likes,{likes},,,,\n", moment(read)));
    }
    let readings = folder.join("readings/2027/06");
    fs::create_dir_all(&readings).unwrap();
    fs::write(readings.join("mastodon.posts.csv"), posts).unwrap();
    fs::write(readings.join("mastodon.csv"), numbers).unwrap();
}
