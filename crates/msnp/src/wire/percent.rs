//! Percent coding of parameters: UTF-8, `%XX`; `+` is never a blank.

use std::borrow::Cow;

use crate::charset;

/// Codes every byte but letters, digits and `-_.@`.
pub fn encode(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.extend(triple(byte).map(char::from));
        }
    }
    coded
}

/// `%XX`
pub(crate) fn triple(byte: u8) -> [u8; 3] {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    [b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]
}

/// Decodes `%XX` in either case. A `%` that starts no such triple stands for itself, as clients
/// that don't code their names send it. `None` when the result is not UTF-8.
pub fn decode(word: &str) -> Option<Cow<'_, str>> {
    if !word.contains('%') {
        return Some(Cow::Borrowed(word));
    }
    String::from_utf8(decode_bytes(word)).ok().map(Cow::Owned)
}

/// The best reading of a word that may be coded badly: decoded as [`charset::decode`] does without a label, coded again
/// in at most `max` bytes, and never empty.
pub(crate) fn recode(word: &str, max: usize) -> Box<str> {
    if word.len() <= max && is_word(word) && decode(word).is_some() {
        return word.into();
    }
    let mut coded = String::new();
    // Character by character, so that the cut leaves neither half a character nor half a triple.
    for char in charset::decode(&decode_bytes(word), None).chars() {
        let char = encode(char.encode_utf8(&mut [0; 4]));
        if coded.len() + char.len() > max {
            break;
        }
        coded.push_str(&char);
    }
    // A line cannot carry an empty word: the words after it would move up.
    if coded.is_empty() { encode("\u{fffd}").into() } else { coded.into() }
}

fn decode_bytes(word: &str) -> Vec<u8> {
    let bytes = word.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        // `None` for a `%` without two digits after it, which is then taken as it is.
        let coded = (bytes[at] == b'%')
            .then(|| Some(hex(*bytes.get(at + 1)?)? << 4 | hex(*bytes.get(at + 2)?)?))
            .flatten();
        plain.push(coded.unwrap_or(bytes[at]));
        at += if coded.is_some() { 3 } else { 1 };
    }
    plain
}

/// Whether `text` can stand as one parameter: not empty, no white space, no control characters.
pub fn is_word(text: &str) -> bool {
    // Bytes beyond ASCII pass: not every client codes them.
    !text.is_empty() && text.bytes().all(|byte| byte > b' ' && byte != 0x7f)
}

fn hex(digit: u8) -> Option<u8> {
    // Below 16, so it fits.
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_everything_that_could_break_a_line() {
        assert_eq!(encode("a b\r\n%é@x.y"), "a%20b%0D%0A%25%C3%A9@x.y");
    }

    #[test]
    fn decodes_either_case_and_keeps_plus_and_stray_percent() {
        assert_eq!(decode("%3c%3C+%zz%").unwrap(), "<<+%zz%");
        assert_eq!(decode("%ff"), None);
    }
}
