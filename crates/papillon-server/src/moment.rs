//! Moments, for people to read.

use time::OffsetDateTime;

/// `2003-09-05 12:17`, in UTC, of a number of seconds since 1970.
///
/// ```
/// assert_eq!(papillon_server::moment(1_062_764_229), "2003-09-05 12:17");
/// assert_eq!(papillon_server::moment(i64::MAX), "?");
/// ```
pub fn moment(seconds: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(seconds) else { return String::from("?") };
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_utc() {
        assert_eq!(moment(1_062_764_229), "2003-09-05 12:17");
        assert_eq!(moment(0), "1970-01-01 00:00");
        assert_eq!(moment(i64::MAX), "?");
    }
}
