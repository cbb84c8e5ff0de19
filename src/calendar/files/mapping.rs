//! Mappings, read.

use std::collections::BTreeMap;

use chrono::format::{Item, StrftimeItems};

use crate::finding::Code;
use crate::metric::{Metric, Nature};

use super::super::format::word::shown;
use super::super::format::{IdName, Sheet};
use super::super::model::{
    At, ColumnRole, Decimal, Delimiter, Encoding, ExportOf, IdClock, Mapping, MetricColumn, TableForm,
    TimeForm, WindowSpan,
};
use super::text;

/// The forms of posts that a mapping may name.
const FORMS: [&str; 6] = ["text", "link", "picture", "film", "thread", "poll"];

/// Reads a mapping.
pub(super) fn mapping(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Mapping> {
    let of = sheet.choice("of", ExportOf::of).map(|of| of.value);
    let columns = sheet.sheet("columns").map(|columns| self::columns(&columns)).unwrap_or_default();
    let metrics: Vec<MetricColumn> =
        sheet.sheets("metric").unwrap_or_default().iter().filter_map(metric).collect();
    if let Some(of) = of {
        lacks(sheet, of, &columns);
    }
    twice(sheet, &metrics);
    let forms = sheet.sheet("forms").map(|forms| self::forms(&forms)).unwrap_or_default();
    let table = sheet.sheet("table").map(|table| self::table(&table)).unwrap_or_default();
    let time = sheet.sheet("time").map(|time| self::time(&time)).unwrap_or_default();
    Some(Mapping {
        name: text(sheet, "name").unwrap_or_default(),
        of,
        platform: sheet.platform("platform").map(|platform| platform.value),
        source: sheet.url("source", Code::BadUrl).map(|source| source.value),
        seen: sheet.date("seen").map(|seen| seen.value),
        note: sheet.words("note").map(|note| note.text),
        table,
        time,
        columns,
        forms,
        metrics,
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn table(sheet: &Sheet<'_>) -> TableForm {
    let lines = |name| {
        let lines = sheet.lines(name).map_or_else(Vec::new, |lines| lines.value);
        lines.into_iter().map(|line| line.value).collect()
    };
    TableForm {
        encoding: sheet.choice("encoding", Encoding::of).map(|at| at.value),
        delimiter: sheet.choice("delimiter", Delimiter::of).map(|at| at.value),
        skip: sheet.whole("skip").map(|at| at.value),
        above: text(sheet, "above"),
        comment: text(sheet, "comment"),
        decimal: sheet.choice("decimal", Decimal::of).map(|at| at.value),
        file: lines("file"),
        totals: lines("totals"),
    }
}

fn time(sheet: &Sheet<'_>) -> TimeForm {
    let formats = sheet.lines("formats").map_or_else(Vec::new, |formats| formats.value);
    let formats = formats.into_iter().filter(|format| is_format(sheet, format));
    TimeForm {
        formats: formats.map(|format| format.value).collect(),
        zone: sheet.zone("zone").map(|zone| zone.value),
        from_id: sheet.choice("from_id", IdClock::of).map(|at| at.value),
        window: sheet.choice("window", WindowSpan::of).map(|at| at.value),
    }
}

/// Tells whether a date's format can be read, and says so where it cannot.
fn is_format(sheet: &Sheet<'_>, format: &At<String>) -> bool {
    let broken = StrftimeItems::new(&format.value).any(|item| item == Item::Error);
    let has_field = format.value.contains('%');
    if broken || !has_field {
        let message = format!("`{}` is no format of a date", shown(&format.value));
        let help = "write it as strftime has it: `%d/%m/%Y %H:%M` for 18/01/2027 09:00, `%b %e, %Y` for Jan 18, 2027";
        sheet.bad(Code::BadValue, format.span.clone(), message, "not a format", Some(help.to_owned()));
    }
    !broken && has_field
}

fn columns(sheet: &Sheet<'_>) -> BTreeMap<ColumnRole, At<Vec<At<String>>>> {
    let named = |role: &ColumnRole| Some((*role, sheet.lines(role.as_str())?));
    ColumnRole::ALL.iter().filter_map(named).filter(|(_, names)| !names.value.is_empty()).collect()
}

fn forms(sheet: &Sheet<'_>) -> Vec<(&'static str, String)> {
    let words = |form: &'static str| {
        let words = sheet.lines(form).map_or_else(Vec::new, |words| words.value);
        words.into_iter().map(move |word| (form, word.value))
    };
    FORMS.into_iter().flat_map(words).collect()
}

fn metric(sheet: &Sheet<'_>) -> Option<MetricColumn> {
    let (metric, names) = (sheet.choice("metric", |word| word.parse::<Metric>().ok()), sheet.lines("column"));
    let (unit, definition) = (sheet.line("unit"), text(sheet, "definition"));
    let (metric, names) = (metric?, names?);
    if let Some(unit) = &unit
        && !fits(metric.value, &unit.value)
    {
        let message = format!("`{}` is not counted in `{}`", metric.value, shown(&unit.value));
        let help = match metric.value {
            Metric::WatchTime | Metric::FirstReply => "write `s`, `min`, `h` or `ms`",
            Metric::Revenue | Metric::Spend => "write a currency of three letters, such as `EUR`",
            _ => "take it out: it is a count",
        };
        sheet.bad(Code::BadValue, unit.span.clone(), message, "not its unit", Some(help.to_owned()));
    }
    if names.value.is_empty() {
        let help = Some("write its name, as the file's first row has it".to_owned());
        sheet.bad(Code::BadValue, names.span.clone(), "`column` names no column".to_owned(), "empty", help);
    }
    Some(MetricColumn {
        metric: metric.value,
        unit: unit.map(|unit| unit.value),
        definition,
        optional: sheet.flag("optional").unwrap_or(false),
        span: names.span,
        names: names.value,
    })
}

/// Tells whether a metric can be counted in a unit.
fn fits(metric: Metric, unit: &str) -> bool {
    match metric {
        Metric::WatchTime | Metric::FirstReply => ["s", "min", "h", "ms"].contains(&unit),
        Metric::Revenue | Metric::Spend => unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase()),
        Metric::Count => true,
        _ => false,
    }
}

/// Says where a mapping names no column by which a row would be known.
fn lacks(sheet: &Sheet<'_>, of: ExportOf, columns: &BTreeMap<ColumnRole, At<Vec<At<String>>>>) {
    use ColumnRole::{Campaign, Content, Id, Medium, Received, Replied, Source, SourceMedium, Time, Url};
    let has = |roles: &[ColumnRole]| roles.iter().any(|role| columns.contains_key(role));
    let wanted: &[&[ColumnRole]] = match of {
        ExportOf::Posts => &[&[Id, Url]],
        ExportOf::Account | ExportOf::Goal => &[&[Time]],
        ExportOf::Traffic => &[&[Source, Medium, SourceMedium, Campaign, Content]],
        ExportOf::Inbox => &[&[Id], &[Received], &[Replied]],
        ExportOf::Ads => &[&[Id, Url, Campaign]],
    };
    if of != ExportOf::Inbox && !sheet.is_said("metric") {
        let message = format!("a mapping of `{}` reads no numbers", of.as_str());
        sheet.say_missing(&message, "add `[[metric]]`, with `metric` and `column`");
    }
    // Where the table is broken, what it lacks may only not have been understood.
    if sheet.is_said("columns") && !sheet.has("columns") {
        return;
    }
    for one_of in wanted.iter().filter(|one_of| !has(one_of)) {
        let names: Vec<String> = one_of.iter().map(|role| format!("`{}`", role.as_str())).collect();
        let message = format!("a mapping of `{}` names no column for {}", of.as_str(), names.join(" or "));
        sheet.say_missing(&message, &format!("add {} to `[columns]`", names.join(" or ")));
    }
}

/// Says where two metrics read one column, or one metric has two that it is.
fn twice(sheet: &Sheet<'_>, metrics: &[MetricColumn]) {
    let mut seen: BTreeMap<String, Metric> = BTreeMap::new();
    for column in metrics {
        for name in &column.names {
            let other = seen.insert(name.value.to_lowercase(), column.metric);
            if other.is_some() {
                let message = format!("the column `{}` is read twice", shown(&name.value));
                let help = "one column is one number: keep the metric that it is";
                sheet.bad(Code::BadValue, name.span.clone(), message, "again", Some(help.to_owned()));
            }
        }
        let is_mark = column.metric.nature() == Nature::Mark;
        if is_mark {
            let message = format!("`{}` is nothing that is counted", column.metric);
            sheet.bad(Code::BadValue, column.span.clone(), message, "a mark", Some("take it out".to_owned()));
        }
    }
}
