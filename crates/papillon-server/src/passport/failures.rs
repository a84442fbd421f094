//! The log of failed sign-ins: the account and the address, at most one line a second for an address.
//!
//! A line holds a typed text only if it is an address, as the account's name: an address has neither blanks nor line
//! ends, so it cannot forge another line.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use msnp::Handle;
use tokio::time::{Instant, sleep_until};

use crate::limits::Network;
use crate::listen::LoggedAddresses;

/// The time between two lines about one address.
const PAUSE: Duration = Duration::from_secs(1);
/// The most addresses that are told apart at once; all others share one line a second.
const MOST: usize = 4096;

/// The reason for which a sign-in failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No such account, or another password.
    Wrong,
    /// Not judged: there were too many before it.
    Limited,
    /// The right password of a closed account.
    Disabled,
    /// The right password of a banned account.
    Banned,
    /// A ticket that is forged, has expired, was voided, or is another account's.
    Ticket,
}

/// Writes failed sign-ins to the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failures {
    recent: Arc<Mutex<HashMap<Whence, Recent>>>,
    logged: LoggedAddresses,
}

/// The key of failures that share a line: a network, or all networks for which there was no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whence {
    Network(Network),
    Elsewhere,
}

/// The failures since the last line.
#[derive(Debug, Default)]
struct Recent {
    last: Option<Failure>,
    /// The number of failures besides the last.
    others: u64,
}

#[derive(Debug)]
struct Failure {
    reason: Reason,
    from: IpAddr,
    account: Option<Handle>,
}

impl Failures {
    /// Whether the lines have addresses.
    pub(crate) fn logged(&self) -> &LoggedAddresses {
        &self.logged
    }

    /// Logs a failure: at once, or when a second has passed since the last line about its address. It has to be
    /// called on a runtime.
    pub(crate) fn note(&self, reason: Reason, from: IpAddr, account: Option<&Handle>) {
        let failure = Failure { reason, from: from.to_canonical(), account: account.cloned() };
        if let Some((whence, failure)) = self.begin_or_add(failure) {
            failure.log(&self.logged, 0);
            // One task for each key in the map: it is there as long as the key.
            let this = self.clone();
            tokio::spawn(async move { this.follow(whence).await });
        }
    }

    /// Keeps the failure for the next line about its address, or gives it back when there was none lately.
    fn begin_or_add(&self, failure: Failure) -> Option<(Whence, Failure)> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whence = Whence::Network(Network::of(failure.from));
        // An address that has its line keeps it; only new ones share, so a flood does not hide a known attacker.
        if recent.len() >= MOST && !recent.contains_key(&whence) {
            whence = Whence::Elsewhere;
        }
        match recent.get_mut(&whence) {
            Some(recent) => {
                recent.others += u64::from(recent.last.replace(failure).is_some());
                None
            }
            None => {
                recent.insert(whence, Recent::default());
                Some((whence, failure))
            }
        }
    }

    /// Logs further failures from there, until a second passes without any.
    async fn follow(&self, whence: Whence) {
        let mut next = Instant::now() + PAUSE;
        loop {
            sleep_until(next).await;
            let Some((failure, others)) = self.take(whence) else { return };
            failure.log(&self.logged, others);
            next = Instant::now() + PAUSE;
        }
    }

    fn take(&self, whence: Whence) -> Option<(Failure, u64)> {
        let mut all = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = all.get_mut(&whence)?;
        let others = std::mem::take(&mut recent.others);
        let last = recent.last.take();
        // Under the same lock: a failure is either counted for this task, or begins a new one.
        if last.is_none() {
            all.remove(&whence);
        }
        last.map(|last| (last, others))
    }
}

impl Failure {
    /// Writes the line. The address comes first, so that a program such as fail2ban finds it at a fixed place; the line
    /// stands in no span, which would come before it.
    fn log(&self, logged: &LoggedAddresses, left_out: u64) {
        let Self { reason, from, account } = self;
        let from = logged.of(*from);
        let account = account.as_ref().map_or("-", Handle::as_str);
        match reason {
            Reason::Wrong => tracing::info!(parent: None, %from, account, left_out, "sign-in failed"),
            Reason::Limited => {
                tracing::info!(parent: None, %from, account, left_out, "sign-in refused after too many failures")
            }
            Reason::Disabled => {
                tracing::info!(parent: None, %from, account, left_out, "sign-in to a disabled account")
            }
            Reason::Banned => {
                tracing::info!(parent: None, %from, account, left_out, "sign-in to a banned account")
            }
            Reason::Ticket => {
                tracing::info!(parent: None, %from, account, left_out, "sign-in with a ticket that is not good")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(from: &str) -> Failure {
        Failure { reason: Reason::Wrong, from: from.parse().unwrap(), account: None }
    }

    /// The number of addresses that are remembered.
    fn remembered(failures: &Failures) -> usize {
        failures.recent.lock().unwrap().len()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_forgotten_after_a_second_without_failures() {
        let failures = Failures::default();
        for _ in 0..3 {
            failures.note(Reason::Wrong, "10.0.0.1".parse().unwrap(), None);
        }
        failures.note(Reason::Wrong, "10.0.0.2".parse().unwrap(), None);
        assert_eq!(remembered(&failures), 2);
        tokio::time::sleep(PAUSE + PAUSE / 2).await;
        assert_eq!(remembered(&failures), 1, "the line about the other two was a moment ago");
        tokio::time::sleep(PAUSE).await;
        assert_eq!(remembered(&failures), 0);
    }

    #[test]
    fn the_first_is_told_at_once_and_others_are_counted() {
        let failures = Failures::default();
        let (whence, _) = failures.begin_or_add(failure("10.0.0.1")).unwrap();
        assert!(failures.begin_or_add(failure("10.0.0.2")).is_some(), "another address");
        for _ in 0..3 {
            assert!(failures.begin_or_add(failure("10.0.0.1")).is_none());
        }
        assert_eq!(failures.take(whence).unwrap().1, 2);
        assert!(failures.take(whence).is_none() && failures.begin_or_add(failure("10.0.0.1")).is_some());
        // A network of IPv6 is one address.
        assert!(failures.begin_or_add(failure("2001:db8::1")).is_some());
        assert!(failures.begin_or_add(failure("2001:db8::2")).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let failures = Failures::default();
        let from = |number: usize| failure(&format!("10.{}.{}.1", number / 256, number % 256));
        for number in 0..MOST {
            assert!(failures.begin_or_add(from(number)).is_some());
        }
        assert_eq!(failures.begin_or_add(from(MOST)).unwrap().0, Whence::Elsewhere);
        assert!(failures.begin_or_add(from(MOST + 1)).is_none());
        assert!(failures.begin_or_add(from(0)).is_none(), "known addresses are told apart");
        assert_eq!(failures.take(Whence::Elsewhere).unwrap().1, 0);
        assert_eq!(remembered(&failures), MOST + 1);
    }
}
