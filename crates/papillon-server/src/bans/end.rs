//! The end of a ban, as people write it.

use std::time::Duration;

use time::{Date, Month, Time};

/// Ten years: longer than a ban for a time has to be.
const LONGEST: u64 = 10 * 365 * DAY;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads how long a ban lasts, from a minute to ten years.
///
/// # Errors
/// A sentence that says what is expected.
///
/// ```
/// use std::time::Duration;
/// use papillon_server::bans::duration;
///
/// assert_eq!(duration("90m"), Ok(Duration::from_secs(5_400)));
/// assert_eq!(duration("3d"), Ok(Duration::from_secs(259_200)));
/// assert!(duration("3").is_err());
/// ```
pub fn duration(text: &str) -> Result<Duration, String> {
    let units = [('m', MINUTE), ('h', HOUR), ('d', DAY), ('w', 7 * DAY)];
    let read = |(unit, seconds): (char, u64)| {
        let number = text.strip_suffix(unit).filter(|number| is_number(number))?;
        number.parse::<u64>().ok()?.checked_mul(seconds)
    };
    let seconds = units.into_iter().find_map(read).filter(|seconds| (1..=LONGEST).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        String::from(
            "expected a time such as 30m, 2h, 3d or 4w (minutes, hours, days, weeks), at most ten years",
        )
    })
}

/// Reads a date, which is its first moment in UTC, or a date and a time in UTC, in seconds since 1970.
///
/// # Errors
/// A sentence that says what is expected.
///
/// ```
/// use papillon_server::bans::until;
///
/// assert_eq!(until("2005-06-19"), Ok(1_119_139_200));
/// assert_eq!(until("2005-06-19 12:30"), Ok(1_119_184_200));
/// assert!(until("19.6.2005").is_err());
/// ```
pub fn until(text: &str) -> Result<i64, String> {
    moment(text).filter(|at| *at > 0).ok_or_else(|| {
        String::from("expected a date such as 2030-12-31, or with a time in UTC, such as 2030-12-31T18:00")
    })
}

fn moment(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.strip_suffix('Z').unwrap_or(time)),
        None => (text, "00:00"),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute] = numbers(time, ':', [2, 2])?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
    let time = Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, 0).ok()?;
    Some(date.with_time(time).assume_utc().unix_timestamp())
}

/// Numbers with just so many digits each.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u16; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && is_number(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Digits only: a sign would be read as well.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_and_bounds() {
        for (text, seconds) in
            [("1m", 60), ("2h", 7200), ("3d", 259_200), ("4w", 2_419_200), ("3650d", LONGEST)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for bad in
            ["", "m", "0h", "-1h", "+1h", "1", "1s", "1.5h", "2 h", "3651d", "99999999999999999999w", "1é"]
        {
            assert!(duration(bad).unwrap_err().contains("2h, 3d"), "{bad}");
        }
    }

    #[test]
    fn a_date_may_have_a_time() {
        for (text, at) in [
            ("2005-06-19", 1_119_139_200),
            ("2005-06-19T00:01", 1_119_139_260),
            ("2005-06-19 00:01Z", 1_119_139_260),
            ("2000-02-29", 951_782_400),
        ] {
            assert_eq!(until(text), Ok(at), "{text}");
        }
        for bad in [
            "",
            "2005",
            "2005-6-19",
            "2005-06-31",
            "2005-13-01",
            "2005-06-19-01",
            "2005-06-19T24:00",
            "2005-06-19T12",
            "2005-06-19T12:00:00",
            "+205-06-19",
            "1969-12-31",
            "1970-01-01",
            "0000-00-00",
        ] {
            assert!(until(bad).unwrap_err().contains("2030-12-31"), "{bad}");
        }
    }
}
