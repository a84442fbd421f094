//! The direct connection of one peer: listening, connecting, and bytes both ways.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use msnp::connection_type::{ConnectionType, NetId};
use msnp_p2p::direct::{
    ACCEPT_TIMEOUT, CONNECT_TIMEOUT, FrameDecoder, HANDSHAKE_TIMEOUT, Handshake, HandshakeStep, NonceRule,
    Reach, frame_prefix,
};
use msnp_p2p::packet::{Carrier, Header};
use msnp_p2p::{DirectConfig, DirectRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::{Driver, Input, Surroundings};
use crate::network::{attached_networks, own_addresses};
use crate::{DirectConnections, TransferRoute};

/// The most bytes that are put together for one write, and that are read at once.
const CHUNK: usize = 128 * 1024;
/// The number of chunks that may wait to be written.
const MAX_CHUNKS: usize = 2;
/// The number of failed handshakes after which the listener gives up.
const MAX_STRANGERS: usize = 8;

/// A connection that passed its handshake, with the bytes that came after it.
pub(in crate::peers) struct DirectStream {
    stream: TcpStream,
    buffer: BytesMut,
}

/// The one direct connection, or the attempt at one.
#[derive(Default)]
pub(super) struct Direct {
    attempt: u64,
    tasks: Vec<AbortHandle>,
    writer: Option<mpsc::Sender<Bytes>>,
}

impl Direct {
    pub(super) fn is_current(&self, attempt: u64) -> bool {
        self.attempt == attempt
    }

    pub(super) fn is_up(&self) -> bool {
        self.writer.is_some()
    }

    /// Waits until a chunk can be written.
    pub(super) async fn room(&self) {
        match &self.writer {
            // An input tells when it is over.
            Some(writer) => match writer.reserve().await {
                Ok(_) => {}
                Err(_) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }

    /// Ends the connection or the attempt; its later outcome is ignored.
    fn close(&mut self) {
        // Earlier tasks may have sent their outcome already. It bears the old number.
        self.attempt += 1;
        self.writer = None;
        self.tasks.drain(..).for_each(|task| task.abort());
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        self.close();
    }
}

/// The settings that the engine needs for direct connections; `None` when they are not wanted.
pub(super) fn config(surroundings: &Surroundings) -> Option<DirectConfig> {
    let loopback = match surroundings.settings.direct {
        DirectConnections::Never => return None,
        DirectConnections::Auto => false,
        DirectConnections::SameMachine => true,
    };
    let network = surroundings.network()?;
    let connection_type = network.connection_type;
    // The address that the service sees means something to a peer only where a translator is in between: then two peers
    // with the same one are in one network.
    let translated = !matches!(
        connection_type,
        ConnectionType::DirectConnect | ConnectionType::Firewall | ConnectionType::UnknownConnect
    );
    let net_id = network.seen_address.filter(|_| translated).map(NetId::from).unwrap_or_default();
    let reach = Reach { connection_type, upnp: false, icf: false };
    let attached = attached_networks();
    Some(DirectConfig { reach, net_id, seen_address: network.seen_address, attached, loopback })
}

impl Driver {
    /// The network may have changed since the last attempt.
    pub(super) fn refresh_direct(&mut self) {
        if let Some(surroundings) = self.surroundings.upgrade() {
            self.engine.set_direct(config(&surroundings));
        }
    }

    pub(super) fn act_on_direct(&mut self, request: DirectRequest) {
        self.direct.close();
        let attempt = self.direct.attempt;
        let Some(inputs) = self.inputs.upgrade() else { return };
        let task = match request {
            DirectRequest::Close => return,
            DirectRequest::Listen { rule, identifier } => {
                let Some(surroundings) = self.surroundings.upgrade() else { return };
                let Some(config) = config(&surroundings) else {
                    return self.engine.direct_failed(Instant::now());
                };
                // Told to the peer only behind a translator: otherwise it is one of the own addresses already.
                let seen = config.seen_address.filter(|_| config.net_id != NetId::default());
                tokio::spawn(listen(attempt, rule, identifier, config.loopback, seen, inputs))
            }
            DirectRequest::Connect { addresses, rule, identifier } => {
                tokio::spawn(connect(attempt, addresses, rule, identifier, inputs))
            }
            // A failure here is reported: the packets go through the switchboard.
            _ => return self.engine.direct_failed(Instant::now()),
        };
        self.direct.tasks.push(task.abort_handle());
    }

    pub(super) fn direct_up(&mut self, attempt: u64, stream: DirectStream, now: Instant) {
        let Some(inputs) = self.inputs.upgrade().filter(|_| self.direct.is_current(attempt)) else { return };
        tracing::debug!(peer = %self.peer, "a direct connection is open");
        let (reader, writer) = stream.stream.into_split();
        let (sender, chunks) = mpsc::channel(MAX_CHUNKS);
        let reading = tokio::spawn(read(attempt, reader, stream.buffer, inputs.clone()));
        let writing = tokio::spawn(write(attempt, writer, chunks, inputs));
        // The task of the attempt has ended with this message. These two are the connection now.
        self.direct.tasks = vec![reading.abort_handle(), writing.abort_handle()];
        self.direct.writer = Some(sender);
        self.engine.direct_established(now);
    }

    pub(super) fn direct_down(&mut self, attempt: u64, now: Instant) {
        if !self.direct.is_current(attempt) {
            return;
        }
        tracing::debug!(peer = %self.peer, "no direct connection, or no longer");
        // Both tasks of a connection report its end. The second report bears the old number, and is ignored.
        let was_up = self.direct.is_up();
        self.direct.close();
        if was_up {
            self.engine.carrier_lost(Carrier::Direct, now);
        } else {
            self.engine.direct_failed(now);
        }
    }

    /// Writes as much as there is room for. `true` when something was written.
    pub(super) async fn transmit_direct(&mut self) -> bool {
        let Some(writer) = self.direct.writer.clone() else { return false };
        // The place first: packets that the engine has given out cannot be put back.
        let Ok(place) = writer.try_reserve() else { return false };
        let mut chunk = BytesMut::new();
        while chunk.len() < CHUNK {
            let Some(transmit) = self.engine.poll_transmit(Carrier::Direct, Instant::now()) else { break };
            let Some(body) = self.body(transmit.body, TransferRoute::Direct).await else { continue };
            // A full packet is one of many, so there is room for all at once. A chunk may exceed `CHUNK` by one frame: 4
            // bytes of length, 48 of header, 1352 of body. A small packet alone gets no large buffer.
            if chunk.capacity() == 0 && body.len() >= Carrier::Direct.max_body() {
                chunk.reserve(CHUNK + 2048);
            }
            chunk.put_slice(&frame_prefix(Header::LEN + body.len()));
            chunk.put_slice(&transmit.header.to_bytes());
            chunk.put_slice(&body);
        }
        if chunk.is_empty() {
            return false;
        }
        place.send(chunk.freeze());
        true
    }
}

async fn read(attempt: u64, mut reader: OwnedReadHalf, mut buffer: BytesMut, inputs: mpsc::Sender<Input>) {
    let mut decoder = FrameDecoder::new();
    loop {
        let mut frames = Vec::new();
        let fault = loop {
            match decoder.next(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        // All frames of one read in one message. When the queue is full this waits, and TCP slows the peer down.
        if !frames.is_empty() && inputs.send(Input::DirectFrames { attempt, frames }).await.is_err() {
            return;
        }
        if let Some(error) = fault {
            tracing::debug!(%error, "a direct connection is given up");
            break;
        }
        // One read fills the capacity: it should never be a few bytes at the end of an old buffer.
        if buffer.capacity() - buffer.len() < CHUNK / 2 {
            buffer.reserve(CHUNK);
        }
        if !matches!(reader.read_buf(&mut buffer).await, Ok(1..)) {
            break;
        }
    }
    // The task may be over.
    let _ = inputs.send(Input::DirectDown { attempt }).await;
}

async fn write(
    attempt: u64,
    mut writer: OwnedWriteHalf,
    mut chunks: mpsc::Receiver<Bytes>,
    inputs: mpsc::Sender<Input>,
) {
    while let Some(chunk) = chunks.recv().await {
        if writer.write_all(&chunk).await.is_err() {
            break;
        }
    }
    // The task may be over.
    let _ = inputs.send(Input::DirectDown { attempt }).await;
}

/// Waits for one peer that shows the right nonce.
async fn listen(
    attempt: u64,
    rule: NonceRule,
    identifier: u32,
    loopback: bool,
    seen: Option<Ipv4Addr>,
    inputs: mpsc::Sender<Input>,
) {
    let stream = timeout(ACCEPT_TIMEOUT, async {
        let addresses = own_addresses(loopback);
        // Any port: the negotiation tells it to the peer.
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()?;
        let port = listener.local_addr().ok()?.port();
        if addresses.is_empty() {
            return None;
        }
        let external =
            seen.filter(|seen| !addresses.contains(seen)).map(|seen| SocketAddrV4::new(seen, port));
        inputs.send(Input::DirectListening { attempt, addresses, port, external }).await.ok()?;
        // One after the other, each with its own deadline: programs that scan ports cannot take more than this many
        // turns.
        for _ in 0..MAX_STRANGERS {
            let (stream, _) = listener.accept().await.ok()?;
            if let Some(stream) = shake_hands(stream, Handshake::listen(rule, identifier)).await {
                return Some(stream);
            }
        }
        None
    });
    let input = match stream.await.ok().flatten() {
        Some(stream) => Input::DirectUp { attempt, stream },
        None => Input::DirectDown { attempt },
    };
    // The task may be over.
    let _ = inputs.send(input).await;
}

/// Tries all addresses at once; the first that passes the handshake wins.
async fn connect(
    attempt: u64,
    addresses: Vec<SocketAddrV4>,
    rule: NonceRule,
    identifier: u32,
    inputs: mpsc::Sender<Input>,
) {
    // Dropping the set ends the attempts that have not won.
    let mut attempts = JoinSet::new();
    for address in addresses {
        attempts.spawn(async move {
            let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await.ok()?.ok()?;
            shake_hands(stream, Handshake::connect(rule, identifier)).await
        });
    }
    let mut input = Input::DirectDown { attempt };
    while let Some(result) = attempts.join_next().await {
        if let Ok(Some(stream)) = result {
            input = Input::DirectUp { attempt, stream };
            break;
        }
    }
    // The task may be over.
    let _ = inputs.send(input).await;
}

/// Passes the handshake, or gives the connection up.
async fn shake_hands(mut stream: TcpStream, mut handshake: Handshake) -> Option<DirectStream> {
    let talk = async {
        // Small frames of negotiation should not wait for more.
        stream.set_nodelay(true).ok()?;
        if let Some(opening) = handshake.opening() {
            stream.write_all(&opening).await.ok()?;
        }
        let mut decoder = FrameDecoder::with_limit(FrameDecoder::MAX_HANDSHAKE);
        let mut buffer = BytesMut::with_capacity(256);
        loop {
            let Some(frame) = decoder.next(&mut buffer).ok()? else {
                if stream.read_buf(&mut buffer).await.ok()? == 0 {
                    return None;
                }
                continue;
            };
            if let HandshakeStep::Ready { reply } = handshake.handle_frame(&frame).ok()? {
                if let Some(reply) = reply {
                    stream.write_all(&reply).await.ok()?;
                }
                return Some(DirectStream { stream, buffer });
            }
        }
    };
    timeout(HANDSHAKE_TIMEOUT, talk).await.ok().flatten()
}
