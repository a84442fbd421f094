//! Texts and names from other people, made harmless for a terminal, a log and JSON.
//!
//! No text of another program may move the cursor, change colours, turn the direction of the text around
//! it, or look the same as something else. [`msnp::invisible_characters`] tells these
//! characters.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::CharIndices;

use msnp::invisible_characters::{has_invisible, is_invisible, marked};
use unicode_segmentation::UnicodeSegmentation;

/// More combining marks than this on one character are left out. The longest sequence that means
/// something (a couple with skin tones) has ten.
const MAX_CLUSTER: usize = 16;
/// No escape sequence is longer than this; bytes beyond it are text.
const MAX_SEQUENCE: usize = 256;

/// One line: names of people, groups and files.
pub(crate) fn line(text: &str) -> String {
    let cleaned = lines(text);
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines, parted by `\n`: the text of a message.
pub(crate) fn lines(text: &str) -> String {
    // Sequences go first: without their escape character they would be ordinary letters.
    let text = typed(text);
    let kept = marked(&text).filter(|(char, is_out_of_place)| *char == '\n' || !is_out_of_place);
    calm(kept.map(|(char, _)| char).collect())
}

/// Typed or pasted text, which may come one character at a time: a joiner may get its neighbour yet.
pub(crate) fn typed(text: &str) -> String {
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
            // They belong to a flag, or go when the text is whole.
            '\u{e0020}'..='\u{e007f}' => cleaned.push(char),
            char if is_invisible(char) || is_filler(char) => {}
            char => cleaned.push(char),
        }
    }
    cleaned
}

/// A name in a list that people compare: U+FFFD stands in the place of a character that is not shown.
pub(crate) fn replaced(name: &str) -> String {
    marked(name)
        .map(|(char, is_out_of_place)| if is_out_of_place { char::REPLACEMENT_CHARACTER } else { char })
        .collect()
}

/// The output of a command, with its own line ends and tabs, and with quotations of other texts.
pub(crate) fn printed(text: &str) -> String {
    let shown = |(char, is_out_of_place)| match char {
        '\n' | '\t' => char,
        _ if is_out_of_place => char::REPLACEMENT_CHARACTER,
        char => char,
    };
    marked(text).map(shown).collect()
}

/// A value in the log: escaped, so that its characters can be told, and on one line.
pub(crate) fn logged(value: &str) -> String {
    // The usual case, without a look at each character here.
    if !has_invisible(value) {
        return value.to_owned();
    }
    let mut cleaned = String::with_capacity(value.len());
    for (char, is_out_of_place) in marked(value) {
        match char {
            '\t' => cleaned.push(char),
            _ if is_out_of_place => cleaned.extend(char.escape_default()),
            char => cleaned.push(char),
        }
    }
    cleaned
}

/// JSON text with everything escaped that has no place in a name or a text. It means the same: outside of its strings
/// JSON is ASCII, and inside of them the first 32 controls are escaped already.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (char, is_out_of_place) in marked(text) {
        if !is_out_of_place || char < '\u{7f}' {
            escaped.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            // Writing into a string cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// Invisible letters, and variants that only other programs know.
fn is_filler(char: char) -> bool {
    matches!(char, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{e0080}'..='\u{e0fff}')
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
        // The second character of the opening, if it has one, the body, and the character that ends it.
        for _ in 0..opening + length + 1 {
            if let Some((_, '\u{1b}')) = rest.next() {
                rest.next_if(|(_, next)| *next == '\\');
            }
        }
    }
}

/// Takes the towers off characters with dozens of combining marks.
fn calm(text: String) -> String {
    // Nearly all texts end here, without a copy.
    if text.is_ascii() || text.graphemes(true).all(|cluster| cluster.chars().count() <= MAX_CLUSTER) {
        return text;
    }
    let mut calmed = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        let end = cluster.char_indices().nth(MAX_CLUSTER).map_or(cluster.len(), |(end, _)| end);
        // A joiner at the cut has nothing to join.
        let joiner = |char| end < cluster.len() && matches!(char, '\u{200c}' | '\u{200d}');
        calmed.push_str(cluster[..end].trim_end_matches(joiner));
    }
    calmed
}

#[cfg(test)]
pub(crate) mod tests;
