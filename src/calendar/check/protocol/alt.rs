//! Words for those who cannot see a picture, and whether they help.

use crate::draft::Fingerprint;
use crate::text::Alt;

use super::super::Copy;
use super::{Breach, Flaw};

/// Words that only say that there is a picture: a screen reader has said so already.
const SAYS_ONLY: [&str; 20] = [
    "image of",
    "an image of",
    "picture of",
    "a picture of",
    "photo of",
    "a photo of",
    "photograph of",
    "a photograph of",
    "graphic of",
    "screenshot of",
    "imagem de",
    "fotografia de",
    "foto de",
    "imagen de",
    "una foto de",
    "bild von",
    "foto von",
    "image de",
    "photo de",
    "immagine di",
];

/// The endings of files that a program writes in place of words.
const ENDINGS: [&str; 10] = ["jpg", "jpeg", "png", "gif", "webp", "heic", "avif", "tiff", "mp4", "mov"];

/// Finds what is wrong with the words for a picture.
pub(super) fn flaws(least: Option<u32>, alt: &str) -> Vec<Flaw> {
    let flaw = |label: &str, help: &str| {
        vec![Flaw { range: 0..alt.len(), label: label.to_owned(), help: help.to_owned() }]
    };
    let lower = alt.trim().to_lowercase();
    let begins = |words: &&str| {
        lower.strip_prefix(*words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if is_file_name(&lower) {
        flaw("a file's name", "say what the picture shows and why it is there")
    } else if let Some(words) = SAYS_ONLY.iter().find(|words| begins(words)) {
        flaw("says that it is a picture", &format!("leave `{words}` out: a screen reader says it already"))
    } else if least.is_some_and(|least| alt.chars().count() < least as usize) {
        flaw("too short to help", "say what the picture shows and why it is there")
    } else {
        Vec::new()
    }
}

fn is_file_name(alt: &str) -> bool {
    let ends = alt.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    let is_one_word = !alt.contains(char::is_whitespace);
    let is_number = is_one_word && alt.contains(|c: char| c.is_ascii_digit()) && alt.contains(['_', '-']);
    let is_bare =
        matches!(alt, "image" | "picture" | "photo" | "imagem" | "foto" | "imagen" | "bild" | "alt");
    (ends && is_one_word) || is_number || is_bare || !alt.contains(char::is_alphanumeric)
}

/// Finds pictures without words that help.
pub(super) fn breaches(least: Option<u32>, copy: &Copy<'_>) -> Vec<Breach> {
    let has_media =
        !copy.sheet.media().is_empty() || copy.sheet.thread().iter().any(|part| !part.media.is_empty());
    if copy.limits.alt == Alt::Unsupported || !has_media {
        return Vec::new();
    }
    let texts = copy.sheet.text().into_iter().chain(copy.sheet.title());
    let texts: Vec<Fingerprint> = texts.filter_map(|words| Fingerprint::of(&words.text)).collect();
    let mut breaches = Vec::new();
    let parts = copy.sheet.thread().iter().flat_map(|part| &part.media);
    for picture in copy.sheet.media().iter().chain(parts) {
        let Some(alt) = &picture.alt else {
            breaches.push(Breach {
                span: Some(picture.file.span.clone()),
                label: "needs `alt`".to_owned(),
                help: "add `alt = \"…\"`: say what it shows and why it is there".to_owned(),
            });
            continue;
        };
        let stem = picture.file.value.rsplit('/').next().unwrap_or_default();
        let stem = stem.split('.').next().unwrap_or_default();
        let is_stem = Fingerprint::of(&alt.text) == Fingerprint::of(stem);
        let is_text = Fingerprint::of(&alt.text).is_some_and(|alt| texts.contains(&alt));
        let told = |label: &str, help: &str| Breach {
            span: Some(alt.span.clone()),
            label: label.to_owned(),
            help: help.to_owned(),
        };
        if is_stem {
            breaches.push(told("the file's name", "say what the picture shows and why it is there"));
        } else if is_text {
            breaches.push(told("the post's own words again", "say what is to be seen, not what is written"));
        } else {
            breaches.extend(flaws(least, &alt.text).into_iter().map(|flaw| told(&flaw.label, &flaw.help)));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::flaws;

    #[test]
    fn words_that_help_no_one_are_found() {
        let bad = [
            "IMG_2041.jpg",
            "img-2041",
            "poster.PNG",
            "Photo",
            "Image of a whale",
            "a photo of: whales",
            "Foto de uma baleia",
            "…",
            "DSC_0001",
        ];
        for alt in bad {
            assert_eq!(flaws(None, alt).len(), 1, "{alt}");
        }
        let good =
            ["A whale hangs in a hall", "Imagery on a wall of tiles", "The poster says: open.jpg wins", "海"];
        for alt in good {
            assert!(flaws(None, alt).is_empty(), "{alt}");
        }
        assert_eq!(flaws(Some(20), "A whale").len(), 1);
    }
}
