//! The words of a post as a server shows it, to be compared with those that were sent.

use html5gum::{Token, Tokenizer};
use unicode_normalization::UnicodeNormalization;

use crate::text::{Handles, mentions};

/// Returns the text that a page shows. What Mastodon hides of a long link is part of it.
pub fn plain(html: &str) -> String {
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::String(piece) => text.push_str(&String::from_utf8_lossy(&piece)),
            Token::StartTag(tag) if tag.name.as_slice() == b"br" => text.push('\n'),
            Token::EndTag(tag) if tag.name.as_slice() == b"p" => text.push_str("\n\n"),
            _ => {}
        }
    }
    text
}

/// Returns what stays of a text on its way through any server, blind to case, spacing, punctuation and a mention's host.
///
/// A server makes `<em>` of stars, and `@ada` of `@ada@museum.example`; letters and digits it leaves alone. A text
/// without any, such as one emoji, is compared by all of its characters.
pub fn words(text: &str) -> String {
    let mut near = String::with_capacity(text.len());
    let mut at = 0;
    for mention in mentions(text, Handles::Fediverse) {
        near.push_str(text.get(at..mention.range.start).unwrap_or_default());
        near.push_str(mention.name);
        near.push(' ');
        at = mention.range.end;
    }
    near.push_str(text.get(at..).unwrap_or_default());
    let letters: String = near.nfc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() { near.nfc().filter(|c| !c.is_whitespace()).collect() } else { letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Mastodon 4 makes of a text: recorded, or as app/lib/text_formatter.rb says.
    #[test]
    fn what_a_server_shows_has_the_words_that_were_sent() {
        let same = [
            ("Toot!", "<p>Toot!</p>"),
            (
                "Read https://museum.example/a/very/long/address/that/is/cut, please\n\nTwo & <three>",
                "<p>Read <a href=\"https://museum.example/a/very/long/address/that/is/cut\" target=\"_blank\" rel=\"nofollow \
                 noopener\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">museum.example/a/very/long/a\
                 </span><span class=\"invisible\">ddress/that/is/cut</span></a>, please</p><p>Two &amp; &lt;three&gt;</p>",
            ),
            (
                "With @ada@museum.example and @bob #OpenDay",
                "<p>With <span class=\"h-card\" translate=\"no\"><a href=\"https://museum.example/@ada\" class=\"u-url \
                 mention\">@<span>ada</span></a></span> and <span class=\"h-card\"><a href=\"https://here.example/@bob\" \
                 class=\"u-url mention\">@<span>bob</span></a></span> <a href=\"https://here.example/tags/OpenDay\" \
                 class=\"mention hashtag\" rel=\"tag\">#<span>OpenDay</span></a></p>",
            ),
            ("Stars are *bold* here", "Stars are <i>bold</i> here<br>"),
            ("one\ntwo", "<p>one<br />two</p>"),
            ("caf\u{e9}", "<p>cafe\u{301}</p>"),
            ("🎉", "<p>🎉</p>"),
        ];
        for (sent, shown) in same {
            assert_eq!(words(sent), words(&plain(shown)), "{sent}");
        }
        assert_ne!(words("Doors at ten"), words(&plain("<p>Doors at eleven</p>")));
        assert_ne!(words("🎉"), words(&plain("<p>🎈</p>")));
    }
}
