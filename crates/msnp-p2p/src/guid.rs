//! GUIDs as MSNSLP writes them and as frames carry them.

use std::fmt;

/// Sixteen bytes in the order in which binary frames have them: as on Windows, the first three
/// groups of the text are little-endian there (sources LP, SHARP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guid(pub [u8; 16]);

/// The places in the frame of the bytes of the text, from left to right.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

impl Guid {
    /// The GUID that means "none".
    pub const ZERO: Self = Self([0; 16]);

    /// Reads a GUID in any case, with or without braces, blanks around it ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        let groups: Vec<&str> = text.split('-').collect();
        if groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12]) {
            return None;
        }
        let digits = groups.concat();
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 16];
        for (at, place) in ORDER.into_iter().enumerate() {
            bytes[place] = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether it means "none".
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl fmt::Display for Guid {
    /// Writes it in upper case and in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, place) in ORDER.into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{:02X}", self.0[place])?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_of_the_sheet_of_frames() {
        let text = "{122D2937-5C86-4C7B-81F5-0E05017880C2}";
        let guid = Guid::parse(text).unwrap();
        assert_eq!(hex::encode(guid.0), "37292d12865c7b4c81f50e05017880c2");
        assert_eq!(guid.to_string(), text);
        assert_eq!(Guid::parse(" 122d2937-5c86-4c7b-81f5-0e05017880c2 "), Some(guid));
    }

    #[test]
    fn what_is_no_guid() {
        for text in ["", "{}", "{122D2937-5C86-4C7B-81F5-0E05017880C}", "122D29375C864C7B81F50E05017880C2"] {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
        assert_eq!(Guid::parse("{+22D2937-5C86-4C7B-81F5-0E05017880C2}"), None);
    }

    proptest::proptest! {
        #[test]
        fn every_guid_reads_back(bytes: [u8; 16], text: String) {
            proptest::prop_assert_eq!(Guid::parse(&Guid(bytes).to_string()), Some(Guid(bytes)));
            let _ = Guid::parse(&text);
        }
    }
}
