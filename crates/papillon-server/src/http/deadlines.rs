//! The time limits for the parts of a conversation with a client.

use std::time::Duration;

/// The time limit from a request's first byte to the end of its head; and from the beginning of a connection to its
/// first request.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// The time after which a connection without a request ends.
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// The time limit for the next bytes of a body, and the least for all of it.
pub(super) const BODY: Duration = Duration::from_secs(10);
/// The least time for a client to take an answer.
pub(super) const ANSWER: Duration = Duration::from_secs(10);
/// The slowest pace of a body or an answer, that of a slow telephone line. Each byte gives as much more time as it
/// takes at this pace.
const BYTES_PER_SECOND: u64 = 2_000;

/// The time limit for all of a body of so many bytes.
pub(super) fn of_body(bytes: u64) -> Duration {
    BODY + pace(bytes)
}

/// The time limit for a client to take so many bytes.
pub(super) fn of_answer(bytes: u64) -> Duration {
    ANSWER + pace(bytes)
}

/// The time that so many bytes add to either.
pub(super) fn pace(bytes: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / BYTES_PER_SECOND)
}
