//! A list of words edited in place: items that stay keep their quotes, and the comments about them.

use toml_edit::{Array, RawString, Value};

use super::cell;

/// An item, with what stands about it.
struct Piece {
    /// What stands before it: blanks, and comments on lines of their own.
    lead: String,
    value: Value,
    /// What stands between it and its comma.
    suffix: String,
    /// The comment behind it on its line.
    tail: String,
}

/// Makes a list of a file have the items that are wanted.
pub fn set(array: &mut Array, wanted: &Array) {
    let (open, pieces, close) = taken(array);
    let line = pieces.iter().find_map(|piece| piece.lead.rsplit_once('\n'));
    let fresh = line.map_or_else(|| " ".to_owned(), |(_, indent)| format!("\n{indent}"));
    let first = pieces.first().map_or_else(String::new, |piece| piece.lead.clone());
    let has_comma = array.trailing_comma() && !wanted.is_empty();
    array.clear();
    let mut before = open;
    for (number, (piece, place)) in matched(pieces, wanted, &fresh).into_iter().enumerate() {
        let lead = match number {
            _ if piece.lead.contains('\n') => piece.lead,
            0 if first.contains('\n') => fresh.clone(),
            0 => first.clone(),
            _ if place == Some(0) => fresh.clone(),
            _ => piece.lead,
        };
        let is_open = before.contains('#') && !lead.contains('\n');
        let lead = if is_open { format!("\n{}", lead.trim_start()) } else { lead };
        let mut value = piece.value;
        value.decor_mut().set_prefix(format!("{before}{lead}"));
        value.decor_mut().set_suffix(piece.suffix);
        array.push_formatted(value);
        before = piece.tail;
    }
    let end = if before.contains('#') && !close.contains('\n') { "\n" } else { "" };
    array.set_trailing_comma(has_comma);
    array.set_trailing(format!("{before}{end}{close}"));
}

/// Takes a list apart: the comment behind its bracket, its items, and what stands before the bracket that closes it.
fn taken(array: &Array) -> (String, Vec<Piece>, String) {
    let raw =
        |raw: Option<&RawString>| raw.and_then(RawString::as_str).map_or_else(String::new, str::to_owned);
    let (mut open, mut pieces) = (String::new(), Vec::<Piece>::new());
    for item in array.iter() {
        let (tail, lead) = parted(raw(item.decor().prefix()));
        match pieces.last_mut() {
            Some(last) => last.tail = tail,
            None => open = tail,
        }
        let mut value = item.clone();
        value.decor_mut().clear();
        pieces.push(Piece { lead, value, suffix: raw(item.decor().suffix()), tail: String::new() });
    }
    let mut end = raw(Some(array.trailing()));
    if let Some(last) = pieces.last_mut().filter(|_| !array.trailing_comma()) {
        end = std::mem::take(&mut last.suffix) + &end;
    }
    let (tail, close) = parted(end);
    match pieces.last_mut() {
        Some(last) => last.tail = tail,
        None => open = tail,
    }
    (open, pieces, close)
}

/// Parts the comment that ends a line from what is below it.
fn parted(text: String) -> (String, String) {
    match text.split_once('\n') {
        Some((line, rest)) if line.contains('#') => (line.to_owned(), format!("\n{rest}")),
        _ => (String::new(), text),
    }
}

/// Returns the items that are wanted, each with its place before: one that stays as it was, one in the place of another
/// with the comments there.
fn matched(pieces: Vec<Piece>, wanted: &Array, fresh: &str) -> Vec<(Piece, Option<usize>)> {
    let mut old: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut take = |value: &Value| {
        let is_same = |piece: &Piece| cell::show(&piece.value) == cell::show(value);
        let place = old.iter().position(|piece| piece.as_ref().is_some_and(is_same))?;
        Some((old.get_mut(place)?.take()?, Some(place)))
    };
    let staying: Vec<_> = wanted.iter().map(|value| (value, take(value))).collect();
    let put = |(number, (value, stays)): (usize, (&Value, Option<_>))| {
        stays.unwrap_or_else(|| {
            let mut value = value.clone();
            value.decor_mut().clear();
            match old.get_mut(number).and_then(Option::take) {
                Some(piece) => (Piece { value, ..piece }, Some(number)),
                None => {
                    let (lead, suffix, tail) = (fresh.to_owned(), String::new(), String::new());
                    (Piece { lead, value, suffix, tail }, None)
                }
            }
        })
    };
    staying.into_iter().enumerate().map(put).collect()
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;

    #[test]
    fn comments_about_items_that_stay_stay() {
        for (before, wanted, after) in [
            ("[\"A\", # first\n \"B\"]", &["A", "C"][..], "[\"A\", # first\n \"C\"]"),
            ("[\"A\", # first\n \"B\"]", &["A"], "[\"A\" # first\n]"),
            ("[\"A\", # first\n \"B\"]", &["A", "B", "C"], "[\"A\", # first\n \"B\",\n \"C\"]"),
            ("[\"A\", # first\n \"B\"]", &["B"], "[\n \"B\"]"),
            ("['A', 'B']", &["B", "A"], "['B', 'A']"),
            ("[ 'A', 'B' ]", &["A"], "[ 'A' ]"),
            ("[\n  'A', # a\n  # on b\n  'B', # b\n]", &["B", "C"], "[\n  # on b\n  'B', # b\n  \"C\",\n]"),
            ("[\n  'A', # a\n  'B' # b\n]", &["A", "B", "C"], "[\n  'A', # a\n  'B', # b\n  \"C\"\n]"),
            ("[ # all\n  'A',\n]", &["B", "A"], "[ # all\n  \"B\",\n  'A',\n]"),
            ("['A', # a\n]", &[], "[\n]"),
            ("[]", &["A", "B"], "[\"A\", \"B\"]"),
        ] {
            let mut document: DocumentMut = format!("x = {before}\n").parse().unwrap();
            let list: Array = wanted.iter().copied().collect();
            set(document["x"].as_array_mut().unwrap(), &list);
            let text = document.to_string();
            assert_eq!(text, format!("x = {after}\n"), "{before} {wanted:?}");
            assert_eq!(text.parse::<DocumentMut>().unwrap()["x"].as_array().unwrap().len(), wanted.len());
        }
    }
}
