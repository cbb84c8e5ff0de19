//! The shapes of secrets, each as its platform draws them, and what only looks alike.

use kalends::finding::{Code, Content, File, Finding};
use kalends::leak::{leaks, masked, redact};

/// Returns the sorts of the secrets in a text, each with what it covers.
fn found(text: &str) -> Vec<(&'static str, &str)> {
    leaks(text).into_iter().map(|leak| (leak.sort.name, &text[leak.span])).collect()
}

/// Characters as a generator of tokens draws them; the same for the same seed.
fn drawn(many: usize, alphabet: &str, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state >> 33) as usize % letters.len()]
    };
    (0..many).map(|_| draw()).collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const WORD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &str = "abcdefghijklmnopqrstuvwxyz234567";
const BECH32: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
const DIGITS: &str = "123456789";

/// One secret of each kind that has a shape.
fn shapes(seed: u64) -> Vec<(&'static str, String)> {
    let n = |many, alphabet| drawn(many, alphabet, seed ^ (many as u64) << 8);
    let app = [1, 2, 3, 4].map(|group| drawn(4, BASE32, seed + group)).join("-");
    vec![
        ("a Bluesky app password", app),
        ("a session's token (JWT)", format!("eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}", n(40, ALNUM), n(43, WORD))),
        ("an X token", format!("{}-1aB{}", n(19, DIGITS), n(37, ALNUM))),
        (
            "an X token",
            format!("AAAAAAAAAAAAAAAAAAAAA{}%2F{}%3Db1Z{}", n(20, ALNUM), n(10, ALNUM), n(30, ALNUM)),
        ),
        ("a Facebook token", format!("EAAG1bC{}", n(120, ALNUM))),
        ("a Facebook token", format!("{}|1bC{}", n(15, DIGITS), n(24, WORD))),
        ("an Instagram token", format!("IGQVJ1bC{}", n(120, WORD))),
        ("an Instagram token", format!("IGAA1bC{}", n(120, ALNUM))),
        ("a Threads token", format!("THAA1bC{}", n(120, ALNUM))),
        ("a Threads token", format!("THQWJ1bC{}", n(120, WORD))),
        ("a LinkedIn token", format!("AQX1bC{}", n(300, WORD))),
        ("a LinkedIn client secret", format!("WPL_AP1.1bC{}", n(20, ALNUM))),
        ("a Slack token", format!("xoxb-{}-{}-{}", n(12, DIGITS), n(13, DIGITS), n(24, ALNUM))),
        ("a Slack token", format!("xoxe.xoxp-1-{}", n(100, WORD))),
        ("a Slack token", format!("xapp-1-A1{}-{}-{}", n(8, ALNUM), n(13, DIGITS), n(64, ALNUM))),
        (
            "a Slack webhook's address",
            format!("hooks.slack.com/services/T{}/B{}/{}", n(10, ALNUM), n(10, ALNUM), n(24, ALNUM)),
        ),
        ("a Discord bot's token", format!("MT1b{}.G{}.{}", n(20, ALNUM), n(5, ALNUM), n(38, ALNUM))),
        (
            "a Discord webhook's address",
            format!("discord.com/api/webhooks/{}/{}", n(19, DIGITS), n(68, WORD)),
        ),
        ("a Telegram bot's token", format!("{}:AA{}", n(10, DIGITS), n(33, WORD))),
        ("a Google token", format!("ya29.a0A1bC{}", n(120, WORD))),
        ("a Google token", format!("1//0c1bC{}", n(60, ALNUM))),
        ("a Google API key", format!("AIza1bC{}", n(32, WORD))),
        ("a Google client secret", format!("GOCSPX-1{}", n(27, WORD))),
        ("a Pinterest token", format!("pina_A1{}", n(80, ALNUM))),
        ("a TikTok token", format!("act.1bC{}", n(50, ALNUM))),
        ("a TikTok token", format!("rft.1bC{}", n(50, ALNUM))),
        ("a GitHub token", format!("ghp_1{}", n(35, ALNUM))),
        ("an age identity", format!("AGE-SECRET-KEY-1{}", n(58, BECH32))),
    ]
}

#[test]
fn each_platform_s_secrets_are_known_wherever_they_stand_and_covered_whole() {
    for seed in 1..200 {
        for (name, secret) in shapes(seed) {
            // In one of thirty app passwords there is no digit; some of these may be words.
            if name.contains("app password") && !secret.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            for text in [
                secret.clone(),
                format!("anything = \"{secret}\"\n"),
                format!("Our new address: {secret}. Write to us!\n"),
                format!("ä — `{secret}`\n"),
                format!("curl -H 'X: {secret}' https://museum.example\n"),
                format!("{{\"a\":\"{secret}\",\"b\":1}}"),
            ] {
                assert_eq!(found(&text), [(name, secret.as_str())], "{text}");
            }
        }
    }
}

#[test]
fn a_secret_without_a_shape_is_known_by_the_name_before_it() {
    for seed in 1..500 {
        let token = drawn(43, WORD, seed);
        let token = token.trim_matches(['-', '_', '.']).to_owned() + &"x".repeat(43);
        let token = &token[..43];
        for text in [
            format!("token = \"{token}\""),
            format!("access_token=\"{token}\""),
            format!("\"access_token\": \"{token}\""),
            format!("MASTODON_TOKEN={token}"),
            format!("export MASTODON_ACCESS_TOKEN='{token}'"),
            format!("      MASTODON_TOKEN: {token}"),
            format!("toot --token {token} post"),
            format!("curl -H \"Authorization: Bearer {token}\""),
            format!("https://museum.example/api?access_token={token}&x=1"),
            format!("client_secret = '''{token}'''"),
            format!("'app-password' => '{token}'"),
        ] {
            let found = found(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].1.contains(token), "{text}: {found:?}");
        }
        // Without such a name it is a number like any other.
        assert_eq!(found(&format!("value = \"{token}\"")), [], "{token}");
        assert_eq!(found(&format!("see https://museum.example/{token}")), []);
    }
    assert_eq!(found("client_secret = \"3f2b8c11aa90d7e45b6c01f2e3d4a5b6\"").len(), 1);
    assert_eq!(found(concat!("app_password = \"abcd-efgh", "-ijkl-mnop\"")).len(), 1);
    assert_eq!(found("app_password = \"this-will-also-work\"").len(), 1);
}

#[test]
fn an_app_password_of_letters_alone_is_told_from_words() {
    assert_eq!(found(concat!("log in with abcd-efgh", "-ijkl-mnop")).len(), 1);
    assert_eq!(found(concat!("log in with qxbz-tkvv", "-aacn-pwrm")).len(), 1);
    for words in ["this-will-also-work", "hand-over-hand-mode", "they-were-here-then", "open-days-next-week"]
    {
        assert_eq!(found(&format!("campaign = \"{words}\"")), [], "{words}");
    }
    assert_eq!(found("https://museum.example/abcd-efgh-ijkl-mnop"), []);
    assert_eq!(found("it looks like xxxx-xxxx-xxxx-xxxx"), []);
    assert_eq!(found("2222-3333-4444-5555"), []);
    assert_eq!(found("1f0e8d6a-2222-4333-aaaa-5555aa223344"), []);
}

#[test]
fn a_private_key_is_found_to_its_end_and_talk_of_keys_is_not_one() {
    let body = format!("{}\n{}\n{}", drawn(64, ALNUM, 1), drawn(64, ALNUM, 2), drawn(20, ALNUM, 3));
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        let key = format!("-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----\n");
        let text = format!("before\n{key}after\n");
        assert_eq!(found(&text).len(), 1, "{text}");
        let shown = masked(&text);
        assert!(body.lines().all(|line| !shown.contains(line)), "{shown}");
        assert_eq!(shown.lines().count(), text.lines().count());
        assert!(shown.ends_with("after\n"));
    }
    assert_eq!(found("-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----"), []);
    assert_eq!(found("a file that begins with `-----BEGIN PRIVATE KEY-----` is a key"), []);
    let age = format!("-----BEGIN AGE ENCRYPTED FILE-----\n{body}\n-----END AGE ENCRYPTED FILE-----\n");
    assert_eq!(found(&age), []);
}

#[test]
fn what_only_looks_alike_is_left_alone() {
    for text in [
        "token = \"…\"",
        "token = \"<the token of your application>\"",
        "token: ${{ secrets.MASTODON_TOKEN_2027_Harbour }}",
        "TOKEN=$(cat /run/secrets/mastodon-Token-2027-01)",
        "password = os.environ[\"HARBOUR_PASSWORD_2027\"]",
        "token = process.env.MASTODON_TOKEN_2027x",
        "token = readTokenOfAccount2027FromVault(account)",
        "token = \"your-token-goes-here-A1b2c3\"",
        "secret = \"open-days-at-the-harbour-in-2027\"",
        "recipient = \"age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg\"",
        "signing_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsVz0b3Nnq9yX4fJcJ2ZJ0m1kK2vYcYt2Y9yqzE1bcD\"",
        "sha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "max_tokens = 123456789012345678901234567890",
        "xoxb-your-token-goes-here",
        "the AGE-SECRET-KEY-1… of a runner",
        "discord.com/api/webhooks/ID/TOKEN",
        "https://hooks.slack.com/services/T000/B000/…",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "commit 1234567890-da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "eyJhbGciOiJIUzI1NiJ9 alone",
        "www.museum.example.the-longest-night-of-the-year.museum.example",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn the_lines_of_a_signature_are_none_whatever_they_begin_with() {
    let token = format!("AQ{}", "V7kPz3mQ9x".repeat(7)).chars().take(70).collect::<String>();
    assert_ne!(found(&token), []);
    let first = "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg/HVJ6RXzkn4B5hx/O6g5lGPm38";
    for lines in [vec![first, &token], vec![&token, first], vec![first, &token, &token]] {
        for end in ["\n", "\r\n"] {
            let text = format!("-----BEGIN SSH SIGNATURE-----{end}{}{end}", lines.join(end));
            assert_eq!(found(&text), [], "{text}");
        }
    }
    assert_ne!(found(&format!("A line.\n{token}\n")), []);
}

#[test]
fn a_masked_text_is_as_long_as_it_was_and_says_nothing() {
    for (name, secret) in shapes(7) {
        let text = format!("ä\t\"{secret}\" und\nanderes\n");
        let shown = masked(&text);
        assert_eq!(shown.len(), text.len());
        let hidden: String = secret.chars().take(8).collect();
        assert!(!shown.contains(&hidden) || found(&text).is_empty(), "{name}: {shown}");
    }
}

#[test]
fn what_is_said_of_a_value_does_not_say_the_secret_in_it() {
    let token = format!("ghp_1{}", drawn(35, ALNUM, 3));
    let file =
        File { path: "kalends.toml".to_owned(), content: Content::Text(format!("zone = \"{token}\"")) };
    let mut said = [Finding::new(Code::UnknownZone, "kalends.toml", format!("there is no zone `{token}`"))
        .label(format!("{token}?"))
        .help(format!("{token}!"))
        .related("kalends.toml", None, token.clone())];
    redact(&mut said, &file);
    assert_eq!(said[0].message, "there is no zone `********`");
    assert!(!format!("{said:?}").contains(&token[..9]), "{said:?}");
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    for piece in [
        "a",
        "eyJ",
        "-",
        "AA-",
        "1:AA",
        "xoxb-",
        "-----BEGIN ",
        "token=",
        "discord.com/",
        "abcd-",
        "AAAAAAAAAAAAAAAA%2F",
        "-----BEGIN PRIVATE KEY-----\n",
        "token=aaaaaaaaaaaaaaaaaaaa1B ",
    ] {
        let text = piece.repeat(400_000 / piece.len());
        let began = std::time::Instant::now();
        drop(leaks(&text));
        assert!(began.elapsed().as_millis() < 2_000, "{piece}");
    }
}
