//! Regular expressions that people write.

use regex::{Regex, RegexBuilder};

/// The most bytes that a compiled pattern takes: a pattern is looked for in every text of the calendar.
const SIZE_LIMIT_BYTES: usize = 1 << 20;

/// Compiles a pattern, or says in a few words why it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).size_limit(SIZE_LIMIT_BYTES).nest_limit(50).build();
    built.map_err(|fault| match fault {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => {
            let told = other.to_string();
            let last = told.lines().next_back().unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_pattern_that_is_none_is_told_in_a_few_words() {
        assert!(compile("(?i)doors? close").is_ok());
        assert_eq!(compile("(open").unwrap_err(), "unclosed group");
        assert_eq!(compile(r"(\w{1000}){1000}").unwrap_err(), "it is too large");
        assert!(compile(&"(".repeat(100_000)).is_err());
        assert!(compile("(?=ahead)").unwrap_err().contains("not supported"));
    }
}
