//! The words of a line.

use bytes::Bytes;

use crate::{Dialect, Invalid, TransactionId, numbers::decimal};

/// A form of a verb that can be read.
pub(crate) trait Parse: Sized {
    /// Reads the words after the verb, the transaction id first where the form has one.
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid>;
}

/// The words of one line, in order, with the dialect and the payload that they are read with. Real
/// clients put tabs and double blanks between words, so any run of white space separates two.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    inner: std::str::SplitAsciiWhitespace<'a>,
    payload: &'a Bytes,
    dialect: Dialect,
    transaction: Option<TransactionId>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str, payload: &'a Bytes, dialect: Dialect) -> Self {
        // `Frame::text` lets no white space through but blanks and tabs, so these are the words that the decoder saw.
        Self { inner: line.split_ascii_whitespace(), payload, dialect, transaction: None }
    }

    /// The dialect that the line is in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
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
        // Kept even where the rest of the line cannot be read: the error has to carry it.
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

    /// Takes the length of the payload off the line, which the decoder has read already, and gives
    /// the payload: shared with the frame, not copied.
    pub(crate) fn payload(&mut self) -> Result<Bytes, Invalid> {
        self.required("payload length")?;
        Ok(self.payload.clone())
    }

    /// Whether the next word does not start with a digit. It tells the line of a verb that starts
    /// with a word from the reply of the same verb, which starts with a number.
    pub(crate) fn word_is_next(&self) -> bool {
        !self.number_is_next()
    }

    /// Whether the next word starts with a digit.
    pub(crate) fn number_is_next(&self) -> bool {
        self.inner.clone().next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Drops the words that are left, where clients send more than is documented.
    pub(crate) fn ignore_rest(&mut self) {
        self.inner.by_ref().for_each(drop);
    }

    /// Checks that nothing is left.
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
