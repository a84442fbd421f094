//! The two ways to the TCP connection: listening and connecting.

use std::net::Ipv4Addr;

use msnp::message::Invitation;
use msnp_p2p::direct::{ACCEPT_TIMEOUT, AddressRules, CONNECT_TIMEOUT, PrivateAddresses, dialable};
use msnp_p2p::msnftp::{Endpoint, PORTS, answer_with_endpoint};
use rand::RngExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Task;
use crate::network::own_addresses;
use crate::{DirectConnections, TransferError};

/// A socket that waits for the peer, and the number that the peer has to show.
pub(super) struct Listening {
    listener: TcpListener,
    pub(super) auth_cookie: u64,
    pub(super) invitation: Invitation,
}

impl Task {
    /// Opens a port, if possible one of those that users have opened in their routers.
    pub(super) async fn listen(&self, receiver_listens: bool) -> Result<Listening, TransferError> {
        let surroundings = self.surroundings()?;
        let addresses = own_addresses(surroundings.settings.direct == DirectConnections::SameMachine);
        let seen = surroundings.network().and_then(|network| network.seen_address);
        // The invitation has room for one internal address.
        let internal = *addresses.first().ok_or(TransferError::NoAddress)?;
        let external = seen.filter(|seen| !seen.is_loopback() && !addresses.contains(seen));
        let listener = bind().await.ok_or(TransferError::NoAddress)?;
        let port = listener.local_addr().map_err(|_| TransferError::NoAddress)?.port();
        let auth_cookie = rand::rng().random_range(1..0x7fff_ffff);
        let invitation =
            answer_with_endpoint(self.cookie, internal, external, port, auth_cookie, receiver_listens);
        Ok(Listening { listener, auth_cookie, invitation })
    }

    /// Connects to the addresses at which the peer listens.
    pub(super) async fn connect(&self, endpoint: &Endpoint) -> Result<TcpStream, TransferError> {
        let surroundings = self.surroundings()?;
        let seen = surroundings.network().and_then(|network| network.seen_address);
        // In one network with the service, or behind one translator with the peer.
        let is_near = seen.is_some_and(|seen| {
            seen.is_private()
                || seen.is_loopback()
                || endpoint.external.iter().any(|theirs| *theirs.ip() == seen)
        });
        // All of them: these files have no other way.
        let private = if is_near { PrivateAddresses::All } else { PrivateAddresses::Never };
        let loopback = surroundings.settings.direct == DirectConnections::SameMachine;
        // Connecting takes seconds. The client may end meanwhile.
        drop(surroundings);
        for address in dialable(&endpoint.internal, &endpoint.external, AddressRules { private, loopback }) {
            if let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                return Ok(stream);
            }
        }
        Err(TransferError::Broken)
    }
}

impl Listening {
    pub(super) async fn accept(&self) -> Result<TcpStream, TransferError> {
        match timeout(ACCEPT_TIMEOUT, self.listener.accept()).await {
            // A stranger may be faster than the peer. The first lines on the connection show that (`auth_cookie`), and
            // the transfer fails.
            Ok(Ok((stream, _))) => Ok(stream),
            Ok(Err(_)) => Err(TransferError::Broken),
            Err(_) => Err(TransferError::TimedOut),
        }
    }
}

async fn bind() -> Option<TcpListener> {
    for port in PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await {
            return Some(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()
}
