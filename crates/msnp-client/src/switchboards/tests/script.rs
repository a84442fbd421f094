//! A client with nothing but its pool, and the service's ends of its connections.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use msnp::command::{NotificationEvent, xfr};
use msnp::message::Message;
use msnp::{Cookie, Dialect, FriendlyName, Handle, HostPort, Invalid, SessionId, TransactionId};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::notification::{Command, NotificationHandle};
use crate::settings::{Settings, Where};
use crate::switchboard::{PacketCarrier, Switchboard};
use crate::switchboards::{Line, Ring, Subscriber, Switchboards, TakenIn};
use crate::{DirectConnections, SendError, Trust};

const DEADLINE: Duration = Duration::from_secs(20);

pub(super) fn handle(name: &str) -> Handle {
    Handle::parse(&format!("{name}@example.com")).unwrap()
}

pub(super) fn only(name: &str) -> BTreeSet<Handle> {
    BTreeSet::from([handle(name)])
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    People(usize),
    Speaking(u64),
    Message(u64),
    Unreadable,
    Packets(usize),
    CarrierGone(Handle),
}

struct Notes(mpsc::UnboundedSender<Heard>);

impl Notes {
    fn note(&self, heard: Heard) {
        // A test may be over.
        let _ = self.0.send(heard);
    }
}

impl Subscriber for Notes {
    fn people_changed(&self, line: &Arc<Line>) {
        self.note(Heard::People(line.here().len()));
    }
    fn speaking(&self, line: &Arc<Line>) {
        self.note(Heard::Speaking(line.id()));
    }
    fn message(&self, line: &Arc<Line>, _: &Switchboard, _: &Handle, _: &FriendlyName, _: Message) {
        self.note(Heard::Message(line.id()));
    }
    fn unreadable(&self, _: Option<&Arc<Line>>, _: Option<&Handle>, _: Invalid) {
        self.note(Heard::Unreadable);
    }
    fn packets<'a>(&'a self, _: &'a Handle, _: PacketCarrier, packets: Vec<Bytes>) -> TakenIn<'a> {
        self.note(Heard::Packets(packets.len()));
        Box::pin(std::future::ready(()))
    }
    fn carrier_gone(&self, peer: &Handle, _: u64) {
        self.note(Heard::CarrierGone(peer.clone()));
    }
}

/// Alice's pool, and a service in which every switchboard is at one address.
pub(super) struct Scene {
    pub(super) pool: Arc<Switchboards>,
    heard: mpsc::UnboundedReceiver<Heard>,
    listener: TcpListener,
    admissions: Arc<AtomicUsize>,
    /// The client: it is there as long as this is.
    _client: Arc<dyn Subscriber>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: HostPort = HostPort::parse(&listener.local_addr().unwrap().to_string()).unwrap();
        let (sender, heard) = mpsc::unbounded_channel();
        let client: Arc<dyn Subscriber> = Arc::new(Notes(sender));
        let (commands, inbox) = mpsc::channel(8);
        let admissions = Arc::default();
        tokio::spawn(admit(address, inbox, Arc::clone(&admissions)));
        let place = Where::default();
        let (trust, direct) = (Trust::System, DirectConnections::Never);
        let settings = Settings::new(&place, trust, Dialect::NEWEST, direct, None);
        let notification = Arc::new(NotificationHandle::new(commands));
        let subscriber: Weak<dyn Subscriber> = Arc::downgrade(&client);
        let pool = Arc::new(Switchboards::new(
            handle("alice"),
            Arc::new(settings.unwrap()),
            notification,
            subscriber,
        ));
        Self { pool, heard, listener, admissions, _client: client }
    }

    /// The number of switchboards that were requested.
    pub(super) fn admissions(&self) -> usize {
        self.admissions.load(Ordering::SeqCst)
    }

    /// Asks for a way for packets.
    pub(super) fn packet_carrier(&self, to: &str) -> JoinHandle<Result<PacketCarrier, SendError>> {
        let (pool, to) = (Arc::clone(&self.pool), handle(to));
        tokio::spawn(async move { pool.packet_carrier(&to).await })
    }

    /// Says something.
    pub(super) fn say(&self, to: &str, payload: Bytes) -> JoinHandle<Result<(), SendError>> {
        let (pool, to) = (Arc::clone(&self.pool), handle(to));
        tokio::spawn(async move { pool.say(&to, payload).await })
    }

    /// Waits until this is heard, whatever is heard before.
    pub(super) async fn hears(&mut self, expected: Heard) {
        let heard = async { while self.heard.recv().await.unwrap() != expected {} };
        timeout(DEADLINE, heard).await.unwrap_or_else(|_| panic!("{expected:?} is not heard"));
    }

    /// Alice comes into a switchboard of her own and calls somebody.
    pub(super) async fn opened(&mut self, called: &str) -> Board {
        let mut board = self.accept().await;
        assert_eq!(board.line().await, "USR 1 alice@example.com 1.2");
        board.write("USR 1 OK alice@example.com Alice\r\n").await;
        assert_eq!(board.line().await, format!("CAL 2 {called}@example.com"));
        board
    }

    /// Somebody calls Alice, and she comes.
    pub(super) async fn called(&mut self, by: &str) -> Board {
        let address = self.listener.local_addr().unwrap().to_string();
        self.pool.ring(Ring {
            session: SessionId::parse("9").unwrap(),
            address: HostPort::parse(&address).unwrap(),
            cookie: Cookie::parse("3.4").unwrap(),
            from: handle(by),
        });
        let mut board = self.accept().await;
        assert_eq!(board.line().await, "ANS 1 alice@example.com 3.4 9");
        board.write(&format!("IRO 1 1 1 {by}@example.com {by}\r\nANS 1 OK\r\n")).await;
        board
    }

    async fn accept(&self) -> Board {
        let (stream, _) = timeout(DEADLINE, self.listener.accept()).await.unwrap().unwrap();
        Board(BufReader::new(stream))
    }
}

/// Answers each `XFR`.
async fn admit(address: HostPort, mut inbox: mpsc::Receiver<Command>, count: Arc<AtomicUsize>) {
    while let Some(command) = inbox.recv().await {
        let Command::Ask { reply, .. } = command else { return };
        count.fetch_add(1, Ordering::SeqCst);
        let (transaction, cookie) = (TransactionId(1), Cookie::parse("1.2").unwrap());
        let answer = xfr::Reply::Switchboard { transaction, address: address.clone(), cookie };
        // The caller may have given up.
        let _ = reply.send(Ok(NotificationEvent::Xfr(answer)));
    }
}

/// The service's end of one switchboard.
pub(super) struct Board(BufReader<TcpStream>);

impl Board {
    pub(super) async fn line(&mut self) -> String {
        let mut line = String::new();
        timeout(DEADLINE, self.0.read_line(&mut line)).await.unwrap().unwrap();
        line.trim_end().to_owned()
    }

    pub(super) async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next thing is a message whose line begins like this, and this is in it.
    pub(super) async fn message(&mut self, line: &str, payload: &[u8]) {
        assert_eq!(self.line().await, format!("{line}{}", payload.len()));
        assert_eq!(self.read(payload.len()).await, payload);
    }

    /// After its line: what is in a message with a packet for Bob.
    pub(super) async fn skip_packet(&mut self, packet: &[u8]) {
        let mime = b"MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n";
        let expected = [&mime[..], packet].concat();
        assert_eq!(self.read(expected.len()).await, expected);
    }

    async fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        timeout(DEADLINE, self.0.read_exact(&mut bytes)).await.unwrap().unwrap();
        bytes
    }
}
