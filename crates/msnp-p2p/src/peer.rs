//! The state machine between this account and one other person: pictures, emoticons, files, and the
//! direct connection that may carry them.

mod answers;
mod commands;
mod data;
mod direct;
mod event;
mod inbound;
mod invites;
mod session;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use msnp::Handle;
use msnp::connection_type::NetId;
use msnp::object::MsnObject;

use crate::direct::{AttachedNetworks, Reach};
use crate::link::{Fate, Link, Purpose, Source, Transmit};
use crate::packet::{Carrier, Flags, Header, Packet, PacketError};
use crate::slp::{CallId, Fields, Method, SlpMessage, content_type};
use crate::{Identifiers, Published, RandomIdentifiers};

pub use commands::{FileOffer, RequestError};
pub use event::{DirectRequest, Failure, PeerEvent};
pub use session::SessionKey;

use direct::Direct;
use session::{Role, Session};

/// The most sessions of one peer with this account at a time; more are declined.
const MAX_SESSIONS: usize = 16;
/// The most ended calls and answered requests that are remembered, to know repetitions by. A repetition follows within
/// seconds, when an acknowledgement was lost.
const MAX_REMEMBERED: usize = 64;

/// The time for which a transfer of an object may stand still. EME gives 180 s.
const OBJECT_IDLE: Duration = Duration::from_secs(180);
/// The time for which an offered file waits for a user. libpurple gives a call without progress 300 s.
const OFFER_WAIT: Duration = Duration::from_secs(300);
/// The time for which a file may stand still. Miranda gives 120 s.
const FILE_IDLE: Duration = Duration::from_secs(120);
/// The time for which a finished session waits for the peer's BYE.
const BYE_WAIT: Duration = Duration::from_secs(30);
/// The time for which a file of a lost direct connection waits for the peer to name the offset
/// of the rest, before it begins anew.
const RESUME_PATIENCE: Duration = Duration::from_secs(3);

/// The settings of direct connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectConfig {
    /// The connection of this machine.
    pub reach: Reach,
    /// The address that the service sees, where it is not this machine's own; else zero.
    pub net_id: NetId,
    /// The address that the service sees (`ClientIP`).
    pub seen_address: Option<Ipv4Addr>,
    /// The networks to which this machine is attached.
    pub attached: AttachedNetworks,
    /// Whether loopback addresses may be told and dialled: only for programs that know that both
    /// ends are on this machine.
    pub loopback: bool,
}

/// The accounts at the two ends, and their permissions.
#[derive(Debug, Clone)]
pub struct PeerConfig {
    /// This account.
    pub me: Handle,
    /// The other account.
    pub peer: Handle,
    /// The objects that the other account may fetch.
    pub published: Published,
    /// `None`: no direct connections. They tell each side the other's addresses.
    pub direct: Option<DirectConfig>,
}

/// The state shared with one other account: a machine without I/O and without a clock.
///
/// Give it the packets that came with [`Peer::handle_packet`], and the time with [`Peer::handle_timeout`]
/// when [`Peer::poll_timeout`] says so. After every call take all of [`Peer::poll_event`], and
/// send what [`Peer::poll_transmit`] gives as far as the carrier has room; it may be called again
/// later. Packets of a switchboard are the bodies of `application/x-msnmsgrp2p` messages that
/// came from this peer and are for this account; see [`crate::packet`].
///
/// Memory is bounded whatever the peer sends: at most 16 sessions, 8 incomplete texts of 16 KB,
/// and objects only up to the size that was asked for. Files are not kept at all.
///
/// ```
/// use std::time::Instant;
///
/// use bytes::Bytes;
/// use msnp::object::{MsnObject, ObjectKind};
/// use msnp_p2p::packet::{Carrier, Packet};
/// use msnp_p2p::{Body, Peer, PeerConfig, PeerEvent, Published};
///
/// // Sends all that one has to say to the other. A client puts each packet into a message of the switchboard.
/// fn carry(from: &mut Peer, to: &mut Peer, now: Instant) {
///     while let Some(transmit) = from.poll_transmit(Carrier::Switchboard, now) {
///         let Body::Bytes(body) = transmit.body else { unreachable!("no file is sent") };
///         let packet = Packet { header: transmit.header, body, footer: transmit.footer };
///         to.handle_packet(Carrier::Switchboard, &packet.to_bytes(Carrier::Switchboard), now).unwrap();
///     }
/// }
///
/// let now = Instant::now();
/// let peer = |me: &str, other: &str, published| {
///     let config = PeerConfig { me: me.parse()?, peer: other.parse()?, published, direct: None };
///     Ok::<_, msnp::Invalid>(Peer::new(config))
/// };
/// let data = Bytes::from_static(b"the bytes of a PNG file");
/// let picture = MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
/// let published = Published::default();
/// assert!(published.publish(&picture, data.clone()));
/// let mut alice = peer("alice@example.com", "bob@example.com", published)?;
/// let mut bob = peer("bob@example.com", "alice@example.com", Published::default())?;
///
/// bob.request_object(&picture, now)?;
/// let received = loop {
///     carry(&mut bob, &mut alice, now);
///     carry(&mut alice, &mut bob, now);
///     if let Some(PeerEvent::ObjectReceived { data, .. }) = bob.poll_event() {
///         break data;
///     }
/// };
/// assert_eq!(received, data);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Peer {
    config: PeerConfig,
    link: Link,
    sessions: BTreeMap<SessionKey, Session>,
    events: VecDeque<PeerEvent>,
    /// Objects that the peer has fetched and that the driver has not asked about yet.
    served: VecDeque<MsnObject>,
    direct: Direct,
    /// Requests that were answered, by call, branch and content type: aMSN gives all of a call the same branch.
    answered: VecDeque<(CallId, String, String)>,
    /// Calls that are over.
    ended: VecDeque<CallId>,
}

impl Peer {
    /// The state before the first packet.
    pub fn new(config: PeerConfig) -> Self {
        Self::with_identifiers(config, Box::new(RandomIdentifiers))
    }

    /// The same with given numbers, to replay a dialogue.
    pub fn with_identifiers(config: PeerConfig, identifiers: Box<dyn Identifiers>) -> Self {
        Self {
            config,
            link: Link::new(identifiers),
            sessions: BTreeMap::new(),
            events: VecDeque::new(),
            served: VecDeque::new(),
            direct: Direct::default(),
            answered: VecDeque::new(),
            ended: VecDeque::new(),
        }
    }

    /// The other account.
    pub fn handle(&self) -> &Handle {
        &self.config.peer
    }

    /// Changes the settings of direct connections, from the next one on.
    pub fn set_direct(&mut self, direct: Option<DirectConfig>) {
        self.config.direct = direct;
    }

    /// Whether no session is open: the peer may be forgotten.
    pub fn is_idle(&self) -> bool {
        self.sessions.is_empty()
            && self.direct.is_off()
            && self.events.is_empty()
            && self.link.poll_timeout().is_none()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<PeerEvent> {
        self.events.pop_front()
    }

    /// The next object that the peer has fetched, or has stopped fetching. A driver need not ask: the last 64 are
    /// remembered.
    pub fn poll_served(&mut self) -> Option<MsnObject> {
        self.served.pop_front()
    }

    /// The next packet for a carrier that has room. For the switchboard it goes as
    /// `MSG … D`; a carrier that is not there need not be asked.
    pub fn poll_transmit(&mut self, carrier: Carrier, now: Instant) -> Option<Transmit> {
        self.link.poll_transmit(carrier, now)
    }

    /// Whether [`Self::poll_transmit`] would give something.
    pub fn has_transmit(&self, carrier: Carrier, now: Instant) -> bool {
        self.link.has_transmit(carrier, now)
    }

    /// The time for the next call of [`Self::handle_timeout`], if nothing else happens before.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let sessions = self.sessions.values().map(|session| session.deadline);
        sessions.chain(self.link.poll_timeout()).chain(self.direct.deadline()).min()
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Instant) {
        for purpose in self.link.expired(now) {
            if let Some(session) = purpose.session() {
                self.fail(session, Failure::TimedOut);
            }
        }
        let late: Vec<_> = self
            .sessions
            .values()
            .filter(|session| session.deadline <= now)
            .map(|session| session.key)
            .collect();
        for key in late {
            self.expire(key, now);
        }
        self.direct_timeout(now);
    }

    /// Takes one packet: the body of a P2P message of the switchboard, or a frame of the direct
    /// connection.
    ///
    /// A packet that fits nowhere is ignored.
    ///
    /// # Errors
    /// When it is no packet, as in [`Packet::parse`]. All sessions go on.
    pub fn handle_packet(
        &mut self,
        carrier: Carrier,
        payload: &Bytes,
        now: Instant,
    ) -> Result<(), PacketError> {
        // The order matters: aMSN's BYE in the middle of a file has the offset and total of the file, so its text has to be
        // tried before its place in a message is believed.
        let packet = Packet::parse_anywhere(carrier, payload)?;
        let header = packet.header;
        let is_text = header.session_id == 0 && !header.flags.is_control();
        let stands_alone = is_text && stands_alone(&packet);
        if !stands_alone && !packet.is_within_message() {
            return Err(PacketError::BeyondTotal);
        }
        if carrier == Carrier::Direct {
            self.direct.used(now);
        }
        if header.flags.is_control() {
            self.handle_control(&header, now);
        } else if stands_alone {
            self.handle_text(carrier, &packet, &packet.body, now);
        } else if is_text {
            self.handle_text_packet(carrier, &packet, now);
        } else {
            self.handle_session_packet(carrier, packet, now);
        }
        Ok(())
    }

    /// The carrier is gone: the peer left the conversation, or the connection broke.
    ///
    /// A transfer on a direct connection goes on over the switchboard. A transfer on the
    /// switchboard fails.
    pub fn carrier_lost(&mut self, carrier: Carrier, now: Instant) {
        match carrier {
            Carrier::Direct => self.direct_lost(now),
            Carrier::Switchboard => self.switchboard_lost(),
        }
    }

    /// No carrier leads to the peer: every session fails.
    pub fn unreachable(&mut self) {
        for key in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.fail(key, Failure::Unreachable);
        }
        self.link.forget();
        self.direct_off();
    }

    fn switchboard_lost(&mut self) {
        let mut broken = self.link.sessions_on(Carrier::Switchboard);
        let has_direct = self.link.is_direct();
        // Besides those with a message under way: sessions that wait for the peer's next step over it.
        let needing = self.sessions.values().filter(|session| session.needs_switchboard(has_direct));
        broken.extend(needing.map(|session| session.key));
        for key in broken {
            self.fail(key, Failure::Unreachable);
        }
        self.link.switchboard_lost();
    }

    fn handle_control(&mut self, header: &Header, now: Instant) {
        match self.link.handle_control(header, now) {
            Some(Fate::Acknowledged(purpose)) => self.acknowledged(purpose, now),
            Some(Fate::Refused(purpose)) => {
                if let Some(session) = purpose.session() {
                    self.end_with_bye(session, Some(Failure::CancelledByPeer));
                }
            }
            None => self.cancelled_by_number(header),
        }
    }

    /// A `CANCEL` or `ERROR` that names no message of ours may name a session of ours.
    fn cancelled_by_number(&mut self, header: &Header) {
        let ends = header.flags.contains(Flags::CANCEL) || header.flags.contains(Flags::ERROR);
        let key = SessionKey(header.session_id);
        if ends && self.sessions.get(&key).is_some_and(|session| !session.is_done()) {
            self.end_with_bye(key, Some(Failure::CancelledByPeer));
        }
    }

    /// One of our messages arrived: the session goes a step further.
    fn acknowledged(&mut self, purpose: Purpose, now: Instant) {
        match purpose {
            Purpose::Accept(key) => self.prepare_object(key, now),
            Purpose::Preparation(key) => self.send_object(key, now),
            Purpose::Data(key) => self.data_acknowledged(key, now),
            Purpose::Invite(_) | Purpose::Bye | Purpose::Other => {}
        }
    }

    /// A request on a call, with a fresh branch, which is returned.
    fn request(
        &mut self,
        method: Method,
        call_id: &CallId,
        content_type: &str,
        body: Fields,
    ) -> (SlpMessage, String) {
        let branch = self.link.guid();
        let (to, from) = (self.config.peer.as_str(), self.config.me.as_str());
        let request = SlpMessage::request(method, to, from, branch, call_id.clone(), content_type, body);
        let branch = request.branch().to_owned();
        (request, branch)
    }

    fn send_text(&mut self, purpose: Purpose, message: &SlpMessage) {
        self.link.send(purpose, 0, Source::Text(message.to_bytes()));
    }

    /// Ends a session without a BYE: the peer knows, or is gone.
    // Its call is remembered, so that a BYE that crosses ours on the wire is not answered with 481.
    fn fail(&mut self, key: SessionKey, failure: Failure) {
        let Some(session) = self.sessions.remove(&key) else { return };
        self.link.drop_session(key);
        remember(&mut self.ended, session.call_id.clone());
        if session.tells_failure() {
            self.events.push_back(PeerEvent::Failed { session: key, failure });
        }
    }

    /// Ends a session with a BYE.
    fn end_with_bye(&mut self, key: SessionKey, failure: Option<Failure>) {
        let Some(session) = self.sessions.get(&key) else { return };
        let call_id = session.call_id.clone();
        match failure {
            Some(failure) => self.fail(key, failure),
            None => self.forget(key),
        }
        let (bye, _) = self.request(Method::Bye, &call_id, content_type::SESSION_CLOSE, Fields::new());
        self.send_text(Purpose::Bye, &bye);
    }

    /// Whether one more session may begin. Those in which only the peer's BYE is missing make room: a peer
    /// that was in a hurry to leave never sends it.
    fn has_room(&mut self) -> bool {
        if self.sessions.len() >= MAX_SESSIONS {
            let done = self.sessions.values().filter(|session| session.is_done());
            // Not a failure: their transfers are complete.
            for key in done.map(|session| session.key).collect::<Vec<_>>() {
                self.forget(key);
            }
        }
        self.sessions.len() < MAX_SESSIONS
    }

    /// Ends a session without a packet or an event.
    fn forget(&mut self, key: SessionKey) {
        if let Some(session) = self.sessions.remove(&key) {
            self.link.drop_session(key);
            remember(&mut self.ended, session.call_id);
        }
    }

    fn extend(&mut self, key: SessionKey, deadline: Instant) {
        if let Some(session) = self.sessions.get_mut(&key) {
            session.deadline = deadline;
        }
    }

    /// A session's time is over.
    fn expire(&mut self, key: SessionKey, now: Instant) {
        let Some(session) = self.sessions.get(&key) else { return };
        if session.is_done() {
            self.forget(key);
        } else if session.is_empty_file_sent() {
            // libpurple never completes a message of no bytes; all of it is there all the same.
            self.file_sent(key);
        } else if matches!(session.role, Role::SendFile(_)) && self.link.under_way(key).is_some() {
            // Its message has a deadline of its own, which moves with each packet: see `Outgoing::expires`.
            self.extend(key, now + FILE_IDLE);
        } else {
            self.end_with_bye(key, Some(Failure::TimedOut));
        }
    }
}

/// Whether a packet holds a whole text though its header speaks of part of a message: aMSN cancels a file with a BYE
/// in which the file's position and size stand.
fn stands_alone(packet: &Packet) -> bool {
    let Header { offset, total, length, .. } = packet.header;
    match offset {
        0 if total == u64::from(length) => false,
        // A text that is cut after its head can be read, too: then only its end tells that it is whole.
        0 if (u64::from(length)..=SlpMessage::MAX_LEN as u64).contains(&total) => {
            SlpMessage::is_whole(&packet.body)
        }
        _ => SlpMessage::parse(&packet.body).is_ok(),
    }
}

/// Keeps the newest.
fn remember<T>(memory: &mut VecDeque<T>, item: T) {
    if memory.len() == MAX_REMEMBERED {
        memory.pop_front();
    }
    memory.push_back(item);
}

#[cfg(test)]
mod tests;
