//! The shapes of secrets, by what each platform's own are known to look like.

use super::context;
use super::{Leak, Sort};
use crate::finding::Span;

/// What a shape asks of the characters behind its beginning.
#[derive(Clone, Copy)]
enum Body {
    /// Letters, digits, `_` and `-`; at least as many.
    Word(usize),
    /// The same with dots between.
    Dotted(usize),
    /// Letters and digits; at least as many.
    Alnum(usize),
    /// Exactly as many letters, digits, `_` and `-`.
    Exactly(usize),
}

/// A secret that is known by its beginning.
struct Prefixed {
    prefix: &'static str,
    body: Body,
    /// Whether upper case, lower case and digits must all be in it, as in any that was drawn by chance.
    mixed: bool,
    sort: Sort,
}

const fn prefixed(
    prefix: &'static str,
    body: Body,
    mixed: bool,
    name: &'static str,
    at: &'static str,
) -> Prefixed {
    Prefixed { prefix, body, mixed, sort: Sort { name, at: Some(at) } }
}

const IDENTITY: Sort = Sort { name: "an age identity", at: None };
const KEY: Sort = Sort { name: "a private key", at: None };
const JWT: Sort = Sort { name: "a session's token (JWT)", at: Some("the service that issued it") };
const APP_PASSWORD: Sort = Sort { name: "a Bluesky app password", at: Some("Bluesky") };
const X: Sort = Sort { name: "an X token", at: Some("X") };
const TELEGRAM: Sort = Sort { name: "a Telegram bot's token", at: Some("Telegram (@BotFather)") };
const DISCORD_BOT: Sort = Sort { name: "a Discord bot's token", at: Some("Discord") };
const DISCORD_HOOK: Sort = Sort { name: "a Discord webhook's address", at: Some("Discord") };
const SLACK_HOOK: Sort = Sort { name: "a Slack webhook's address", at: Some("Slack") };
const FACEBOOK: Sort = Sort { name: "a Facebook token", at: Some("Facebook") };
const GOOGLE: Sort = Sort { name: "a Google token", at: Some("Google") };

const PREFIXED: &[Prefixed] = &[
    prefixed("xoxa-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxb-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxe-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxe.", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxp-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxr-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xoxs-", Body::Dotted(14), false, "a Slack token", "Slack"),
    prefixed("xapp-", Body::Dotted(20), false, "a Slack token", "Slack"),
    prefixed("EAA", Body::Alnum(30), true, "a Facebook token", "Facebook"),
    prefixed("IGQ", Body::Word(30), true, "an Instagram token", "Instagram"),
    prefixed("IGA", Body::Word(30), true, "an Instagram token", "Instagram"),
    prefixed("THQ", Body::Word(30), true, "a Threads token", "Threads"),
    prefixed("THA", Body::Word(30), true, "a Threads token", "Threads"),
    prefixed("AQ", Body::Word(58), true, "a LinkedIn token", "LinkedIn"),
    prefixed("WPL_AP1.", Body::Dotted(12), false, "a LinkedIn client secret", "LinkedIn"),
    prefixed("ya29.", Body::Word(20), false, "a Google token", "Google"),
    prefixed("AIza", Body::Exactly(35), true, "a Google API key", "Google"),
    prefixed("GOCSPX-", Body::Word(20), false, "a Google client secret", "Google"),
    prefixed("pina_", Body::Word(20), false, "a Pinterest token", "Pinterest"),
    prefixed("pinr_", Body::Word(20), false, "a Pinterest token", "Pinterest"),
    prefixed("act.", Body::Word(16), true, "a TikTok token", "TikTok"),
    prefixed("rft.", Body::Word(16), true, "a TikTok token", "TikTok"),
    prefixed("clt.", Body::Word(16), true, "a TikTok token", "TikTok"),
    prefixed("ghp_", Body::Alnum(36), false, "a GitHub token", "GitHub"),
    prefixed("gho_", Body::Alnum(36), false, "a GitHub token", "GitHub"),
    prefixed("ghs_", Body::Alnum(36), false, "a GitHub token", "GitHub"),
    prefixed("ghu_", Body::Alnum(36), false, "a GitHub token", "GitHub"),
    prefixed("ghr_", Body::Alnum(36), false, "a GitHub token", "GitHub"),
    prefixed("github_pat_", Body::Word(30), false, "a GitHub token", "GitHub"),
    prefixed("glpat-", Body::Word(20), false, "a GitLab token", "GitLab"),
    Prefixed { prefix: "AGE-SECRET-KEY-1", body: Body::Alnum(40), mixed: false, sort: IDENTITY },
    Prefixed { prefix: "AGE-SECRET-KEY-PQ-1", body: Body::Alnum(40), mixed: false, sort: IDENTITY },
];

/// Tells whether a run, with what stands around it in the text, is a secret: the text, the run's place, the run.
type Whole = fn(&[u8], &Span, &[u8]) -> Option<Leak>;

const WHOLE: &[Whole] = &[pem, webhook, telegram, app_password, x, dotted, google_refresh];

/// Returns the secret that a run of a token's characters is, or belongs to.
pub(super) fn of(bytes: &[u8], run: Span) -> Option<Leak> {
    let run = run.start..end_without_dots(bytes, &run);
    let word = bytes.get(run.clone())?;
    WHOLE
        .iter()
        .find_map(|shape| shape(bytes, &run, word))
        .or_else(|| prefix(bytes, &run))
        .or_else(|| facebook_app(bytes, &run, word))
        .or_else(|| context::named(bytes, &run).map(|sort| Leak { span: run.clone(), sort }))
}

fn end_without_dots(bytes: &[u8], run: &Span) -> usize {
    let word = bytes.get(run.clone()).unwrap_or_default();
    run.start + word.iter().rposition(|byte| *byte != b'.').map_or(0, |at| at + 1)
}

fn leak(span: Span, sort: Sort) -> Option<Leak> {
    Some(Leak { span, sort })
}

/// Looks for a known beginning, at the run's own and behind each `-`, `_` and `.` in it.
fn prefix(bytes: &[u8], run: &Span) -> Option<Leak> {
    let word = bytes.get(run.clone())?;
    let in_base64 = in_base64(bytes, run.start);
    let ends = || word.iter().enumerate().filter(|(_, byte)| !byte.is_ascii_alphanumeric());
    for at in std::iter::once(0).chain(ends().map(|(at, _)| at + 1)) {
        let rest = word.get(at..).unwrap_or_default();
        if rest.len() < RUN_MIN {
            break;
        }
        let rest = rest.get(..LOOK_AHEAD).unwrap_or(rest);
        let fits = |shape: &&Prefixed| {
            let Some(body) = rest.strip_prefix(shape.prefix.as_bytes()) else { return false };
            fits(body, shape.body)
                && body.iter().any(u8::is_ascii_digit)
                && (!shape.mixed || !in_base64 && mixed(body))
        };
        if let Some(shape) = PREFIXED.iter().find(fits) {
            return leak(run.start + at..run.end, shape.sort);
        }
    }
    None
}

/// Tells whether a byte is in the middle of a base64 text, where any letters come by chance: behind one of its signs, or at
/// the beginning of a line of an armored signature.
fn in_base64(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    let before = before.get(before.len().saturating_sub(ARMOR_LINE + 3)..).unwrap_or_default();
    if matches!(before.last(), Some(b'+' | b'/')) {
        return true;
    }
    let Some(above) = before.strip_suffix(b"\n") else { return false };
    let above = above.strip_suffix(b"\r").unwrap_or(above);
    let line = above.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    line == b"-----BEGIN SSH SIGNATURE-----" || line.len() == ARMOR_LINE && line.iter().all(is_base64)
}

/// How long the lines of an armored signature are.
const ARMOR_LINE: usize = 70;

/// The shortest of what begins in a known way.
const RUN_MIN: usize = 19;

/// How far is looked behind a beginning, however long the rest is: a text full of beginnings takes no longer.
const LOOK_AHEAD: usize = 512;

/// The longest private key that is found whole.
const KEY_MAX: usize = 16 * 1024;

fn fits(body: &[u8], wanted: Body) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = |test: fn(&u8) -> bool| body.iter().position(|byte| !test(byte)).unwrap_or(body.len());
    match wanted {
        Body::Word(least) => length(is_word) >= least,
        Body::Dotted(least) => body.len() >= least,
        Body::Alnum(least) => length(u8::is_ascii_alphanumeric) >= least,
        Body::Exactly(many) => body.len() == many && length(is_word) == many,
    }
}

/// Tells whether upper case, lower case and digits are all there.
pub(super) fn mixed(text: &[u8]) -> bool {
    [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit]
        .iter()
        .all(|test| text.iter().any(test))
}

/// The first line of a key, with `-----BEGIN … PRIVATE KEY-----` before it: the key to its end.
fn pem(bytes: &[u8], run: &Span, _: &[u8]) -> Option<Leak> {
    const TITLE: &[u8] = b"PRIVATE KEY-----";
    const BEGIN: &[u8] = b"-----BEGIN ";
    let before = bytes.get(run.start.saturating_sub(KEY_HEAD_MAX)..run.start)?;
    let title = before.windows(TITLE.len()).rposition(|window| window == TITLE)?;
    let begin = before.get(..title)?.windows(BEGIN.len()).rposition(|window| window == BEGIN)?;
    // A page that only speaks of keys has none.
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let rest = bytes.get(run.start..bytes.len().min(run.start + KEY_MAX))?;
    let behind = before.get(title + TITLE.len()..)?;
    let line = behind.iter().rev().take_while(|byte| is_base64(byte)).count()
        + rest.iter().take_while(|byte| is_base64(byte)).count();
    let is_closed =
        behind.windows(5).any(|five| five == b"-----") || before.get(begin..title)?.contains(&b'\n');
    if line < 32 || is_closed {
        return None;
    }
    let end = rest.windows(9).position(|nine| nine == b"-----END ").unwrap_or(rest.len());
    let lines = rest.get(..end)?.iter().rposition(is_base64).map_or(0, |at| at + 1);
    leak(run.start - before.len() + begin..run.start + lines, KEY)
}

/// How far the first line of a key may be from the beginning of its title.
const KEY_HEAD_MAX: usize = 400;

/// `hooks.slack.com/services/T…/B…/…` and `discord.com/api/webhooks/…/…`, by their last name.
fn webhook(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    let is_address = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.');
    let near = bytes.get(run.start.saturating_sub(WEBHOOK_MAX)..run.start)?;
    let length = near.iter().rev().take_while(|byte| is_address(byte)).count();
    let before = near.get(near.len() - length..)?;
    let address = before.strip_prefix(b"//").unwrap_or(before);
    let mut names = address.strip_suffix(b"/")?.split(|byte| *byte == b'/');
    let host = names.next()?;
    let is_host = |name: &[u8]| host.eq_ignore_ascii_case(name) || host.ends_with(&[b".", name].concat());
    let span = run.start - address.len()..run.end;
    let slack: [&[u8]; 3] = [b"services", b"workflows", b"triggers"];
    if is_host(b"hooks.slack.com") && names.next().is_some_and(|kind| slack.contains(&kind)) {
        return leak(span, SLACK_HOOK);
    }
    // A version may stand between: `/api/v10/webhooks/…`.
    let is_discord = is_host(b"discord.com") || is_host(b"discordapp.com");
    if is_discord && names.any(|name| name == b"webhooks") && word.len() >= 40 {
        return leak(span, DISCORD_HOOK);
    }
    None
}

/// How far the last name of a webhook's address may be from its host.
const WEBHOOK_MAX: usize = 120;

/// `123456789:AA…`: a bot's number and its key.
fn telegram(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    if !word.starts_with(b"AA") || word.len() < 30 || word.contains(&b'.') {
        return None;
    }
    let digits = digits_before(bytes, run.start, b':')?;
    if (6..=14).contains(&digits) { leak(run.start - 1 - digits..run.end, TELEGRAM) } else { None }
}

/// `123456789012345|…`: a Facebook app's number and its key.
fn facebook_app(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    let digits = digits_before(bytes, run.start, b'|')?;
    let is_key = (26..=32).contains(&word.len()) && mixed(word) && !word.contains(&b'.');
    if (13..=18).contains(&digits) && is_key { leak(run.start - 1 - digits..run.end, FACEBOOK) } else { None }
}

/// Returns how many digits stand before a byte and the separator between.
fn digits_before(bytes: &[u8], at: usize, separator: u8) -> Option<usize> {
    let before = bytes.get(..at)?.strip_suffix(&[separator])?;
    Some(before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count())
}

/// `xxxx-xxxx-xxxx-xxxx` of base32: what Bluesky calls an app password.
fn app_password(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    if word.len() != 19 {
        return None;
    }
    let groups: Vec<&[u8]> = word.split(|byte| *byte == b'-').collect();
    let is_base32 = |byte: &u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(byte);
    if groups.len() != 4 || groups.iter().any(|group| group.len() != 4 || !group.iter().all(is_base32)) {
        return None;
    }
    let is_blank = groups.iter().all(|group| group.iter().all(|byte| Some(byte) == group.first()));
    let named = context::is_named(bytes, run.start);
    let beside = [run.start.checked_sub(1), Some(run.end)];
    let in_an_address =
        beside.into_iter().flatten().any(|at| matches!(bytes.get(at), Some(b'/' | b'@' | b'#' | b'=')));
    let words = groups.iter().filter(|group| is_pronounceable(group)).count();
    let drawn = word.iter().any(u8::is_ascii_digit) || words < 3 && !in_an_address;
    let has_letter = word.iter().any(u8::is_ascii_lowercase);
    if has_letter && !is_blank && (named || drawn) { leak(run.clone(), APP_PASSWORD) } else { None }
}

/// Tells whether four letters may be a word: there is a vowel, and no three consonants in a row.
fn is_pronounceable(group: &[u8]) -> bool {
    let is_vowel = |byte: &u8| b"aeiouy".contains(byte);
    group.iter().any(is_vowel) && !group.windows(3).any(|three| !three.iter().any(is_vowel))
}

/// `123456789-…`, a number and 40 letters and digits; or a bearer token, a row of `A` with `%2F` and `%3D` in it.
fn x(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    if word.starts_with(b"AAAAAAAAAAAAAAAA") {
        let rest = bytes.get(run.start..bytes.len().min(run.start + LOOK_AHEAD))?;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'%';
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let in_base64 = in_base64(bytes, run.start);
        let token = rest.get(..length)?;
        return if length >= 60 && mixed(token) && !in_base64 {
            leak(run.start..run.start + length, X)
        } else {
            None
        };
    }
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let key = word.get(digits..)?.strip_prefix(b"-")?;
    let is_key = (38..=46).contains(&key.len()) && key.iter().all(u8::is_ascii_alphanumeric) && mixed(key);
    if (6..=20).contains(&digits) && is_key { leak(run.clone(), X) } else { None }
}

/// Tokens of three parts: `eyJ….eyJ….…` (JWT) and a Discord bot's.
fn dotted(_: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    let parts: Vec<&[u8]> = word.split(|byte| *byte == b'.').collect();
    let [first, second, third, ..] = parts.as_slice() else { return None };
    if first.starts_with(b"eyJ") && first.len() >= 12 && second.len() >= 8 && third.len() >= 16 {
        return leak(run.clone(), JWT);
    }
    let is_bot = matches!(first.first(), Some(b'M' | b'N' | b'O'))
        && (22..=30).contains(&first.len())
        && (5..=8).contains(&second.len())
        && third.len() >= 26
        && mixed(word);
    if is_bot && parts.len() == 3 { leak(run.clone(), DISCORD_BOT) } else { None }
}

/// `1//0…`, a Google refresh token.
fn google_refresh(bytes: &[u8], run: &Span, word: &[u8]) -> Option<Leak> {
    let before = bytes.get(..run.start)?;
    let is_one =
        before.ends_with(b"1//") && !before.iter().rev().nth(3).is_some_and(u8::is_ascii_alphanumeric);
    let fits = word.starts_with(b"0") && word.len() >= 30 && mixed(word) && !word.contains(&b'.');
    if is_one && fits { leak(run.start - 3..run.end, GOOGLE) } else { None }
}
