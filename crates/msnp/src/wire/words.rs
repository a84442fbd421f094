//! The words of a line.

use crate::{Invalid, TransactionId, numbers::decimal};

/// The words of one line, in order. Real clients put tabs and double blanks between them, so any
/// run of white space separates two words.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    inner: std::str::SplitAsciiWhitespace<'a>,
    transaction: Option<TransactionId>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str) -> Self {
        Self { inner: line.split_ascii_whitespace(), transaction: None }
    }

    /// The next word. `what` names it in the error.
    ///
    /// # Errors
    /// [`Invalid::Missing`] with `what` when there is none.
    pub fn required(&mut self, what: &'static str) -> Result<&'a str, Invalid> {
        self.inner.next().ok_or(Invalid::Missing(what))
    }

    /// The next word, if there is one.
    pub fn optional(&mut self) -> Option<&'a str> {
        self.inner.next()
    }

    /// The transaction id.
    ///
    /// # Errors
    /// [`Invalid::TransactionId`] when there is no next word, or it is no decimal number below 2^32.
    pub fn transaction(&mut self) -> Result<TransactionId, Invalid> {
        let transaction = TransactionId::parse(self.inner.next().ok_or(Invalid::TransactionId)?)?;
        self.transaction = Some(transaction);
        Ok(transaction)
    }

    /// The transaction id if it has been read: an error further on in the line is answered with it.
    pub(crate) fn seen_transaction(&self) -> Option<TransactionId> {
        self.transaction
    }

    /// A decimal number below 2^32.
    pub(crate) fn number(&mut self, what: &'static str) -> Result<u32, Invalid> {
        decimal(self.required(what)?).ok_or(Invalid::Parameter(what))
    }

    /// A number that counts something.
    pub(crate) fn count(&mut self, what: &'static str) -> Result<usize, Invalid> {
        usize::try_from(self.number(what)?).map_err(|_| Invalid::Parameter(what))
    }

    /// Takes the length of the payload off the line. The decoder has read it already.
    pub(crate) fn payload_length(&mut self) -> Result<(), Invalid> {
        self.required("payload length").map(drop)
    }

    /// Whether the next word starts with a digit. It tells a reply, which starts with a number,
    /// from the line of the same verb that starts with a word.
    pub(crate) fn number_is_next(&self) -> bool {
        self.inner.clone().next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Drops the words that are left, where clients were seen to send more than is documented.
    pub(crate) fn ignore_rest(&mut self) {
        self.inner.by_ref().for_each(drop);
    }

    /// Sees that nothing is left.
    ///
    /// # Errors
    /// [`Invalid::TooMany`] when something is left.
    pub fn end(mut self) -> Result<(), Invalid> {
        match self.inner.next() {
            None => Ok(()),
            Some(_) => Err(Invalid::TooMany),
        }
    }
}
