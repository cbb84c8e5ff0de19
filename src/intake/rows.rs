//! An export's rows made facts.

mod message;
mod target;

use std::ops::Range;

use chrono::NaiveDate;

use crate::calendar::{ColumnRole, Decimal, ExportOf, Mapping, MetricColumn, shown};
use crate::finding::{Code, Finding};
use crate::metric::{Metric, Nature};
use crate::number::Amount;
use crate::reading::Figure;
use crate::spreadsheet::Place;
use crate::time::Zone;

use super::cells::{Cells, Number};
use super::head::Head;
use super::number::{self, Column, Found};
use super::table::{Export, ROWS_MAX, Row};
use target::Target;

use super::{Asked, Fact, NUMBERS_MAX, Posts, Taken};

/// What a row of totals says instead of what it is of.
const TOTALS: [&str; 14] = [
    "total",
    "totals",
    "grand total",
    "total geral",
    "totais",
    "total général",
    "total general",
    "totale",
    "totaal",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "suma",
];

/// Makes facts of an export's rows. With any error among its findings nothing of it is to be written.
pub fn take(export: &Export, mapping: &Mapping, head: &Head, asked: &Asked<'_>, posts: &Posts) -> Taken {
    let mut taken = Taken { findings: head.findings(export, mapping), ..Taken::default() };
    taken.told.unread.clone_from(&head.unread);
    if !taken.findings.is_empty() {
        return taken;
    }
    let days = asked.days.clone().or_else(|| said_days(export, head));
    let zone = asked.said_zone.or(mapping.time.zone.as_ref()).unwrap_or(asked.zone);
    let mut taker = Taker {
        export,
        mapping,
        head,
        asked,
        posts,
        zone,
        days,
        decimals: Vec::new(),
        taken,
        asked_for: false,
    };
    if taker.can_begin() {
        taker.decide();
        if taker.taken.findings.is_empty() {
            taker.rows();
        }
    }
    taker.taken
}

/// Returns the rows behind the one that names the columns.
fn body<'a>(
    export: &'a Export,
    mapping: &'a Mapping,
    head: &Head,
) -> impl Iterator<Item = Row<'a>> + use<'a> {
    let line = head.line;
    export.rows(head.part, mapping.table.comment.as_deref()).skip_while(move |row| row.line <= line)
}

/// Returns the days that a file says to be of, as Google Analytics does above its rows: `# Start date: 20270101`.
fn said_days(export: &Export, head: &Head) -> Option<Range<NaiveDate>> {
    let above = export.text.lines().take(usize::try_from(head.line).unwrap_or(0)).take(60);
    let (mut start, mut end) = (None, None);
    for line in above {
        let line = line.trim_start_matches(['#', ' ', '"']).to_lowercase();
        let date = |rest: &str| {
            let digits: String = rest.chars().filter(char::is_ascii_digit).take(8).collect();
            NaiveDate::parse_from_str(&digits, "%Y%m%d").ok()
        };
        start = start.or_else(|| line.strip_prefix("start date:").and_then(date));
        end = end.or_else(|| line.strip_prefix("end date:").and_then(date));
    }
    let (start, end) = (start?, end?);
    (start <= end).then(|| Some(start..end.succ_opt()?)).flatten()
}

struct Taker<'a> {
    export: &'a Export,
    mapping: &'a Mapping,
    head: &'a Head,
    asked: &'a Asked<'a>,
    posts: &'a Posts,
    zone: &'a Zone,
    /// The days that the file is of.
    days: Option<Range<NaiveDate>>,
    /// What stands before the fractions of each column of numbers.
    decimals: Vec<Decimal>,
    taken: Taken,
    /// Whether a currency was asked for already.
    asked_for: bool,
}

impl<'a> Taker<'a> {
    /// Tells whether all is known that the rows need, and says what is not.
    fn can_begin(&mut self) -> bool {
        let of = self.mapping.of;
        let lacks = |what: &str, help: &str| {
            let message = format!("{} needs {what}", shown(&self.mapping.name));
            Finding::new(Code::MissingKey, &self.export.name, message).help(help)
        };
        let needs_account = matches!(of, Some(ExportOf::Posts | ExportOf::Account | ExportOf::Inbox))
            || (of == Some(ExportOf::Ads) && !self.head.roles.contains_key(&ColumnRole::Campaign));
        let has_day = self.head.roles.contains_key(&ColumnRole::Time);
        let needs_days = matches!(of, Some(ExportOf::Traffic | ExportOf::Ads)) && !has_day;
        let finding = if needs_account && self.asked.account.is_none() {
            lacks("the account whose numbers these are", "say --account ID")
        } else if of == Some(ExportOf::Goal) && self.asked.goal.is_none() {
            lacks("the goal whose numbers these are", "say --goal ID")
        } else if needs_days && self.days.is_none() {
            lacks(
                "the days that it counts: no column and no line of the file says them",
                "say --from and --until",
            )
        } else {
            return true;
        };
        self.taken.findings.push(finding);
        false
    }

    /// Decides for each column of numbers what stands before its fractions.
    fn decide(&mut self) {
        let count = self.head.metrics.len();
        let said = self.asked.decimal.or(self.mapping.table.decimal);
        let mut columns = vec![Column::default(); count];
        let mut places: Vec<Option<(Place, String)>> = vec![None; count];
        if said.is_none() {
            for row in body(self.export, self.mapping, self.head).take(ROWS_MAX) {
                for (number, (_, at, _)) in self.head.metrics.iter().enumerate() {
                    let Some(cell) = row.cells.get(*at) else { continue };
                    let (Found::Number(written), Some(column)) =
                        (number::find(&cell.text), columns.get_mut(number))
                    else {
                        continue;
                    };
                    column.hear(&written);
                    let unclear = written.says() == number::Says::Unclear;
                    if let Some(place) = places.get_mut(number).filter(|place| unclear && place.is_none()) {
                        *place = Some((cell.place.clone(), cell.text.clone().into_owned()));
                    }
                }
            }
        }
        for ((column, place), (_, _, name)) in columns.iter().zip(places).zip(&self.head.metrics) {
            let decimal = said.or(column.decimal());
            self.decimals.push(decimal.unwrap_or(Decimal::Point));
            if decimal.is_none() {
                self.taken.findings.push(unclear(self.export, name, column, place));
            }
        }
    }

    fn rows(&mut self) {
        for row in body(self.export, self.mapping, self.head) {
            if self.taken.told.rows >= ROWS_MAX || self.taken.facts.len() >= NUMBERS_MAX {
                let message = format!("the file has more than {ROWS_MAX} rows or {NUMBERS_MAX} numbers");
                let finding = Finding::new(Code::TooLarge, &self.export.name, message);
                self.taken.findings.push(finding.help("split it, or export fewer days at a time"));
                return;
            }
            self.row(&row);
        }
    }

    fn row(&mut self, row: &Row<'a>) {
        if self.is_total(row) {
            self.taken.told.totals.push(row.line);
            return;
        }
        self.taken.told.rows += 1;
        let (mut findings, mut told) =
            (std::mem::take(&mut self.taken.findings), std::mem::take(&mut self.taken.told));
        let mut cells = Cells {
            row,
            export: self.export,
            head: self.head,
            formats: &self.mapping.time.formats,
            zone: self.zone,
            findings: &mut findings,
        };
        let mut numbers: Vec<(usize, Number)> = Vec::new();
        let target = self.target(&mut cells, &mut told);
        if let Some(target) = &target {
            for (number, (column, at, _)) in self.head.metrics.iter().enumerate() {
                let Some(column) = self.mapping.metrics.get(*column) else { continue };
                let decimal = self.decimals.get(number).copied().unwrap_or(Decimal::Point);
                let found = cells.number((column, *at), decimal, &mut told);
                numbers.extend(found.map(|found| (number, found)));
            }
            if self.mapping.of == Some(ExportOf::Inbox) {
                self.message(&mut cells, target);
            }
        }
        let currency = cells.said(ColumnRole::Currency).filter(|currency| !currency.is_empty());
        self.taken.findings = findings;
        self.taken.told = told;
        if let Some(target) = target {
            numbers
                .into_iter()
                .for_each(|(number, found)| self.fact(row, &target, number, found, currency.as_deref()));
        }
    }

    /// Tells whether a row is one of totals: what it is of is a word for all.
    fn is_total(&self, row: &Row<'_>) -> bool {
        let prose = [ColumnRole::Title, ColumnRole::Text].map(|role| self.head.roles.get(&role).copied());
        let is_word = |text: &str| {
            let text = text.trim().to_lowercase();
            TOTALS.contains(&text.as_str())
                || self.mapping.table.totals.iter().any(|total| total.to_lowercase() == text)
        };
        let mut cells = row.cells.iter().enumerate().filter(|(at, _)| !prose.contains(&Some(*at)));
        cells.any(|(_, cell)| !cell.text.is_empty() && is_word(&cell.text))
    }

    /// Makes a number a fact.
    fn fact(&mut self, row: &Row<'_>, target: &Target, number: usize, found: Number, currency: Option<&str>) {
        let Some((index, _, name)) = self.head.metrics.get(number) else { return };
        let Some(column) = self.mapping.metrics.get(*index) else { return };
        let Some(unit) = self.unit((column, found.value), currency) else { return };
        let (read, window) = match (column.metric.nature(), target.stood) {
            (Nature::Level, Some(stood)) => (stood, None),
            _ => (self.asked.as_of, target.window.clone().map(|window| (window.start, window.end))),
        };
        let usual = || format!("{} export", self.mapping.id);
        let definition = column.definition.clone().unwrap_or_else(usual);
        let definition =
            if found.is_rounded { format!("{definition}; rounded by the platform") } else { definition };
        self.taken.facts.push(Fact {
            figure: Figure {
                read,
                subject: target.subject.clone(),
                metric: column.metric,
                name: name.clone(),
                value: found.value,
                unit,
                window,
                definition,
            },
            file: self.export.name.clone(),
            line: row.line,
            place: found.place,
        });
    }

    /// Returns a number's unit; nothing where money has no currency, which is told once. No money at all is the usual column
    /// of who sells nothing, and is left out.
    fn unit(&mut self, (column, value): (&MetricColumn, Amount), currency: Option<&str>) -> Option<String> {
        match column.metric {
            Metric::WatchTime | Metric::FirstReply => Some("s".to_owned()),
            Metric::Revenue | Metric::Spend => {
                let unit = currency.or(self.asked.currency).or(column.unit.as_deref());
                let unit =
                    unit.filter(|unit| unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase()));
                if unit.is_none() && !self.asked_for && value != Amount::ZERO {
                    self.asked_for = true;
                    let message = format!("{} is money, and nothing says of which currency", column.metric);
                    let finding = Finding::new(Code::MissingKey, &self.export.name, message);
                    self.taken
                        .findings
                        .push(finding.help("say --currency EUR, or `unit = \"EUR\"` in a mapping"));
                }
                unit.map(str::to_owned)
            }
            _ => Some(column.unit.clone().unwrap_or_default()),
        }
    }
}

/// Says that a column's numbers can be read in two ways.
fn unclear(export: &Export, name: &str, column: &Column, place: Option<(Place, String)>) -> Finding {
    let help = "say which mark stands before fractions: --decimal . or --decimal , (or `decimal` in `[table]` of a mapping)";
    let name = shown(name);
    match place {
        _ if column.is_torn() => {
            let message = format!("the column `{name}` has fractions behind points and behind commas");
            Finding::new(Code::NumberUnclear, &export.name, message).help(help)
        }
        Some((place, text)) => {
            let message = format!(
                "`{}` of `{name}` can be read in two ways, and no other cell tells which",
                shown(&text)
            );
            export.finding(Code::NumberUnclear, &place, message).label("thousands or fractions?").help(help)
        }
        None => {
            let message = format!("the numbers of `{name}` can be read in two ways");
            Finding::new(Code::NumberUnclear, &export.name, message).help(help)
        }
    }
}
