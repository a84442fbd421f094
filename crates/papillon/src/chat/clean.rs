//! Texts and names from other people, made harmless for a terminal.
//!
//! Nothing that another program wrote may move the cursor, change colours, or turn the direction
//! of what stands around it.

use std::iter::Peekable;
use std::str::CharIndices;

use unicode_segmentation::UnicodeSegmentation;

/// More combining marks than this on one character are left out. The longest sequence that means
/// something (a couple with skin tones) has ten.
const MAX_CLUSTER: usize = 16;
/// No escape sequence is longer than this; what goes on is taken for text.
const MAX_SEQUENCE: usize = 256;

/// One line: names of people, groups and files.
pub(crate) fn line(text: &str) -> String {
    let cleaned = lines(text);
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines, parted by `\n`: what somebody says.
pub(crate) fn lines(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.char_indices().peekable();
    while let Some((at, char)) = rest.next() {
        match char {
            '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => {
                skip_sequence(char, text, at, &mut rest)
            }
            '\r' => {
                rest.next_if(|(_, next)| *next == '\n');
                cleaned.push('\n');
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push_str("    "),
            char if char.is_control() || is_unseen(char) => {}
            char => cleaned.push(char),
        }
    }
    calm(cleaned)
}

/// Direction marks, invisible letters, and what only makes sense to other programs.
fn is_unseen(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Passes over an escape sequence that began with `first` at `at`. One that does not end loses
/// only its first character.
fn skip_sequence(first: char, text: &str, at: usize, rest: &mut Peekable<CharIndices<'_>>) {
    let after = text.get(at + first.len_utf8()..).unwrap_or_default();
    let (kind, body, opening) = match (first, after.chars().next()) {
        ('\u{1b}', Some(second @ ('[' | ']' | 'P' | 'X' | '^' | '_'))) => (second, after.get(1..), 1),
        ('\u{1b}', _) => return,
        ('\u{9b}', _) => ('[', Some(after), 0),
        _ => (']', Some(after), 0),
    };
    let mut body = body.unwrap_or_default().chars().take(MAX_SEQUENCE);
    let length = if kind == '[' {
        body.position(|char| matches!(char, '\u{40}'..='\u{7e}'))
    } else {
        body.position(|char| matches!(char, '\u{7}' | '\u{9c}' | '\u{1b}'))
    };
    if let Some(length) = length {
        // An escape that ends a string is followed by a backslash, which is passed over with it.
        for _ in 0..opening + length + 1 {
            if let Some((_, '\u{1b}')) = rest.next() {
                rest.next_if(|(_, next)| *next == '\\');
            }
        }
    }
}

/// Takes the towers off characters with dozens of combining marks.
fn calm(text: String) -> String {
    if text.is_ascii() || text.graphemes(true).all(|cluster| cluster.chars().count() <= MAX_CLUSTER) {
        return text;
    }
    text.graphemes(true).flat_map(|cluster| cluster.chars().take(MAX_CLUSTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_go_altogether() {
        for (given, kept) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}rest", "rest"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}P1$q\u{1b}\\x", "x"),
            ("\u{9b}2Jx", "x"),
            ("\u{9d}0;t\u{9c}x", "x"),
            ("a\u{1b}[", "a["),
            ("a\u{1b}", "a"),
            ("\u{1b}]no end", "]no end"),
            ("\u{1b}cx", "cx"),
        ] {
            assert_eq!(lines(given), kept, "{given:?}");
        }
    }

    #[test]
    fn line_ends_become_one_kind_and_controls_go() {
        assert_eq!(lines("a\r\nb\rc\nd\u{85}e\u{2028}f"), "a\nb\nc\nd\ne\nf");
        assert_eq!(lines("a\u{0}\u{8}\u{7f}\u{84}b\tc"), "ab    c");
        assert_eq!(line(" a\r\n\r\nb \t c\u{7}"), "a b c");
    }

    #[test]
    fn nothing_turns_the_direction_or_hides() {
        assert_eq!(line("evil\u{202e}gpj.exe\u{2066}\u{200f}\u{200b}\u{feff}"), "evilgpj.exe");
        assert_eq!(line("\u{3164}\u{ad}"), "");
    }

    #[test]
    fn scripts_and_emoji_stay() {
        for text in ["Åsa", "日本語", "שלום", "👩‍👩‍👧", "👍🏽", "❤️"] {
            assert_eq!(lines(text), text);
        }
    }

    #[test]
    fn towers_of_marks_are_cut() {
        let tower = format!("a{}b", "\u{301}".repeat(100));
        assert_eq!(lines(&tower), format!("a{}b", "\u{301}".repeat(15)));
    }
}
