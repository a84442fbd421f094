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
    #[inline]
    pub(super) fn send(&mut self, to: &Session, out: &mut Deliveries) {
        let known = self.encoded.iter().position(|(known, _)| *known == to.dialect);
        let at = known.unwrap_or_else(|| {
            self.encoded.push((to.dialect, (self.encode)(&self.change, to.dialect)));
            self.encoded.len() - 1
        });
        if let Some((_, Some(line))) = self.encoded.get(at) {
            out.send(&to.outbox, line.clone());
        }
    }
}
