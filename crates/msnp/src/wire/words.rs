//! The words of a line.

use crate::{Invalid, TransactionId};

/// The words of one line, in order. Real clients put tabs and double blanks between them, so any
/// run of white space separates two words.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    inner: std::str::SplitAsciiWhitespace<'a>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str) -> Self {
        Self { inner: line.split_ascii_whitespace() }
    }

    /// The next word; its absence is an error that names what was expected.
    pub fn required(&mut self, what: &'static str) -> Result<&'a str, Invalid> {
        self.inner.next().ok_or(Invalid::Missing(what))
    }

    /// The next word, if there is one.
    pub fn optional(&mut self) -> Option<&'a str> {
        self.inner.next()
    }

    /// The transaction id.
    pub fn transaction(&mut self) -> Result<TransactionId, Invalid> {
        TransactionId::parse(self.inner.next().ok_or(Invalid::TransactionId)?)
    }

    /// Nothing may be left.
    pub fn end(mut self) -> Result<(), Invalid> {
        match self.inner.next() {
            None => Ok(()),
            Some(_) => Err(Invalid::TooMany),
        }
    }
}
