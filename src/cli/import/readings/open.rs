//! Opening exports: which mapping reads each, and what it says.

use std::path::Path;

use crate::calendar::{Encoding, Item, Mapping, What, read_file};
use crate::cli::here::Reading;
use crate::cli::import::Outside;
use crate::cli::import::readings::{Args, Wish};
use crate::draft::MappingId;
use crate::error::Error;
use crate::finding::{Content, File, Finding, Severity};
use crate::intake::{self, Ambiguous, Export, Posts, Taken, builtin};
use crate::time::nearest;
use crate::ui::findings::{Format, Sources};
use crate::ui::{Ui, foreign};

/// The largest export that is read.
const LIMIT_BYTES: u64 = 256 << 20;

/// An export that was read.
pub struct Opened {
    /// How it is called.
    pub name: String,
    /// The mapping that reads it: its id and name.
    pub mapping: (String, String),
    /// How its letters were written.
    pub encoding: Option<Encoding>,
    /// What it was made to.
    pub taken: Taken,
}

/// The texts that findings may point into.
#[derive(Default)]
pub struct Texts(Vec<File>);

impl Texts {
    /// Shows what is wrong.
    pub fn show(&mut self, ui: &mut Ui, findings: &[Finding]) -> Result<(), Error> {
        if findings.is_empty() {
            return Ok(());
        }
        let format = if ui.json() { Format::Json } else { Format::Text };
        ui.findings(format, findings, &Sources::new(&self.0, findings))
    }

    fn add(&mut self, path: &str, text: impl Into<String>) {
        self.0.push(File { path: path.to_owned(), content: Content::Text(text.into()) });
    }
}

/// Opens and reads all exports.
pub fn all(
    args: &Args,
    wish: &Wish<'_>,
    reading: &Reading,
    posts: &Posts,
    ui: &mut Ui,
) -> Result<(Vec<Opened>, Texts), Error> {
    let mut texts = Texts::default();
    let known = known(reading, &mut texts);
    let said =
        args.mapping.as_deref().map(|name| named(name, &known, reading, &mut texts, ui)).transpose()?;
    let asked = wish.asked(args, reading);
    let mut opened = Vec::new();
    for path in &args.files {
        let outside = Outside::file(path, LIMIT_BYTES)?;
        let encoding = said.as_ref().and_then(|mapping| mapping.table.encoding);
        let export = match Export::open(&outside.name, &outside.bytes, encoding) {
            Ok(export) => export,
            Err(findings) => {
                let mapping = (String::new(), String::new());
                let taken = Taken { findings, ..Taken::default() };
                opened.push(Opened { name: outside.name, mapping, encoding: None, taken });
                continue;
            }
        };
        let platform =
            wish.account.and_then(|account| account.platform.as_ref()).map(|platform| platform.value);
        let pick = match &said {
            Some(mapping) => intake::by(&export, mapping),
            None => {
                intake::pick(&export, &known, platform).map_err(|Ambiguous(fit)| ambiguous(&export, &fit))?
            }
        };
        let pick = pick.ok_or_else(|| none_fits(&export, said.as_ref(), platform.is_some(), reading))?;
        let taken = intake::take(&export, pick.mapping, &pick.head, &asked, posts);
        let mapping = (pick.mapping.id.to_string(), pick.mapping.name.clone());
        let Export { name, text, encoding, .. } = export;
        opened.push(Opened { name: name.clone(), mapping, encoding, taken });
        texts.add(&name, text);
    }
    Ok((opened, texts))
}

/// Tells whether a mapping of the calendar has no error in it.
fn is_sound(reading: &Reading, mapping: &Mapping) -> bool {
    let broken = |finding: &Finding| finding.file == mapping.file && finding.severity() == Severity::Error;
    !reading.findings.iter().any(broken)
}

/// Returns the calendar's mappings, and those built in whose names it does not take.
fn known(reading: &Reading, texts: &mut Texts) -> Vec<Mapping> {
    let mut known: Vec<Mapping> =
        reading.calendar.mappings.values().filter(|mapping| is_sound(reading, mapping)).cloned().collect();
    for mapping in &known {
        texts.add(&mapping.file, reading.text(&mapping.file));
    }
    for mapping in builtin::mappings() {
        if !reading.calendar.mappings.contains_key(&mapping.id) {
            texts.add(&mapping.file, builtin::text(mapping.id.as_str()).unwrap_or_default());
            known.push(mapping.clone());
        }
    }
    known
}

/// Returns the mapping that the user named: by its id, or by its path.
fn named(
    name: &str,
    known: &[Mapping],
    reading: &Reading,
    texts: &mut Texts,
    ui: &mut Ui,
) -> Result<Mapping, Error> {
    if let Some(mapping) = known.iter().find(|mapping| mapping.id.as_str() == name) {
        return Ok(mapping.clone());
    }
    if let Some(mapping) = MappingId::new(name).and_then(|id| reading.calendar.mappings.get(&id)) {
        reading.sound(&mapping.file)?;
    }
    if name.ends_with(".toml") {
        return at_path(Path::new(name), texts, ui);
    }
    let error = Error::user(format!("there is no mapping `{}`", foreign(name)));
    Err(match nearest(name, known.iter().map(|mapping| mapping.id.as_str())) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let names: Vec<&str> = known.iter().map(|mapping| mapping.id.as_str()).collect();
            error
                .hint(format!("there are {}; or say the path of a file that ends in .toml", names.join(", ")))
        }
    })
}

fn at_path(path: &Path, texts: &mut Texts, ui: &mut Ui) -> Result<Mapping, Error> {
    let outside = Outside::file(path, crate::calendar::FILE_LIMIT_BYTES)?;
    let text = String::from_utf8(outside.bytes).map_err(|_| {
        Error::user(format!("{} is not in UTF-8", outside.name)).hint("save it as UTF-8 in your editor")
    })?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = crate::calendar::slug(&stem).unwrap_or_else(|| "mapping".to_owned());
    let (item, mut findings) =
        read_file(&File { path: format!("mappings/{stem}.toml"), content: Content::Text(text.clone()) });
    findings.iter_mut().for_each(|finding| finding.file.clone_from(&outside.name));
    texts.add(&outside.name, text.as_str());
    match item {
        Item { what: What::Mapping(mapping), .. } if findings.is_empty() => {
            Ok(Mapping { file: outside.name, ..*mapping })
        }
        _ => {
            texts.show(ui, &findings)?;
            Err(Error::user(format!("{} is no mapping that can be used", outside.name))
                .hint("mend what is said above; `kalends schema mapping` says what it may hold"))
        }
    }
}

fn ambiguous(export: &Export, fit: &[&Mapping]) -> Error {
    let error = Error::user(format!("{} can be read by several mappings", foreign(&export.name)));
    fit.iter().fold(error, |error, mapping| {
        error.hint(format!("say --mapping {}: {}", mapping.id, foreign(&mapping.name)))
    })
}

fn none_fits(export: &Export, said: Option<&Mapping>, has_account: bool, reading: &Reading) -> Error {
    let name = foreign(&export.name);
    let seen = export.widest_row();
    let seen = match seen.is_empty() {
        true => "the file has no rows".to_owned(),
        false => format!("it has the columns {}", foreign(&seen)),
    };
    match said {
        Some(mapping) => Error::user(format!("no row of {name} has any column of the mapping `{}`", mapping.id))
            .hint(seen)
            .hint("see which columns it reads: kalends import readings --show-mapping NAME, or the file in mappings/"),
        None => {
            let error = Error::user(format!("no mapping knows the columns of {name}")).hint(seen);
            let broken = reading.calendar.mappings.values().filter(|mapping| !is_sound(reading, mapping));
            let error = broken.fold(error, |error, mapping| {
                error.hint(format!("{} has an error and was not tried: see kalends check", mapping.file))
            });
            let error = match has_account {
                true => error,
                false => error.hint("say --account ID, where it is one account's"),
            };
            error.hint("write mappings/ID.toml with the names of its columns: --show-mapping shows those built in")
        }
    }
}
