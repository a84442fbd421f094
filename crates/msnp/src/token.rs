//! Words that the protocol passes on without looking inside.

use std::fmt;

use crate::{Invalid, wire::percent};

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest in bytes.
            pub const MAX_LEN: usize = $max;

            /// Takes one word: not empty, not too long, no white space or control characters.
            ///
            /// # Errors
            /// [`Invalid::Parameter`] when it is not such a word.
            pub fn parse(word: &str) -> Result<Self, Invalid> {
                if word.len() > Self::MAX_LEN || !percent::is_word(word) {
                    return Err(Invalid::Parameter($what));
                }
                Ok(Self(word.into()))
            }

            /// The word.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

token! {
    /// The cookie that a switchboard asks a client for. Secret: its `Debug` form hides it.
    Cookie, "cookie", 256
}
token! {
    /// An MSNObject as `CHG`, `NLN` and `ILN` carry it: percent-coded, passed on byte for byte.
    #[derive(Debug)]
    EncodedObject, "MSNObject", 4096
}
token! {
    /// `host:port`, as `XFR` and `RNG` hand it out: a DNS name of 255 bytes, a colon and five digits at most.
    #[derive(Debug)]
    HostPort, "address", 261
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookie(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_shows_no_cookie() {
        let cookie = Cookie::parse("17262740.1050826919.32308").unwrap();
        assert_eq!(format!("{cookie:?}"), "Cookie(…)");
    }
}
