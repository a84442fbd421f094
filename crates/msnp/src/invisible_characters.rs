//! The one rule on invisible characters in names and texts that other people read.
//!
//! They make two names look the same, or turn the text around them. [Format
//! characters](https://www.unicode.org/reports/tr44/#General_Category_Values) are refused but for the
//! joiners that families of emoji and the writing of Persian need, and those only between characters
//! that can be joined.

/// Joins, and keeps apart, the characters at its sides.
const JOINERS: [char; 2] = ['\u{200d}', NON_JOINER];
/// The second of them.
const NON_JOINER: char = '\u{200c}';
/// Takes tags after it: the flags of England, Scotland and Wales are written so.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Whether a text can be shown as a name: something in it is visible, and nothing in it is
/// [out of place](has_invisible).
pub fn is_presentable(text: &str) -> bool {
    !has_invisible(text) && !is_blank(text)
}

/// Whether a text has [characters that have no place in it](marked).
pub fn has_invisible(text: &str) -> bool {
    // Most texts are ASCII, of which the controls alone are invisible.
    if text.is_ascii() {
        return text.bytes().any(|byte| byte.is_ascii_control());
    }
    marked(text).any(|(_, is_out_of_place)| is_out_of_place)
}

/// Each character of a text, and whether it has no place in it: an [invisible character](is_invisible), or a joiner
/// that joins nothing. The text without those has none.
pub fn marked(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut before = None;
    let mut in_flag = false;
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        // A look at the next character from a copy: this one does not consume it.
        let joins = || is_virama(before) || is_joined(c, before, rest.clone().next());
        // Tags count as one run behind the flag: the first other character ends it.
        in_flag = c == BLACK_FLAG || (in_flag && is_tag(c));
        let is_out_of_place = (is_invisible(c) && !in_flag) || (JOINERS.contains(&c) && !joins());
        before = Some(c);
        Some((c, is_out_of_place))
    })
}

/// Whether there is nothing in a text that leaves ink.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || JOINERS.contains(&c)
            || matches!(
                c,
                // Fillers of Hangul, the empty Braille pattern, the note without a head, and what chooses a variant
                // of the character before it.
                '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
                    | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{1d159}' | '\u{e0100}'..='\u{e01ef}'
            )
    })
}

/// Whether a joiner has a place between these two. The endings of Persian are kept apart from English words and from
/// numbers, too: `PDF` and its plural.
fn is_joined(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let beside_english = |english: Option<char>, other: Option<char>| {
        english.is_some_and(|c| c.is_ascii_alphanumeric()) && other.is_some_and(is_of_a_joining_script)
    };
    (can_be_joined(before) && can_be_joined(after))
        || (joiner == NON_JOINER && (beside_english(before, after) || beside_english(after, before)))
}

/// Whether a letter may be of a script whose letters change with their neighbours: Latin, Greek, Cyrillic and
/// Armenian, which come first in Unicode, have none.
fn is_of_a_joining_script(c: char) -> bool {
    c >= '\u{590}' && c.is_alphabetic()
}

/// No letter of English is ever joined to another.
fn can_be_joined(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && !JOINERS.contains(&c) && !is_invisible(c))
}

/// The signs that take the vowel off a letter in the scripts of India. A joiner after one shapes that letter
/// even at the end of a word, as in the chillus of Malayalam.
fn is_virama(c: Option<char>) -> bool {
    matches!(
        c,
        Some(
            '\u{94d}'
                | '\u{9cd}'
                | '\u{a4d}'
                | '\u{acd}'
                | '\u{b4d}'
                | '\u{bcd}'
                | '\u{c4d}'
                | '\u{ccd}'
                | '\u{d4d}'
                | '\u{dca}'
        )
    )
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Whether a character is a control, ends a line, turns the direction of the text, or takes no room. The two joiners
/// are not among them: whether they have a place depends on what stands beside them.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Soft hyphen, marks and embeddings of direction, spaces without width, separators of lines, controls of
            // hieroglyphs, shorthand and musical notes, tags, and what Unicode keeps for more of these.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
                | '\u{e01f0}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_found() {
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{fff5}',
            '\u{fffb}',
            '\u{13430}',
            '\u{1bca0}',
            '\u{1bca3}',
            '\u{1d173}',
            '\u{1d17a}',
            '\u{e0041}',
            '\u{e00ff}',
            '\u{e01f0}',
            '\u{e0fff}',
        ] {
            assert!(has_invisible(&format!("Ada{c}é")), "{c:?}");
        }
        for text in [
            "Al\u{200d}ice",
            "A\u{e0067}",
            "\u{1f3f4} \u{e0067}",
            "é\u{200d}",
            "\u{200c}é",
            "é\u{200d}\u{200d}é",
            "é\u{200d} é",
            "\u{200d}",
            "PDF\u{200d}ها",
            "PDF\u{200c}\u{200c}ها",
            "PDF\u{200c} ها",
            "Zo\u{200c}ë",
            "-\u{200c}ها",
        ] {
            assert!(has_invisible(text), "{text:?}");
        }
    }

    #[test]
    fn what_people_are_called_is_left_alone() {
        for text in [
            "",
            "Ada & <b>Bob</b>",
            "Zoë 💜",
            "👩\u{200d}💻 at work",
            "❤\u{fe0f}\u{200d}🔥",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Ada",
            "അവന\u{d4d}\u{200d} വന്നു",
            "می\u{200c}خواهم",
            "PDF\u{200c}ها",
            "2003\u{200c}ها",
            "ها\u{200c}PDF",
            "שלום 你好",
        ] {
            assert!(!has_invisible(text), "{text:?}");
        }
    }

    #[test]
    fn a_blank_leaves_no_ink() {
        for text in ["", " ", "\u{a0}\u{3000}", "\u{2800}", "\u{3164}\u{fe0f}", "\u{200d}", "\u{1d159}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", " . ", "❤\u{fe0f}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_invisible_character_anywhere_is_found(
            before in "\\PC{0,8}", after in "\\PC{0,8}",
            c in any::<char>().prop_filter("invisible", |c| is_invisible(*c)),
        ) {
            prop_assume!(!before.contains(BLACK_FLAG));
            let text = format!("{before}{c}{after}");
            prop_assert!(has_invisible(&text));
            prop_assert!(!is_presentable(&text));
        }

        #[test]
        fn what_is_left_without_them_has_none(text in "([\\PC]|[\u{200b}-\u{202e}\u{e0061}\u{1f3f4}\u{94d}é]){0,20}") {
            let left: String = marked(&text).filter(|(_, out)| !out).map(|(c, _)| c).collect();
            prop_assert!(!has_invisible(&left), "{text:?}");
        }

        #[test]
        fn letters_and_joiners_between_them_are_left_alone(words in vec("[ءآأؤإئابةتثجحخدذرزسشصضطظعغ]{1,6}", 1..6)) {
            let name = words.join("\u{200c}");
            prop_assert!(is_presentable(&name));
        }
    }
}
