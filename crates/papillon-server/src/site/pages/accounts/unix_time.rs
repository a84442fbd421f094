//! Times as the store has them: in seconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

/// A time before 1970 is 0.
pub(super) fn unix_time(time: SystemTime) -> i64 {
    // Seconds since 1970 are far from the sign's bit.
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// The present time.
pub(in crate::site::pages) fn now() -> i64 {
    unix_time(SystemTime::now())
}
