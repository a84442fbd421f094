//! The check of the clock: certificates and tickets are good for a time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::report::Finding;
use crate::settings::Settings;

/// Something may be this much from the future: clocks differ.
const TOLERANCE: Duration = Duration::from_secs(600);
/// 2026-01-01: this program is not older.
const FIRST_MOMENT: Duration = Duration::from_secs(1_767_225_600);

/// Compares the clock with the traces that the past has left: files here, and the newest account, which was
/// made at that second since 1970.
pub(super) fn examine(settings: &Settings, newest: Option<i64>) -> Finding {
    judge(SystemTime::now(), &traces(settings, newest))
}

/// Moments that are over.
fn traces(settings: &Settings, newest: Option<i64>) -> Vec<(String, SystemTime)> {
    let mut traces = vec![(String::from("the making of this program"), UNIX_EPOCH + FIRST_MOMENT)];
    let tls = settings.data_dir().join("tls");
    for (words, path) in [
        ("the program's file", std::env::current_exe().ok()),
        ("ca.pem", Some(tls.join("ca.pem"))),
        ("server.pem", Some(tls.join("server.pem"))),
    ] {
        let made = path.and_then(|path| path.metadata().ok()).and_then(|metadata| metadata.modified().ok());
        traces.extend(made.map(|made| (words.to_owned(), made)));
    }
    let newest = newest.and_then(|seconds| u64::try_from(seconds).ok());
    let newest = newest.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    traces.extend(newest.map(|made| (String::from("the newest account"), made)));
    traces
}

fn judge(now: SystemTime, traces: &[(String, SystemTime)]) -> Finding {
    let latest = traces.iter().max_by_key(|(_, moment)| *moment);
    match latest {
        Some((words, moment)) if *moment > now + TOLERANCE => Finding::fail(
            "clock",
            format!("it says {}, and {words} is from {}", shown(now), shown(*moment)),
            "set the clock (`timedatectl set-ntp true`): certificates of tomorrow are no good today",
        ),
        _ => Finding::ok("clock", format!("{}, later than everything that was found here", shown(now))),
    }
}

fn shown(moment: SystemTime) -> String {
    let moment = time::OffsetDateTime::from(moment);
    format!("{} {:02}:{:02} UTC", moment.date(), moment.hour(), moment.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Verdict;

    #[test]
    fn a_clock_before_the_past_is_wrong() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let traces = [(String::from("a"), at(5_000)), (String::from("b"), at(10_000))];
        let wrong = judge(at(9_000), &traces);
        assert_eq!(wrong.verdict, Verdict::Fail);
        assert_eq!(wrong.seen, "it says 1970-01-01 02:30 UTC, and b is from 1970-01-01 02:46 UTC");
        assert_eq!(judge(at(9_500), &traces).verdict, Verdict::Ok);
        assert_eq!(judge(at(11_000), &traces).verdict, Verdict::Ok);
    }
}
