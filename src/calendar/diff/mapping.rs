//! Mappings, as a difference tells of them.

use super::super::Mapping;
use super::List;

pub(super) fn mapping(mapping: &Mapping) -> List {
    let form = &mapping.table;
    let list = List::new()
        .say("name", &mapping.name)
        .maybe("of", mapping.of.map(|of| of.as_str()))
        .maybe("platform", mapping.platform)
        .maybe("source", mapping.source.as_ref())
        .maybe("seen", mapping.seen)
        .maybe("encoding", form.encoding.map(|encoding| encoding.as_str()))
        .maybe("delimiter", form.delimiter.map(|delimiter| delimiter.as_str()))
        .maybe("rows above", form.skip)
        .all("names of files", &form.file)
        .maybe("line above", form.above.as_ref())
        .maybe("comment", form.comment.as_ref())
        .maybe("decimal", form.decimal.map(|decimal| decimal.as_str()))
        .all("totals", &form.totals)
        .all("formats of dates", &mapping.time.formats)
        .maybe("zone", mapping.time.zone.as_ref())
        .maybe("moment from id", mapping.time.from_id.map(|clock| clock.as_str()))
        .maybe("window", mapping.time.window.map(|window| window.as_str()))
        .all("forms", mapping.forms.iter().map(|(form, word)| format!("{word} is {form}")));
    let list = mapping.columns.iter().fold(list, |list, (role, names)| {
        list.all(&format!("column of {}", role.as_str()), names.value.iter().map(|name| &name.value))
    });
    mapping.metrics.iter().fold(list, |list, column| {
        let what = format!("column of {}", column.metric);
        list.all(&what, column.names.iter().map(|name| &name.value))
            .maybe(&format!("unit of {}", column.metric), column.unit.as_ref())
            .maybe(&format!("definition of {}", column.metric), column.definition.as_ref())
    })
}
