//! Sign-ins, by way and outcome.

use std::sync::atomic::{AtomicU64, Ordering};

/// The way in which an account signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// With a password: at the login of a messenger, or on the pages.
    Password,
    /// With a ticket, at the notification server.
    Ticket,
}

/// The outcome of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The account is signed in.
    Ok,
    /// No such account, or another password.
    Wrong,
    /// Not judged: there were too many failures before it.
    Limited,
    /// The right password of a disabled account.
    Disabled,
    /// The right password, or the ticket, of a banned account.
    Banned,
    /// A ticket that is forged, has expired, was voided, or belongs to another account.
    Ticket,
    /// Not judged: too many sign-ins wait.
    Busy,
    /// Not judged: the store failed.
    Unavailable,
}

impl Way {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Password, Self::Ticket];

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Ticket => "ticket",
        }
    }
}

impl Outcome {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Ok,
        Self::Wrong,
        Self::Limited,
        Self::Disabled,
        Self::Banned,
        Self::Ticket,
        Self::Busy,
        Self::Unavailable,
    ];

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Limited => "limited",
            Self::Disabled => "disabled",
            Self::Banned => "banned",
            Self::Ticket => "ticket",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The sign-ins since the start.
#[derive(Debug, Default)]
pub(crate) struct SignIns([[AtomicU64; Outcome::ALL.len()]; Way::ALL.len()]);

impl SignIns {
    /// Counts one.
    pub(crate) fn note(&self, way: Way, outcome: Outcome) {
        if let Some(count) = self.cell(way, outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The number of them.
    pub(crate) fn count(&self, way: Way, outcome: Outcome) -> u64 {
        self.cell(way, outcome).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// All that failed.
    pub(crate) fn failed(&self) -> u64 {
        let all = Way::ALL.into_iter().flat_map(|way| Outcome::ALL.map(|outcome| (way, outcome)));
        all.filter(|(_, outcome)| *outcome != Outcome::Ok)
            .map(|(way, outcome)| self.count(way, outcome))
            .sum()
    }

    fn cell(&self, way: Way, outcome: Outcome) -> Option<&AtomicU64> {
        self.0.get(way as usize)?.get(outcome as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_count() {
        let sign_ins = SignIns::default();
        sign_ins.note(Way::Ticket, Outcome::Ok);
        sign_ins.note(Way::Password, Outcome::Ok);
        sign_ins.note(Way::Password, Outcome::Ok);
        sign_ins.note(Way::Password, Outcome::Unavailable);
        assert_eq!(sign_ins.count(Way::Password, Outcome::Ok), 2);
        assert_eq!(sign_ins.count(Way::Ticket, Outcome::Unavailable), 0);
        sign_ins.note(Way::Ticket, Outcome::Ticket);
        assert_eq!(sign_ins.failed(), 2);
        for (number, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, number);
        }
    }
}
