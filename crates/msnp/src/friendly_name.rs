//! Display names.

use std::borrow::Cow;
use std::fmt;

use crate::{Handle, Invalid, invisible_characters, wire::percent};

/// A display name in its percent-coded form, exactly as it was received: at most 387 bytes,
/// one word, and valid UTF-8 when decoded.
///
/// The coded form is echoed and relayed, so it is the form that is kept. A line break in
/// a name stays `%0D%0A` and never becomes a line of a stream.
///
/// ```
/// use msnp::FriendlyName;
///
/// let name = FriendlyName::from_text("Ada Lovelace")?;
/// assert_eq!(name.as_wire(), "Ada%20Lovelace");
/// assert_eq!(FriendlyName::parse("Ada%20Lovelace")?.text(), "Ada Lovelace");
/// // A line break shows nothing and speaks for somebody else.
/// assert!(FriendlyName::parse_chosen("Ada%0D%0A").is_err());
/// # Ok::<(), msnp::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FriendlyName(Box<str>);

impl FriendlyName {
    /// The longest name in bytes, percent-coded (129 characters of three bytes).
    pub const MAX_LEN: usize = 387;

    /// Reads a name as it stands on the wire.
    ///
    /// # Errors
    /// [`Invalid::FriendlyNameTooLong`] when it is longer than [`Self::MAX_LEN`]; [`Invalid::FriendlyName`]
    /// when it is empty or no percent-coded UTF-8.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > Self::MAX_LEN {
            return Err(Invalid::FriendlyNameTooLong);
        }
        if !percent::is_word(word) || percent::decode(word).is_none() {
            return Err(Invalid::FriendlyName);
        }
        Ok(Self(word.into()))
    }

    /// Reads a name that a client wants to give: besides what [`parse`](Self::parse) asks for, it has to
    /// be [presentable](Self::is_presentable). MSN Messenger prints a name before every line of its
    /// owner, so a line break in it would speak for somebody else.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and [`Invalid::FriendlyNameIllegal`] when it is not presentable.
    pub fn parse_chosen(word: &str) -> Result<Self, Invalid> {
        Self::parse(word)
            .and_then(|name| if name.is_presentable() { Ok(name) } else { Err(Invalid::FriendlyNameIllegal) })
    }

    /// Whether the name shows something, and nothing in it is
    /// [invisible](invisible_characters::is_presentable).
    pub fn is_presentable(&self) -> bool {
        invisible_characters::is_presentable(&self.text())
    }

    /// Reads a name from a service as well as possible: a contact's state is never lost for the sake of a
    /// name. A name that [`Self::parse`] takes stays as it is. Any other is decoded as [`crate::charset::decode`] does
    /// without a label, cut where it is too long, and coded again.
    pub fn lossy(word: &str) -> Self {
        Self(percent::recode(word, Self::MAX_LEN))
    }

    /// Codes plain text.
    ///
    /// # Errors
    /// [`Invalid::FriendlyNameTooLong`] when the coded form is longer than [`Self::MAX_LEN`];
    /// [`Invalid::FriendlyName`] when the text is empty.
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        Self::parse(&percent::encode(text))
    }

    /// The percent-coded form.
    pub fn as_wire(&self) -> &str {
        &self.0
    }

    /// The name as people read it.
    pub fn text(&self) -> Cow<'_, str> {
        // Every name decodes: no constructor keeps one that does not.
        percent::decode(&self.0).unwrap_or(Cow::Borrowed(&self.0))
    }
}

impl From<&Handle> for FriendlyName {
    /// The name of an account that has none yet.
    fn from(handle: &Handle) -> Self {
        // A handle is one word, without `%`, and shorter than a name may be: as it stands it is a coded name.
        Self(handle.as_str().into())
    }
}

impl fmt::Display for FriendlyName {
    /// Writes the percent-coded form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FriendlyName {
    /// Writes the name as people read it, in quotes; what could play tricks in a log is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FriendlyName").field(&self.text()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coded_form_is_kept_as_received() {
        let name = FriendlyName::parse("Bob%20%28away%29%c3%a9").unwrap();
        assert_eq!(name.as_wire(), "Bob%20%28away%29%c3%a9");
        assert_eq!(name.text(), "Bob (away)é");
    }

    #[test]
    fn line_breaks_stay_coded() {
        let name = FriendlyName::from_text("a\r\nOUT OTH\r\n").unwrap();
        assert_eq!(name.as_wire(), "a%0D%0AOUT%20OTH%0D%0A");
    }

    #[test]
    fn its_debug_form_is_the_text() {
        let name = FriendlyName::parse("Bob%20%28away%29%c3%a9%0D%0A%1B[2J%E2%80%AE").unwrap();
        assert_eq!(format!("{name:?}"), r#"FriendlyName("Bob (away)é\r\n\u{1b}[2J\u{202e}")"#);
    }

    #[test]
    fn what_a_service_tells_is_read_as_well_as_it_can_be() {
        for (word, text) in [
            ("Bob%20%c3%a9", "Bob é"),
            ("caf%E9", "café"),
            ("%FF%FE", "ÿþ"),
            ("a%81", "a\u{fffd}"),
            ("100%%E9", "100%é"),
            ("", "\u{fffd}"),
        ] {
            assert_eq!(FriendlyName::lossy(word).text(), text, "{word:?}");
        }
        assert_eq!(FriendlyName::lossy("Bob%c3%a9").as_wire(), "Bob%c3%a9");
        // Cut between two characters.
        let long = FriendlyName::lossy(&"é".repeat(200));
        assert_eq!(long.text(), "é".repeat(64));
        assert_eq!(FriendlyName::parse(long.as_wire()), Ok(long));
    }

    #[test]
    fn limits_and_bad_coding_are_refused() {
        assert!(FriendlyName::parse(&"a".repeat(387)).is_ok());
        assert_eq!(FriendlyName::parse(&"a".repeat(388)), Err(Invalid::FriendlyNameTooLong));
        for bad in ["", "a b", "a\tb", "%FF", "a\r"] {
            assert_eq!(FriendlyName::parse(bad), Err(Invalid::FriendlyName), "{bad:?}");
        }
    }

    #[test]
    fn a_name_that_shows_nothing_is_not_presentable() {
        let presentable = |word: &str| FriendlyName::parse(word).unwrap().is_presentable();
        assert!(presentable("Bob") && presentable("Bob%20%28away%29"));
        assert!(!presentable("%20") && !presentable("a%0Ab") && !presentable("a%E2%80%AEb"));
    }
}
