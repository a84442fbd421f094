//! The counts of refusals by reason, which are logged no more than once a second for each reason.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use msnp::Handle;
use parking_lot::Mutex;
use tokio::time::sleep;

/// Between two lines about one reason.
const PAUSE: Duration = Duration::from_secs(1);

/// The reasons, and their names in metrics and in the log.
macro_rules! reasons {
    ($($(#[$meta:meta])* $Reason:ident = $name:literal,)*) => {
        /// Why something was turned away.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub(crate) enum Refusal {
            $($(#[$meta])* $Reason,)*
        }

        impl Refusal {
            /// All reasons, in the order of their numbers.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$Reason,)*];

            /// The stable name: a label of metrics and a field of log lines.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$Reason => $name,)*
                }
            }
        }
    };
}

reasons! {
    /// A connection beyond those that the listeners may have.
    Connections = "connections",
    /// A connection beyond those that its address may have.
    ConnectionsOfAddress = "connections_of_address",
    /// A sign-in with a good ticket, beyond the rate of its account.
    SignIns = "sign_ins",
    /// A request for the lists, beyond the rate of its account.
    Synchronisations = "synchronisations",
    /// A change of an account itself, beyond its rate.
    Changes = "changes",
    /// A change of an account's lists, beyond its rate.
    ListChanges = "list_changes",
    /// One contact put on the list again, or shown the account again, more often than one account may do to one other.
    ContactChanges = "contact_changes",
    /// A change of groups, beyond the rate of its account.
    Groups = "groups",
    /// A request for a switchboard, beyond the rate of its account.
    Switchboards = "switchboards",
    /// A call, beyond the rate of its caller.
    Calls = "calls",
    /// A call, beyond the rate of one caller at one callee, or of all callers at one.
    CallsOfCallee = "calls_of_callee",
    /// An invitation by e-mail, beyond the rate of its account.
    Invitations = "invitations",
    /// An invitation by e-mail, beyond the rate of its recipient.
    InvitationsOfRecipient = "invitations_of_recipient",
    /// A query, beyond the rate of its account.
    Queries = "queries",
    /// A cookie beyond those that the node may have out.
    Cookies = "cookies",
    /// A cookie beyond those that the account may have out.
    CookiesOfAccount = "cookies_of_account",
    /// A sign-in after too many failures of its account or its address.
    SignInFailures = "sign_in_failures",
    /// A sign-in that found too many others waiting, or waited for too long.
    SignInsWaiting = "sign_ins_waiting",
    /// A change of name or picture on the pages, beyond the rate of its account.
    PageChanges = "page_changes",
    /// A new account, beyond the rate of its address.
    Registrations = "registrations",
    /// A request for a page, beyond the rate of its address.
    Pages = "pages",
    /// A long body of a request, beyond those that are taken at once, or ended for one of another address.
    Uploads = "uploads",
    /// A connection that had not signed in, or one over HTTP for which the service waited, ended for a newcomer.
    PendingConnections = "pending_connections",
    /// A client or a request beyond the memory that its account may have.
    MemoryOfAccount = "memory_of_account",
    /// The same for an address.
    MemoryOfAddress = "memory_of_address",
    /// The same for all together.
    Memory = "memory",
    /// A connection, or a request of a proxy's client, from an address that is banned.
    BannedAddress = "banned_address",
    /// A sign-in, or a page, of an account that is banned.
    BannedAccount = "banned_account",
}

/// The refusals of a running service.
pub(crate) struct Refusals(Box<[Reason]>);

/// The refusals for one reason.
#[derive(Default)]
struct Reason {
    count: AtomicU64,
    latest: Mutex<Latest>,
}

/// The refusals since the last line of the log.
#[derive(Default)]
struct Latest {
    count: u64,
    from: Option<IpAddr>,
    account: Option<Handle>,
}

impl Default for Refusals {
    fn default() -> Self {
        Self(Refusal::ALL.iter().map(|_| Reason::default()).collect())
    }
}

impl Refusals {
    /// Counts a refusal. The log tells of it within a second, with the address and the account of the latest.
    pub(crate) fn note(&self, refusal: Refusal, from: Option<IpAddr>, account: Option<&Handle>) {
        let Some(reason) = self.0.get(refusal as usize) else { return };
        reason.count.fetch_add(1, Ordering::Relaxed);
        let mut latest = reason.latest.lock();
        latest.count += 1;
        latest.from = from.or(latest.from);
        if let Some(account) = account {
            latest.account = Some(account.clone());
        }
    }

    /// The number of refusals for a reason since the start.
    pub(crate) fn count(&self, refusal: Refusal) -> u64 {
        self.0.get(refusal as usize).map_or(0, |reason| reason.count.load(Ordering::Relaxed))
    }

    /// Writes the log, until it is dropped. `shown` is an address as the log may have it.
    pub(crate) async fn log(&self, shown: impl Fn(IpAddr) -> String) {
        loop {
            sleep(PAUSE).await;
            for (refusal, reason) in Refusal::ALL.iter().zip(&self.0) {
                // The lock is released before anything is written.
                let latest = std::mem::take(&mut *reason.latest.lock());
                if latest.count > 0 {
                    latest.log(refusal.name(), &shown);
                }
            }
        }
    }
}

impl Latest {
    fn log(&self, reason: &'static str, shown: impl Fn(IpAddr) -> String) {
        let from = self.from.map_or_else(|| "-".into(), shown);
        let account = self.account.as_ref().map_or("-", Handle::as_str);
        tracing::warn!(reason, count = self.count, from, account, "refused");
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = Refusal::ALL.iter().map(|refusal| (refusal.name(), self.count(*refusal)));
        f.debug_map().entries(counts.filter(|(_, count)| *count > 0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_count_and_name() {
        let refusals = Refusals::default();
        refusals.note(Refusal::ConnectionsOfAddress, Some("192.0.2.1".parse().unwrap()), None);
        refusals.note(Refusal::ConnectionsOfAddress, None, Some(&Handle::parse("a@b.c").unwrap()));
        assert_eq!(
            (refusals.count(Refusal::Connections), refusals.count(Refusal::ConnectionsOfAddress)),
            (0, 2)
        );
        let names: std::collections::HashSet<_> = Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
        assert_eq!(names.len(), Refusal::ALL.len());
        for (number, refusal) in Refusal::ALL.iter().enumerate() {
            assert_eq!(*refusal as usize, number);
        }
    }

    #[test]
    fn a_line_tells_of_the_latest_with_an_address_and_an_account() {
        let refusals = Refusals::default();
        refusals.note(Refusal::Connections, Some("192.0.2.1".parse().unwrap()), None);
        refusals.note(Refusal::Connections, None, None);
        let latest = std::mem::take(&mut *refusals.0[0].latest.lock());
        assert_eq!((latest.count, latest.from), (2, Some("192.0.2.1".parse().unwrap())));
        assert_eq!(refusals.0[0].latest.lock().count, 0);
    }
}
