//! Telling what an import brought.

use serde::Serialize;

use crate::cli::import::readings::{Args, Opened, To};
use crate::error::Error;
use crate::intake::{Settled, Told};
use crate::reading::Work;
use crate::ui::{Ui, foreign, plural};

/// How many corrections, lines and names are shown to people.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct Document<'a> {
    written: bool,
    new: usize,
    known: usize,
    repeated: usize,
    posts: usize,
    files: Vec<OneFile<'a>>,
    corrected: Vec<Change>,
    paths: &'a [String],
    findings: Vec<String>,
}

#[derive(Serialize)]
struct OneFile<'a> {
    file: &'a str,
    mapping: &'a str,
    encoding: Option<&'static str>,
    rows: usize,
    own_posts: usize,
    absent: usize,
    rounded: usize,
    totals: &'a [u32],
    keyless: &'a [u32],
    unfinished: &'a [u32],
    hourless: usize,
    unread: &'a [String],
}

#[derive(Serialize)]
struct Change {
    subject: String,
    metric: &'static str,
    before: String,
    now: String,
    origin: String,
}

/// Tells what was brought.
pub fn tell(
    ui: &mut Ui,
    args: &Args,
    opened: &[Opened],
    settled: &Settled,
    (works, paths): (&[Work], &[String]),
) -> Result<(), Error> {
    let changes: Vec<Change> = settled.corrected.iter().map(change).collect();
    let new = settled.figures.len() - settled.corrected.len();
    if ui.json() {
        let warnings = opened.iter().flat_map(|one| &one.taken.findings).chain(&settled.findings);
        return ui.document(
            "import",
            &Document {
                written: !paths.is_empty(),
                new,
                known: settled.known,
                repeated: settled.repeated,
                posts: works.len(),
                files: opened.iter().map(of_file).collect(),
                corrected: changes,
                paths,
                findings: warnings.map(|finding| finding.message.clone()).collect(),
            },
        );
    }
    for one in opened {
        ui.data(format!("{}  {}", foreign(&one.name), foreign(&one.mapping.1)))?;
        if let Some(encoding) = one.encoding.filter(|encoding| encoding.as_str() != "utf-8") {
            ui.data(format!("    read as {}", encoding.as_str()))?;
        }
        for line in told(&one.taken.told) {
            ui.data(format!("    {}", foreign(&line)))?;
        }
    }
    for change in changes.iter().take(SHOWN) {
        let Change { subject, metric, before, now, origin } = change;
        ui.data(foreign(&format!("corrected: {metric} of {subject} is {now}, and was {before} ({origin})")))?;
    }
    if changes.len() > SHOWN {
        ui.data(format!("corrected: {} more", changes.len() - SHOWN))?;
    }
    let repeated = match settled.repeated {
        0 => String::new(),
        count => format!(", {} said twice", plural(count, "number")),
    };
    let posts = match works.len() {
        0 => String::new(),
        count => format!(", {}", plural(count, "new post")),
    };
    let (corrected, known) = (changes.len(), settled.known);
    let what = format!(
        "{} new, {corrected} corrected, {known} known before{repeated}{posts}",
        plural(new, "number")
    );
    let end = match (paths, args.to, args.dry_run) {
        ([], _, true) => "nothing was written".to_owned(),
        ([], _, false) => "nothing to write".to_owned(),
        (_, To::Ledger, _) => "written to the ledger".to_owned(),
        ([one], To::Calendar, _) => format!("written to {one}"),
        (many, To::Calendar, _) => format!("written to {}", many.join(", ")),
    };
    ui.status(format!("{what}; {end}"));
    if args.to == To::Calendar && !paths.is_empty() {
        ui.hint("commit the files, and reports count them");
    }
    Ok(())
}

fn of_file(one: &Opened) -> OneFile<'_> {
    let told = &one.taken.told;
    OneFile {
        file: &one.name,
        mapping: &one.mapping.0,
        encoding: one.encoding.map(|encoding| encoding.as_str()),
        rows: told.rows,
        own_posts: told.own,
        absent: told.absent,
        rounded: told.rounded,
        totals: &told.totals,
        keyless: &told.keyless,
        unfinished: &told.unfinished,
        hourless: told.hourless,
        unread: &told.unread,
    }
}

fn change(corrected: &crate::intake::Corrected) -> Change {
    Change {
        subject: corrected.figure.subject.to_string(),
        metric: corrected.figure.metric.as_str(),
        before: corrected.before.to_string(),
        now: corrected.figure.value.to_string(),
        origin: corrected.origin.clone(),
    }
}

/// Returns what is told of a file, a line each.
fn told(told: &Told) -> Vec<String> {
    let mut said = vec![plural(told.rows, "row")];
    let mut say = |count: usize, text: String| said.extend((count > 0).then_some(text));
    say(told.own, format!("{} of posts that kalends knows from the ledger", plural(told.own, "row")));
    say(told.absent, format!("{} empty: the numbers are not known", plural(told.absent, "cell")));
    say(told.rounded, format!("{} rounded by the platform, and marked so", plural(told.rounded, "number")));
    say(told.totals.len(), format!("left out as totals: {}", lines(&told.totals)));
    say(told.keyless.len(), format!("left out, for nothing says what they are of: {}", lines(&told.keyless)));
    say(told.unfinished.len(), format!("left out, for their days are not over: {}", lines(&told.unfinished)));
    let hourless = format!(
        "{} without the hour of publication: the numbers are kept, and no row of posts is made",
        plural(told.hourless, "post")
    );
    say(told.hourless, hourless);
    let forms: Vec<String> = told.forms.iter().take(SHOWN).map(|form| format!("`{form}`")).collect();
    say(forms.len(), format!("forms that the mapping does not know: {}", forms.join(", ")));
    let unread: Vec<&str> = told.unread.iter().take(SHOWN).map(String::as_str).collect();
    let more = told.unread.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    say(unread.len(), format!("columns that nothing reads: {}{more}", unread.join(", ")));
    said
}

/// Returns some lines in words.
fn lines(lines: &[u32]) -> String {
    let some: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    let more = lines.len().saturating_sub(SHOWN);
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{word} {}{more}", some.join(", "))
}
