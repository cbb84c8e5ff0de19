//! Drafts of posts that a plan or a request gives rise to: held until somebody has written them.

use std::fmt::Write;

use chrono::NaiveDateTime;

use crate::cli::init::quoted;

/// What is known of a post that is to be written.
#[derive(Debug, Clone, Default)]
pub struct Sketch<'a> {
    /// What it comes from, for its first line.
    pub origin: String,
    /// Its title.
    pub title: String,
    /// When it goes out.
    pub at: NaiveDateTime,
    /// The department that posts it.
    pub department: Option<&'a str>,
    /// Who writes it.
    pub author: Option<&'a str>,
    /// The accounts it goes to.
    pub to: Vec<&'a str>,
    /// The campaign it belongs to.
    pub campaign: Option<&'a str>,
    /// The goal it serves.
    pub goal: Option<&'a str>,
    /// What it is about.
    pub topics: Vec<&'a str>,
    /// What it says, as far as that is known.
    pub text: String,
    /// The page it points to.
    pub link: Option<&'a str>,
    /// Its tags.
    pub tags: Vec<&'a str>,
    /// Its pictures, each with its words.
    pub media: Vec<(&'a str, Option<&'a str>)>,
    /// Why it must not go out yet.
    pub hold: String,
    /// How long its poll is open, in a duration's words; absent where it has none.
    pub poll: Option<String>,
}

impl Sketch<'_> {
    /// Returns the post's id, from its day and a name.
    pub fn id(&self, slug: &str) -> String {
        format!("{}-{slug}", self.at.format("%Y-%m-%d"))
    }

    /// Returns where a post of an id lies.
    pub fn path(&self, id: &str) -> String {
        format!("posts/{}/{id}.toml", self.at.format("%Y/%m"))
    }

    /// Returns the post's file.
    pub fn file(&self) -> String {
        let mut file = format!("# {}\n", self.origin);
        let mut put = |words: std::fmt::Arguments<'_>| {
            // Writing into a string cannot fail.
            _ = file.write_fmt(words);
        };
        put(format_args!("title = {}\n", quoted(&self.title)));
        for (key, value) in [("department", self.department), ("author", self.author)] {
            if let Some(value) = value {
                put(format_args!("{key} = {}\n", quoted(value)));
            }
        }
        put(format_args!("at = {}\n", self.at.format("%Y-%m-%dT%H:%M:%S")));
        put(format_args!("to = {}\n", listed(&self.to)));
        for (key, value) in [("campaign", self.campaign), ("goal", self.goal)] {
            if let Some(value) = value {
                put(format_args!("{key} = {}\n", quoted(value)));
            }
        }
        if !self.topics.is_empty() {
            put(format_args!("topics = {}\n", listed(&self.topics)));
        }
        put(format_args!("hold = {}   # take this line out when the post may go\n", quoted(&self.hold)));
        put(format_args!("text = {}\n", block(&self.text)));
        if let Some(link) = self.link {
            put(format_args!("link = {}\n", quoted(link)));
        }
        if !self.tags.is_empty() {
            put(format_args!("tags = {}\n", listed(&self.tags)));
        }
        for (path, alt) in &self.media {
            put(format_args!("\n[[media]]\nfile = {}\n", quoted(path)));
            match alt {
                Some(alt) => put(format_args!("alt = {}\n", quoted(alt))),
                None => put(format_args!("# alt = \"What it shows, for those who cannot see it\"\n")),
            }
        }
        if let Some(open) = &self.poll {
            put(format_args!(
                "\n[poll]\noptions = [\"The first answer\", \"The second answer\"]\nopen = {}\n",
                quoted(open)
            ));
        }
        file
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// Returns a text as it stands in a file: on lines of its own where nothing in it could be taken for something else.
fn block(text: &str) -> String {
    let is_plain = !text.contains("\"\"\"")
        && !text.contains('\\')
        && !text.ends_with('"')
        && !text.chars().any(|c| c.is_control() && c != '\n');
    if is_plain { format!("\"\"\"\n{text}\n\"\"\"") } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_for_the_file_says_it_and_nothing_else() {
        for text in ["Tea.", "\"\"\"\nhold = 1", "a\\b", "Say \"tea\"", "Two\nlines", "\u{1b}[31m", ""] {
            let sketch = Sketch {
                origin: "From somewhere".to_owned(),
                title: text.replace('\n', " "),
                text: text.to_owned(),
                to: vec!["news"],
                hold: "a draft".to_owned(),
                media: vec![("media/a.png", None)],
                poll: Some("1d".to_owned()),
                ..Sketch::default()
            };
            let file: toml_edit::DocumentMut = sketch.file().parse().unwrap();
            assert_eq!(file["text"].as_str().unwrap().trim_end(), text.trim_end());
            assert_eq!(file["hold"].as_str(), Some("a draft"));
            assert_eq!(file["media"].as_array_of_tables().unwrap().len(), 1);
        }
    }
}
