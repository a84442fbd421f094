//! The UDP side of the listener: questions in packets.
//!
//! An answer has to come from the address that was asked, and the old names stand for that address. On a machine with
//! several, only the system knows which it was; quinn-udp asks the system.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::decide::{Asked, Decision, Transport};
use super::desk::Desk;

/// The room for one read, in bytes: the system may hand over several packets at once, and never more than this.
const BUFFER: usize = 64 * 1024;
/// The pause after a failure, so that one that lasts does not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(100);
/// The most questions that wait for other servers. Further ones get no answer, and clients ask them again.
const WAITING: usize = 512;

/// Answers questions in packets, until it is dropped.
pub(super) async fn serve(socket: UdpSocket, desk: Arc<Desk>) {
    let socket = match Packets::new(socket) {
        Ok(socket) => Arc::new(socket),
        Err(error) => return tracing::error!(%error, "the DNS listener cannot be used"),
    };
    let mut waiting = JoinSet::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        // A `JoinSet` keeps tasks that are over until they are asked for.
        while waiting.try_join_next().is_some() {}
        let meta = match socket.receive(&mut buffer).await {
            Ok(meta) => meta,
            Err(error) => {
                tracing::debug!(%error, "a DNS packet could not be received");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Some(at) = socket.asked_at(&meta) else { continue };
        let asked = Asked::new(meta.addr, at, Transport::Udp);
        let bytes = buffer.get(..meta.len).unwrap_or_default();
        // Each packet but the last is `stride` bytes long. An empty packet has a stride of 0, which `chunks` refuses.
        for packet in bytes.chunks(meta.stride.max(1)) {
            match desk.decide(packet, &asked) {
                Decision::Drop => {}
                Decision::Reply(answer) => socket.send(&answer, &meta).await,
                Decision::Forward(forward) => {
                    let place = desk.limits.wait(asked.client.ip());
                    let (Some(place), true) = (place, waiting.len() < WAITING) else { continue };
                    let (socket, desk) = (Arc::clone(&socket), Arc::clone(&desk));
                    waiting.spawn(async move {
                        let answer = desk.forward(&forward, Transport::Udp).await;
                        socket.send(&answer, &meta).await;
                        drop(place);
                    });
                }
            }
        }
    }
}

/// A socket that knows which address was asked.
struct Packets {
    socket: UdpSocket,
    state: UdpSocketState,
    own: IpAddr,
}

impl Packets {
    fn new(socket: UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let own = socket.local_addr()?.ip();
        Ok(Self { socket, state, own })
    }

    /// Waits for a packet, or several of the same client and the same length.
    async fn receive(&self, buffer: &mut [u8]) -> io::Result<RecvMeta> {
        let mut meta = [RecvMeta::default()];
        self.socket
            .async_io(Interest::READABLE, || {
                let mut buffers = [IoSliceMut::new(buffer)];
                self.state.recv(UdpSockRef::from(&self.socket), &mut buffers, &mut meta)
            })
            .await?;
        let [meta] = meta;
        Ok(meta)
    }

    /// The address of ours that was asked; `None` when it was no single machine's.
    fn asked_at(&self, meta: &RecvMeta) -> Option<IpAddr> {
        // Where the system does not tell: the address of the socket, or else the one that routes to the client.
        let told = meta.dst_ip.or_else(|| Some(self.own).filter(|own| !own.is_unspecified()));
        let at = told.or_else(|| address_towards(meta.addr))?.to_canonical();
        // An answer to a question for all machines would come from all of them.
        let is_broadcast = matches!(at, IpAddr::V4(v4) if v4.is_broadcast());
        (!at.is_multicast() && !is_broadcast && !at.is_unspecified()).then_some(at)
    }

    /// Answers the packet of `meta`. An answer that cannot be sent is lost; the client asks again.
    async fn send(&self, answer: &[u8], meta: &RecvMeta) {
        let transmit = Transmit {
            destination: meta.addr,
            ecn: None,
            contents: answer,
            segment_size: None,
            src_ip: meta.dst_ip,
        };
        let sent = self
            .socket
            .async_io(Interest::WRITABLE, || self.state.try_send(UdpSockRef::from(&self.socket), &transmit));
        if let Err(error) = sent.await {
            tracing::debug!(%error, "a DNS answer could not be sent");
        }
    }
}

/// The address of ours from which a packet to `client` would go. Nothing is sent: connecting a UDP socket only asks the
/// system for the route.
fn address_towards(client: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = if client.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect(client).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}
