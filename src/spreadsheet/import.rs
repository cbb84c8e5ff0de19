//! Rows brought back: compared with the files, and only what differs is written.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::DocumentMut;

use super::columns::Columns;
use super::edit::{Wanted, apply, with_ends_of};
use super::export::{document, text};
use super::grid::{Grid, Line, Place, finding};
use super::row::{Row, differing, key_of, path_at, row, version};
use super::{ID, VERSION, cell};
use crate::calendar::{self, Calendar, Post, slug};
use crate::draft::{MediaBook, PostId};
use crate::finding::{Code, Content, File, Finding, Severity};

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The post.
    pub post: PostId,
    /// Its file, relative to the calendar.
    pub file: String,
    /// What the file then holds.
    pub text: String,
    /// Whether there was none before.
    pub is_new: bool,
    /// The columns that changed, for a post that was there.
    pub columns: Vec<String>,
    /// Whether its month became another than that of its folder.
    pub has_moved: bool,
}

/// What a spreadsheet brings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// The files to write, in the order of the rows.
    pub changes: Vec<Change>,
    /// What is wrong, in the order of the rows; nothing is to be written while there is an error.
    pub findings: Vec<Finding>,
    /// How many rows say what the files say.
    pub same: usize,
    /// The posts that changed in the calendar and not in their rows, which are left alone.
    pub newer: Vec<PostId>,
    /// The posts of the calendar that have no row, and stay.
    pub absent: Vec<PostId>,
}

/// Compares a spreadsheet with a calendar, whose files are sorted by path. `name` is how the spreadsheet is called; `facts` finds what is known of the
/// media that a calendar names.
pub fn import(
    name: &str,
    grid: &Grid,
    calendar: &Calendar,
    files: &[File],
    facts: &dyn Fn(&Calendar) -> MediaBook,
) -> Imported {
    let mut imported = Imported::default();
    let Some((head, lines)) = grid.lines.split_first() else {
        let message = "the spreadsheet is empty: its first row has no names of columns";
        imported.findings.push(
            Finding::new(Code::MissingKey, name, message).help("`kalends export` writes one to begin with"),
        );
        return imported;
    };
    let columns = Columns::of(name, head, &mut imported.findings);
    let mut sheet =
        Import { name, columns, calendar, files, imported, seen: BTreeMap::new(), at: BTreeMap::new() };
    lines.iter().for_each(|line| sheet.line(line));
    sheet.check(lines, facts);
    let seen: BTreeSet<&PostId> = sheet.seen.keys().collect();
    let absent = calendar.posts.iter().map(|post| &post.id).filter(|id| !seen.contains(id));
    let absent: Vec<PostId> = absent.cloned().collect();
    let mut imported = sheet.imported;
    imported.absent = absent;
    imported
}

struct Import<'a> {
    name: &'a str,
    columns: Columns,
    calendar: &'a Calendar,
    files: &'a [File],
    imported: Imported,
    /// The posts that have a row, with its number.
    seen: BTreeMap<PostId, usize>,
    /// The rows of the files to write, by their place among the lines.
    at: BTreeMap<String, usize>,
}

impl Import<'_> {
    fn say(
        &mut self,
        code: Code,
        place: &Place,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        let finding = finding(self.name, code, place, message).label(label).help(help);
        self.imported.findings.push(finding);
    }

    fn line(&mut self, line: &Line) {
        if line.is_empty() {
            return;
        }
        let before = self.imported.findings.len();
        let wanted = self.wanted(line);
        let post = self.post(line);
        if self.imported.findings.len() > before {
            return;
        }
        match post {
            Some(post) => self.edit(line, post, &wanted),
            None => self.add(line, &wanted),
        }
    }

    /// Reads a row's cells.
    fn wanted(&mut self, line: &Line) -> Wanted {
        let mut wanted = Wanted::new();
        for (number, cell) in line.cells.iter().enumerate() {
            let Some(path) = self.columns.paths.get(number).cloned().flatten() else {
                if number >= self.columns.paths.len() && !cell.text.trim().is_empty() {
                    let help = "look for a comma or quotation mark that was lost; save it again from the spreadsheet";
                    self.say(
                        Code::Syntax,
                        &cell.place,
                        "the row has more cells than there are columns",
                        "beyond the last column",
                        help,
                    );
                }
                continue;
            };
            if let Some((code, what, label, help)) = cell.holds.fault() {
                self.say(code, &cell.place, format!("{what}: `{}`", clipped(&cell.text)), label, help);
                continue;
            }
            let Some(key) = key_of(&path) else { continue };
            match cell::read(&path, key.takes, &cell.text) {
                Ok(value) => drop(wanted.insert(path, value)),
                Err((message, help)) => self.say(Code::BadValue, &cell.place, message, "this cell", help),
            }
        }
        // A row that breaks off has nothing in the columns behind.
        for path in self.columns.paths.iter().skip(line.cells.len()).flatten() {
            if key_of(path).is_some() {
                wanted.insert(path.clone(), None);
            }
        }
        wanted
    }

    /// Finds the post of a row; nothing for a new one. Says so where another row has it already.
    fn post(&mut self, line: &Line) -> Option<Post> {
        let cell = self.columns.cell(line, ID)?;
        let id = PostId::new(cell.text.trim())?;
        if let Some(other) = self.seen.insert(id.clone(), line.number) {
            let message = format!("row {other} has the post `{id}` too");
            self.say(Code::DuplicateId, &cell.place, message, "the second", "keep one of the two rows");
        }
        self.calendar.post(&id).cloned()
    }

    fn edit(&mut self, line: &Line, post: Post, wanted: &Wanted) {
        let Some(mut document) = document(self.files, &post.file) else {
            let message = format!("{} has an error, and cannot be written", post.file);
            let place = place(line);
            return self.say(
                Code::Syntax,
                &place,
                message,
                "this post",
                "mend the file first: kalends check shows its place",
            );
        };
        let now = row(&document);
        let changed = differing(&now, wanted);
        if changed.is_empty() {
            self.imported.same += 1;
            return;
        }
        match self.stand(line, &now, wanted) {
            Stand::Current => {}
            Stand::Untouched => return self.imported.newer.push(post.id),
            Stand::Outdated => {
                let message = format!("the post `{}` changed in the calendar since it was exported", post.id);
                let differ = format!("the row and the file differ in {}", changed.join(", "));
                let help = format!("{differ}; export again, and make your changes there");
                let place = place(line);
                return self.say(Code::RowOutdated, &place, message, "changed meanwhile", help);
            }
            Stand::Unknown => {
                let message = format!(
                    "there is no telling whether the post `{}` changed since it was exported",
                    post.id
                );
                let help = "keep the column `version` as `kalends export` writes it; export again, and make your changes there";
                let place = place(line);
                return self.say(Code::RowOutdated, &place, message, "without a version", help);
            }
        }
        let at = wanted.get("at").and_then(Option::as_ref).map(cell::show);
        let folder = at.as_deref().and_then(|at| at.get(..7)).map(|month| month.replace('-', "/"));
        let has_moved = changed.iter().any(|column| column == "at")
            && folder.is_some_and(|folder| !post.file.starts_with(&format!("posts/{folder}/")));
        apply(&mut document, wanted);
        let text = with_ends_of(text(self.files, &post.file).unwrap_or_default(), &document.to_string());
        self.write(
            line,
            Change { post: post.id, file: post.file, text, is_new: false, has_moved, columns: changed },
        );
    }

    /// Tells whether the row was made of the file as it is now.
    fn stand(&self, line: &Line, now: &Row, wanted: &Wanted) -> Stand {
        let said = self.columns.cell(line, VERSION).map_or("", |cell| cell.text.trim());
        if said.is_empty() {
            return Stand::Unknown;
        }
        if said == version(now) {
            return Stand::Current;
        }
        let own: Row = wanted
            .iter()
            .filter_map(|(path, value)| Some((path.clone(), cell::show(value.as_ref()?))))
            .collect();
        if said == version(&own) { Stand::Untouched } else { Stand::Outdated }
    }

    fn add(&mut self, line: &Line, wanted: &Wanted) {
        let said = self.columns.cell(line, ID).filter(|cell| !cell.text.trim().is_empty());
        let at = wanted.get("at").cloned().flatten().map(|value| cell::show(&value));
        let Some(day) = at.and_then(|at| at.get(..10).map(str::to_owned)) else {
            let place = self.columns.cell(line, "at").map_or_else(|| place(line), |cell| cell.place.clone());
            return self.say(
                Code::MissingKey,
                &place,
                "a new post has no `at`",
                "when?",
                "write when it goes out: 2027-01-18T09:00",
            );
        };
        let id = match said {
            Some(cell) => {
                let name = cell.text.trim();
                let Some(id) = PostId::new(name) else {
                    let help = slug(name)
                        .map_or("ids have lower-case letters, digits and hyphens".to_owned(), |slug| {
                            format!("write `{slug}`")
                        });
                    let message = format!("`{}` is not an id", clipped(name));
                    let place = cell.place.clone();
                    return self.say(Code::BadId, &place, message, "not an id", help);
                };
                id
            }
            None => match self.fresh_id(&day, wanted) {
                Some(id) => id,
                None => {
                    let place = place(line);
                    return self.say(
                        Code::MissingKey,
                        &place,
                        "no id can be made for the post",
                        "this post",
                        "write one into the column `id`",
                    );
                }
            },
        };
        let file = format!(
            "posts/{}/{}/{id}.toml",
            day.get(..4).unwrap_or_default(),
            day.get(5..7).unwrap_or_default()
        );
        if self.files.iter().any(|other| other.path == file) {
            let message = format!("{file} is there already, with another post in it");
            let place = place(line);
            return self.say(Code::DuplicateId, &place, message, "this post", "give the row another id");
        }
        self.seen.insert(id.clone(), line.number);
        let mut document = DocumentMut::new();
        apply(&mut document, wanted);
        self.write(
            line,
            Change {
                post: id,
                file,
                text: document.to_string(),
                is_new: true,
                columns: Vec::new(),
                has_moved: false,
            },
        );
    }

    /// Makes an id of a post's day and its title or first words.
    fn fresh_id(&self, day: &str, wanted: &Wanted) -> Option<PostId> {
        let said = ["title", "text"].into_iter().find_map(|path| wanted.get(path).cloned().flatten());
        let words = said.map(|value| cell::show(&value)).unwrap_or_default();
        let words: Vec<&str> = words.split_whitespace().take(6).collect();
        let slug = slug(&words.join(" ")).unwrap_or_else(|| "post".to_owned());
        let slug: String = slug.chars().take(60).collect();
        let base = format!("{day}-{}", slug.trim_end_matches('-'));
        let is_free = |id: &PostId| self.calendar.post(id).is_none() && !self.seen.contains_key(id);
        let names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}-{number}")));
        names.take(2 * super::ROWS_MAX).filter_map(|name| PostId::new(&name)).find(is_free)
    }

    fn write(&mut self, line: &Line, change: Change) {
        self.at.insert(change.file.clone(), line.number);
        self.imported.changes.push(change);
    }

    /// Looks at the calendar as it would be, and tells what is wrong with it that was not before, each at its cell.
    fn check(&mut self, lines: &[Line], facts: &dyn Fn(&Calendar) -> MediaBook) {
        if self.imported.changes.is_empty() {
            return;
        }
        let mut files: Vec<File> = self.files.to_vec();
        for change in &self.imported.changes {
            let content = Content::Text(change.text.clone());
            match files.iter_mut().find(|file| file.path == change.file) {
                Some(file) => file.content = content,
                None => files.push(File { path: change.file.clone(), content }),
            }
        }
        let faults = |files: &[File]| {
            let (calendar, mut findings) = calendar::read(files);
            findings.extend(calendar::check(&calendar, &facts(&calendar)));
            findings.retain(|finding| {
                finding.severity() == Severity::Error && self.at.contains_key(&finding.file)
            });
            findings
        };
        let known: BTreeSet<(String, Code, String)> = faults(self.files)
            .into_iter()
            .map(|finding| (finding.file, finding.code, finding.message))
            .collect();
        // That a post lies in another month's folder is `kalends fix`'s to mend.
        let is_new = |finding: &Finding| {
            let key = (finding.file.clone(), finding.code, finding.message.clone());
            finding.code != Code::WrongMonth && !known.contains(&key)
        };
        let found: Vec<Finding> = faults(&files).into_iter().filter(is_new).collect();
        for mut found in found {
            let Some(line) =
                self.at.get(&found.file).and_then(|number| lines.iter().find(|line| line.number == *number))
            else {
                continue;
            };
            let text = self
                .imported
                .changes
                .iter()
                .find(|change| change.file == found.file)
                .map_or("", |change| &change.text);
            let path = found.span.as_ref().and_then(|span| path_at(text, span.start));
            let place = path
                .and_then(|path| self.columns.cell(line, &path))
                .map_or_else(|| place(line), |cell| cell.place.clone());
            let own = finding(self.name, found.code, &place, std::mem::take(&mut found.message));
            self.imported.findings.push(Finding { label: found.label, help: found.help, ..own });
        }
        let order = |finding: &Finding| finding.span.as_ref().map_or(0, |span| span.start);
        self.imported.findings.sort_by_key(order);
        self.imported.findings.dedup();
    }
}

/// Returns where a row begins.
fn place(line: &Line) -> Place {
    line.cells.first().map_or(Place::Text(0..0), |cell| cell.place.clone())
}

/// How a row stands to its post.
enum Stand {
    /// It was made of the post as it is.
    Current,
    /// The post changed, the row did not.
    Untouched,
    /// Both changed.
    Outdated,
    /// Nobody can tell.
    Unknown,
}

fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}
