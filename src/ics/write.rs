//! Calendars written as RFC 5545 wants them: folded, escaped, in UTC.

use chrono::{DateTime, Utc};

/// One event to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its identity, which never changes.
    pub uid: String,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// What it is called.
    pub summary: String,
    /// More words.
    pub description: String,
    /// Its page.
    pub link: Option<String>,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// Whether it may still change.
    pub is_tentative: bool,
}

/// The most bytes of a line, without its end (RFC 5545 §3.1).
const LINE_MAX_BYTES: usize = 75;

/// Returns a calendar with such a name and such events, written at a moment.
pub fn calendar(name: &str, now: DateTime<Utc>, entries: &[Entry]) -> String {
    let mut text = String::new();
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        &format!("PRODID:-//kalends//kalends {version}//EN"),
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        &format!("X-WR-CALNAME:{}", escaped(name)),
    ] {
        push(&mut text, line);
    }
    entries.iter().for_each(|entry| event(&mut text, now, entry));
    push(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, now: DateTime<Utc>, entry: &Entry) {
    push(text, "BEGIN:VEVENT");
    push(text, &format!("UID:{}", escaped(&entry.uid)));
    push(text, &format!("DTSTAMP:{}", moment(now)));
    push(text, &format!("DTSTART:{}", moment(entry.start)));
    push(text, &format!("DTEND:{}", moment(entry.end)));
    push(text, &format!("SUMMARY:{}", escaped(&entry.summary)));
    if !entry.description.is_empty() {
        push(text, &format!("DESCRIPTION:{}", escaped(&entry.description)));
    }
    if let Some(link) = &entry.link {
        push(text, &format!("URL:{}", one_line(link)));
    }
    if !entry.categories.is_empty() {
        let categories: Vec<String> = entry.categories.iter().map(|category| escaped(category)).collect();
        push(text, &format!("CATEGORIES:{}", categories.join(",")));
    }
    push(text, if entry.is_tentative { "STATUS:TENTATIVE" } else { "STATUS:CONFIRMED" });
    // A post keeps nobody busy.
    push(text, "TRANSP:TRANSPARENT");
    push(text, "END:VEVENT");
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Returns a text as a value (RFC 5545 §3.3.11); controls other than line ends and tabs have no place in one.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Adds a line, folded where it is too long, and nowhere within a character.
fn push(text: &mut String, line: &str) {
    let mut room = LINE_MAX_BYTES;
    for c in line.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE_MAX_BYTES - 1;
        }
        room -= c.len_utf8();
        text.push(c);
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(summary: &str, description: &str) -> Entry {
        let start: DateTime<Utc> = "2027-01-18T09:00:00Z".parse().unwrap();
        Entry {
            uid: "open-day/once@museum.example".into(),
            start,
            end: start + chrono::TimeDelta::minutes(15),
            summary: summary.into(),
            description: description.into(),
            link: Some("https://museum.example/open-day?a=1,2;b".into()),
            categories: vec!["open-day".into(), "a,b".into()],
            is_tentative: false,
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back_whatever_the_words_are(words in "[^\\p{C}]{0,200}(\n[^\\p{C}]{0,100})?") {
            let now = "2026-11-22T13:00:00Z".parse().unwrap();
            let text = calendar("The, museum", now, &[entry(&words, &words)]);
            for line in text.split("\r\n") {
                proptest::prop_assert!(line.len() <= LINE_MAX_BYTES, "{}", line);
            }
            proptest::prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
            let told = crate::ics::read("a", text.as_bytes(), &crate::time::Zone::utc(), &(day("2027-01-01")..day("2028-01-01")));
            proptest::prop_assert_eq!(told.findings, vec![]);
            proptest::prop_assert_eq!(told.title.as_deref(), Some("The, museum"));
            let event = &told.events[0];
            proptest::prop_assert_eq!(&event.categories, &["open-day", "a,b"]);
            let said = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let expected = if said.is_empty() { "(without a name)".to_owned() } else { said };
            proptest::prop_assert!(expected == event.name || event.name.ends_with('…'), "{:?} {:?}", expected, event.name);
        }
    }
}
