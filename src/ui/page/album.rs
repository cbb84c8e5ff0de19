//! The pictures of a page: each is carried once, however often it is shown.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::draft::hex;
use crate::html::Html;
use crate::media::Cleaned;
use crate::ui::page::Carry;

/// The pictures that may be shown, by the path that a post names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Album {
    pictures: BTreeMap<String, Picture>,
}

/// A picture that is small enough for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picture {
    bytes: Vec<u8>,
    mime: &'static str,
    size_px: (u32, u32),
    /// Its name in a site's folder; it follows from the bytes.
    name: String,
}

impl Album {
    /// Puts a picture in, as [`crate::media::thumbnail`] makes it.
    pub fn put(&mut self, file: &str, picture: Cleaned) {
        let Some(size_px) = picture.size_px.filter(|(width, height)| *width > 0 && *height > 0) else {
            return;
        };
        let end = picture.mime.strip_prefix("image/").unwrap_or("bin");
        let digits: String = hex(&Sha256::digest(&picture.bytes)).chars().take(16).collect();
        let name = format!("pictures/{digits}.{end}");
        self.pictures
            .insert(file.to_owned(), Picture { bytes: picture.bytes, mime: picture.mime, size_px, name });
    }

    /// Returns a picture's width and height, where it can be shown.
    pub fn size_px(&self, file: &str) -> Option<(u32, u32)> {
        self.pictures.get(file).map(|picture| picture.size_px)
    }

    /// Writes a picture, cut to its frame where it is one of several; `words` say what it shows.
    pub fn show(&self, html: &mut Html, carry: Carry, file: &str, words: &str) {
        let Some(picture) = self.pictures.get(file) else { return };
        let (width, height) = picture.size_px;
        let (width, height) = (width.to_string(), height.to_string());
        match carry {
            // One `img` more would be one copy of the picture more: the page would weigh as many times as much.
            Carry::Alone => {
                let view = format!("0 0 {width} {height}");
                let slice = ("preserveAspectRatio", "xMidYMid slice");
                html.open(
                    "svg",
                    &[
                        ("class", "picture"),
                        ("role", "img"),
                        ("aria-label", words),
                        ("viewBox", &view),
                        slice,
                    ],
                );
                html.open("use", &[("href", &format!("#{}", id(&picture.name)))]).close("use").close("svg");
            }
            Carry::Site { up } => {
                let source = format!("{up}{}", picture.name);
                let size = [("width", width.as_str()), ("height", height.as_str())];
                let [width, height] = size;
                let lazy = ("loading", "lazy");
                let class = ("class", "picture");
                html.open("img", &[class, ("src", &source), ("alt", words), width, height, lazy]);
            }
        }
    }

    /// Writes the pictures that a page of its own carries.
    pub fn carry(&self, html: &mut Html) {
        if self.pictures.is_empty() {
            return;
        }
        html.raw(
            "<svg class=\"album\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>\n",
        );
        let by_name: BTreeMap<&str, &Picture> =
            self.pictures.values().map(|picture| (picture.name.as_str(), picture)).collect();
        for picture in by_name.values() {
            let (width, height) = picture.size_px;
            let data = format!("data:{};base64,{}", picture.mime, STANDARD.encode(&picture.bytes));
            let (width, height) = (width.to_string(), height.to_string());
            let id = id(&picture.name);
            html.open("image", &[("id", &id), ("width", &width), ("height", &height), ("href", &data)]);
            html.close("image").raw("\n");
        }
        html.raw("</defs></svg>\n");
    }

    /// Returns the files that lie in a site's folder, with their names.
    pub fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.pictures.values().map(|picture| (picture.name.clone(), picture.bytes.clone()))
    }
}

/// Returns what a picture is called within a page.
fn id(name: &str) -> String {
    let stem = name.trim_start_matches("pictures/").split('.').next().unwrap_or_default();
    format!("picture-{stem}")
}
