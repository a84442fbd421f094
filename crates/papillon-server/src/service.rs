//! The service: the state that every connection shares.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use msnp::{Handle, HostPort};
use papillon_store::{AccountId, Store};

use crate::addresses::Ports;
use crate::bans::Bans;
use crate::config::{Limits, Live};
use crate::counts::Counts;
use crate::delivery::{Capacity, Excess, Full, Memory, OpenConnections, Place, Room};
use crate::invitation_mail::InvitationMail;
use crate::listen::{EntryPoint, LoggedAddresses, Origin};
use crate::passport::{Failures, TicketMint};
use crate::people::conversations::Switchboards;
use crate::people::{AccountLocks, AccountRates, Class, Directory};
use crate::refusals::{Refusal, Refusals};

/// As many connections may be without a sign-in however few places there are.
const FEW: usize = 16;

/// The running service: settings, people, conversations.
pub(crate) struct Service {
    pub(crate) config: Arc<Live>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tickets: Arc<TicketMint>,
    /// The log of failed sign-ins.
    pub(crate) failures: Failures,
    /// The sessions.
    pub(crate) directory: Arc<Directory>,
    pub(crate) switchboards: Switchboards,
    /// How often each account may do what.
    pub(crate) rates: AccountRates,
    pub(crate) locks: Arc<AccountLocks>,
    pub(crate) open: Arc<OpenConnections>,
    /// The budget of what waits for clients.
    pub(crate) memory: Arc<Memory>,
    pub(crate) mail: InvitationMail,
    /// The counts of connections and requests that were turned away.
    pub(crate) refusals: Arc<Refusals>,
    /// The addresses and accounts that are turned away.
    pub(crate) bans: Arc<Bans>,
    pub(crate) counts: Arc<Counts>,
    /// Whether the log shows addresses of clients.
    pub(crate) logged: LoggedAddresses,
    /// The ports to which clients are sent; known once the listeners are bound.
    pub(crate) ports: Ports,
}

impl Service {
    /// Whether one more of a class is within an account's limit; counts it if so, and the refusal if not.
    pub(crate) fn take(
        &self,
        class: Class,
        account: AccountId,
        handle: &Handle,
        from: Option<IpAddr>,
    ) -> bool {
        let is_within = self.rates.take(class, account);
        if !is_within {
            self.refusals.note(class.refusal(), from, Some(handle));
        }
        is_within
    }

    /// A place for a connection from this address; without one it is a proxy's, which names the client later. The
    /// refusal is noted.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Option<Place> {
        let entered = self.open.enter(address, &capacity(&self.config.now().limits));
        let (place, room) = entered.map_err(|full| self.note_full(full, address)).ok()?;
        self.note_eviction(room, address);
        Some(place)
    }

    /// Notes the client of a proxy's connection. `false` when there is no place for it; the refusal is noted.
    pub(crate) fn settle(&self, place: &Place, client: IpAddr) -> bool {
        match place.settle(client, &capacity(&self.config.now().limits)) {
            Ok(room) => {
                self.note_eviction(room, Some(client));
                true
            }
            Err(full) => {
                self.note_full(full, Some(client));
                false
            }
        }
    }

    fn note_full(&self, full: Full, address: Option<IpAddr>) {
        let refusal = match full {
            Full::All => Refusal::Connections,
            Full::Network => Refusal::ConnectionsOfAddress,
        };
        self.refusals.note(refusal, address, None);
    }

    /// `newcomer` has the place now.
    fn note_eviction(&self, room: Room, newcomer: Option<IpAddr>) {
        if let Room::Made { from } = room {
            self.refusals.note(Refusal::PendingConnections, from.or(newcomer), None);
        }
    }

    /// The MSNP address for a client that reached us like this: the public host, or else that
    /// very address, so that loopback, LAN, NAT and proxies work without being told.
    pub(crate) fn msnp_address(&self, origin: &Origin) -> Option<HostPort> {
        let local = origin.local;
        // A proxy in front of the MSNP listener has a port of its own, and the client reached that one. A client of the
        // gateway has reached a port for HTTP, and needs the one for MSNP.
        let proxys = (origin.by_proxy && origin.entry_point == EntryPoint::Msnp).then_some(local.port());
        let port = self.config.front.msnp_port.or(proxys).or(self.ports.msnp).unwrap_or(local.port());
        HostPort::parse(&format!("{}:{port}", self.host(local))).ok()
    }

    /// The host for a client that reached us at `local`, in brackets where it is an IPv6 address.
    pub(crate) fn host(&self, local: SocketAddr) -> String {
        match &self.config.public_host {
            // An operator may write it with or without brackets.
            Some(host) if host.parse::<std::net::Ipv6Addr>().is_ok() => format!("[{host}]"),
            Some(host) => host.clone(),
            None => match local.ip().to_canonical() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
        }
    }

    /// An address under which a browser finds this service's pages.
    pub(crate) fn page(&self, local: SocketAddr, path: &str) -> String {
        if let Some(url) = &self.config.front.url {
            return format!("{url}{path}");
        }
        let host = self.host(local);
        match (self.ports.http, self.ports.https) {
            (Some(80), _) => format!("http://{host}{path}"),
            (Some(port), _) => format!("http://{host}:{port}{path}"),
            (None, Some(443)) => format!("https://{host}{path}"),
            (None, Some(port)) => format!("https://{host}:{port}{path}"),
            (None, None) => format!("http://{host}{path}"),
        }
    }
}

impl From<Excess> for Refusal {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Account => Self::MemoryOfAccount,
            Excess::Address => Self::MemoryOfAddress,
            Excess::All => Self::Memory,
        }
    }
}

/// The places of connections within these limits.
fn capacity(limits: &Limits) -> Capacity {
    let all = limits.connections;
    // Connections that have not signed in never take more than half of the places, but for a handful.
    let pending = limits.pending_connections.min((all / 2).max(FEW)).min(all);
    Capacity {
        all,
        of_network: limits.connections_per_address,
        pending,
        pending_of_network: limits.pending_connections_per_address.min((pending / 2).max(FEW)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::CONNECTION;

    /// A school behind one address: all sign in at once, with three connections each, and look at pages over TLS.
    #[test]
    fn three_hundred_people_behind_one_address_have_room() {
        let limits = Limits::default();
        let Capacity { of_network, pending_of_network, .. } = capacity(&limits);
        assert!(pending_of_network >= 300 && of_network >= 300 * 3 + 300);
        let pages = 300 * 2 * 48 * 1024;
        assert!(300 * 4 * CONNECTION + pages <= limits.memory_bytes_per_address * 3 / 4);
    }

    #[test]
    fn newcomers_take_half_of_the_places_at_most_where_there_are_more_than_a_handful() {
        let of = |connections| {
            let capacity = capacity(&Limits { connections, ..Limits::default() });
            (capacity.pending, capacity.pending_of_network)
        };
        assert_eq!([of(3), of(20), of(576)], [(3, 16), (16, 16), (288, 144)]);
        assert_eq!(of(100_000), (20_000, 500));
    }
}
