//! The classes of requests: those of one class share a rate.

use std::time::Duration;

use msnp::ErrorCode;

use crate::config::Limits;
use crate::limits::{HOUR, MINUTE};
use crate::refusals::Refusal;

/// A class of requests. `docs/limits.md` says which verbs are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Class {
    /// Sign-ins with a ticket that is good: the roster is read, and contacts are told.
    SignIns,
    /// Lists that are sent whole.
    Synchronisations,
    /// Changes of the account itself, which are told to its watchers.
    Changes,
    /// Changes of the account's lists.
    ListChanges,
    /// Changes of groups.
    Groups,
    /// Redirects to a switchboard.
    Switchboards,
    /// Calls into conversations. One that is answered does not count.
    Calls,
    /// Invitations by e-mail.
    Invitations,
    /// Requests that only their own client hears of.
    Queries,
}

impl Class {
    /// All classes, in the order of their numbers.
    pub(super) const ALL: &'static [Self] = &[
        Self::SignIns,
        Self::Synchronisations,
        Self::Changes,
        Self::ListChanges,
        Self::Groups,
        Self::Switchboards,
        Self::Calls,
        Self::Invitations,
        Self::Queries,
    ];

    /// So many at once, and as many again in this time.
    pub(super) const fn rate(self, limits: &Limits) -> (u32, Duration) {
        match self {
            Self::SignIns => (limits.sign_ins_per_minute, MINUTE),
            Self::Synchronisations => (limits.synchronisations_per_minute, MINUTE),
            Self::Changes => (limits.changes_per_ten_seconds, Duration::from_secs(10)),
            Self::ListChanges => (limits.list_changes_per_hour, HOUR),
            Self::Groups => (limits.groups_per_minute, MINUTE),
            Self::Switchboards => (limits.switchboards_per_minute, MINUTE),
            Self::Calls => (limits.calls_per_minute, MINUTE),
            Self::Invitations => (limits.invitations_per_hour, HOUR),
            Self::Queries => (limits.queries_per_minute, MINUTE),
        }
    }

    /// The error for a client over the limit.
    pub(crate) const fn error(self) -> ErrorCode {
        match self {
            // A sign-in has errors of its own for a busy server, and 910 is the first of them.
            Self::SignIns => ErrorCode::ServerTooBusy,
            Self::Calls => ErrorCode::CallingTooRapidly,
            // 800 for switchboards too, as on the original (java-jml forum).
            _ => ErrorCode::ChangingTooRapidly,
        }
    }

    /// The key of the settings.
    #[cfg(test)]
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins_per_minute",
            Self::Synchronisations => "synchronisations_per_minute",
            Self::Changes => "changes_per_ten_seconds",
            Self::ListChanges => "list_changes_per_hour",
            Self::Groups => "groups_per_minute",
            Self::Switchboards => "switchboards_per_minute",
            Self::Calls => "calls_per_minute",
            Self::Invitations => "invitations_per_hour",
            Self::Queries => "queries_per_minute",
        }
    }

    /// The reason under which a refusal is counted.
    pub(crate) const fn refusal(self) -> Refusal {
        match self {
            Self::SignIns => Refusal::SignIns,
            Self::Synchronisations => Refusal::Synchronisations,
            Self::Changes => Refusal::Changes,
            Self::ListChanges => Refusal::ListChanges,
            Self::Groups => Refusal::Groups,
            Self::Switchboards => Refusal::Switchboards,
            Self::Calls => Refusal::Calls,
            Self::Invitations => Refusal::Invitations,
            Self::Queries => Refusal::Queries,
        }
    }
}
