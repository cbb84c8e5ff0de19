#![cfg(test)]

use std::io::Write;

use age::armor::{ArmoredWriter, Format};
use chrono::TimeZone;

use super::*;
use crate::calendar;
use crate::finding::{Content, File};

const ADA: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

fn key() -> (age::x25519::Identity, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (identity, recipient)
}

fn sealed_for(recipients: &[&str]) -> Vec<u8> {
    let recipients: Vec<age::x25519::Recipient> = recipients.iter().map(|one| one.parse().unwrap()).collect();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(|one| one as _)).unwrap();
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
    let mut writer = encryptor.wrap_output(armor).unwrap();
    writer.write_all(b"account = \"mastodon\"").unwrap();
    writer.finish().unwrap().finish().unwrap()
}

fn manifest_of(sealed: &[u8], readers: &[Reader]) -> Manifest {
    Manifest {
        account: AccountId::new("mastodon").unwrap(),
        value: "abc".to_owned(),
        set_at: Utc.with_ymd_and_hms(2027, 1, 18, 9, 0, 0).unwrap(),
        sha256: sha256(sealed),
        readers: readers.to_vec(),
    }
}

fn reader(id: &str, recipient: &str) -> Reader {
    Reader { id: id.parse().unwrap(), recipient: recipient.to_owned() }
}

fn calendar(files: &[(&str, &str)]) -> Calendar {
    let files: Vec<File> = files
        .iter()
        .map(|(path, text)| File { path: (*path).to_owned(), content: Content::Text((*text).into()) })
        .collect();
    calendar::read(&files).0
}

#[test]
fn people_with_access_and_runners_of_the_account_may_read_until_their_last_day() {
    let other = key().1;
    let person = |more: &str| format!("name = \"X\"\n{more}\n");
    let calendar = calendar(&[
        (
            "accounts/m.toml",
            "platform = \"mastodon\"\naccess = [\"ada\", \"bo\", \"cy\", \"gone\", \"nobody\"]\n",
        ),
        ("people/ada.toml", &person(&format!("recipient = \"{ADA}\"\nuntil = 2027-01-18"))),
        ("people/bo.toml", &person("")),
        ("people/cy.toml", &person(&format!("recipient = \"{other}\""))),
        ("people/gone.toml", &person(&format!("recipient = \"{other}\"\nuntil = 2027-01-17"))),
        ("people/dee.toml", &person(&format!("recipient = \"{other}\""))),
        ("runners/here.toml", &format!("name = \"H\"\nrecipient = \"{other}\"\naccounts = [\"m\"]\n")),
        ("runners/other.toml", &format!("name = \"O\"\nrecipient = \"{other}\"\naccounts = [\"n\"]\n")),
        (
            "runners/past.toml",
            &format!("name = \"P\"\nrecipient = \"{other}\"\naccounts = [\"m\"]\nuntil = 2026-12-31\n"),
        ),
    ]);
    let account = calendar.account(&AccountId::new("m").unwrap()).unwrap();
    let named = |day: &str| {
        let policy = policy(&calendar, account, day.parse().unwrap());
        let readers: Vec<String> = policy.readers.iter().map(|one| one.id.to_string()).collect();
        (readers.join(" "), policy.keyless.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(named("2027-01-18"), ("person:ada person:cy runner:here".to_owned(), "person:bo".to_owned()));
    assert_eq!(named("2027-01-19").0, "person:cy runner:here");
    assert_eq!(named("2026-12-31").0, "person:ada person:cy person:gone runner:here runner:past");
}

#[test]
fn a_manifest_is_read_as_it_was_written() {
    let manifest = manifest_of(b"x", &[reader("person:ada", ADA), reader("runner:basement", ADA)]);
    let text = write_manifest(&manifest);
    assert_eq!(read_manifest(&text), Ok(manifest));
    insta::assert_snapshot!(text, @r#"
    # Who can open vault/mastodon.age. `kalends vault` writes both; change neither by hand.
    account = "mastodon"
    set_at = 2027-01-18T09:00:00Z
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    value = "abc"

    [[reader]]
    id = "person:ada"
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

    [[reader]]
    id = "runner:basement"
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    "#);
}

#[test]
fn what_is_no_manifest_says_why() {
    let text = write_manifest(&manifest_of(b"x", &[reader("person:ada", ADA)]));
    for (from, to, why) in [
        ("account = ", "acount = ", "`account` is missing"),
        ("\"mastodon\"", "\"../x\"", "`../x` is not an account's id"),
        ("2d711642", "", "`sha256` is not one"),
        ("person:ada", "ada", "`ada` is no reader: person:ID or runner:ID"),
        ("set_at = 2027", "set_at = true # ", "`set_at` is not a moment"),
        ("[[reader]]", "[reader]", "`reader` is missing"),
    ] {
        assert_eq!(read_manifest(&text.replace(from, to)).unwrap_err(), why, "{to}");
    }
    assert!(read_manifest("account").is_err());
}

#[test]
fn a_file_sealed_as_the_calendar_says_differs_in_nothing() {
    let other = key().1;
    let readers = [reader("person:ada", ADA), reader("person:cy", &other), reader("runner:here", &other)];
    let sealed = sealed_for(&[ADA, &other]);
    let manifest = manifest_of(&sealed, &readers);
    assert_eq!(locks(&sealed).unwrap(), ["X25519", "X25519"]);
    assert_eq!(differences(&manifest.account, &manifest, &sealed, &readers), []);
}

#[test]
fn whoever_is_missing_or_too_many_is_named_and_a_new_key_is_both() {
    let (old, new) = (key().1, key().1);
    let sealed = sealed_for(&[ADA, &old]);
    let manifest = manifest_of(&sealed, &[reader("person:ada", ADA), reader("person:cy", &old)]);
    let found = differences(&manifest.account, &manifest, &sealed, &[reader("person:cy", &new)]);
    assert_eq!(
        found,
        [
            Difference::Missing(reader("person:cy", &new)),
            Difference::Surplus(reader("person:ada", ADA)),
            Difference::Surplus(reader("person:cy", &old)),
        ]
    );
}

#[test]
fn a_key_that_the_manifest_does_not_name_is_seen() {
    let other = key().1;
    let readers = [reader("person:ada", ADA)];
    let sealed = sealed_for(&[ADA, &other]);
    let manifest = manifest_of(&sealed, &readers);
    let found = differences(&manifest.account, &manifest, &sealed, &readers);
    assert_eq!(found, [Difference::Foreign { found: 2, named: 1 }]);
}

#[test]
fn another_file_than_the_manifest_s_is_seen() {
    let readers = [reader("person:ada", ADA)];
    let sealed = sealed_for(&[ADA]);
    let manifest = manifest_of(&sealed, &readers);
    let again = sealed_for(&[ADA]);
    assert_eq!(differences(&manifest.account, &manifest, &again, &readers), [Difference::Altered]);
    let cut = &sealed[..60];
    let found = differences(&manifest.account, &manifest, cut, &readers);
    assert!(matches!(found.as_slice(), [Difference::Altered, Difference::Damaged(_)]), "{found:?}");
    let elsewhere = AccountId::new("bluesky").unwrap();
    let found = differences(&elsewhere, &manifest, &sealed, &readers);
    assert_eq!(found, [Difference::OtherAccount(manifest.account.clone())]);
    for not_one in [&b""[..], b"{}", b"age-encryption.org/v1\n--- x", b"-----BEGIN AGE ENCRYPTED FILE-----\n"]
    {
        assert!(locks(not_one).is_err());
    }
}
