//! Edits of people's files: a name put into a list, or taken out. Comments and order stay.

use toml_edit::{Array, DocumentMut, Item, Value};

/// Puts an id into a file's list, or takes it out. Returns the file's new text; nothing where it is so already, or why
/// it cannot be edited.
pub fn edit_list(text: &str, key: &str, id: &str, wanted: bool) -> Result<Option<String>, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|fault: toml_edit::TomlError| fault.message().to_owned())?;
    let list = document.entry(key).or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let array = list.as_array_mut().ok_or_else(|| format!("`{key}` is not a list"))?;
    match (place(array, id), wanted) {
        (Some(_), true) | (None, false) => return Ok(None),
        (None, true) => add(array, id),
        (Some(_), false) => {
            while let Some(at) = place(array, id) {
                take(array, at);
            }
        }
    }
    Ok(Some(document.to_string()))
}

fn place(array: &Array, id: &str) -> Option<usize> {
    array.iter().position(|value| value.as_str() == Some(id))
}

/// Adds a name behind the last one, on a line of its own where that one stands so.
fn add(array: &mut Array, id: &str) {
    let mut value = Value::from(id);
    let before = array.iter().last().and_then(|last| last.decor().prefix()?.as_str()).map(str::to_owned);
    let before = match before {
        // A comment above the last name is not the new one's.
        Some(before) if before.contains('\n') => {
            format!("\n{}", before.rsplit('\n').next().unwrap_or_default())
        }
        Some(_) => " ".to_owned(),
        None => String::new(),
    };
    value.decor_mut().set_prefix(before);
    array.push_formatted(value);
}

/// Takes a name out; what stood before the first is before the one that follows.
fn take(array: &mut Array, at: usize) {
    let taken = array.remove(at);
    let first = array.get_mut(0).filter(|_| at == 0);
    if let (Some(first), Some(before)) = (first, taken.decor().prefix()) {
        let is_plain =
            first.decor().prefix().and_then(|raw| raw.as_str()).is_none_or(|raw| raw.trim().is_empty());
        if is_plain {
            first.decor_mut().set_prefix(before.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, id: &str, wanted: bool) -> String {
        edit_list(text, "access", id, wanted).unwrap().unwrap_or_else(|| "as it was".to_owned())
    }

    #[test]
    fn a_name_is_added_and_taken_and_the_rest_stays() {
        let text = "# ours\nplatform = \"mastodon\" # M\naccess = [\"ada\"] # who\n\n[x]\ny = 1\n";
        let two = edited(text, "bo", true);
        assert_eq!(two, text.replace("[\"ada\"]", "[\"ada\", \"bo\"]"));
        assert_eq!(edited(&two, "bo", false), text);
        assert_eq!(edited(&two, "ada", false), text.replace("ada", "bo"));
        assert_eq!(edited(text, "ada", true), "as it was");
        assert_eq!(edited(text, "bo", false), "as it was");
        assert_eq!(edited(text, "ada", false), text.replace("\"ada\"", ""));
    }

    #[test]
    fn a_list_that_is_missing_is_made_before_the_tables() {
        let text = "platform = \"mastodon\"\n\n[x]\ny = 1\n";
        assert_eq!(edited(text, "ada", true), "platform = \"mastodon\"\naccess = [\"ada\"]\n\n[x]\ny = 1\n");
        assert_eq!(edited("", "ada", true), "access = [\"ada\"]\n");
    }

    #[test]
    fn a_list_of_lines_stays_one() {
        let text = "access = [\n    \"ada\", # the head\n    # on leave\n    \"bo\",\n]\n";
        let three = edited(text, "cy", true);
        assert_eq!(three, text.replace("\"bo\",\n", "\"bo\",\n    \"cy\",\n"));
        assert_eq!(edited(&three, "cy", false), text);
        assert!(edited(text, "ada", false).contains("# on leave\n    \"bo\","));
    }

    #[test]
    fn what_is_no_list_is_left_alone() {
        assert_eq!(
            edit_list("access = \"ada\"", "access", "bo", true),
            Err("`access` is not a list".to_owned())
        );
        assert!(edit_list("access = [", "access", "bo", true).is_err());
    }
}
