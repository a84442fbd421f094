//! Bodies of messages in JSON: text where they are UTF-8, base64 where they are not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The form of a body in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    /// As it is.
    #[default]
    Text,
    /// RFC 4648 section 4, with padding.
    Base64,
}

/// A body in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) encoding: Encoding,
    pub(crate) body: String,
}

impl Body {
    /// These bytes in JSON.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { encoding: Encoding::Text, body: text.to_owned() },
            Err(_) => Self { encoding: Encoding::Base64, body: STANDARD.encode(bytes) },
        }
    }

    /// The bytes; `None` where it is no base64 that should be.
    pub(super) fn into_bytes(self) -> Option<Bytes> {
        match self.encoding {
            Encoding::Text => Some(self.body.into()),
            Encoding::Base64 => STANDARD.decode(self.body).ok().map(Bytes::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back_as_they_were() {
        for bytes in [&b""[..], b"text\r\n", b"\xff\xfe", "\u{e9}".as_bytes()] {
            assert_eq!(Body::of(bytes).into_bytes().unwrap(), bytes);
        }
        assert_eq!(Body { encoding: Encoding::Base64, body: "?".into() }.into_bytes(), None);
    }
}
