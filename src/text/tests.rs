//! What holds of the whole module: each platform's count of each kind of text, and what holds of any text at
//! all.

use super::*;
use proptest::prelude::*;

/// A text, and what it is to X, Mastodon, Bluesky (graphemes), Threads, Telegram (UTF-16) and YouTube
/// (bytes).
type Row = (&'static str, [usize; 6]);

const ROWS: &[Row] = &[
    ("", [0; 6]),
    ("plain", [5; 6]),
    ("\n", [1; 6]),
    ("a\r\nb", [4, 3, 3, 3, 4, 4]),
    ("漢字", [4, 2, 2, 2, 2, 6]),
    ("한국어", [6, 3, 3, 3, 3, 9]),
    ("é", [1, 1, 1, 1, 1, 2]),
    ("e\u{301}", [1, 1, 1, 1, 2, 3]),
    ("q\u{301}\u{302}", [3, 1, 1, 1, 3, 5]),
    ("😀", [2, 1, 1, 4, 2, 4]),
    ("👍🏽", [2, 1, 1, 8, 4, 8]),
    ("👨\u{200d}👩\u{200d}👧\u{200d}👦", [2, 1, 1, 25, 11, 25]),
    ("🇵🇹🇯🇵", [4, 2, 2, 16, 8, 16]),
    ("1\u{fe0f}\u{20e3}", [2, 1, 1, 7, 3, 7]),
    ("❤\u{fe0f}\u{200d}🔥", [2, 1, 1, 13, 5, 13]),
    ("\u{200f}שלום\u{200f}", [8, 6, 6, 6, 6, 14]),
    ("example.com", [23, 11, 11, 11, 11, 11]),
    ("https://example.com", [23, 23, 19, 19, 19, 19]),
    ("https://example.com/a_(b)_c.", [24, 24, 28, 28, 28, 28]),
    ("(https://example.com/a),", [26, 26, 24, 24, 24, 24]),
    ("見https://example.com/日本", [29, 26, 23, 23, 23, 29]),
    ("https://bücher.com/a/b", [23, 23, 22, 22, 22, 23]),
    ("https://museum.example/", [23, 23, 23, 23, 23, 23]),
    ("https://a.example", [17; 6]),
    ("https://みんな.みんな", [23, 23, 15, 15, 15, 27]),
    ("@alice@museum.example hi", [24, 9, 24, 24, 24, 24]),
];

const COUNTS: [Count; 6] = [
    Count::X(Weights::V3),
    Count::Mastodon { url: 23 },
    Count::Graphemes,
    Count::Threads,
    Count::Utf16,
    Count::Bytes,
];

#[test]
fn every_count_is_the_platforms_own() {
    for (text, expected) in ROWS {
        let counted = COUNTS.map(|kind| count(text, kind).used);
        assert_eq!(counted, *expected, "{text:?}");
        assert_eq!(count(text, Count::Bytes).bytes, text.len());
    }
}

#[test]
fn every_platform_counts_the_same_text_in_its_own_way() {
    let text = "Open day 👨\u{200d}👩\u{200d}👧 — https://museum.org/open-day";
    let used = |platform: Platform| {
        platform.limits().text_max(Beside::Nothing).map(|max| count(text, max.count).used)
    };
    let counted = Platform::ALL.map(|platform| (platform.id(), used(platform)));
    assert_eq!(
        counted,
        [
            ("feed", None),
            ("x", Some(37)),
            ("facebook", None),
            ("instagram", Some(47)),
            ("threads", Some(57)),
            ("linkedin", Some(47)),
            ("youtube", Some(59)),
            ("tiktok", Some(47)),
            ("pinterest", Some(47)),
            ("reddit", Some(47)),
            ("telegram", Some(47)),
            ("discord", Some(47)),
            ("slack", Some(47)),
            ("mastodon", Some(36)),
            ("bluesky", Some(40)),
        ]
    );
}

#[test]
fn a_text_at_the_limit_fits_and_one_more_is_over_there() {
    for platform in Platform::ALL {
        let limits = platform.limits();
        for beside in [Beside::Nothing, Beside::Images, Beside::Video] {
            let Some(max) = limits.text_max(beside) else { continue };
            let full = "x".repeat(max.used);
            assert!(fits(&full, &max), "{platform}");
            assert_eq!(excess(&full, &max), None, "{platform}");
            let over = format!("{full}yz");
            let excess = excess(&over, &max).unwrap();
            assert_eq!((excess.at, excess.over()), (max.used, 2), "{platform}");
        }
    }
}

#[test]
fn bluesky_has_two_limits() {
    let max = Platform::Bluesky.limits().text_max.unwrap();
    let families = "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(121);
    assert_eq!(excess(&families, &max), Some(Excess { used: 3025, max: 3000, unit: "bytes", at: 3000 }));
    let long = "é".repeat(301);
    assert_eq!(excess(&long, &max), Some(Excess { used: 301, max: 300, unit: "characters", at: 600 }));
}

#[test]
fn the_caret_stands_in_the_text_as_it_was_written() {
    let max = Max::new(Count::X(Weights::V3), 3);
    assert_eq!(excess("e\u{301}e\u{301}e\u{301}x", &max).map(|excess| excess.at), Some(9));
    assert_eq!(excess("ab漢", &max).map(|excess| excess.at), Some(2));
    let with_link = Max::new(Count::X(Weights::V3), 24);
    assert_eq!(excess("ab example.com", &with_link).map(|excess| excess.at), Some(3));
}

#[test]
fn a_content_warning_takes_its_share() {
    let max = Platform::Mastodon.limits().text_max.unwrap();
    let left = max.less(count("spoilers", Count::Graphemes));
    assert_eq!(left.used, 492);
    assert!(fits(&"x".repeat(492), &left) && !fits(&"x".repeat(493), &left));
}

#[test]
fn a_platform_refuses_what_it_says() {
    let youtube = Platform::YouTube.limits().refused;
    assert_eq!(refused("a < b", youtube), Some(2));
    assert_eq!(refused("a b", youtube), None);
    assert_eq!(refused("a\u{ffff}", Platform::X.limits().refused), Some(1));
}

#[test]
fn links_are_found_where_people_see_them() {
    let urls = |text| links(text).into_iter().map(|link| link.url).collect::<Vec<_>>();
    assert_eq!(
        urls("Siehe https://example.com/a, oder http://example.org."),
        ["https://example.com/a", "http://example.org"]
    );
    assert_eq!(urls("見てhttp://example.com"), ["http://example.com"]);
    assert_eq!(urls("“example.com/path?a=1&b”"), ["example.com/path?a=1&b"]);
    assert_eq!(urls("\u{200f}https://example.com/\u{200f} x"), ["https://example.com/"]);
    assert_eq!(urls("me@example.com, v1.2.3, file.tar.bz2, $x.com"), Vec::<&str>::new());
    assert_eq!(
        urls("example.com/a.(b) example.com/a(b) example.com/a.(b)c"),
        ["example.com/a", "example.com/a(b)", "example.com/a.(b)c"]
    );
    assert_eq!(urls("éexample.com déexample.com"), ["example.com", "déexample.com"]);
    assert!(links("https://example.com").iter().all(Link::has_scheme));
    assert!(!links("example.com").iter().any(Link::has_scheme));
}

#[test]
fn odd_texts_are_read_in_linear_time() {
    for piece in ["a_b.com", "字", "。a.", "http://", "a.", "((((", "@a", "#", "x-", "👨\u{200d}"] {
        let text = piece.repeat(20_000 / piece.len());
        let found = links(&text).len() + hashtags(&text).len() + mentions(&text, Handles::Fediverse).len();
        assert!(found <= text.len(), "{piece}");
        assert!(count(&text, Count::X(Weights::V3)).used > 0, "{piece}");
    }
}

const LIMIT: Max = Max::new(Count::Graphemes, 20);

#[test]
fn a_thread_is_cut_where_people_pause() {
    assert_eq!(cut("short", &LIMIT, Numbering::Behind), ["short"]);
    assert_eq!(cut(" \n ", &LIMIT, Numbering::Behind), Vec::<String>::new());
    assert_eq!(
        cut("One paragraph.\n\nAnother one. It is long.", &LIMIT, Numbering::None),
        ["One paragraph.", "Another one.", "It is long."]
    );
    assert_eq!(
        cut("many words and no pause here", &LIMIT, Numbering::None),
        ["many words and no", "pause here"]
    );
    assert_eq!(
        cut(&"x".repeat(45), &LIMIT, Numbering::None),
        ["x".repeat(20), "x".repeat(20), "x".repeat(5)]
    );
    assert_eq!(
        cut("これは日本語の長い文章です。次の文もあります、ほら。", &LIMIT, Numbering::None),
        ["これは日本語の長い文章です。", "次の文もあります、ほら。"]
    );
}

#[test]
fn a_thread_is_numbered_within_the_limit() {
    assert_eq!(
        cut("many words and no pause here", &LIMIT, Numbering::Behind),
        ["many words and (1/2)", "no pause here (2/2)"]
    );
    assert_eq!(
        cut("many words and no pause here", &LIMIT, Numbering::Before),
        ["1/2 many words and", "2/2 no pause here"]
    );
    let parts = cut(&"word ".repeat(40), &LIMIT, Numbering::Behind);
    assert_eq!(parts.len(), 20);
    assert_eq!(parts.last().map(String::as_str), Some("word word (20/20)"));
    assert!(parts.iter().all(|part| fits(part, &LIMIT)));
}

#[test]
fn a_thread_keeps_links_whole() {
    let max = Max::new(Count::X(Weights::V3), 30);
    let text = "Read all of this: https://museum.org/a/very/long/path/that/counts/little and come";
    let parts = cut(text, &max, Numbering::None);
    assert!(parts.iter().any(|part| part.contains("https://museum.org/a/very/long/path/that/counts/little")));
    assert!(parts.iter().all(|part| fits(part, &max)), "{parts:?}");
    assert_eq!(
        cut("aaaaaaaaaaaaaaa #hashtagged word", &LIMIT, Numbering::None),
        ["aaaaaaaaaaaaaaa", "#hashtagged word"]
    );
}

/// Any text, and texts made of what matters here.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "word ",
        "Sentence. ",
        "\n\n",
        "\r\n",
        " ",
        ".",
        "/",
        "#tag",
        "@user",
        "@a@b.example",
        "$ABC",
        "漢字",
        "。",
        "example.com",
        "https://example.com/a_(b)",
        "http://",
        "👨\u{200d}👩\u{200d}👧",
        "🇵🇹",
        "1\u{fe0f}\u{20e3}",
        "e\u{301}",
        "\u{202e}",
        "\u{200d}",
        "\u{fe0f}",
        "＠",
        "＃",
        "_",
        "-",
        "xn--",
        "みんな",
        "👍🏽",
        "\u{feff}",
        "\u{1b}[0m",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())]
}

fn spaceless(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn any_text_at_all_is_taken(text in texts(), columns in 0_usize..30) {
        for kind in COUNTS.into_iter().chain([Count::X(Weights::V1), Count::X(Weights::V2)]) {
            let length = count(&text, kind).used;
            for max in [Max::new(kind, length), Max::new(kind, length / 2)] {
                let over = excess(&text, &max);
                prop_assert_eq!(over.is_none(), fits(&text, &max));
                prop_assert_eq!(over.is_none(), length <= max.used);
                if let Some(over) = over {
                    prop_assert!(text.is_char_boundary(over.at) && over.at < text.len() && over.used == length);
                }
            }
        }
        for link in links(&text) {
            prop_assert_eq!(&text[link.range], link.url);
        }
        for handles in [Handles::Plain, Handles::Fediverse, Handles::Domain] {
            for mention in mentions(&text, handles) {
                prop_assert!(text[mention.range].ends_with(mention.list.or(mention.host).unwrap_or(mention.name)));
            }
        }
        for tag in hashtags(&text).into_iter().chain(cashtags(&text)) {
            prop_assert!(text[tag.range].ends_with(tag.word));
        }
        _ = (reply(&text), is_hashtag(&text), is_url(&text, Scheme::Required), is_url(&text, Scheme::Optional));
        prop_assert!(display_width(&ellipsize(&text, columns)) <= columns.max(display_width(&text).min(columns)));
    }

    #[test]
    fn what_is_made_visible_stays_so(text in texts()) {
        let shown = visible(&text, Breaks::Show);
        prop_assert!(!shown.chars().any(char::is_control));
        let turns = shown.contains(['\u{202e}', '\u{2066}', '\u{feff}']);
        prop_assert!(!turns);
        let again = visible(&shown, Breaks::Show).into_owned();
        prop_assert_eq!(again, shown);
    }

    #[test]
    fn a_thread_says_what_the_text_said(text in texts(), used in 1_usize..60) {
        for kind in COUNTS {
            let max = Max::new(kind, used);
            let parts = cut(&text, &max, Numbering::None);
            prop_assert_eq!(spaceless(&parts.concat()), spaceless(&text));
            for part in &parts {
                prop_assert!(!part.trim().is_empty());
                let single = unicode_segmentation::UnicodeSegmentation::graphemes(part.as_str(), true).count() == 1;
                prop_assert!(single || fits(part, &max), "{:?} of {:?}", part, parts);
            }
        }
    }

    #[test]
    fn a_thread_never_cuts_a_link_a_mention_or_a_tag(
        words in prop::collection::vec(prop::sample::select(vec![
            "word", "Sentence.", "https://museum.org/a_(b)", "@user", "@a@b.org", "#tag", "$ABC", "\n\n", "漢字が、",
            "👨\u{200d}👩\u{200d}👧", "longwordwithoutanypause",
        ]), 1..40),
        used in 30_usize..60,
    ) {
        let text = words.join(" ");
        for kind in COUNTS {
            let parts = cut(&text, &Max::new(kind, used), Numbering::None);
            let rejoined = parts.join(" ");
            let kept: Vec<&str> = rejoined.split_whitespace().filter(|word| !word.contains('漢')).collect();
            let said: Vec<&str> = text.split_whitespace().filter(|word| !word.contains('漢')).collect();
            prop_assert_eq!(kept, said);
        }
    }

    #[test]
    fn a_numbered_thread_is_within_the_limit(text in texts(), used in 40_usize..80) {
        for kind in [Count::X(Weights::V3), Count::Mastodon { url: 23 }, Count::Threads] {
            for numbering in [Numbering::Before, Numbering::Behind] {
                let max = Max::new(kind, used);
                let parts = cut(&text, &max, numbering);
                prop_assert!(parts.iter().all(|part| fits(part, &max)), "{:?}", parts);
            }
        }
    }
}
