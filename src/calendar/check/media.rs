//! Pictures and films: where they are, and what each platform takes.

use crate::draft::{MediaBook, MediaFacts};
use crate::finding::{Code, Finding, Span};
use crate::media::{self, show_bytes};
use crate::text::{self, Alt, Format, Platform};
use crate::time::nearest;

use super::super::format::word::shown;
use super::super::{Body, Calendar, Picture, Post};
use super::text::{character, number};
use super::{Copy, post};

/// Says why a path leaves the calendar, if it does.
pub(super) fn outside_why(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    if path.starts_with('/') {
        Some("it begins at the disk's root")
    } else if drive {
        Some("it begins with a drive's letter")
    } else if path.contains('\\') {
        Some("folders are parted by `/`, not `\\`")
    } else if path.starts_with('~') {
        Some("it begins at a home folder")
    } else if path.contains("://") {
        Some("it is a web address, and media are files")
    } else if path.split('/').any(|part| part == "..") {
        Some("it goes up with `..`")
    } else {
        None
    }
}

/// Returns every picture that a post names, in its own body and in its variants.
fn pictures(post: &Post) -> impl Iterator<Item = &Picture> {
    let variants = post.variants.values().map(|variant| &variant.value);
    std::iter::once(&post.body).chain(variants).flat_map(Body::pictures)
}

pub(super) fn outside(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    for picture in pictures(post) {
        let Some(why) = outside_why(&picture.file.value) else { continue };
        let message = format!("`{}` is outside of the calendar: {why}", shown(&picture.file.value));
        let finding = Finding::new(Code::MediaOutside, &post.file, message).at(picture.file.span.clone());
        findings.push(
            finding
                .label("outside")
                .help("copy the file to media/, and write its path from the calendar's root"),
        );
    }
}

/// Finds files that are named and not there.
pub(super) fn missing(calendar: &Calendar, post: &Post, book: &MediaBook, findings: &mut Vec<Finding>) {
    for picture in pictures(post) {
        let path = &picture.file.value;
        if book.contains_key(path) || outside_why(path).is_some() {
            continue;
        }
        let finding =
            Finding::new(Code::MediaMissing, &post.file, format!("there is no file `{}`", shown(path)))
                .at(picture.file.span.clone());
        findings.push(match near(calendar, path) {
            Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
            None => finding
                .label("not there")
                .help("copy the file there, or mend the path; paths begin at the calendar's root"),
        });
    }
}

/// Finds files that are of another format than their names say.
pub(super) fn misnamed(_: &Calendar, post: &Post, book: &MediaBook, findings: &mut Vec<Finding>) {
    for picture in pictures(post) {
        let path = &picture.file.value;
        let Some(mime) = book.get(path).and_then(|facts| facts.mime) else { continue };
        let Err(fault) = media::verify_name(path, mime) else { continue };
        let message = format!("`{}` is not what it is called: {fault}", shown(path));
        let finding = Finding::new(Code::MediaMisnamed, &post.file, message).at(picture.file.span.clone());
        findings.push(
            finding.label("another format").help(
                "give the file the ending of its own format, or save it in the format that its name says",
            ),
        );
    }
}

/// Finds pictures and films that say where they were taken.
pub(super) fn location(_: &Calendar, post: &Post, book: &MediaBook, findings: &mut Vec<Finding>) {
    for picture in pictures(post) {
        let path = &picture.file.value;
        if !book.get(path).is_some_and(|facts| facts.has_location) {
            continue;
        }
        let message =
            format!("`{}` says where it was taken; that is taken out of what is published", shown(path));
        let finding = Finding::new(Code::MediaLocation, &post.file, message).at(picture.file.span.clone());
        findings.push(
            finding.label("holds a place").help(
                "take it out of the file too, if not everybody who reads the calendar may know the place",
            ),
        );
    }
}

/// Returns the file that was probably meant: of the same name elsewhere, or of nearly the same path.
fn near<'a>(calendar: &'a Calendar, path: &str) -> Option<&'a str> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let there = || calendar.media.iter().map(String::as_str);
    let wanted = name(path);
    there().find(|known| name(known) == wanted).or_else(|| nearest(path, there()))
}

/// Finds pictures without a description, where one of the post's accounts has a place for it.
pub(super) fn alt_missing(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let mut told: Vec<Span> = Vec::new();
    for account in post::accounts(calendar, post) {
        let Some(platform) = &account.platform else { continue };
        if platform.value.limits().alt == Alt::Unsupported {
            continue;
        }
        let sheet = post.sheet(&account.id);
        let parts = sheet.thread().iter().flat_map(|part| &part.media);
        for picture in sheet.media().iter().chain(parts).filter(|picture| picture.alt.is_none()) {
            if told.contains(&picture.file.span) {
                continue;
            }
            told.push(picture.file.span.clone());
            let message =
                format!("`{}` has no words for those who cannot see it", shown(&picture.file.value));
            let finding = Finding::new(Code::AltMissing, &post.file, message).at(picture.file.span.clone());
            findings.push(
                finding.label("needs `alt`").help("add `alt = \"…\"`: say what it shows and why it is there"),
            );
        }
    }
}

/// What a media file is to a platform.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Image(Option<Format>),
    Video,
    Other,
}

fn form(facts: &MediaFacts) -> Form {
    match facts.mime.unwrap_or_default() {
        "image/jpeg" => Form::Image(Some(Format::Jpeg)),
        "image/png" => Form::Image(Some(Format::Png)),
        "image/gif" => Form::Image(Some(Format::Gif)),
        "image/webp" => Form::Image(Some(Format::Webp)),
        "image/bmp" => Form::Image(Some(Format::Bmp)),
        "image/tiff" => Form::Image(Some(Format::Tiff)),
        "image/heic" | "image/heif" => Form::Image(Some(Format::Heic)),
        "image/avif" => Form::Image(Some(Format::Avif)),
        mime if mime.starts_with("image/") => Form::Image(None),
        mime if mime.starts_with("video/") => Form::Video,
        _ => Form::Other,
    }
}

fn show_format(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "JPEG",
        Format::Png => "PNG",
        Format::Gif => "GIF",
        Format::Webp => "WebP",
        Format::Bmp => "BMP",
        Format::Tiff => "TIFF",
        Format::Heic => "HEIC",
        Format::Avif => "AVIF",
    }
}

/// One media file of a copy, with what is known of it.
struct Seen<'a> {
    picture: &'a Picture,
    facts: &'a MediaFacts,
    form: Form,
}

impl<'a> Copy<'a> {
    /// Returns the media of each piece of the post; a file that is not there is left out.
    fn pieces(&self) -> Vec<Vec<Seen<'a>>> {
        let book = self.book;
        let see = |picture: &'a Picture| {
            let facts = book.get(&picture.file.value)?;
            Some(Seen { picture, facts, form: form(facts) })
        };
        let first = self.sheet.media().iter().filter_map(see).collect();
        let parts = self.sheet.thread().iter().map(|part| part.media.iter().filter_map(see).collect());
        std::iter::once(first).chain(parts).collect()
    }

    fn each(&self) -> impl Iterator<Item = Seen<'a>> {
        self.pieces().into_iter().flatten()
    }

    fn of(&self, code: Code, seen: &Seen<'_>, message: String) -> Finding {
        self.finding(code, Some(seen.picture.file.span.clone()), message)
    }

    /// Tells whether kalends itself sends it, and no person.
    fn is_sent(&self) -> bool {
        let is_ours = matches!(self.platform, Platform::Bluesky | Platform::Feed | Platform::Mastodon);
        is_ours && !self.account.by_hand
    }

    fn other_file(&self) -> String {
        format!(
            "give this account another file: `{}` and `[[for.{}.media]]`",
            self.variant(),
            self.account.id
        )
    }
}

pub(super) fn format(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let limits = &copy.limits.media;
    for seen in copy.each() {
        let file = shown(&seen.picture.file.value);
        let why = match seen.form {
            Form::Other => format!("`{file}` is neither a picture nor a film that is known"),
            Form::Image(_) if limits.images_max == Some(0) => format!("{} takes films only", copy.name()),
            Form::Video if limits.videos_max == Some(0) => format!("{} takes pictures only", copy.name()),
            Form::Image(known)
                if !limits.formats.is_empty()
                    && !known.is_some_and(|known| limits.formats.contains(&known)) =>
            {
                let takes: Vec<&str> = limits.formats.iter().map(|known| show_format(*known)).collect();
                let is = known.map_or("of another form", show_format);
                format!("`{file}` is {is}, and {} takes {}", copy.name(), takes.join(", "))
            }
            _ => match seen.facts.mime.filter(|mime| !media::can_clean(mime) && copy.is_sent()) {
                Some(mime) => format!(
                    "kalends cannot take out of `{file}` what it tells beside what it shows: it is {}",
                    media::name(mime).unwrap_or("of another format")
                ),
                None => continue,
            },
        };
        findings.push(copy.of(Code::MediaFormat, &seen, why).label("not taken").help(copy.other_file()));
    }
}

pub(super) fn too_large(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let media = &copy.limits.media;
    for seen in copy.each() {
        let max = match seen.form {
            Form::Image(Some(Format::Gif)) => media.gif_bytes_max.or(media.image_bytes_max),
            Form::Image(_) => media.image_bytes_max,
            Form::Video => media.video_bytes_max,
            Form::Other => None,
        };
        let Some(max) = max.filter(|max| seen.facts.size_bytes > *max) else { continue };
        let over = show_bytes(seen.facts.size_bytes - max);
        let message = format!(
            "`{}` has {}, and {} takes {} at most",
            shown(&seen.picture.file.value),
            show_bytes(seen.facts.size_bytes),
            copy.name(),
            show_bytes(max)
        );
        findings.push(
            copy.of(Code::MediaTooLarge, &seen, message)
                .label(format!("{over} too large"))
                .help(format!("make the file smaller by {over}, or give this account another")),
        );
    }
}

pub(super) fn dimensions(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let media = &copy.limits.media;
    for seen in copy.each() {
        let (Form::Image(_), Some((width, height))) = (seen.form, seen.facts.size_px) else { continue };
        let too_wide = media.width_pixels.filter(|(min, max)| !(*min..=*max).contains(&width));
        let pixels = u64::from(width) * u64::from(height);
        let too_many = media.image_pixels_max.filter(|max| pixels > *max);
        let takes = match (too_wide, too_many) {
            (Some((min, max)), _) => format!("from {min} to {max} pixels of width"),
            (None, Some(max)) => format!("{max} pixels in all"),
            (None, None) => continue,
        };
        let message = format!(
            "`{}` is {width} × {height} pixels, and {} takes {takes}",
            shown(&seen.picture.file.value),
            copy.name()
        );
        findings.push(
            copy.of(Code::MediaDimensions, &seen, message)
                .label("not of a size that is taken")
                .help("scale the picture, or give this account another"),
        );
    }
}

pub(super) fn aspect(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((tallest, flattest)) = copy.limits.media.aspect else { return };
    for seen in copy.each() {
        let (Form::Image(_), Some((width, height))) = (seen.form, seen.facts.size_px) else { continue };
        if tallest.admits_at_least(width, height) && flattest.admits_at_most(width, height) {
            continue;
        }
        let message = format!(
            "`{}` is {width} × {height} pixels, and {} takes forms from {}:{} to {}:{}",
            shown(&seen.picture.file.value),
            copy.name(),
            tallest.width,
            tallest.height,
            flattest.width,
            flattest.height
        );
        findings.push(
            copy.of(Code::MediaAspect, &seen, message)
                .label("not of a form that is taken")
                .help("crop the picture, or give this account another"),
        );
    }
}

pub(super) fn too_many(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let media = &copy.limits.media;
    for piece in copy.pieces() {
        let is_image = |seen: &&Seen<'_>| matches!(seen.form, Form::Image(_));
        let is_video = |seen: &&Seen<'_>| seen.form == Form::Video;
        let images: Vec<&Seen<'_>> = piece.iter().filter(is_image).collect();
        let videos: Vec<&Seen<'_>> = piece.iter().filter(is_video).collect();
        let all: Vec<&Seen<'_>> = piece.iter().collect();
        for (list, max, noun) in [
            (images, media.images_max, "picture"),
            (videos, media.videos_max, "film"),
            (all, media.total_max, "media file"),
        ] {
            // None at all is a matter of the format.
            let Some(max) = max.filter(|max| *max > 0) else { continue };
            let Some(first) = list.get(max) else { continue };
            let message = format!(
                "{} takes {} in a post at most, and this has {}",
                copy.name(),
                number(max, noun),
                list.len()
            );
            findings.push(
                copy.of(Code::MediaTooMany, first, message).label("one too many").help(copy.other_file()),
            );
            break;
        }
    }
}

pub(super) fn mixed(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    if copy.limits.media.mixed {
        return;
    }
    for piece in copy.pieces() {
        let image = piece.iter().any(|seen| matches!(seen.form, Form::Image(_)));
        let Some(video) = piece.iter().find(|seen| seen.form == Form::Video).filter(|_| image) else {
            continue;
        };
        let message = format!("{} takes pictures or a film in one post, not both", copy.name());
        findings
            .push(copy.of(Code::MediaMixed, video, message).label("beside pictures").help(copy.other_file()));
    }
}

pub(super) fn required(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    if copy.limits.media.required && copy.sheet.media().is_empty() {
        let message = format!("{} needs a picture or a film, and the post has none", copy.name());
        let help = format!("add `[[media]]`, here or as `[[for.{}.media]]`", copy.account.id);
        findings.push(copy.finding(Code::MediaRequired, copy.to(), message).label("needs media").help(help));
    }
}

pub(super) fn alt_too_long(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let (Alt::Optional { max: Some(max) } | Alt::Required { max: Some(max) }) = copy.limits.alt else {
        return;
    };
    let parts = copy.sheet.thread().iter().flat_map(|part| &part.media);
    for alt in copy.sheet.media().iter().chain(parts).filter_map(|picture| picture.alt.as_ref()) {
        let Some(excess) = text::excess(&alt.text, &max) else { continue };
        let message = format!(
            "the description is too long for {}: {} of {} {}",
            copy.name(),
            excess.used,
            excess.max,
            excess.unit
        );
        let finding = copy.finding(Code::AltTooLong, Some(character(alt, excess.at)), message);
        findings.push(finding.label("from here on").help(format!("shorten it by {}", excess.over())));
    }
}
