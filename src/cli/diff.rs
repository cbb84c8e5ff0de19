//! `kalends diff`

use serde::Serialize;

use crate::calendar::{Became, Change, diff};
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::wrap::wrap;
use crate::ui::{self, Ui, plural};

/// Tells in words what changed in the calendar.
///
/// Compares what the calendar means, not its lines: another order of keys, another comment, a moved file are no change.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends diff                 # what is not committed yet
  kalends diff main            # from main to the files on the disk
  kalends diff main..autumn    # from one branch to another")]
pub struct Args {
    /// The commit to compare with, or two of them
    #[arg(value_name = "REV[..REV]", default_value = "HEAD")]
    range: String,
}

#[derive(Serialize)]
struct Document<'a> {
    from: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    changes: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    what: &'a str,
    id: &'a str,
    file: &'a str,
    became: &'a str,
    details: Vec<Detail<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    what: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let (from, to) = ends(&args.range)?;
    let after = here.read(&to.map_or(Rev::WorkTree, |to| Rev::Commit(to.to_owned())))?;
    let before = here.read(&Rev::Commit(from.to_owned()))?;
    let changes = diff(&before.calendar, &after.calendar);
    if ui.json() {
        ui.document("diff", &document(from, to, &changes))?;
        return Ok(Outcome::Done);
    }
    ui.page();
    for change in &changes {
        let (sign, style) = match change.became {
            Became::Added => ('+', ui::GOOD),
            Became::Removed => ('-', ui::ERROR),
            Became::Changed => ('~', ui::WARNING),
        };
        let line = format!("{sign} {} {}", change.kind.name(), change.id);
        ui.data(ui::paint(style, format!("{} {}", ui::foreign(&line), change.became.as_str())))?;
        for detail in &change.details {
            let text = ui::foreign(&detail.to_string()).into_owned();
            for (index, line) in wrap(&text, ui.width().saturating_sub(6)).iter().enumerate() {
                ui.data(format!("{}{line}", if index == 0 { "    " } else { "      " }))?;
            }
        }
    }
    match changes.len() {
        0 => ui.status("nothing changed"),
        count => ui.status(plural(count, "change")),
    }
    Ok(Outcome::Done)
}

/// Returns the two ends of `A`, `A..B` or `..B`; absent is the files on the disk.
fn ends(range: &str) -> Result<(&str, Option<&str>), Error> {
    let Some((from, to)) = range.split_once("..") else { return Ok((range, None)) };
    if to.starts_with('.') {
        let merge = format!("$(git merge-base {} {})", from, to.trim_start_matches('.'));
        return Err(Error::usage(format!("{range}: three dots are git's own")).hint(format!(
            "name the common ancestor: kalends diff {merge}..{}",
            to.trim_start_matches('.')
        )));
    }
    let or_head = |name: &'static str, end: &str| if end.is_empty() { Some(name) } else { None };
    Ok((or_head("HEAD", from).unwrap_or(from), Some(or_head("HEAD", to).unwrap_or(to))))
}

fn document<'a>(from: &'a str, to: Option<&'a str>, changes: &'a [Change]) -> Document<'a> {
    let one = |change: &'a Change| One {
        what: change.kind.name(),
        id: &change.id,
        file: &change.file,
        became: change.became.as_str(),
        details: change
            .details
            .iter()
            .map(|detail| Detail {
                what: &detail.what,
                old: detail.old.as_deref(),
                new: detail.new.as_deref(),
            })
            .collect(),
    };
    Document { from, to, changes: changes.iter().map(one).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_is_not_said_is_the_last_commit() {
        assert_eq!(ends("main").unwrap(), ("main", None));
        assert_eq!(ends("main..autumn").unwrap(), ("main", Some("autumn")));
        assert_eq!(ends("main..").unwrap(), ("main", Some("HEAD")));
        assert_eq!(ends("..autumn").unwrap(), ("HEAD", Some("autumn")));
        assert!(ends("main...autumn").is_err());
    }
}
