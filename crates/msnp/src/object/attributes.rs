//! The attributes of one empty element, and the text inside their quotes.

use std::borrow::Cow;

/// One attribute as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// The text between the quotes, entities and all.
    pub(super) raw: &'a str,
}

impl<'a> Attribute<'a> {
    pub(super) fn pair(&self) -> (&'a str, &'a str) {
        (self.name, self.raw)
    }
}

/// The attributes of `<msnobj …/>` in document order. `None` when the text is not that, or when
/// there are more than `max` or two of one name.
pub(super) fn attributes(text: &str, max: usize) -> Option<Vec<Attribute<'_>>> {
    let text = text.trim_matches(|char: char| char == '\0' || char.is_ascii_whitespace());
    let mut rest = text.strip_prefix("<msnobj")?;
    let mut found: Vec<Attribute<'_>> = Vec::new();
    loop {
        let trimmed = rest.trim_ascii_start();
        if trimmed == "/>" {
            return Some(found);
        }
        // Between two attributes there must be white space.
        if trimmed.len() == rest.len() || found.len() == max {
            return None;
        }
        let (name, after) = trimmed.split_once('=')?;
        let name = name.trim_ascii_end();
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|char| matches!(char, '"' | '\''))?;
        // A quote is one byte, so the slice begins at a character.
        let (raw, after) = after[1..].split_once(quote)?;
        let name_ok = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte));
        // As in XML: a `<` is coded. Control characters are numbers, as `escape` writes them.
        let raw_ok = !raw.bytes().any(|byte| byte.is_ascii_control() || byte == b'<');
        // Two attributes of one name are not well-formed, and readers differ in the one that counts.
        if !name_ok || !raw_ok || found.iter().any(|attribute| attribute.name == name) {
            return None;
        }
        found.push(Attribute { name, raw });
        rest = after;
    }
}

/// The text that stands for a value inside double quotes.
pub(super) fn escape(value: &str) -> Cow<'_, str> {
    let special = |byte: u8| byte.is_ascii_control() || b"&<>\"".contains(&byte);
    if !value.bytes().any(special) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len() + 16);
    for char in value.chars() {
        match char {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            char if char.is_ascii_control() => text.push_str(&format!("&#{};", u32::from(char))),
            char => text.push(char),
        }
    }
    Cow::Owned(text)
}

/// The value that raw text stands for. An `&` that starts no entity stands for itself, because
/// not every client escapes. `None` when a numeric entity is no character.
pub(super) fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('&') {
        return Some(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        value.push_str(before);
        rest = after;
        let Some((entity, behind)) = after.split_once(';') else {
            value.push('&');
            continue;
        };
        let char = match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => match numeric(entity) {
                Some(number) => char::from_u32(number)?,
                None => {
                    value.push('&');
                    continue;
                }
            },
        };
        value.push(char);
        rest = behind;
    }
    value.push_str(rest);
    Some(Cow::Owned(value))
}

/// The number of `#233` or `#xE9`.
fn numeric(entity: &str) -> Option<u32> {
    let digits = entity.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    // Eight digits hold every character, and `from_str_radix` alone would take a sign.
    let plain = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if plain { u32::from_str_radix(digits, radix).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_read_back() {
        let text = "a&b<c>\"d'\0\n&amp;é";
        assert_eq!(unescape(&escape(text)).unwrap(), text);
        assert_eq!(unescape("&#x41;&#66;&apos;&nope;&;& ;&").unwrap(), "AB'&nope;&;& ;&");
        assert_eq!(unescape("&#xD800;"), None);
    }

    #[test]
    fn what_a_value_may_not_hold_is_coded() {
        assert_eq!(escape("a&<>\"'\t\u{7f}é"), "a&amp;&lt;&gt;&quot;'&#9;&#127;é");
        assert_eq!(escape("plain é"), "plain é");
    }

    #[test]
    fn numbers_of_characters_have_digits_alone() {
        assert_eq!(numeric("#65"), Some(65));
        assert_eq!((numeric("#x00000041"), numeric("#X41")), (Some(0x41), Some(0x41)));
        for entity in ["#", "#x", "#+65", "#x+41", "#000000065", "#x000000041", "65", "#6g", "#4A"] {
            assert_eq!(numeric(entity), None, "{entity}");
        }
    }

    #[test]
    fn attributes_are_well_formed() {
        let count = |text: &str| attributes(text, 2).map(|found| found.len());
        assert_eq!(count("<msnobj a=\"1\" b='2'/>"), Some(2));
        assert_eq!(count("<msnobj a=\"1\"b=\"2\"/>"), None, "no white space between two");
        assert_eq!(count("<msnobj a=\"1\" b=\"2\" c=\"3\"/>"), None, "too many");
        assert_eq!(count("<msnobj a=\"1\" a=\"2\"/>"), None, "twice");
        assert_eq!(count("<msnobj =\"1\"/>"), None, "no name");
        assert_eq!(count("<msnobj é=\"1\"/>"), None, "another name");
        assert_eq!(count("<msnobj a=\"<\"/>"), None);
        assert_eq!(count("<msnobj a=\"\t\"/>"), None);
        assert_eq!(count("<msnobj a=1/>"), None);
    }
}
