//! Account names.

use std::fmt;

use crate::Invalid;

/// An e-mail-shaped account name, at most 129 bytes, kept in lower case: handles are compared
/// without regard to case.
///
/// ```
/// use msnp::Handle;
///
/// let handle: Handle = "Alice@Example.com".parse()?;
/// assert_eq!(handle.as_str(), "alice@example.com");
/// assert!(Handle::parse("alice").is_err());
/// # Ok::<(), msnp::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(Box<str>);

impl Handle {
    /// The longest handle in bytes.
    pub const MAX_LEN: usize = 129;

    /// Reads a handle. `a@b` is refused: the domain needs a dot (HYP).
    ///
    /// # Errors
    /// [`Invalid::Handle`] when it has not the shape of an e-mail address, or is longer than
    /// [`Self::MAX_LEN`].
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > Self::MAX_LEN {
            return Err(Invalid::Handle);
        }
        let (local, domain) = word.split_once('@').ok_or(Invalid::Handle)?;
        let local_ok = !local.is_empty() && local.bytes().all(is_local_byte);
        let labels_ok = domain.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
        if !local_ok || !labels_ok || !domain.contains('.') {
            return Err(Invalid::Handle);
        }
        // Once, here: handles are then compared and hashed byte by byte everywhere.
        Ok(Self(word.to_ascii_lowercase().into_boxed_str()))
    }

    /// The handle in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The characters that RFC 5322 allows in an atom, less `%`, which has a meaning of its own on the wire.
fn is_local_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'/'
        | b'=' | b'?' | b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~' | b'.')
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.0)
    }
}

impl std::str::FromStr for Handle {
    type Err = Invalid;

    fn from_str(word: &str) -> Result<Self, Invalid> {
        Self::parse(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_lower_cased() {
        assert_eq!(Handle::parse("Alice@Example.COM").unwrap().as_str(), "alice@example.com");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(118));
        assert_eq!(long.len(), 130);
        for bad in
            ["", "a", "a@", "@b.c", "a@b", "a@b.", "a@.b", "a@b@c.d", "a b@c.d", "a\0@c.d", "a%40@c.d", &long]
        {
            assert_eq!(Handle::parse(bad), Err(Invalid::Handle), "{bad:?}");
        }
        assert!(Handle::parse(&long[1..]).is_ok());
    }

    #[test]
    fn its_debug_form_names_it() {
        assert_eq!(format!("{:?}", Handle::parse("bob@example.com").unwrap()), "Handle(bob@example.com)");
    }
}
