//! How easily a text reads, by the formula that its language has.

/// The fewest words that a formula says something about.
pub const EASE_WORDS_MIN: usize = 20;

/// How a language's ease of reading is told. Every formula gives about 100 for what a child reads and 0 for a treatise.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Formula {
    /// `base − sentence × words a sentence − word × syllables a word`.
    Syllables { base: f64, sentence: f64, word: f64 },
    /// Gulpease: `89 + (300 × sentences − 10 × letters) / words`.
    Letters,
}

/// The languages with a formula, by their subtag.
///
/// * `en`: R. Flesch, *A new readability yardstick*, Journal of Applied Psychology 32 (1948).
/// * `de`: T. Amstad, *Wie verständlich sind unsere Zeitungen?*, Zürich (1978).
/// * `es`: J. Fernández Huerta, *Medidas sencillas de lecturabilidad*, Consigna 214 (1959).
/// * `pt`: T. Martins et al., *Readability formulas applied to textbooks in Brazilian Portuguese*, ICMC-USP (1996).
/// * `fr`: L. Kandel, A. Moles, *Application de l'indice de Flesch à la langue française*, Cahiers d'études de
///   radio-télévision 19 (1958).
/// * `it`: P. Lucisano, M. E. Piemontese, *Gulpease: una formula per la predizione della difficoltà dei testi in lingua
///   italiana*, Scuola e città 3 (1988).
const FORMULAS: [(&str, Formula); 6] = [
    ("en", Formula::Syllables { base: 206.835, sentence: 1.015, word: 84.6 }),
    ("de", Formula::Syllables { base: 180.0, sentence: 1.0, word: 58.5 }),
    ("es", Formula::Syllables { base: 206.84, sentence: 1.02, word: 60.0 }),
    ("pt", Formula::Syllables { base: 248.835, sentence: 1.015, word: 84.6 }),
    ("fr", Formula::Syllables { base: 207.0, sentence: 1.015, word: 73.6 }),
    ("it", Formula::Letters),
];

/// Returns the languages whose ease of reading can be told.
pub fn ease_languages() -> impl Iterator<Item = &'static str> {
    FORMULAS.iter().map(|(language, _)| *language)
}

/// Tells whether a language, as BCP 47 names it, has a formula.
pub fn has_ease(language: &str) -> bool {
    formula(language).is_some()
}

fn formula(language: &str) -> Option<(&'static str, Formula)> {
    let first = language.split('-').next().unwrap_or_default();
    FORMULAS.iter().find(|(known, _)| known.eq_ignore_ascii_case(first)).copied()
}

/// Returns how easily a text reads: higher is easier. Nothing of a language without a formula, or of a text with fewer
/// words than say anything ([`EASE_WORDS_MIN`]).
///
/// Links, mentions and tags are no words, nor are numbers. Syllables are counted by the language's vowels, so a word may
/// be off by one; over a text that evens out.
pub fn ease(text: &str, language: &str) -> Option<f64> {
    let (language, formula) = formula(language)?;
    let (mut words, mut syllables, mut letters, mut sentences) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut is_open = false;
    for line in text.lines() {
        for token in line.split_whitespace().filter(|token| is_prose(token)) {
            for word in token.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’'))) {
                if word.contains(char::is_alphabetic) {
                    words += 1;
                    syllables += self::syllables(word, language);
                    letters += count(word, char::is_alphanumeric);
                    is_open = true;
                }
            }
            let end = token.trim_end_matches(['"', '\'', ')', '”', '’', '»']);
            if is_open && end.ends_with(['.', '!', '?', '…', ':', ';']) {
                sentences += 1;
                is_open = false;
            }
        }
        // A line of its own is a sentence of its own, as in a list.
        if is_open {
            sentences += 1;
            is_open = false;
        }
    }
    if (words as usize) < EASE_WORDS_MIN {
        return None;
    }
    let (words, sentences) = (f64::from(words), f64::from(sentences.max(1)));
    Some(match formula {
        Formula::Syllables { base, sentence, word } => {
            base - sentence * words / sentences - word * f64::from(syllables) / words
        }
        Formula::Letters => 89.0 + (300.0 * sentences - 10.0 * f64::from(letters)) / words,
    })
}

/// Tells words from links, mentions and tags.
fn is_prose(token: &str) -> bool {
    !token.contains("://") && !token.starts_with(['#', '@'])
}

fn count(word: &str, is: impl Fn(char) -> bool) -> u32 {
    u32::try_from(word.chars().filter(|c| is(*c)).count()).unwrap_or(u32::MAX)
}

/// Counts a word's syllables by its groups of vowels; one at least.
fn syllables(word: &str, language: &str) -> u32 {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()).collect();
    let mut count: u32 = 0;
    let mut before: Option<char> = None;
    for &c in &word {
        if is_vowel(c, language) {
            let joins = before.is_some_and(|before| joins(before, c, language));
            count += u32::from(!joins);
            // Behind a pair that is one sound a third vowel begins anew: `ba-lei-a`; English and French go on.
            before = if joins && !matches!(language, "en" | "fr") { None } else { Some(c) };
        } else {
            before = None;
        }
    }
    count.saturating_sub(silent(&word, language)).max(1)
}

fn is_vowel(c: char, language: &str) -> bool {
    matches!(
        c,
        'a' | 'e'
            | 'i'
            | 'o'
            | 'u'
            | 'á'
            | 'é'
            | 'í'
            | 'ó'
            | 'ú'
            | 'à'
            | 'è'
            | 'ì'
            | 'ò'
            | 'ù'
            | 'â'
            | 'ê'
            | 'î'
            | 'ô'
            | 'û'
            | 'ã'
            | 'õ'
            | 'ä'
            | 'ö'
            | 'ü'
            | 'ë'
            | 'ï'
            | 'æ'
            | 'œ'
    ) || c == 'y' && matches!(language, "en" | "fr" | "de")
}

/// Tells whether two vowels in a row are of one syllable.
fn joins(before: char, c: char, language: &str) -> bool {
    match language {
        "en" => true,
        "fr" => !matches!((before, c), ('é', 'a' | 'o') | (_, 'ï' | 'ë')),
        "de" => matches!(
            (before, c),
            ('a', 'i' | 'u' | 'a') | ('e', 'i' | 'u' | 'e') | ('i', 'e') | ('o', 'o' | 'i') | ('ä', 'u')
        ),
        // Of two open vowels each has a syllable; a closed one without an accent leans on the other.
        _ => matches!(before, 'i' | 'u' | 'ü') || matches!(c, 'i' | 'u' | 'ü') || matches!(before, 'ã' | 'õ'),
    }
}

/// Counts the vowels at a word's end that are written and not said.
fn silent(word: &[char], language: &str) -> u32 {
    let vowel = |c: &char| is_vowel(*c, language);
    let is_silent = match (language, word) {
        ("en", [.., 'l', 'e']) => word.len() > 2 && word.get(word.len() - 3).is_some_and(vowel),
        ("en", [.., before, 'e']) => !vowel(before),
        ("en", [.., before, 'e', 'd']) => !vowel(before) && !matches!(before, 't' | 'd'),
        ("en", [.., before, 'e', 's']) => {
            !vowel(before) && !matches!(before, 's' | 'x' | 'z' | 'c' | 'g' | 'h')
        }
        ("fr", [.., before, 'e'] | [.., before, 'e', 's'] | [.., before, 'e', 'n', 't']) => !vowel(before),
        _ => false,
    };
    u32::from(is_silent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_counted_as_each_language_says_them() {
        for (word, language, number) in [
            ("harbour", "en", 2),
            ("table", "en", 2),
            ("whale", "en", 1),
            ("opened", "en", 2),
            ("started", "en", 2),
            ("the", "en", 1),
            ("astronomer", "en", 4),
            ("Theater", "de", 3),
            ("heute", "de", 2),
            ("Straße", "de", 2),
            ("país", "es", 2),
            ("ciudad", "es", 2),
            ("teatro", "es", 3),
            ("não", "pt", 1),
            ("museu", "pt", 2),
            ("baleia", "pt", 3),
            ("parle", "fr", 1),
            ("musée", "fr", 2),
            ("bateau", "fr", 2),
        ] {
            assert_eq!(syllables(word, language), number, "{word}");
        }
    }

    #[test]
    fn what_is_easy_scores_above_what_is_not() {
        let easy = "The cat sat on the mat. The dog ran to the sea. It was a good day, and we all had fun by the old red boat.";
        let hard = "Notwithstanding considerable organisational heterogeneity, interdepartmental communication necessitates \
                    systematically institutionalised coordination mechanisms, particularly regarding representative \
                    accountability, transparency, and participatory decision-making procedures throughout administration.";
        let (easy, hard) = (ease(easy, "en").unwrap(), ease(hard, "en-GB").unwrap());
        assert!(easy > 95.0, "{easy}");
        assert!(hard < 0.0, "{hard}");
        let pt = "O museu abre todas as portas no domingo. Há nós para atar, sinos para tocar e uma baleia para ver. Tragam os avós.";
        assert!(ease(pt, "pt-PT").unwrap() > 70.0);
        let it = "Domenica il museo apre tutte le porte. Ci sono nodi da fare, campane da suonare e una balena da vedere. Venite con i nonni.";
        assert!(ease(it, "it").unwrap() > 60.0);
    }

    #[test]
    fn nothing_is_said_of_few_words_or_of_a_language_without_a_formula() {
        assert_eq!(ease("Doors open at ten.", "en"), None);
        assert_eq!(ease(&"word ".repeat(30), "zh"), None);
        assert_eq!(ease(&"#tag https://a.example 12 ".repeat(30), "en"), None);
        assert!(has_ease("de-CH") && !has_ease("") && !has_ease("english"));
    }
}
