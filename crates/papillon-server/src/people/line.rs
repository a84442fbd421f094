//! Lines for many: a change that is encoded at most once for each dialect, and shared by all outboxes.

use std::ops::Deref;

use bytes::Bytes;
use msnp::Dialect;

use super::change::Change;
use super::sessions::Session;
use crate::delivery::Deliveries;

/// Encodes a change for a client of this dialect; `None` if the dialect has no line for it.
pub(crate) type Encode = fn(&Change, Dialect) -> Option<Bytes>;

/// A change for many. A lazy one is made for the first recipient.
pub(super) struct Line<C> {
    change: C,
    encode: Encode,
    /// In no order: there are as many as dialects.
    encoded: Vec<(Dialect, Option<Bytes>)>,
}

impl<C: Deref<Target = Change>> Line<C> {
    pub(super) fn new(change: C, encode: Encode) -> Self {
        Self { change, encode, encoded: Vec::new() }
    }

    /// Puts it into the outbox of a session.
    pub(super) fn send(&mut self, to: &Session, out: &mut Deliveries) {
        if let Some(line) = self.for_dialect(to.dialect) {
            out.send(&to.outbox, line);
        }
    }

    fn for_dialect(&mut self, dialect: Dialect) -> Option<Bytes> {
        if let Some((_, line)) = self.encoded.iter().find(|(known, _)| *known == dialect) {
            return line.clone();
        }
        let line = (self.encode)(&self.change, dialect);
        self.encoded.push((dialect, line.clone()));
        line
    }
}
