//! Bytes that should be text, as well as they can be read.
//!
//! Texts come in ISO-8859-1 from BitlBee and early versions of Gaim, without a label or with a wrong one. Pidgin
//! salvages such texts, and so does this module.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decodes by the label of a charset, as `charset=` names it. Without a label, and with an unknown one, the bytes
/// are read as UTF-8 if they are valid, else as windows-1252, of which ISO-8859-1 and ASCII are parts. A byte that the
/// charset does not have becomes U+FFFD.
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Cow<'a, str> {
    // Some labels mean for the web that nothing may be decoded. Here their texts are guessed like those without one.
    let named = label.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    let encoding =
        named.unwrap_or_else(|| if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 });
    if encoding == UTF_8 {
        return String::from_utf8_lossy(bytes);
    }
    // The label has decided: a byte order mark is dropped and does not choose another charset.
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    // The standard of the web gives the five bytes that windows-1252 does not have to control characters.
    let hole = |char: char| encoding == WINDOWS_1252 && matches!(char, '\u{80}'..='\u{9f}');
    if text.contains(hole) { text.replace(hole, "\u{fffd}").into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_label_and_without_one() {
        for (bytes, label, text) in [
            (&b"caf\xe9"[..], None, "café"),
            (b"caf\xc3\xa9", None, "café"),
            (b"caf\xe9", Some("klingon"), "café"),
            (b"caf\xc3\xa9", Some(""), "café"),
            (b"caf\xe9", Some("ISO-8859-1"), "café"),
            (b"caf\xe9", Some("us-ascii"), "café"),
            (b"caf\xe9", Some("UTF-8"), "caf\u{fffd}"),
            (b"a\xffb\xc3\xa9", Some("utf-8"), "a\u{fffd}bé"),
            (b"\x80\x81", None, "€\u{fffd}"),
            (b"\xcf\xf0\xe8", Some("windows-1251"), "При"),
            (b"\x82\xb1", Some("Shift_JIS"), "こ"),
            (b"\xff\xfea\0", Some("utf-16"), "a"),
            // A charset by whose name nothing is ever decoded.
            (b"a\xe9", Some("iso-2022-kr"), "aé"),
            (b"", Some("utf-7"), ""),
        ] {
            assert_eq!(decode(bytes, label), text, "{bytes:?} {label:?}");
        }
    }
}
