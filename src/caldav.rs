//! Calendars on a server: fetched whole, or asked of CalDAV (RFC 4791) for the events of some days.
//!
//! Pairs of builder and reader, as for every protocol. XML is read as a stream of events: nothing is expanded that the
//! other side defines. The reader, `quick-xml`, is the one that workbooks are read with.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Days, NaiveDate, TimeDelta};
use quick_xml::Reader;
use quick_xml::events::Event;
use secrecy::{ExposeSecret, SecretString};

use crate::http::{Effect, Method, Request, Response};
use crate::ics;

/// How long a calendar may take to arrive.
const PATIENCE: TimeDelta = TimeDelta::seconds(120);

/// The most calendars that are told of one server.
const CALENDARS_MAX: usize = 50;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// A calendar that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its address, as the server says it.
    pub href: String,
    /// What it is called.
    pub name: String,
}

/// Asks for a calendar as a file.
pub fn get(url: &str, login: Option<&Login>) -> Request {
    let request = Request::new(Effect::Reads, Method::Get, url).header("accept", "text/calendar, */*;q=0.1");
    with(request, login)
}

/// Asks a CalDAV collection for the events of some days, in full.
pub fn query(url: &str, days: &Range<NaiveDate>, login: Option<&Login>) -> Request {
    // No zone is more than a day away from UTC.
    let start = days.start.checked_sub_days(Days::new(1)).unwrap_or(days.start).format("%Y%m%dT000000Z");
    let end = days.end.checked_add_days(Days::new(1)).unwrap_or(days.end).format("%Y%m%dT000000Z");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
         <C:time-range start=\"{start}\" end=\"{end}\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    );
    dav(Method::Report, url, body, login)
}

/// Asks an address which calendars lie there.
pub fn listing(url: &str, login: Option<&Login>) -> Request {
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                <D:propfind xmlns:D=\"DAV:\"><D:prop><D:resourcetype/><D:displayname/></D:prop></D:propfind>";
    dav(Method::Propfind, url, body.to_owned(), login)
}

fn dav(method: Method, url: &str, body: String, login: Option<&Login>) -> Request {
    let request = Request::new(Effect::Reads, method, url)
        .header("depth", "1")
        .header("content-type", "application/xml; charset=utf-8")
        .body(body);
    with(request, login)
}

fn with(request: Request, login: Option<&Login>) -> Request {
    let limit = usize::try_from(ics::FILE_LIMIT_BYTES).unwrap_or(usize::MAX);
    let request = Request { patience: PATIENCE, answer_limit_bytes: limit, ..request };
    let Some(login) = login else { return request };
    let password = login.password.expose_secret();
    let basic = STANDARD.encode(format!("{}:{password}", login.user));
    let request = request.header("authorization", format!("Basic {basic}"));
    request.secret(&basic).secret(password)
}

/// Tells whether an answer is a calendar, whatever the server calls it.
pub fn is_calendar(response: &Response) -> bool {
    let body = response.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&response.body);
    body.trim_ascii_start().get(..15).is_some_and(|begin| begin.eq_ignore_ascii_case(b"BEGIN:VCALENDAR"))
}

/// Returns the calendars in an answer to [`query`], one after the other; nothing where it is none.
pub fn events(response: &Response) -> Result<Vec<u8>, String> {
    let mut calendars = Vec::new();
    walk(response, |path, text| {
        if path.last().is_some_and(|name| name == "calendar-data") {
            calendars.extend_from_slice(text.trim_start().as_bytes());
            if !text.ends_with('\n') {
                calendars.extend_from_slice(b"\r\n");
            }
        }
    })?;
    Ok(calendars)
}

/// Returns the calendars that an answer to [`listing`] tells of.
pub fn calendars(response: &Response) -> Result<Vec<Collection>, String> {
    let (mut found, mut href, mut name, mut is_calendar) = (Vec::new(), String::new(), String::new(), false);
    walk(response, |path, text| match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [.., "response", "href"] => href = text.trim().to_owned(),
        [.., "displayname"] => name = text.trim().to_owned(),
        [.., "resourcetype", "calendar"] => is_calendar = true,
        [.., "response"] => {
            let collection = Collection { href: std::mem::take(&mut href), name: std::mem::take(&mut name) };
            if std::mem::take(&mut is_calendar) && found.len() < CALENDARS_MAX {
                found.push(collection);
            }
        }
        _ => {}
    })?;
    Ok(found)
}

/// How deep an answer's XML may be nested.
const DEPTH_MAX: usize = 50;

/// Gives each element's path, by local names, and the text in it to a function, when the element ends.
fn walk(response: &Response, mut give: impl FnMut(&[String], &str)) -> Result<(), String> {
    let fault = |why: &dyn std::fmt::Display| format!("the answer is not XML as CalDAV has it: {why}");
    let body = std::str::from_utf8(&response.body).map_err(|why| fault(&why))?;
    let mut reader = Reader::from_str(body);
    let (mut path, mut texts): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().map_err(|why| fault(&why))? {
            Event::Start(element) => {
                path.push(local(element.local_name().as_ref()));
                texts.push(String::new());
                if path.len() > DEPTH_MAX {
                    return Err(fault(&"it is nested too deep"));
                }
            }
            Event::Empty(element) => {
                path.push(local(element.local_name().as_ref()));
                give(&path, "");
                path.pop();
            }
            Event::End(_) => {
                give(&path, &texts.pop().unwrap_or_default());
                path.pop();
            }
            Event::Text(text) => add(&mut texts, &text.xml10_content()),
            Event::CData(text) => add(&mut texts, &text.xml10_content()),
            Event::GeneralRef(name) => {
                let shown = entity(&name).ok_or_else(|| fault(&"it has an entity that XML does not know"))?;
                add(&mut texts, &shown);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if path.is_empty() { Ok(()) } else { Err(fault(&"it breaks off")) }
}

fn local(name: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(name.as_ref()).into_owned()
}

fn add(texts: &mut [String], text: &str) {
    if let Some(last) = texts.last_mut() {
        last.push_str(text);
    }
}

/// Returns what one of XML's own entities, or a character by its number, stands for.
fn entity(name: &str) -> Option<String> {
    let named = [("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'")];
    if let Some((_, text)) = named.iter().find(|(own, _)| *own == name) {
        return Some((*text).to_owned());
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Response {
        Response { status: 207, headers: Vec::new(), body: zeroize::Zeroizing::new(body.as_bytes().to_vec()) }
    }

    const EVENTS: &str = "<?xml version='1.0'?><multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>\
        <response><href>/a.ics</href><propstat><prop><C:calendar-data>BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea &amp; &#x43;ake\r\n\
        DTSTART:20270118T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n</C:calendar-data></prop></propstat></response>\
        <response><href>/b.ics</href><propstat><prop><C:calendar-data><![CDATA[BEGIN:VCALENDAR\nEND:VCALENDAR]]></C:calendar-data></prop></propstat></response></multistatus>";

    #[test]
    fn the_events_of_an_answer_are_one_calendar_after_the_other() {
        let bytes = events(&answer(EVENTS)).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let told = ics::read("a", &bytes, &crate::time::Zone::utc(), &(day("2027-01-01")..day("2028-01-01")));
        assert_eq!((told.findings.len(), told.events.len()), (0, 1));
        assert_eq!(told.events[0].name, "Tea & Cake");
    }

    #[test]
    fn the_calendars_of_an_address_are_told_with_their_names() {
        let body = "<D:multistatus xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>\
            <D:response><D:href>/ada/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:propstat></D:response>\
            <D:response><D:href>/ada/comms/</D:href><D:propstat><D:prop><D:displayname>Comms</D:displayname><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:propstat></D:response></D:multistatus>";
        let found = calendars(&answer(body)).unwrap();
        assert_eq!(found, [Collection { href: "/ada/comms/".into(), name: "Comms".into() }]);
    }

    #[test]
    fn what_an_answer_defines_is_not_expanded_and_what_is_broken_is_told() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert!(events(&answer(bomb)).unwrap_err().contains("entity"));
        for broken in ["<a><b></a>", "<a>", "<html><p>", "\u{0}<"] {
            assert!(events(&answer(broken)).is_err(), "{broken}");
        }
        assert!(events(&answer(&"<a>".repeat(10_000))).unwrap_err().contains("too deep"));
    }

    #[test]
    fn a_password_is_sent_and_never_told() {
        let login = Login { user: "ada".into(), password: SecretString::from("hunter2") };
        let request = get("https://a.example/c.ics", Some(&login));
        assert_eq!(request.header_value("authorization"), Some("Basic YWRhOmh1bnRlcjI="));
        assert!(!format!("{request:?} {login:?}").contains("hunter2"));
    }
}
