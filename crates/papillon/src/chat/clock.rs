//! The clock of the user's time zone.

use std::fmt;
use std::time::Duration;

use time::{OffsetDateTime, UtcOffset};

/// The time of something that happened, by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The day, for a line between two days.
    pub(crate) day: time::Date,
    /// The time.
    pub(crate) hour: u8,
    /// The minute of it.
    pub(crate) minute: u8,
}

impl Stamp {
    /// Now, in the zone of this machine; UTC where that is unknown.
    pub(crate) fn now() -> Self {
        let now = OffsetDateTime::now_utc();
        // Asked for each time, because it changes with summer time.
        let offset = UtcOffset::local_offset_at(now).unwrap_or(UtcOffset::UTC);
        let now = now.to_offset(offset);
        Self { day: now.date(), hour: now.hour(), minute: now.minute() }
    }

    /// The day in words: `Tuesday, 24 November 2026`.
    pub(crate) fn day_in_words(self) -> String {
        let Self { day, .. } = self;
        format!("{}, {} {} {}", day.weekday(), day.day(), day.month(), day.year())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// The time by two clocks: one for people, and one that never jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since the program began.
    pub(crate) elapsed: Duration,
    /// On the wall.
    pub(crate) stamp: Stamp,
}

#[cfg(test)]
impl Moment {
    /// Some seconds after 14:02 on the day of the tests.
    pub(crate) fn test(seconds: u64) -> Self {
        let day = time::Date::from_calendar_date(2026, time::Month::November, 24).unwrap();
        let minutes = 14 * 60 + 2 + seconds / 60;
        let stamp = Stamp { day, hour: (minutes / 60) as u8, minute: (minutes % 60) as u8 };
        Self { elapsed: Duration::from_secs(seconds), stamp }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_in_words() {
        let stamp = Moment::test(60 * 60).stamp;
        assert_eq!(stamp.to_string(), "15:02");
        assert_eq!(stamp.day_in_words(), "Tuesday, 24 November 2026");
    }
}
