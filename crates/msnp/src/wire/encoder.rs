//! The writer of commands.

use std::fmt::{Display, Write};

use bytes::{Bytes, BytesMut};

use crate::Dialect;

/// A command that is written the same in every dialect.
pub trait Encode {
    /// Appends the line, its CR LF and the payload if there is one.
    fn encode(&self, out: &mut BytesMut);

    /// The command in a buffer of its own.
    fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(96);
        self.encode(&mut out);
        out.freeze()
    }
}

/// A command that can be written for a reader of some dialect. A form that depends on the dialect has
/// no other way to be written, so that none goes out in a dialect that the caller did not choose.
pub trait EncodeFor {
    /// Appends the line as this dialect has it, its CR LF and the payload if there is one.
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut);

    /// The command in a buffer of its own.
    fn to_bytes_for(&self, dialect: Dialect) -> Bytes {
        let mut out = BytesMut::with_capacity(96);
        self.encode_for(dialect, &mut out);
        out.freeze()
    }
}

impl<T: Encode> EncodeFor for T {
    fn encode_for(&self, _: Dialect, out: &mut BytesMut) {
        self.encode(out);
    }
}

/// Writes one line, word by word, with exactly one blank between two words.
#[must_use = "a line must be ended"]
pub struct Line<'a> {
    out: &'a mut BytesMut,
}

impl<'a> Line<'a> {
    /// Starts a line with its verb.
    pub fn new(out: &'a mut BytesMut, verb: &str) -> Self {
        out.extend_from_slice(verb.as_bytes());
        Self { out }
    }

    /// Adds a word. An empty one is left out: the protocol cannot express it.
    pub fn word(self, word: impl Display) -> Self {
        let start = self.out.len();
        self.out.extend_from_slice(b" ");
        // Writing into a buffer that grows cannot fail.
        let _ = write!(self.out, "{word}");
        // Only the written form tells whether a word is empty: the blank before it is taken back then.
        if self.out.len() == start + 1 {
            self.out.truncate(start);
        }
        self
    }

    /// Adds a word if there is one.
    pub fn maybe(self, word: Option<impl Display>) -> Self {
        match word {
            Some(word) => self.word(word),
            None => self,
        }
    }

    /// Ends the line.
    pub fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    /// Ends the line with the length of `payload`, and adds the payload.
    pub fn payload(self, payload: &[u8]) {
        let line = self.word(payload.len());
        line.out.extend_from_slice(b"\r\n");
        line.out.extend_from_slice(payload);
    }
}
