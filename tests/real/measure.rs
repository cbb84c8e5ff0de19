//! `kalends measure`, whole, against servers that speak Mastodon's interface: what people did there is what stands in the
//! ledger afterwards.

use std::process::Output;

use serde_json::json;

use crate::calendar::{Ahead, Calendar};
use crate::servers::{self, Fedi, Mock, Snac, post_json};

/// An hour and a little.
const HOUR: Ahead = 3700;

fn told(output: &Output) -> String {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}exit {}", said(&output.stdout), said(&output.stderr), output.status.code().unwrap())
}

/// A calendar that has published one post, and the post's id on the server.
fn published(url: &str, who: &Fedi, statuses: impl Fn() -> Vec<serde_json::Value>) -> (Calendar, String) {
    let calendar = Calendar::new();
    calendar.account("social", "mastodon", url, &who.name, &[("token", &who.token)]);
    calendar.post("open-day", 0, "to = [\"social\"]\ntext = \"Doors open at ten.\"\n");
    calendar.commit();
    let out = calendar.run(0, &["publish"]);
    assert!(out.status.success(), "{}", told(&out));
    let id = statuses()[0]["id"].as_str().unwrap().to_owned();
    (calendar, id)
}

/// Returns the rows of the ledger, without moments and definitions.
fn rows(calendar: &Calendar) -> Vec<String> {
    let files = calendar.git(&["ls-tree", "-r", "--name-only", "ledger", "readings"]);
    let texts = files.lines().map(|path| calendar.git(&["show", &format!("ledger:{path}")]));
    let mut rows: Vec<String> = Vec::new();
    for text in texts {
        for row in text.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let subject = cells[1].split('/').next().unwrap();
            rows.push(format!("{subject} {} {} {}", cells[2], cells[3], cells[4]));
        }
    }
    rows
}

#[test]
fn what_people_did_on_snac_is_in_the_ledger() {
    if servers::faketime().is_none() {
        return servers::skip("libfaketime is not installed", "apt-get install faketime");
    }
    let Some(server) = Snac::start(None) else { return };
    let who = server.account("museum");
    let (calendar, id) = published(&server.url, &who, || server.statuses(&who));
    for what in ["favourite", "reblog"] {
        // Its own: of others' posts snac takes only those that it has been sent.
        post_json(&format!("{}/api/v1/statuses/{id}/{what}", server.url), &who.token, &json!({}));
    }
    let early = calendar.run(0, &["measure"]);
    assert!(told(&early).contains("measured   social  the account"), "{}", told(&early));
    let out = calendar.run(HOUR, &["measure"]);
    assert!(told(&out).contains("social  1 post, 3 numbers") && out.status.success(), "{}", told(&out));
    let rows = rows(&calendar);
    for row in
        ["slot likes favourites_count 1", "slot reposts reblogs_count 1", "slot replies replies_count 0"]
    {
        assert!(rows.iter().any(|have| have == row), "{row} is not in {rows:#?}");
    }
    assert!(rows.iter().any(|row| row.starts_with("account followers followers_count ")), "{rows:#?}");
    assert!(calendar.git(&["grep", "-c", "really snac", "ledger", "--", "readings"]).contains(':'));
    let again = calendar.run(HOUR + 60, &["measure"]);
    assert!(told(&again).contains("nothing is due"), "{}", told(&again));
    let log = calendar.run(0, &["log", "--account", "social", "-n", "1"]);
    assert!(told(&log).contains("measured    social, 1 post"), "{}", told(&log));
    // A dry run reads, and writes nothing.
    let before = calendar.git(&["rev-parse", "ledger"]);
    let dry = calendar.run(25 * 3600, &["measure", "--dry-run"]);
    assert!(told(&dry).contains("would add"), "{}", told(&dry));
    assert_eq!(calendar.git(&["rev-parse", "ledger"]), before);
}

#[test]
fn a_post_that_is_gone_is_told_once_and_never_asked_for_again() {
    if servers::faketime().is_none() {
        return servers::skip("libfaketime is not installed", "apt-get install faketime");
    }
    let clock = servers::folder("clock").join("offset");
    std::fs::write(&clock, "+0").unwrap();
    let Some(server) = Mock::start(Some(&clock)) else { return };
    let started = servers::date(&server.url).expect("the server tells its time");
    let who = server.account();
    let (calendar, id) = published(&server.url, &who, || server.statuses(&who));
    assert_eq!(servers::delete(&format!("{}/api/v1/statuses/{id}", server.url), &who.token), 200);
    // The server tells its time, and is asked only by who has the same.
    let go_on = |ahead: Ahead| {
        std::fs::write(&clock, format!("{ahead:+}")).unwrap();
        let wanted = started + chrono::TimeDelta::seconds(ahead - 60);
        let is_there = || servers::date(&server.url).is_some_and(|date| date > wanted);
        for _ in 0..300 {
            if is_there() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the server does not follow its clock");
    };
    go_on(HOUR);
    let out = calendar.run(HOUR, &["measure"]);
    assert!(told(&out).contains("does not have it any more") && out.status.success(), "{}", told(&out));
    assert_eq!(
        rows(&calendar).iter().filter(|row| *row == "slot gone  1").count(),
        1,
        "{:?}",
        rows(&calendar)
    );
    go_on(25 * 3600);
    let out = calendar.run(25 * 3600, &["measure"]);
    assert!(told(&out).contains("social  the account, 1 number"), "{}", told(&out));
}
