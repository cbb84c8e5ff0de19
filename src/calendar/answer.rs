//! Answers written into requests: who sees to one, what came of it, why not. Comments and order stay.

use chrono::NaiveDate;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

use crate::draft::{PersonId, PostId};

/// What is answered to a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reply<'a> {
    /// Somebody sees to it, since a day.
    Taken(&'a PersonId, NaiveDate),
    /// Posts came of it.
    Done(&'a [PostId]),
    /// Nothing comes of it, and why.
    Declined(&'a str),
}

/// Writes an answer into a request's file; returns its new text, or why it cannot be edited.
pub fn reply(text: &str, reply: Reply<'_>) -> Result<String, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|fault: toml_edit::TomlError| fault.message().to_owned())?;
    match reply {
        Reply::Taken(person, day) => {
            let taken = document.entry("taken").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            let list = taken.as_array_of_tables_mut().ok_or("`taken` is not written as `[[taken]]`")?;
            let mut table = Table::new();
            table.insert("by", toml_edit::value(person.as_str()));
            let day: toml_edit::Datetime = day.to_string().parse().map_err(|_| "that is no day of a file")?;
            table.insert("on", toml_edit::value(day));
            list.push(table);
        }
        Reply::Done(posts) => {
            let list = document.entry("posts").or_insert_with(|| Item::Value(Value::Array(Array::new())));
            let list = list.as_array_mut().ok_or("`posts` is not a list")?;
            for post in posts {
                if !list.iter().any(|known| known.as_str() == Some(post.as_str())) {
                    list.push(post.as_str());
                }
            }
        }
        Reply::Declined(why) => {
            document.insert("declined", toml_edit::value(why));
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str =
        "# Tea, please\ntitle = \"Tea\" # hot\ndepartment = \"shop\"\n\n[[media]]\nfile = \"media/a.png\"\n";

    #[test]
    fn an_answer_is_added_and_the_rest_stays() {
        let person = PersonId::new("ana").unwrap();
        let day = NaiveDate::from_ymd_opt(2027, 1, 9).unwrap();
        let taken = reply(ASKED, Reply::Taken(&person, day)).unwrap();
        assert_eq!(taken, format!("{ASKED}\n[[taken]]\nby = \"ana\"\non = 2027-01-09\n"));
        let post = [PostId::new("2027-01-18-tea").unwrap()];
        let done = reply(&taken, Reply::Done(&post)).unwrap();
        assert_eq!(done, taken.replace("\"shop\"\n", "\"shop\"\nposts = [\"2027-01-18-tea\"]\n"));
        assert_eq!(reply(&done, Reply::Done(&post)).unwrap(), done, "once is enough");
        let declined = reply(ASKED, Reply::Declined("No \"tea\"")).unwrap();
        assert_eq!(declined, ASKED.replace("\"shop\"\n", "\"shop\"\ndeclined = 'No \"tea\"'\n"));
        assert!(reply("title = ", Reply::Declined("x")).is_err());
        assert!(reply("posts = 1", Reply::Done(&post)).is_err());
    }
}
