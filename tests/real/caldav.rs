//! `kalends import ics` from a real CalDAV server.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::servers::{Radicale, folder};

const OPEN_DAY: &str = "BEGIN:VEVENT\nUID:open-day\nDTSTAMP:20261101T000000Z\nSUMMARY:Open Day\nDTSTART;VALUE=DATE:20270131\nEND:VEVENT\n";
const SUNDAYS: &str = "BEGIN:VEVENT\nUID:sundays\nDTSTAMP:20261101T000000Z\nSUMMARY:Tea & cake <first Sundays>\nDTSTART:20261206T100000Z\n\
                       RRULE:FREQ=MONTHLY;BYDAY=1SU\nEND:VEVENT\n";
const PAST: &str = "BEGIN:VEVENT\nUID:past\nDTSTAMP:20261101T000000Z\nSUMMARY:Past\nDTSTART;VALUE=DATE:20200131\nEND:VEVENT\n";

fn import(root: &std::path::Path, url: &str, more: &[&str], password: Option<&str>, typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    command.args([
        "-C",
        root.to_str().unwrap(),
        "import",
        "ics",
        url,
        "--as",
        "comms",
        "--now",
        "2026-11-22T12:00",
    ]);
    command.args(["--from", "2027-01-01", "--until", "2027-02-28"]).args(more);
    command
        .env_remove("KALENDS_CALDAV_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(password) = password {
        command.env("KALENDS_CALDAV_PASSWORD", password);
    }
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn a_caldav_collection_is_brought_in_by_whoever_has_the_password() {
    let Some(server) = Radicale::start(&[("a.ics", OPEN_DAY), ("b.ics", SUNDAYS), ("c.ics", PAST)]) else {
        return;
    };
    let root = folder("caldav");
    fs::write(root.join("kalends.toml"), "name = \"M\"\nzone = \"Europe/Lisbon\"\n").unwrap();
    let url = format!("{}/ada/comms/", server.url);
    let words = |output: &Output| {
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };

    let nobody = import(&root, &url, &[], None, "");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(words(&nobody).contains("--user NAME"), "{}", words(&nobody));
    let wrong = import(&root, &url, &["--user", "ada"], Some("wrong-pass"), "");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        words(&wrong).contains("password are right") && !words(&wrong).contains("wrong-pass"),
        "{}",
        words(&wrong)
    );
    assert!(!root.join("events").exists());

    let first = import(&root, &url, &["--user", "ada", "--caldav"], None, "harbour-7\n");
    let expected = "new  2027-01-03 10:00  Tea & cake <first Sundays>\nnew  2027-01-31  Open Day\nnew  2027-02-07 10:00  Tea & cake <first Sundays>\n";
    assert_eq!(String::from_utf8_lossy(&first.stdout), expected, "{}", words(&first));
    let text = fs::read_to_string(root.join("events/comms.toml")).unwrap();
    assert!(
        text.contains(&format!("source = \"{url}\""))
            && !text.contains("harbour-7")
            && !text.contains("past"),
        "{text}"
    );

    // The same calendar, fetched whole, is the same.
    let whole = import(&root, &url, &["--user", "ada"], Some("harbour-7"), "");
    assert!(words(&whole).contains("nothing is new"), "{}", words(&whole));
    assert_eq!(fs::read_to_string(root.join("events/comms.toml")).unwrap(), text);

    let above =
        import(&root, &format!("{}/ada/", server.url), &["--user", "ada", "--caldav"], Some("harbour-7"), "");
    assert!(words(&above).contains(&format!("take {url} Communications")), "{}", words(&above));
}
