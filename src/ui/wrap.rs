//! Text in lines of a number of columns.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::display_width;

/// Breaks text at spaces, and words that are too long anywhere, into lines of at most so many columns. Its own line
/// breaks stay.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line, columns.max(1))).collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        let joined = display_width(&current) + 1 + display_width(word);
        if !current.is_empty() && joined > columns {
            lines.push(std::mem::take(&mut current));
        } else if !current.is_empty() {
            current.push(' ');
        }
        for letter in word.graphemes(true) {
            if !current.is_empty() && display_width(&current) + display_width(letter) > columns {
                let rest = current.split_off(break_in(&current));
                lines.push(std::mem::replace(&mut current, rest));
            }
            current.push_str(letter);
        }
    }
    lines.push(current);
    lines
}

/// Returns where a word that is too long is best broken: behind a hyphen or slash in its second half, or at its end.
fn break_in(word: &str) -> usize {
    let behind = word.rfind(['-', '/']).map(|at| at + 1);
    behind.filter(|at| *at > word.len() / 2 && !word.contains(' ')).unwrap_or(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a\n\nb", 7), ["a", "", "b"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn a_long_word_is_broken_between_characters() {
        assert_eq!(wrap("see https://museum.example/x", 10), ["see", "https://", "museum.exa", "mple/x"]);
        assert_eq!(wrap("an-evening-of-stars", 14), ["an-evening-of-", "stars"]);
        assert_eq!(wrap("東京東京", 5), ["東京", "東京"]);
    }
}
