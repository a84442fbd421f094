//! How long a client may take for each part of a conversation.

use std::time::Duration;

/// From its first byte to the end of a request's head; and from the beginning of a connection to its first request.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// A connection on which nothing more is asked ends after this.
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// For the next bytes of a body, and the least for all of it.
pub(super) const BODY: Duration = Duration::from_secs(10);
/// The least for a client to take an answer.
pub(super) const ANSWER: Duration = Duration::from_secs(10);
/// Each byte of a body or an answer gives more time: a telephone line's pace.
const BYTES_PER_SECOND: u64 = 2_000;

/// For all of a body of so many bytes.
pub(super) fn of_body(bytes: u64) -> Duration {
    BODY + pace(bytes)
}

/// For a client to take so many bytes.
pub(super) fn of_answer(bytes: u64) -> Duration {
    ANSWER + pace(bytes)
}

/// The time that so many bytes add to either.
pub(super) fn pace(bytes: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / BYTES_PER_SECOND)
}
