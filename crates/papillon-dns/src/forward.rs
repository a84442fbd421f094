//! The forwarder of questions to other servers.
//!
//! Packets are passed on as they are, under an identifier and from a port that no forger can guess. A client whose
//! question is already being asked waits for the same answer. So a loop, in which another server asks this one the same
//! question back, ends by itself after one round.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::time::timeout;

use super::decide::{Forward, Transport};
use super::relay::is_failure;
use super::upstreams::Upstreams;

/// The time limit of all servers together, of which each gets its share; clients have given up by then.
const PATIENCE: Duration = Duration::from_secs(5);
/// The number of rounds through the servers.
const ROUNDS: usize = 2;
/// The room for a packet, in bytes. No client takes so much (`LARGEST`), so a longer answer is cut anyway.
const PACKET: usize = 2048;
/// The most packets that answer something else before the server is given up: a forger has so many guesses.
const UNRELATED: usize = 16;

/// Asks other servers, each question once at a time.
pub(super) struct Forwarder {
    upstreams: Upstreams,
    asking: Mutex<HashMap<Key, watch::Receiver<Option<Answer>>>>,
}

type Key = (Transport, Vec<u8>);

/// A server's answer, and the identifier of the question; `None` when no server answered.
type Answer = Option<(u16, Arc<[u8]>)>;

impl Forwarder {
    pub(super) fn new(upstreams: Upstreams) -> Self {
        Self { upstreams, asking: Mutex::default() }
    }

    /// The answer for the client: another server's, or that there is none.
    pub(super) async fn answer(&self, forward: &Forward, over: Transport) -> Vec<u8> {
        let relayed = self.ask(forward, over).await.map(|(id, answer)| forward.relay(&answer, id));
        match relayed {
            Some(Ok(answer)) => answer,
            _ => forward.failure(),
        }
    }

    async fn ask(&self, forward: &Forward, over: Transport) -> Answer {
        // The transport is part of it: an answer by packet may be cut, and one on a connection is whole.
        let key = (over, forward.key());
        let (asked, asking) = watch::channel(None);
        let first = {
            let mut all = self.asking.lock();
            match all.get(&key) {
                Some(asking) => Err(asking.clone()),
                None => {
                    all.insert(key.clone(), asking);
                    Ok(Asking { forwarder: self, key })
                }
            }
        };
        match first {
            Ok(_asking) => {
                let answer = timeout(PATIENCE, self.ask_all(forward, over)).await.ok().flatten();
                // It fails when no other client waits.
                let _ = asked.send(Some(answer.clone()));
                answer
            }
            // An error says that the first client's task was dropped before it had an answer.
            Err(mut asking) => asking.wait_for(Option::is_some).await.ok()?.clone().flatten(),
        }
    }

    /// Asks one server after the other. One that fails is believed only when no other knows better.
    async fn ask_all(&self, forward: &Forward, over: Transport) -> Answer {
        let servers = self.upstreams.current();
        let tries = u32::try_from(servers.len() * ROUNDS).unwrap_or(u32::MAX);
        // Without servers there is nothing to divide by, and no answer.
        let patience = PATIENCE.checked_div(tries)?;
        for _ in 0..ROUNDS {
            let mut failure = None;
            for server in &servers {
                match timeout(patience, ask_one(*server, forward, over)).await {
                    Ok(Ok((id, answer))) if is_failure(&answer) => failure = Some((id, answer)),
                    Ok(Ok(answer)) => return Some(answer),
                    Ok(Err(error)) => tracing::debug!(%server, %error, "a DNS server cannot be asked"),
                    Err(_) => tracing::debug!(%server, "a DNS server does not answer"),
                }
            }
            if failure.is_some() {
                return failure;
            }
        }
        None
    }
}

/// A question that is being asked, until it is dropped.
struct Asking<'a> {
    forwarder: &'a Forwarder,
    key: Key,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.forwarder.asking.lock().remove(&self.key);
    }
}

async fn ask_one(server: SocketAddr, forward: &Forward, over: Transport) -> io::Result<(u16, Arc<[u8]>)> {
    match over {
        Transport::Udp => by_packet(server, forward).await,
        Transport::Tcp => by_connection(server, forward).await,
    }
}

async fn by_packet(server: SocketAddr, forward: &Forward) -> io::Result<(u16, Arc<[u8]>)> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    // From now on the system drops packets from elsewhere, and reports a port at which nothing listens.
    socket.connect(server).await?;
    let id = rand::random();
    socket.send(&forward.to_upstream(id)).await?;
    let mut buffer = vec![0; PACKET];
    for _ in 0..UNRELATED {
        let length = socket.recv(&mut buffer).await?;
        let answer = &buffer[..length];
        if forward.relay(answer, id).is_ok() {
            return Ok((id, answer.into()));
        }
    }
    Err(io::Error::other("its packets answer other questions"))
}

async fn by_connection(server: SocketAddr, forward: &Forward) -> io::Result<(u16, Arc<[u8]>)> {
    let mut stream = TcpStream::connect(server).await?;
    let id = rand::random();
    let packet = forward.to_upstream(id);
    let length = u16::try_from(packet.len()).map_err(io::Error::other)?;
    // In one piece: some servers read no further than the first segment.
    stream.write_all(&[&length.to_be_bytes()[..], &packet].concat()).await?;
    let mut answer = vec![0; stream.read_u16().await?.into()];
    stream.read_exact(&mut answer).await?;
    match forward.relay(&answer, id) {
        Ok(_) => Ok((id, answer.into())),
        Err(unrelated) => Err(io::Error::other(unrelated)),
    }
}
