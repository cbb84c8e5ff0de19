//! A report in a terminal: tables that fit 40 and 80 columns.

mod explanation;
pub mod sheet;

use crate::definition::{Measure, Part};
use crate::evidence::Evidence;
use crate::report::{Note, Number, Period, Ranked, Report, Scope, Value, Which, change, show};
use crate::text::{Breaks, visible};
use crate::time::Zone;
use crate::ui::table::{Cell, Column, table};
use crate::ui::wrap::wrap;
use crate::ui::{QUIET, STRONG, paint};

pub use explanation::explanation;

/// The columns that two sides need to stand beside each other, with their changes.
const BESIDE_COLUMNS: usize = 92;
/// The columns that one side needs for both of its changes.
const CHANGES_COLUMNS: usize = 60;

/// What is being written.
struct Text<'a> {
    evidence: &'a Evidence<'a>,
    report: &'a Report,
    width: usize,
    ids: bool,
    out: String,
}

/// Returns a report as a terminal shows it.
pub fn text(evidence: &Evidence<'_>, report: &Report, width: usize, ids: bool) -> String {
    let mut text = Text { evidence, report, width, ids, out: String::new() };
    text.head();
    for part in Part::ALL {
        text.part(part);
    }
    text.groups();
    text.missing();
    text.close();
    text.out
}

/// Returns definitions as a terminal shows them.
pub fn definitions(measures: impl Iterator<Item = Measure>, width: usize) -> String {
    let mut out = String::new();
    let mut part = None;
    for measure in measures {
        let definition = measure.definition();
        if part != Some(definition.part) {
            part = Some(definition.part);
            out.push_str(&format!("{}\n\n", paint(STRONG, definition.part.name().to_uppercase())));
        }
        out.push_str(&format!("{} {}\n", paint(STRONG, definition.name), paint(QUIET, definition.id)));
        for words in [definition.words, definition.limit] {
            push_wrapped(&mut out, words, width, 2);
        }
        for source in definition.sources {
            push_wrapped(&mut out, &format!("{}, {}", source.name, source.url), width, 4);
        }
        out.push('\n');
    }
    out.trim_end().to_owned() + "\n"
}

/// Writes lines that stand in.
pub(super) fn push_wrapped(out: &mut String, words: &str, width: usize, indent: usize) {
    for line in wrap(words, width.saturating_sub(indent)) {
        out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
    }
}

fn plain(words: &str) -> String {
    visible(words, Breaks::Show).into_owned()
}

impl Text<'_> {
    fn say(&mut self, words: &str) {
        push_wrapped(&mut self.out, &plain(words), self.width, 0);
    }

    fn heading(&mut self, words: &str) {
        self.out.push_str(&format!("\n{}\n", paint(STRONG, plain(words))));
    }

    fn zone(&self) -> &Zone {
        self.evidence.calendar.zone()
    }

    fn head(&mut self) {
        let report = self.report;
        let title = format!("{}: {}", report.organisation, report.period().name());
        self.out.push_str(&format!("{}\n", paint(STRONG, plain(&title))));
        let cutoff = self.zone().local(report.period().cutoff).format("%-d %B %Y, %H:%M");
        let commits: Vec<String> =
            report.commits.iter().map(|(of, commit)| format!("{of}: {commit}")).collect();
        let head = format!(
            "As it stood on {cutoff}; counted in the time of {}. From the {}.",
            report.zone,
            commits.join(", ")
        );
        for line in wrap(&plain(&head), self.width) {
            self.out.push_str(&format!("{}\n", paint(QUIET, line)));
        }
        self.out.push('\n');
        let summary = report.summary.join(" ");
        self.say(&summary);
    }

    fn part(&mut self, part: Part) {
        self.heading(&part.name().to_uppercase());
        match part {
            Part::Objectives => return self.goals(),
            Part::Impact if self.report.measures(part, &self.report.sides).is_empty() => {
                return self.say(
                    "Nothing is given of what it was worth: no goal with a number, no revenue, no spend.",
                );
            }
            _ => {}
        }
        let measures = self.report.measures(part, &self.report.sides);
        if measures.is_empty() {
            self.say("Nothing is known of it.");
        }
        let sides: Vec<Scope> = self.report.sides.clone();
        if self.width >= BESIDE_COLUMNS || sides.len() == 1 {
            self.sides(&measures, &sides);
        } else {
            for side in sides {
                self.sides(&measures, std::slice::from_ref(&side));
            }
        }
        match part {
            Part::Outputs => self.reasons(),
            Part::OutTakes => self.posts(),
            Part::Impact if measures.iter().all(|(measure, _)| *measure == Measure::GoalsReached) => {
                self.say("No money is given: neither revenue nor advertising spend.");
            }
            _ => {}
        }
    }

    /// Writes the measures of some sides beside each other.
    fn sides(&mut self, measures: &[(Measure, Option<String>)], sides: &[Scope]) {
        let report = self.report;
        let has_all = self.width >= CHANGES_COLUMNS;
        let others: Vec<&Period> = report.periods.iter().skip(1).take(if has_all { 2 } else { 1 }).collect();
        let (mut rows, mut notes) = (Vec::new(), Vec::new());
        for (measure, currency) in measures {
            let number = |side: &Scope, which| report.money(*measure, currency.as_deref(), side, which);
            if sides.iter().all(|side| report.periods.iter().all(|one| number(side, one.which).is_none())) {
                continue;
            }
            let mut row = vec![Cell::from(measure.name().to_owned())];
            let mut aside = Vec::new();
            for side in sides {
                let now = number(side, Which::This);
                row.push(number_cell(now));
                for other in &others {
                    row.push(Cell::new(moved(now, number(side, other.which)), QUIET));
                }
                aside.extend(now.and_then(Number::partly));
                if self.ids {
                    aside.extend(now.map(|now| now.id.clone()));
                }
            }
            rows.push(row);
            notes.push(aside.join("; "));
        }
        if rows.is_empty() {
            return;
        }
        let mut columns = vec![Column::new("", 12)];
        for side in sides {
            columns.push(Column::new(plain(report.name(side)), 8));
            columns.extend(others.iter().map(|other| Column::new(short(other), 6)));
        }
        let notes: Vec<Option<(&str, anstyle::Style)>> =
            notes.iter().map(|note| (!note.is_empty()).then_some((note.as_str(), QUIET))).collect();
        self.out.push_str(&table(self.width, &columns, &rows, &notes));
        self.out.push('\n');
    }

    fn goals(&mut self) {
        let report = self.report;
        if report.goals.is_empty() {
            return self.say("The calendar has no goals: goals/<id>.toml says what its posts are to reach.");
        }
        for goal in &report.goals {
            let number = |measure| report.number(measure, &goal.scope(), Which::This);
            let shown = |measure| number(measure).map_or("not known".to_owned(), Number::shown);
            let by = goal.by.map(|by| format!(" by {}", by.format("%-d %B %Y"))).unwrap_or_default();
            for line in wrap(&plain(&format!("{}: {}", goal.name, goal.verdict.word())), self.width) {
                self.out.push_str(&format!("{}\n", paint(STRONG, line)));
            }
            let mut line = format!(
                "{} from {} to {}{by}: now {}",
                goal.metric,
                shown(Measure::GoalBaseline),
                shown(Measure::GoalTarget),
                shown(Measure::GoalNow)
            );
            if let Some(moved) = number(Measure::GoalMoved) {
                line.push_str(&format!(", {} in the period", moved.shown()));
            }
            if let Some(way) = number(Measure::GoalWay) {
                line.push_str(&format!(", {} of the way", way.shown()));
            }
            if let Some(outlook) = &goal.outlook {
                let [low, middle, high] = [outlook.low, outlook.middle, outlook.high]
                    .map(|amount| show(Value::Amount(amount), Measure::GoalNow, None));
                line.push_str(&format!(". Forecast {middle}, nine times in ten between {low} and {high}"));
            }
            push_wrapped(&mut self.out, &plain(&format!("{line}.")), self.width, 2);
            if self.ids {
                let ids: Vec<&str> = report
                    .numbers
                    .values()
                    .filter(|one| one.question.scope == goal.scope() && one.question.period == 0)
                    .map(|one| one.id.as_str())
                    .collect();
                for id in ids {
                    self.out.push_str(&format!("    {}\n", paint(QUIET, id)));
                }
            }
        }
    }

    /// Writes what was not kept on time, and why.
    fn reasons(&mut self) {
        let reasons = &self.report.reasons;
        if reasons.listed.is_empty() {
            return;
        }
        let columns =
            [Column::new("not on time", 12), Column::new("where", 6), Column::new("what and why", 12)];
        let mut rows = Vec::new();
        for broken in &reasons.listed {
            let Some(promise) = self.evidence.promises.get(broken.promise as usize) else { continue };
            let day = self.zone().local(promise.due).format("%-d %b");
            let why = if broken.why.is_empty() {
                broken.fate.to_owned()
            } else {
                format!("{}: {}", broken.fate, broken.why)
            };
            rows.push(vec![
                Cell::from(plain(&format!("{day} {}", promise.title))),
                Cell::from(promise.account.to_string()),
                Cell::from(plain(&why)),
            ]);
        }
        self.out.push_str(&table(self.width, &columns, &rows, &vec![None; rows.len()]));
        if reasons.unlisted > 0 {
            self.say(&format!("… and {} more", reasons.unlisted));
        }
    }

    /// Writes the best and the worst posts.
    fn posts(&mut self) {
        for ranking in &self.report.rankings {
            let name = self.report.name(&ranking.side).to_owned();
            for (word, ranked) in [("Best", &ranking.best), ("Worst", &ranking.worst)] {
                if ranked.is_empty() {
                    continue;
                }
                self.heading(&format!("{word} posts of {name}"));
                ranked.iter().for_each(|one| self.post(one));
            }
            if ranking.rate.is_none() {
                self.heading(&format!("Best and worst posts of {name}"));
            }
            self.say(&ranking.rule());
        }
    }

    fn post(&mut self, ranked: &Ranked) {
        let work = self.evidence.works.get(ranked.work as usize);
        let (Some(work), Some(number)) = (work, self.report.numbers.get(&ranked.number)) else { return };
        let day = self.zone().local(work.published).format("%-d %b %H:%M");
        let line = format!("{}  {} ({}, {day})", number.shown(), work.title, work.account);
        push_wrapped(&mut self.out, &plain(&line), self.width, 2);
        if let Some(url) = &work.url {
            self.out.push_str(&format!("    {}\n", paint(QUIET, plain(url))));
        }
        if self.ids {
            self.out.push_str(&format!("    {}\n", paint(QUIET, plain(&number.id))));
        }
    }

    /// Writes a line for each platform, account, department and campaign.
    fn groups(&mut self) {
        let report = self.report;
        let groups = [
            ("BY PLATFORM", &report.platforms),
            ("BY ACCOUNT", &report.accounts),
            ("BY DEPARTMENT", &report.departments),
            ("BY CAMPAIGN", &report.campaigns),
        ];
        let shown = [
            (Measure::Posts, "posts"),
            (Measure::Impressions, "shown"),
            (Measure::Engagements, "engaged"),
            (Measure::EngagementByImpressions, "by impr."),
            (Measure::EngagementByFollowers, "by foll."),
            (Measure::Sessions, "sessions"),
            (Measure::FollowersGained, "followers"),
        ];
        // A number needs its room: on a narrow terminal the first few stand, and `--json` has all.
        let room = self.width.saturating_sub(14) / 9;
        for (heading, scopes) in groups {
            let has_any = |(measure, _): &&(Measure, &str)| {
                scopes.iter().any(|scope| report.number(*measure, scope, Which::This).is_some())
            };
            let measures: Vec<&(Measure, &str)> = shown.iter().filter(has_any).take(room).collect();
            if measures.is_empty() {
                continue;
            }
            self.heading(heading);
            let mut columns = vec![Column::new("", 10)];
            columns.extend(measures.iter().map(|(_, word)| Column::new(*word, 6)));
            let (mut rows, mut notes) = (Vec::new(), Vec::new());
            for scope in scopes {
                let number = |measure: Measure, which| report.number(measure, scope, which);
                let mut row = vec![Cell::from(plain(report.name(scope)))];
                row.extend(measures.iter().map(|(measure, _)| number_cell(number(*measure, Which::This))));
                rows.push(row);
                let now = number(Measure::Engagements, Which::This);
                let compared: Vec<String> = report
                    .periods
                    .iter()
                    .skip(1)
                    .filter_map(|other| {
                        let moved = moved(now, number(Measure::Engagements, other.which));
                        (!moved.is_empty() && moved != "–")
                            .then(|| format!("engagements {moved} on {}", other.name()))
                    })
                    .collect();
                notes.push(compared.join(", "));
            }
            let notes: Vec<Option<(&str, anstyle::Style)>> =
                notes.iter().map(|note| (!note.is_empty()).then_some((note.as_str(), QUIET))).collect();
            self.out.push_str(&table(self.width, &columns, &rows, &notes));
        }
    }

    fn missing(&mut self) {
        self.heading("WHAT IS MISSING, AND WHY");
        if self.report.missing.is_empty() {
            self.say("Nothing that is known of.");
        }
        for Note { what, places, more } in &self.report.missing {
            for (at, line) in wrap(&plain(what), self.width.saturating_sub(2)).iter().enumerate() {
                self.out.push_str(&format!("{}{line}\n", if at == 0 { "- " } else { "  " }));
            }
            for place in places {
                for line in wrap(&plain(place), self.width.saturating_sub(4)) {
                    self.out.push_str(&format!("    {}\n", paint(QUIET, line)));
                }
            }
            if *more > 0 {
                self.out.push_str(&format!("    {}\n", paint(QUIET, format!("… and {more} more"))));
            }
        }
    }

    fn close(&mut self) {
        self.out.push('\n');
        self.say("What each measure means: kalends report --definitions. What a number is made of: kalends report explain.");
    }
}

/// Returns a number as a cell; what is not known is a line.
fn number_cell(number: Option<&Number>) -> Cell {
    number.map_or_else(|| Cell::new("–", QUIET), |number| Cell::from(number.shown()))
}

/// Returns how a number moved, or what it was where that is all that can be said.
fn moved(now: Option<&Number>, before: Option<&Number>) -> String {
    match (now, before) {
        (Some(now), Some(before)) => change(now.value, before.value, now.question.measure)
            .unwrap_or_else(|| format!("was {}", before.shown())),
        (None, Some(before)) => format!("was {}", before.shown()),
        (_, None) => "–".to_owned(),
    }
}

/// Returns a period's name as a column has room for: `Sep 2026`.
fn short(period: &Period) -> String {
    let format = if period.is_year() { "on %Y" } else { "on %b %y" };
    period.days.start.format(format).to_string()
}
