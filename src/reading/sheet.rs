//! Rows of numbers as they stand in files (RFC 4180, UTF-8).

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::number::Amount;
use crate::reading::{Metric, Subject, Window};

/// The first line of every file of numbers.
pub const HEAD: &str = "read,subject,metric,name,value,unit,from,until,definition";

/// One row as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// When it was read.
    pub read: DateTime<Utc>,
    /// What it is of, as written.
    pub subject: Cow<'a, str>,
    /// What was counted.
    pub metric: Metric,
    /// The platform's own name of it.
    pub name: Cow<'a, str>,
    /// The number.
    pub value: Amount,
    /// `EUR`, `s`; empty for a count.
    pub unit: Cow<'a, str>,
    /// The time it is counted over.
    pub window: Option<Window>,
    /// What the platform says that it counts.
    pub definition: Cow<'a, str>,
}

/// One row as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    /// When it was read.
    pub read: DateTime<Utc>,
    /// What it is of.
    pub subject: Subject,
    /// What was counted.
    pub metric: Metric,
    /// The platform's own name of it.
    pub name: String,
    /// The number.
    pub value: Amount,
    /// `EUR`, `s`; empty for a count.
    pub unit: String,
    /// The time it is counted over: from, and until just before.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the platform says that it counts.
    pub definition: String,
}

/// Writes rows as a file, in the order given.
pub fn write<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> String {
    let mut text = format!("{HEAD}\n");
    for figure in figures {
        let moment = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (from, until) = figure.window.map_or_else(Default::default, |(a, b)| (moment(&a), moment(&b)));
        let (read, subject) = (moment(&figure.read), figure.subject.to_string());
        let value = figure.value.to_string();
        let cells = [
            read.as_str(),
            &subject,
            figure.metric.as_str(),
            &figure.name,
            &value,
            &figure.unit,
            &from,
            &until,
            &figure.definition,
        ];
        write_row(&mut text, &cells);
    }
    text
}

/// Writes one row.
pub(super) fn write_row(text: &mut String, cells: &[&str]) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        // A line end inside a cell would part a row for whoever counts lines.
        let cell = cell.replace(['\n', '\r'], " ");
        if cell.contains([',', '"']) {
            text.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            text.push_str(&cell);
        }
    }
    text.push('\n');
}

/// Reads a file's rows: each with its line's number, or with what is wrong with it. Without the head that files of
/// numbers have nothing is read.
pub fn lines(text: &str) -> impl Iterator<Item = (u32, Result<Line<'_>, String>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut numbered = (1_u32..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)));
    let head = numbered.next().map(|(_, line)| line);
    let fault = (head != Some(HEAD)).then(|| (1, Err(format!("its first line is not `{HEAD}`"))));
    let count = if fault.is_some() { 0 } else { usize::MAX };
    let rows = numbered.take(count).filter(|(_, line)| !line.is_empty());
    fault.into_iter().chain(rows.map(|(number, line)| (number, read_line(line))))
}

/// Returns a row's cells, of which there must be so many. A cell has no line end, so that a row is a line.
pub(super) fn cells<const COUNT: usize>(line: &str) -> Result<[Cow<'_, str>; COUNT], String> {
    let mut cells = [const { Cow::Borrowed("") }; COUNT];
    let mut found = 0;
    let mut put = |cell| {
        if let Some(place) = cells.get_mut(found) {
            *place = cell;
        }
        found += 1;
    };
    if line.contains('"') {
        let mut rest = Some(line);
        while let Some(behind) = rest {
            let (cell, next) = match behind.strip_prefix('"') {
                Some(quoted) => unquote(quoted)?,
                None => match behind.split_once(',') {
                    Some((cell, next)) => (Cow::Borrowed(cell), Some(next)),
                    None => (Cow::Borrowed(behind), None),
                },
            };
            put(cell);
            rest = next;
        }
    } else {
        line.split(',').for_each(|cell| put(Cow::Borrowed(cell)));
    }
    if found == COUNT { Ok(cells) } else { Err(format!("it has {found} cells, not {COUNT}")) }
}

/// Returns a cell whose first quotation mark is taken off, and what stands behind its comma.
fn unquote(quoted: &str) -> Result<(Cow<'_, str>, Option<&str>), String> {
    let mut from = 0;
    let end = loop {
        let open = || "a quotation mark is never closed".to_owned();
        let at = from + quoted.get(from..).and_then(|rest| rest.find('"')).ok_or_else(open)?;
        if !quoted.get(at + 1..).is_some_and(|rest| rest.starts_with('"')) {
            break at;
        }
        from = at + 2;
    };
    let cell = Cow::Owned(quoted.get(..end).unwrap_or_default().replace("\"\"", "\""));
    match quoted.get(end + 1..).unwrap_or_default() {
        "" => Ok((cell, None)),
        behind => {
            let next = behind.strip_prefix(',').ok_or("something stands behind a closing quotation mark")?;
            Ok((cell, Some(next)))
        }
    }
}

fn read_line(line: &str) -> Result<Line<'_>, String> {
    let [read, subject, metric, name, value, unit, from, until, definition] = cells(line)?;
    let read = moment(&read)?;
    let window = match (from.as_ref(), until.as_ref()) {
        ("", "") => None,
        (from, until) => Some(moment(from)?..moment(until)?),
    };
    if window.as_ref().is_some_and(Window::is_empty) {
        return Err("it is counted over no time".to_owned());
    }
    let metric = metric.parse()?;
    let value = value.parse().map_err(|fault| format!("`{value}`: {fault}"))?;
    Ok(Line { read, subject, metric, name, value, unit, window, definition })
}

/// Reads a moment as it is written: `2027-01-19T09:00:00Z`.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    whole_second(text.as_bytes())
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc()))
        .ok_or_else(|| format!("`{text}` is no moment such as 2027-01-19T09:00:00Z"))
}

/// Reads the one form that is ever written here; millions of them are read at once.
fn whole_second(text: &[u8]) -> Option<DateTime<Utc>> {
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = text
    else {
        return None;
    };
    let digit = |b: &u8| b.is_ascii_digit().then(|| u32::from(*b - b'0'));
    let two = |high: &u8, low: &u8| Some(digit(high)? * 10 + digit(low)?);
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let day = NaiveDate::from_ymd_opt(year.try_into().ok()?, two(o1, o2)?, two(d1, d2)?)?;
    Some(day.and_hms_opt(two(h1, h2)?, two(m1, m2)?, two(s1, s2)?)?.and_utc())
}
