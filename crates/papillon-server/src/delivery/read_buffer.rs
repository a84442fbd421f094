//! Buffers to read into. A connection has one only while it has something unread.

use std::cell::RefCell;

use bytes::BytesMut;

/// Read at most this much at a time.
pub(super) const SIZE: usize = 16 * 1024;
/// Each thread keeps this many for the next reads.
const KEPT: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for one read in a connection's buffer.
pub(crate) fn provide(buffer: &mut BytesMut) {
    // Otherwise the beginning of a line is in it, and has to stay in front of the rest.
    if buffer.capacity() == 0
        && let Some(spare) = SPARE.with_borrow_mut(Vec::pop)
    {
        *buffer = spare;
    }
    buffer.reserve(SIZE);
}

/// Takes the room back: the rest of a connection's buffer is an unfinished line, and as small as that.
pub(crate) fn release(buffer: &mut BytesMut) {
    // Copied, so that a few bytes do not hold 16 KiB.
    let rest = if buffer.is_empty() { BytesMut::new() } else { BytesMut::from(&buffer[..]) };
    let mut used = std::mem::replace(buffer, rest);
    used.clear();
    // It cannot be used again while anything holds a part of what was read.
    if used.try_reclaim(SIZE) {
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < KEPT {
                spare.push(used);
            }
        });
    }
}
