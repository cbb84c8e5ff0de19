//! A report as tables for a spreadsheet: numbers are numbers.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::definition::{Measure, Unit};
use crate::evidence::Evidence;
use crate::report::{Number, Period, Report, Value};

/// The columns of the numbers.
const COLUMNS: [&str; 14] = [
    "id",
    "part",
    "measure",
    "of",
    "period",
    "from",
    "until",
    "value",
    "unit",
    "currency",
    "shown",
    "have",
    "could have",
    "read later",
];

/// The most characters of a cell of a workbook.
const CELL_MAX: usize = 32_000;

/// Returns every number as a row of a CSV file (RFC 4180, UTF-8).
pub fn csv(report: &Report) -> String {
    let mut text = format!("{}\r\n", COLUMNS.join(","));
    for number in report.numbers.values() {
        let cells: Vec<String> = cells(report, number).iter().map(|cell| quoted(&safe(cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Takes from a cell of words what a spreadsheet would run as a formula. A number keeps its sign.
fn safe(cell: &str) -> String {
    let is_number = cell.parse::<crate::number::Amount>().is_ok();
    if !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn cells(report: &Report, number: &Number) -> [String; 14] {
    let definition = number.question.measure.definition();
    let period = report.periods.get(number.question.period);
    let day =
        |pick: fn(&Period) -> chrono::NaiveDate| period.map(|one| pick(one).to_string()).unwrap_or_default();
    let count = |count: Option<usize>| count.map(|count| count.to_string()).unwrap_or_default();
    [
        number.id.clone(),
        definition.part.as_str().to_owned(),
        definition.name.to_owned(),
        of(report, number),
        period.map(Period::id).unwrap_or_default(),
        day(|period| period.days.start),
        day(|period| period.days.end.pred_opt().unwrap_or(period.days.end)),
        exact(number.value),
        unit(definition.unit).to_owned(),
        number.question.currency.clone().unwrap_or_default(),
        number.shown(),
        count(number.have.map(|(have, _)| have)),
        count(number.have.map(|(_, of)| of)),
        number.later.to_string(),
    ]
}

fn of(report: &Report, number: &Number) -> String {
    let name = report.name(&number.question.scope);
    if name.is_empty() { number.question.scope.to_string() } else { name.to_owned() }
}

fn exact(value: Value) -> String {
    match value {
        Value::Amount(amount) => amount.to_string(),
        Value::Ratio(ratio) => ratio.amount().to_string(),
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Percent => "share of 1",
        Unit::Each => "count each",
        Unit::Seconds => "seconds",
        Unit::Money => "money",
    }
}

/// Returns a workbook: the summary, the goals, every number, the promises, what is missing, and the definitions.
pub fn workbook(evidence: &Evidence<'_>, report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A workbook says when it was made; this one is made of its evidence, and says that.
    let made = report.period().cutoff.date_naive();
    let made = rust_xlsxwriter::ExcelDateTime::parse_from_str(&made.format("%Y-%m-%d").to_string())?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
    summary(&mut book, report)?;
    goals(&mut book, report)?;
    numbers(&mut book, report)?;
    promises(&mut book, evidence, report)?;
    let missing: Vec<Vec<String>> = report
        .missing
        .iter()
        .map(|note| {
            let more = if note.more > 0 { format!("\n… and {} more", note.more) } else { String::new() };
            vec![note.what.clone(), note.places.join("\n") + &more]
        })
        .collect();
    words(&mut book, "Missing", &[("what is missing, and why", 70.0), ("where", 80.0)], &missing)?;
    definitions(&mut book, report)?;
    book.save_to_buffer()
}

fn summary(book: &mut Workbook, report: &Report) -> Result<(), XlsxError> {
    let period = report.period();
    let mut rows = vec![
        vec!["organisation".to_owned(), report.organisation.clone()],
        vec!["period".to_owned(), period.name()],
        vec!["counted in the time of".to_owned(), report.zone.clone()],
        vec!["as it stood".to_owned(), crate::ui::moment(period.cutoff)],
    ];
    rows.extend(report.commits.iter().map(|(of, commit)| vec![of.clone(), commit.clone()]));
    rows.extend(report.summary.iter().map(|sentence| vec!["summary".to_owned(), sentence.clone()]));
    words(book, "Summary", &[("what", 26.0), ("is", 90.0)], &rows)
}

/// Adds a sheet of words.
fn words(
    book: &mut Workbook,
    name: &str,
    columns: &[(&str, f64)],
    rows: &[Vec<String>],
) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name(name)?;
    head(sheet, columns)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            let cell: String = cell.chars().take(CELL_MAX).collect();
            sheet.write_string_with_format(row, column, cell, &wrapped)?;
        }
    }
    Ok(())
}

fn head(sheet: &mut Worksheet, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, (name, width)) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, 1).map(drop)
}

fn goals(book: &mut Workbook, report: &Report) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name("Goals")?;
    let columns = [
        "goal", "metric", "baseline", "target", "now", "moved", "way", "by", "verdict", "low", "forecast",
        "high",
    ];
    head(sheet, &columns.map(|column| (column, if column == "goal" { 34.0 } else { 13.0 })))?;
    let share = Format::new().set_num_format("0.00%");
    for (row, goal) in (1_u32..).zip(&report.goals) {
        sheet.write_string(row, 0, &goal.name)?;
        sheet.write_string(row, 1, &goal.metric)?;
        let asked = [
            Measure::GoalBaseline,
            Measure::GoalTarget,
            Measure::GoalNow,
            Measure::GoalMoved,
            Measure::GoalWay,
        ];
        for (column, measure) in (2_u16..).zip(asked) {
            let number = report.number(measure, &goal.scope(), crate::report::Which::This);
            match number.map(|number| number.value) {
                Some(value @ Value::Ratio(_)) => {
                    sheet.write_number_with_format(row, column, value.approximate(), &share)?
                }
                Some(value) => sheet.write_number(row, column, value.approximate())?,
                None => sheet,
            };
        }
        if let Some(by) = goal.by {
            sheet.write_string(row, 7, by.to_string())?;
        }
        sheet.write_string(row, 8, goal.verdict.word())?;
        if let Some(outlook) = goal.outlook {
            for (column, amount) in (9_u16..).zip([outlook.low, outlook.middle, outlook.high]) {
                sheet.write_number(row, column, amount.approximate())?;
            }
        }
    }
    Ok(())
}

fn numbers(book: &mut Workbook, report: &Report) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name("Numbers")?;
    head(sheet, &COLUMNS.map(|column| (column, if column == "id" { 60.0 } else { 16.0 })))?;
    let (share, exact) =
        (Format::new().set_num_format("0.00%"), Format::new().set_num_format("#,##0.######"));
    for (row, number) in (1_u32..).zip(report.numbers.values()) {
        for (column, cell) in (0_u16..).zip(cells(report, number)) {
            match COLUMNS.get(usize::from(column)) {
                Some(&"value") => {
                    let is_share = number.question.measure.definition().unit == Unit::Percent;
                    let format = if is_share { &share } else { &exact };
                    sheet.write_number_with_format(row, column, number.value.approximate(), format)?
                }
                Some(&("have" | "could have" | "read later")) => match cell.parse::<f64>() {
                    Ok(count) => sheet.write_number(row, column, count)?,
                    Err(_) => sheet,
                },
                _ => sheet.write_string(row, column, cell)?,
            };
        }
    }
    Ok(())
}

fn promises(book: &mut Workbook, evidence: &Evidence<'_>, report: &Report) -> Result<(), XlsxError> {
    let zone = evidence.calendar.zone();
    let listed = report.reasons.listed.iter().filter_map(|broken| {
        let promise = evidence.promises.get(broken.promise as usize)?;
        let due = zone.local(promise.due).format("%Y-%m-%d %H:%M").to_string();
        let account = promise.account.to_string();
        Some(vec![due, promise.title.clone(), account, broken.fate.to_owned(), broken.why.clone()])
    });
    let rows: Vec<Vec<String>> = listed.collect();
    let columns = [("due", 17.0), ("post", 44.0), ("account", 18.0), ("fate", 12.0), ("why", 60.0)];
    words(book, "Not on time", &columns, &rows)
}

fn definitions(book: &mut Workbook, report: &Report) -> Result<(), XlsxError> {
    let rows: Vec<Vec<String>> = report
        .used()
        .into_iter()
        .map(|measure| {
            let definition = measure.definition();
            let sources: Vec<String> =
                definition.sources.iter().map(|source| format!("{}, {}", source.name, source.url)).collect();
            let words = [definition.name, definition.words, definition.limit].map(str::to_owned);
            words.into_iter().chain([sources.join("\n")]).collect()
        })
        .collect();
    let columns = [("measure", 34.0), ("formula", 60.0), ("what it cannot say", 50.0), ("sources", 60.0)];
    words(book, "Definitions", &columns, &rows)
}
