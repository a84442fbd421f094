//! A scripted service at the other end of a pipe, and listeners that note what they hear.

use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

use super::super::*;

pub(super) fn alice() -> Handle {
    Handle::parse("alice@example.com").unwrap()
}

pub(super) fn bob() -> Handle {
    Handle::parse("bob@example.com").unwrap()
}

/// A packet that differs from others.
pub(super) fn packet(number: usize, length: usize) -> Bytes {
    (0..length).map(|at| (at * 7 + number * 13) as u8).collect::<Vec<u8>>().into()
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Entered(usize),
    People(usize),
    PeerGone(String),
    Message(String, String),
    Unreadable(Option<String>, Invalid),
    Packets(String, Vec<Bytes>),
    Undelivered(String),
    Gone,
}

pub(super) type Recorder = mpsc::UnboundedReceiver<Heard>;

struct Notes(mpsc::UnboundedSender<Heard>);

impl Notes {
    fn note(&self, heard: Heard) {
        // A test may be over.
        let _ = self.0.send(heard);
    }
}

impl Listener for Notes {
    fn entered(&self, board: &Arc<Switchboard>) {
        self.note(Heard::Entered(board.people().len()));
    }
    fn people_changed(&self, board: &Arc<Switchboard>) {
        self.note(Heard::People(board.people().len()));
    }
    fn peer_gone(&self, _: &Arc<Switchboard>, who: &Handle) {
        self.note(Heard::PeerGone(who.to_string()));
    }
    fn message(&self, _: &Arc<Switchboard>, from: &Handle, _: &FriendlyName, message: Message) {
        self.note(Heard::Message(from.to_string(), message.content_type().unwrap_or_default().to_owned()));
    }
    fn unreadable(&self, _: &Arc<Switchboard>, from: Option<&Handle>, fault: Invalid) {
        self.note(Heard::Unreadable(from.map(ToString::to_string), fault));
    }
    async fn packets(&self, _: &Arc<Switchboard>, from: &Handle, packets: Vec<Bytes>) {
        self.note(Heard::Packets(from.to_string(), packets));
    }
    fn undelivered(&self, _: &Arc<Switchboard>, peer: &Handle) {
        self.note(Heard::Undelivered(peer.to_string()));
    }
    fn gone(&self, _: &Arc<Switchboard>) {
        self.note(Heard::Gone);
    }
}

/// Alice's end of a connection.
pub(super) fn start<R, W>((reader, writer): (R, W)) -> (Arc<Switchboard>, Recorder)
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (sender, recorder) = mpsc::unbounded_channel();
    let connection = Connection { reader: Box::new(reader), writer: Box::new(writer), local: None };
    (Switchboard::start(1, alice(), Dialect::NEWEST, connection, None, Arc::new(Notes(sender))), recorder)
}

/// The service, as a test writes it.
pub(super) struct Service {
    pipe: DuplexStream,
    buffer: BytesMut,
}

impl Service {
    /// Alice has come in and called Bob, who is there. The next number is 3.
    pub(super) async fn with_bob() -> (Arc<Switchboard>, Self, Recorder) {
        let (near, far) = tokio::io::duplex(4096);
        let (board, mut heard) = start(tokio::io::split(near));
        let mut service = Self { pipe: far, buffer: BytesMut::new() };
        let entered = board.enter(Cookie::parse("1.2.3").unwrap()).unwrap();
        assert_eq!(service.line().await, "USR 1 alice@example.com 1.2.3");
        service.write("USR 1 OK alice@example.com Alice\r\n").await;
        assert_eq!(entered.await, Ok(Answer::Yes));
        let called = board.call(&bob()).unwrap();
        assert_eq!(service.line().await, "CAL 2 bob@example.com");
        service.write("CAL 2 RINGING 7\r\nJOI bob@example.com Bob\r\n").await;
        assert_eq!(called.await, Ok(Answer::Yes));
        assert_eq!(heard.recv().await, Some(Heard::Entered(0)));
        assert_eq!(heard.recv().await, Some(Heard::People(1)));
        (board, service, heard)
    }

    pub(super) async fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes()).await;
    }

    pub(super) async fn write_bytes(&mut self, bytes: &[u8]) {
        self.pipe.write_all(bytes).await.unwrap();
    }

    pub(super) async fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return std::str::from_utf8(&line).unwrap().trim_end().to_owned();
            }
            assert_ne!(self.pipe.read_buf(&mut self.buffer).await.unwrap(), 0);
        }
    }

    /// The next thing is a message whose line begins like this; returns its payload.
    pub(super) async fn message(&mut self, line: &str) -> Vec<u8> {
        let whole = self.line().await;
        let length = whole.strip_prefix(line).unwrap_or_else(|| panic!("{whole}")).parse().unwrap();
        while self.buffer.len() < length {
            assert_ne!(self.pipe.read_buf(&mut self.buffer).await.unwrap(), 0);
        }
        let payload = self.buffer[..length].to_vec();
        self.buffer.advance(length);
        payload
    }

    /// The next thing is this packet for Bob.
    pub(super) async fn packet(&mut self, packet: &[u8]) {
        let whole = self.line().await;
        let [verb, _, class, length] = whole.split(' ').collect::<Vec<_>>()[..] else { panic!("{whole}") };
        assert_eq!((verb, class), ("MSG", "D"));
        let mime = b"MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n";
        let expected = [&mime[..], packet].concat();
        assert_eq!(length, expected.len().to_string());
        while self.buffer.len() < expected.len() {
            assert_ne!(self.pipe.read_buf(&mut self.buffer).await.unwrap(), 0);
        }
        assert!(self.buffer[..expected.len()] == expected);
        self.buffer.advance(expected.len());
    }
}

/// Answers every batch of packets with one of its own before it takes the next, and waits for room
/// for that: where two do so at once, neither may stand still.
pub(super) struct Echo {
    account: Handle,
    peer: Handle,
    taken: watch::Sender<usize>,
}

impl Echo {
    pub(super) fn new(account: &str, peer: &str) -> Arc<Self> {
        let (account, peer) = (Handle::parse(account).unwrap(), Handle::parse(peer).unwrap());
        Arc::new(Self { account, peer, taken: watch::Sender::new(0) })
    }

    pub(super) async fn start(self: &Arc<Self>, address: &SocketAddr) -> Arc<Switchboard> {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (reader, writer) = stream.into_split();
        let connection = Connection { reader: Box::new(reader), writer: Box::new(writer), local: None };
        Switchboard::start(1, self.account.clone(), Dialect::NEWEST, connection, None, Arc::clone(self))
    }

    /// Waits until this many packets have come that are no answers.
    pub(super) async fn took(&self, count: usize) {
        self.taken.subscribe().wait_for(|taken| *taken == count).await.unwrap();
    }
}

impl Listener for Echo {
    fn entered(&self, _: &Arc<Switchboard>) {}
    fn people_changed(&self, _: &Arc<Switchboard>) {}
    fn peer_gone(&self, _: &Arc<Switchboard>, _: &Handle) {}
    fn message(&self, _: &Arc<Switchboard>, _: &Handle, _: &FriendlyName, _: Message) {}
    fn unreadable(&self, _: &Arc<Switchboard>, _: Option<&Handle>, _: Invalid) {}
    async fn packets(&self, board: &Arc<Switchboard>, _: &Handle, packets: Vec<Bytes>) {
        let taken = packets.iter().filter(|packet| packet.len() > 100).count();
        if taken > 0 {
            let carrier = PacketCarrier::new(Arc::clone(board), &self.peer);
            carrier.send(vec![Bytes::from_static(b"ack")]).await.unwrap();
        }
        self.taken.send_modify(|all| *all += taken);
    }
    fn undelivered(&self, _: &Arc<Switchboard>, _: &Handle) {}
    fn gone(&self, _: &Arc<Switchboard>) {}
}
