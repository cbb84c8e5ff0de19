//! A calendar fetched from an address, or asked of a CalDAV server.

use std::ops::Range;
use std::path::Path;

use chrono::NaiveDate;
use url::Url;

use crate::caldav::{self, Login};
use crate::cli::import::Outside;
use crate::error::{Error, Kind};
use crate::http::{Failure, Http, Request, Response, exchange};
use crate::keyring;
use crate::rim::environment;
use crate::rim::shelf::Shelf;
use crate::rim::wire::Wire;
use crate::ui::{Ui, foreign};

/// The variable that the password may stand in.
const PASSWORD: &str = "KALENDS_CALDAV_PASSWORD";

/// How a server is asked.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServerArgs {
    /// Ask the address as a CalDAV collection for the events of these days, and do not fetch it whole
    #[arg(long)]
    caldav: bool,
    /// The user's name at the server; the password is asked for, or read from KALENDS_CALDAV_PASSWORD or stdin
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

/// Returns the address that a source is; nothing for a file.
pub fn address(source: &str) -> Result<Option<Url>, Error> {
    let schemes = [
        ("webcal://", "https://"),
        ("webcals://", "https://"),
        ("https://", "https://"),
        ("http://", "http://"),
    ];
    let found = schemes.iter().find_map(|(own, real)| {
        let begin = source.get(..own.len()).filter(|begin| begin.eq_ignore_ascii_case(own))?;
        Some(format!("{real}{}", source.get(begin.len()..)?))
    });
    let Some(text) = found else { return Ok(None) };
    let url = Url::parse(&text).map_err(|why| {
        Error::user("the address cannot be read")
            .because(why)
            .hint("write it such as https://museum.example/calendar.ics")
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::user(
            "the address has a name or a password in it, which would be seen in the list of processes",
        )
        .hint("take it out, and say --user NAME: the password is asked for"));
    }
    Ok(Some(url))
}

/// Returns an address without what may be secret in it.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// Returns the name that an address ends in, or its host.
pub fn name(url: &Url) -> String {
    let last =
        url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty())).unwrap_or_default();
    let stem = Path::new(last).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.is_empty() && stem != "basic")
        .unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned())
}

/// Fetches a calendar.
pub fn fetch(
    url: &Url,
    args: &ServerArgs,
    days: &Range<NaiveDate>,
    root: &Path,
    ui: &Ui,
) -> Result<Outside, Error> {
    let wire = Wire::new(Shelf { root: root.to_owned() });
    let login = login(args, url, ui)?;
    let server = Server { wire: &wire, url, login: login.as_ref() };
    let bytes = if args.caldav { server.query(days)? } else { server.whole(days)? };
    Ok(Outside { name: shown(url), bytes })
}

fn login(args: &ServerArgs, url: &Url, ui: &Ui) -> Result<Option<Login>, Error> {
    let Some(user) = &args.user else { return Ok(None) };
    let host = url.host_str().unwrap_or_default();
    let password = match environment::variable(PASSWORD) {
        Some(password) => keyring::secret(&zeroize::Zeroizing::new(password)),
        None => ui.secret_line(&format!("Password of {} at {host}: ", foreign(user))).map_err(|why| {
            Error::user("no password could be read")
                .because(why)
                .hint(format!("put it into {PASSWORD}, or say it on stdin"))
        })?,
    };
    Ok(Some(Login { user: user.clone(), password }))
}

struct Server<'a> {
    wire: &'a dyn Http,
    url: &'a Url,
    login: Option<&'a Login>,
}

impl Server<'_> {
    /// Fetches the address as a file, and asks it as a CalDAV collection where it is none.
    fn whole(&self, days: &Range<NaiveDate>) -> Result<Vec<u8>, Error> {
        let answer = self.ask(&caldav::get(self.url.as_str(), self.login));
        match answer {
            Ok(answer) if caldav::is_calendar(&answer) => Ok(answer.body.to_vec()),
            Ok(answer) => self.query(days).map_err(|_| {
                let kind = answer.header("content-type").unwrap_or("of no type").to_owned();
                self.calendars().unwrap_or_else(|| {
                    Error::user(format!(
                        "{} is no calendar: the answer is {}",
                        shown(self.url),
                        foreign(&kind)
                    ))
                    .hint("take the address that ends in .ics, or a CalDAV collection's with --user NAME")
                })
            }),
            // Some servers have no file at a collection's address.
            Err(Failure::Refused { status: 403 | 405, .. }) => self.query(days),
            Err(failure) => Err(self.failed(&failure)),
        }
    }

    /// Asks the address for the events of some days.
    fn query(&self, days: &Range<NaiveDate>) -> Result<Vec<u8>, Error> {
        let answer = match self.ask(&caldav::query(self.url.as_str(), days, self.login)) {
            Ok(answer) => answer,
            Err(failure @ Failure::Refused { status: 401, .. }) => return Err(self.failed(&failure)),
            Err(failure) => return Err(self.calendars().unwrap_or_else(|| self.failed(&failure))),
        };
        let events = caldav::events(&answer).map_err(|why| {
            Error::user(format!("{} gives no calendar: {why}", shown(self.url)))
                .hint("see whether the address is that of a calendar")
        })?;
        if !events.is_empty() {
            return Ok(events);
        }
        // Nothing in these days, or an address above the calendars.
        match self.calendars() {
            Some(error) => Err(error),
            None => Ok(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec()),
        }
    }

    /// Tells which calendars lie at the address, where there are any below it.
    fn calendars(&self) -> Option<Error> {
        let answer = self.ask(&caldav::listing(self.url.as_str(), self.login)).ok()?;
        let found = caldav::calendars(&answer).ok()?;
        let address = |href: &str| self.url.join(href).ok();
        let below: Vec<String> = found
            .iter()
            .filter_map(|found| Some((address(&found.href)?, &found.name)))
            .filter(|(url, _)| url.path().trim_end_matches('/') != self.url.path().trim_end_matches('/'))
            .map(|(url, name)| format!("{} {}", shown(&url), foreign(name)).trim_end().to_owned())
            .collect();
        if below.is_empty() {
            return None;
        }
        let error = Error::user(format!("{} is no calendar, and has some", shown(self.url)));
        Some(below.into_iter().fold(error, |error, one| error.hint(format!("take {one}"))))
    }

    fn ask(&self, request: &Request) -> Result<Response, Failure> {
        exchange(self.wire, request)
    }

    fn failed(&self, failure: &Failure) -> Error {
        let error = |kind| {
            Error::new(
                kind,
                format!("{} was not fetched: {}", shown(self.url), foreign(&failure.to_string())),
            )
        };
        match failure {
            Failure::Refused { status: 401, .. } if self.login.is_none() => {
                error(Kind::User).hint("the server asks who you are: say --user NAME")
            }
            Failure::Refused { status: 401 | 403, .. } => error(Kind::User)
                .hint("see whether the name and the password are right; some servers want an app password"),
            Failure::Refused { .. } => error(Kind::User).hint("see whether the address is right"),
            Failure::Unsent { why, .. } if why.contains("redirects") => {
                error(Kind::User).hint("take the address that it leads to, if you trust it")
            }
            _ => error(Kind::Unsent)
                .hint("nothing was written; see whether the network and the server are there"),
        }
    }
}
