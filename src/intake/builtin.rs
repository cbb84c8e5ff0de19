//! The mappings that are built in: those of well-known platforms and tools.

use std::sync::OnceLock;

use crate::calendar::{Item, Mapping, What, read_file};
use crate::finding::{Content, File};

macro_rules! built_in {
    ($($name:literal)*) => {
        /// Each name and text.
        const TEXTS: &[(&str, &str)] = &[$(($name, include_str!(concat!("builtin/", $name, ".toml")))),*];
    };
}

built_in! {
    "facebook" "ga4" "goal" "inbox" "instagram" "linkedin" "linkedin-followers" "matomo" "meta-ads" "pinterest" "plausible"
    "plausible-campaigns" "plausible-contents" "plausible-mediums" "plausible-sources" "threads" "tiktok"
    "tiktok-followers" "x" "x-account" "youtube"
}

/// Returns the names of the mappings that are built in, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name)
}

/// Returns the text of one, as it would stand in `mappings/`.
pub fn text(name: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Returns the file that one would be.
pub fn file(name: &str) -> Option<File> {
    let content = Content::Text(text(name)?.to_owned());
    Some(File { path: format!("mappings/{name}.toml"), content })
}

/// Returns all of them.
pub fn mappings() -> &'static [Mapping] {
    static MAPPINGS: OnceLock<Vec<Mapping>> = OnceLock::new();
    MAPPINGS.get_or_init(|| {
        let read = |name| match read_file(&file(name)?) {
            (Item { what: What::Mapping(mapping), .. }, _) => Some(*mapping),
            _ => None,
        };
        names().filter_map(read).collect()
    })
}
