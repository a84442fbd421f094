//! The reassembly of MSNSLP texts that come in several packets.
//!
//! A text of more than 1202 bytes comes in two or more (ESC: a file offer of 1274 bytes came as 1202 and 72). Files and
//! pictures do not come through here: their bytes are handed on as they arrive.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::packet::Packet;
use crate::slp::SlpMessage;

/// The most texts that are incomplete at once; one more makes the oldest be forgotten. Known clients send one after the other.
const MAX_PARTIAL: usize = 8;
/// The number of complete texts that are remembered, so that a repeated one is not taken twice.
const MAX_COMPLETE: usize = 64;

/// The effect of a packet on the text it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Assembled {
    /// More has to come, or the packet fits nowhere.
    Incomplete,
    /// All of it is here.
    Complete(Bytes),
    /// All of it was here before.
    Again,
    /// Bytes are missing from here on.
    Gap(u64),
}

/// The texts of one peer. At most [`MAX_PARTIAL`] times [`SlpMessage::MAX_LEN`] bytes are kept,
/// and only bytes that really came.
#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    partial: VecDeque<Partial>,
    /// Identifier and total. A client whose identifier comes around again, or that draws them at random, hardly repeats both.
    complete: VecDeque<(u32, u32)>,
}

#[derive(Debug)]
struct Partial {
    identifier: u32,
    total: u64,
    text: BytesMut,
}

impl Reassembly {
    pub(crate) fn take(&mut self, packet: &Packet) -> Assembled {
        let header = &packet.header;
        // Before anything is kept: no text is longer, and none is empty.
        if header.total > SlpMessage::MAX_LEN as u64 || header.total == 0 {
            return Assembled::Incomplete;
        }
        let key = (header.identifier, header.total as u32);
        if self.complete.contains(&key) {
            // Once for each repetition of the whole text: its acknowledgement was lost.
            return if header.is_last() { Assembled::Again } else { Assembled::Incomplete };
        }
        if header.offset == 0 && header.is_last() {
            self.finish(key);
            return Assembled::Complete(packet.body.clone());
        }
        self.take_part(packet, key)
    }

    fn take_part(&mut self, packet: &Packet, key: (u32, u32)) -> Assembled {
        let header = &packet.header;
        let known = self.partial.iter().position(|partial| partial.identifier == header.identifier);
        let at = match known {
            Some(at) if self.partial[at].total == header.total => at,
            // Another total under the same identifier: neither is believed.
            Some(at) => {
                self.partial.remove(at);
                return Assembled::Incomplete;
            }
            None if header.offset == 0 => self.begin(header.identifier, header.total),
            // The first packet is lost, or its text was forgotten for newer ones.
            None => return Assembled::Gap(0),
        };
        let text = &mut self.partial[at].text;
        let have = text.len() as u64;
        if header.offset > have {
            return Assembled::Gap(have);
        }
        // Bytes that came before are kept as they were; only those after them are new.
        let skip = usize::try_from(have - header.offset).unwrap_or(usize::MAX);
        if let Some(fresh) = packet.body.get(skip..) {
            text.extend_from_slice(fresh);
        }
        if (text.len() as u64) < header.total {
            return Assembled::Incomplete;
        }
        let text = self.partial.remove(at).map(|partial| partial.text.freeze()).unwrap_or_default();
        self.finish(key);
        Assembled::Complete(text)
    }

    /// Nothing is reserved: the announced total is the peer's word.
    fn begin(&mut self, identifier: u32, total: u64) -> usize {
        if self.partial.len() == MAX_PARTIAL {
            self.partial.pop_front();
        }
        self.partial.push_back(Partial { identifier, total, text: BytesMut::new() });
        self.partial.len() - 1
    }

    fn finish(&mut self, key: (u32, u32)) {
        if self.complete.len() == MAX_COMPLETE {
            self.complete.pop_front();
        }
        self.complete.push_back(key);
    }

    /// Forgets incomplete texts: their carrier is gone, and the peer begins again.
    pub(crate) fn forget_partial(&mut self) {
        self.partial.clear();
    }
}

#[cfg(test)]
mod tests;
