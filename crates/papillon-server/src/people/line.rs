//! A change on its way to many: encoded at most once for each dialect, and shared by all who get it.

use std::ops::Deref;

use bytes::Bytes;
use msnp::Dialect;

use super::change::Change;
use super::sessions::Session;
use crate::delivery::Deliveries;

/// Makes a change bytes for a client of this dialect. Nothing, if there is no word for it.
pub(crate) type Encode = fn(&Change, Dialect) -> Option<Bytes>;

/// The change, which is made when the first one is to get it.
pub(super) struct Line<C> {
    change: C,
    encode: Encode,
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
