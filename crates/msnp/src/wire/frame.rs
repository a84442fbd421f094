//! A frame: one line with its payload.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

use super::{Words, is_blank, percent};
use crate::{Dialect, Invalid, TransactionId};

/// One line with its payload.
///
/// ```
/// use bytes::BytesMut;
/// use msnp::Dialect;
/// use msnp::wire::{Decoder, Limits, Stream};
///
/// let mut decoder = Decoder::new(Stream::NotificationRequests, Limits::SIGNED_IN);
/// let frame = decoder.next(&mut BytesMut::from("VER 1 MSNP9 CVR0\r\n"))?.expect("a whole line");
/// assert_eq!(frame.verb(), b"VER");
/// let mut words = frame.words(Dialect::Msnp9)?;
/// assert_eq!(words.transaction()?.0, 1);
/// assert_eq!(words.required("dialect")?, "MSNP9");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub(super) line: Bytes,
    pub(super) payload: Bytes,
}

impl Frame {
    /// The first word of the line; empty for an empty line.
    pub fn verb(&self) -> &[u8] {
        verb_of(&self.line)
    }

    /// The line without its end and without the payload, as it came.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The words after the verb, for a reader of this dialect.
    ///
    /// # Errors
    /// [`Invalid::Text`] when the line is not UTF-8 or holds control characters.
    pub fn words(&self, dialect: Dialect) -> Result<Words<'_>, Invalid> {
        let mut words = Words::new(self.text()?, &self.payload, dialect);
        words.optional();
        Ok(words)
    }

    /// The transaction id, if the first word after the verb is one.
    pub fn transaction(&self) -> Option<TransactionId> {
        TransactionId::parse(self.text().ok()?.split_ascii_whitespace().nth(1)?).ok()
    }

    /// The line.
    pub(crate) fn text(&self) -> Result<&str, Invalid> {
        let line = std::str::from_utf8(&self.line).map_err(|_| Invalid::Text)?;
        if line.bytes().any(is_control) { Err(Invalid::Text) } else { Ok(line) }
    }

    /// The frame with a line whose words can be read. A client has to make the best of any line of a service.
    /// Control characters are percent-coded, and so are the bytes beyond ASCII in a word that is not UTF-8. A name is
    /// then for [`crate::FriendlyName::lossy`].
    pub fn legible(&self) -> Cow<'_, Self> {
        if self.text().is_ok() {
            return Cow::Borrowed(self);
        }
        // A coded byte takes three.
        let mut line = BytesMut::with_capacity(self.line.len() * 3);
        // Word by word: a name in Latin-1 does not cost a name in UTF-8 beside it.
        for word in self.line.split_inclusive(|byte| is_blank(*byte)) {
            let is_text = std::str::from_utf8(word).is_ok();
            for byte in word {
                if is_control(*byte) || !(is_text || byte.is_ascii()) {
                    line.put_slice(&percent::triple(*byte));
                } else {
                    line.put_u8(*byte);
                }
            }
        }
        Cow::Owned(Self { line: line.freeze(), payload: self.payload.clone() })
    }

    /// The payload; empty when the verb has none.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }
}

pub(super) fn verb_of(line: &[u8]) -> &[u8] {
    line.split(|b| is_blank(*b)).find(|word| !word.is_empty()).unwrap_or_default()
}

// A tab is none: msnlib separates words with one.
fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_its_line_its_verb_and_its_number() {
        let frame = |line: &'static str| Frame { line: line.into(), payload: Bytes::new() };
        let whole = frame(" ADD  7 FL x");
        assert_eq!((whole.verb(), whole.line()), (&b"ADD"[..], &b" ADD  7 FL x"[..]));
        assert_eq!(frame("ADD 7 FL x").transaction(), Some(TransactionId(7)));
        for line in ["ADD", "ADD x", "ADD 7\u{1} x", ""] {
            assert_eq!(frame(line).transaction(), None, "{line:?}");
        }
    }
}
