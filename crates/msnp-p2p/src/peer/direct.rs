//! The agreement on a direct connection: the side that listens, its addresses, and the nonce.
//!
//! The sender of a file asks (`transreqbody`); the other answers that it listens, or that it does
//! not, upon which the first may listen itself and say so in a second INVITE (`transrespbody`).
//! A failure only costs its deadline: the switchboard is always there.
//!
//! ```text
//! sender → receiver   INVITE transreqbody    Conn-Type, NetID, UPnPNat, ICF      (Inviting)
//! receiver → sender   200 transrespbody      Listening: true, addresses, nonce   the sender connects
//!                                            Listening: false, zero nonce        or:
//! sender → receiver   INVITE transrespbody   Listening: true, addresses, nonce   (Opening) the receiver connects
//! ```
//!
//! All three are on the call of the file, each INVITE with a branch of its own (NINA *File transfer*, LP, MIR). There is one
//! connection for a pair, whatever the number of files.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use super::event::DirectRequest;
use super::{DirectConfig, Peer, PeerEvent, content_type};
use crate::Guid;
use crate::direct::{
    ACCEPT_TIMEOUT, AddressRules, CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT, IDLE_TIMEOUT, NonceRule,
    PrivateAddresses, Reach, can_be_reached, dialable, hash_nonce, invitee_listens, same_network,
};
use crate::link::Purpose;
use crate::packet::Carrier;
use crate::slp::{CallId, Fields, Method, SlpMessage, SlpStatus, TransportRequest, TransportResponse};

/// The time that the answer to our INVITE may take before the file goes over the switchboard; AMSN
/// and JML give 5 s.
pub(super) const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// The state of the one direct connection with a peer.
#[derive(Debug, Default)]
pub(super) struct Direct {
    stage: Stage,
    deadline: Option<Instant>,
    /// The peer's own description, when it asked.
    peer: Option<TransportRequest>,
    /// Our nonces, announced in an answer that we do not listen. With hashes the peer's second INVITE needs ours.
    announced: Option<Nonces>,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Off,
    /// Our INVITE is out.
    Inviting { branch: String },
    /// The driver is asked to listen, to answer this INVITE.
    Answering { invite: Box<SlpMessage>, nonces: Nonces },
    /// The driver is asked to listen, for a second INVITE on this call.
    Offering { call_id: CallId, nonces: Nonces },
    /// The driver listens or connects; it was told to the peer in a request of this branch.
    Opening { told_by: Option<String> },
    /// There is a connection.
    Up,
}

/// The nonces of both sides: plain since MSN Messenger 6, hashed by later clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nonces {
    Plain(Guid),
    Hashed { own: Guid, announced_by_peer: Guid },
}

impl Nonces {
    fn rule(self) -> NonceRule {
        match self {
            Self::Plain(nonce) => NonceRule::Plain(nonce),
            Self::Hashed { own, announced_by_peer } => NonceRule::Hashed { own, announced_by_peer },
        }
    }

    /// The nonces as the body announces them.
    fn announce(self, response: &mut TransportResponse) {
        match self {
            Self::Plain(nonce) => response.nonce = Some(nonce),
            Self::Hashed { own, .. } => {
                response.nonce = None;
                response.hashed_nonce = Some(hash_nonce(own));
            }
        }
    }
}

impl Direct {
    pub(super) fn is_off(&self) -> bool {
        matches!(self.stage, Stage::Off)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn used(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Up) {
            self.deadline = Some(now + IDLE_TIMEOUT);
        }
    }

    fn go(&mut self, stage: Stage, deadline: Instant) {
        self.stage = stage;
        self.deadline = Some(deadline);
    }
}

impl Peer {
    /// Asks the peer for a direct connection on this call. `false` when there is none to be had.
    pub(super) fn invite_direct(&mut self, call_id: &CallId, now: Instant) -> bool {
        let Some(config) = self.config.direct else { return false };
        // One is being opened already: this file waits for that.
        if !self.direct.is_off() {
            return true;
        }
        let body = TransportRequest {
            bridges: vec!["TCPv1".into()],
            net_id: config.net_id,
            connection_type: Some(config.reach.connection_type),
            upnp: config.reach.upnp,
            icf: config.reach.icf,
            hashed_nonce: None,
        };
        let (invite, branch) =
            self.request(Method::Invite, call_id, content_type::TRANSPORT_REQUEST, body.to_fields());
        self.direct.go(Stage::Inviting { branch }, now + ANSWER_WAIT);
        // The description in an earlier request of the peer may be out of date.
        self.direct.peer = None;
        self.send_text(Purpose::Other, &invite);
        true
    }

    /// The peer asks for a direct connection.
    pub(super) fn handle_transport_request(&mut self, invite: SlpMessage, now: Instant) {
        let request = TransportRequest::from_fields(&invite.body);
        let Some(config) = self.config.direct.filter(|_| request.supports_tcp()) else {
            return self.answer_transport(&invite, &TransportResponse::not_listening());
        };
        if matches!(self.direct.stage, Stage::Inviting { .. }) && self.wins_against(config, &request) {
            // Both asked at once: the larger NetID wins (Kopete), and with equal ones the name.
            return self.decline_transport(&invite);
        }
        if !(self.direct.is_off() || matches!(self.direct.stage, Stage::Inviting { .. })) {
            return self.decline_transport(&invite);
        }
        let nonces = self.nonces_for(request.hashed_nonce);
        let peer_reach = Reach {
            connection_type: request
                .connection_type
                .unwrap_or(msnp::connection_type::ConnectionType::UnknownConnect),
            upnp: request.upnp,
            icf: request.icf,
        };
        self.direct.peer = Some(request);
        if invitee_listens(peer_reach, config.reach) {
            let identifier = self.link.identifier();
            self.direct.go(Stage::Answering { invite: Box::new(invite), nonces }, now + ANSWER_WAIT);
            self.ask(DirectRequest::Listen { rule: nonces.rule(), identifier });
        } else {
            let mut answer = TransportResponse::not_listening();
            if let Nonces::Hashed { .. } = nonces {
                nonces.announce(&mut answer);
            }
            // The second INVITE may follow. No deadline: if it does not, nothing is held for it.
            self.direct.stage = Stage::Off;
            self.direct.deadline = None;
            self.direct.announced = Some(nonces);
            self.answer_transport(&invite, &answer);
        }
    }

    fn wins_against(&self, config: DirectConfig, request: &TransportRequest) -> bool {
        (config.net_id, self.config.me.as_str()) > (request.net_id, self.config.peer.as_str())
    }

    fn nonces_for(&mut self, announced_by_peer: Option<Guid>) -> Nonces {
        let own = self.link.guid();
        match announced_by_peer {
            Some(announced_by_peer) => Nonces::Hashed { own, announced_by_peer },
            None => Nonces::Plain(own),
        }
    }

    fn answer_transport(&mut self, invite: &SlpMessage, body: &TransportResponse) {
        let mut answer = invite.response(SlpStatus::OK, body.to_fields());
        answer.content_type = content_type::TRANSPORT_RESPONSE.to_owned();
        self.send_text(Purpose::Other, &answer);
    }

    fn decline_transport(&mut self, invite: &SlpMessage) {
        let mut answer = invite.response(SlpStatus::DECLINE, Fields::new());
        answer.content_type = content_type::TRANSPORT_RESPONSE.to_owned();
        self.send_text(Purpose::Other, &answer);
    }

    /// Takes an answer that is one to our transport INVITE.
    pub(super) fn handle_transport_answer(
        &mut self,
        answer: &SlpMessage,
        status: SlpStatus,
        now: Instant,
    ) -> bool {
        // Session and transport share a call: only the branch tells the answers apart.
        let is_for = |branch: &str| answer.branch().eq_ignore_ascii_case(branch);
        let ours = match &self.direct.stage {
            Stage::Inviting { branch } => is_for(branch),
            Stage::Opening { told_by: Some(branch) } if is_for(branch) => {
                if status != SlpStatus::OK {
                    self.ask(DirectRequest::Close);
                    self.direct_failed(now);
                }
                return true;
            }
            _ => false,
        };
        let about_transport = answer.is_type(content_type::TRANSPORT_RESPONSE)
            || answer.is_type(content_type::TRANSPORT_REQUEST);
        if !ours {
            return about_transport;
        }
        let response = TransportResponse::from_fields(&answer.body);
        if status != SlpStatus::OK || !response.chooses_tcp() {
            self.direct_failed(now);
        } else if response.listening {
            self.connect(&response, now);
        } else {
            self.offer_to_listen(answer, now);
        }
        true
    }

    /// The peer does not listen: then this side does, if a peer can connect to it.
    fn offer_to_listen(&mut self, answer: &SlpMessage, now: Instant) {
        if !self.config.direct.is_some_and(|config| can_be_reached(config.reach)) {
            return self.direct_failed(now);
        }
        // A hash of the peer is of no use: ours was not announced when we asked, and hashed nonces need both.
        let nonces = Nonces::Plain(self.link.guid());
        let identifier = self.link.identifier();
        self.direct.go(Stage::Offering { call_id: answer.call_id.clone(), nonces }, now + ANSWER_WAIT);
        self.ask(DirectRequest::Listen { rule: nonces.rule(), identifier });
    }

    /// The peer listens after all.
    pub(super) fn handle_second_invite(&mut self, invite: &SlpMessage, now: Instant) {
        let response = TransportResponse::from_fields(&invite.body);
        // It follows our answer that we do not listen, and that leaves the stage off.
        let free = self.direct.is_off() && self.config.direct.is_some();
        if !free || !response.listening || !response.chooses_tcp() {
            return self.decline_transport(invite);
        }
        self.answer_transport(invite, &TransportResponse::not_listening());
        self.connect(&response, now);
    }

    fn connect(&mut self, response: &TransportResponse, now: Instant) {
        let Some(config) = self.config.direct else { return self.direct_failed(now) };
        let peer = self.direct.peer.as_ref();
        // A peer that did not ask has not described itself: it counts as one in our network. A peer that asked and left its
        // connection out counts as one behind another translator.
        let peer_net_id = peer.map_or(config.net_id, |peer| peer.net_id);
        let peer_type = peer.map_or(Some(config.reach.connection_type), |peer| peer.connection_type);
        let own_type = config.reach.connection_type;
        let private = match peer {
            _ if !same_network(config.net_id, own_type, config.seen_address, peer_net_id, peer_type) => {
                PrivateAddresses::Never
            }
            Some(_) => PrivateAddresses::All,
            // The addresses of an answer alone tell nothing: an external one is left out where it is the internal one, and
            // the peer knows ours from our question.
            None => PrivateAddresses::Attached(config.attached),
        };
        let rules = AddressRules { private, loopback: config.loopback };
        let addresses = dialable(&response.internal, &response.external, rules);
        let Some(rule) = self.rule_to_connect(response).filter(|_| !addresses.is_empty()) else {
            return self.direct_failed(now);
        };
        let identifier = self.link.identifier();
        self.direct.go(Stage::Opening { told_by: None }, now + CONNECT_TIMEOUT + HANDSHAKE_TIMEOUT);
        self.ask(DirectRequest::Connect { addresses, rule, identifier });
    }

    /// A nonce of zeros is announced by a side that does not listen: it opens nothing.
    fn rule_to_connect(&self, response: &TransportResponse) -> Option<NonceRule> {
        match (response.hashed_nonce, self.direct.announced) {
            (Some(announced_by_peer), Some(Nonces::Hashed { own, .. })) => {
                Some(NonceRule::Hashed { own, announced_by_peer })
            }
            _ => response.nonce.filter(|nonce| !nonce.is_zero()).map(NonceRule::Plain),
        }
    }

    /// The driver listens on this port, and these are the machine's addresses; `external` is the
    /// address that the world sees, when the port is open there too.
    pub fn direct_listening(
        &mut self,
        addresses: &[Ipv4Addr],
        port: u16,
        external: Option<SocketAddrV4>,
        now: Instant,
    ) {
        let internal = addresses.iter().map(|address| SocketAddrV4::new(*address, port)).collect();
        let mut body = TransportResponse {
            bridge: "TCPv1".into(),
            listening: true,
            nonce: None,
            hashed_nonce: None,
            internal,
            external: external.into_iter().collect(),
        };
        let told_by = match std::mem::take(&mut self.direct.stage) {
            Stage::Answering { invite, nonces } => {
                nonces.announce(&mut body);
                self.answer_transport(&invite, &body);
                None
            }
            Stage::Offering { call_id, nonces } => {
                nonces.announce(&mut body);
                let fields = body.to_fields();
                let (invite, branch) =
                    self.request(Method::Invite, &call_id, content_type::TRANSPORT_RESPONSE, fields);
                self.send_text(Purpose::Other, &invite);
                Some(branch)
            }
            // Too late: the deadline has passed meanwhile, or the driver answers twice.
            stage => {
                self.direct.stage = stage;
                return;
            }
        };
        self.direct.go(Stage::Opening { told_by }, now + ACCEPT_TIMEOUT);
    }

    /// The connection passed its handshake: messages that begin from now on go over it. Those under way stay where they
    /// began, because two carriers keep no order between them.
    pub fn direct_established(&mut self, now: Instant) {
        self.direct.go(Stage::Up, now + IDLE_TIMEOUT);
        self.link.set_direct(true);
        self.carrier_settled(now);
    }

    /// The driver cannot listen or connect.
    pub fn direct_failed(&mut self, now: Instant) {
        match std::mem::take(&mut self.direct.stage) {
            Stage::Answering { invite, .. } => {
                self.answer_transport(&invite, &TransportResponse::not_listening());
            }
            Stage::Up => self.link.set_direct(false),
            Stage::Off | Stage::Inviting { .. } | Stage::Offering { .. } | Stage::Opening { .. } => {}
        }
        self.direct.deadline = None;
        self.carrier_settled(now);
    }

    /// Its time is over, or it was unused for long.
    pub(super) fn direct_timeout(&mut self, now: Instant) {
        if self.direct.deadline.is_none_or(|deadline| deadline > now) {
            return;
        }
        // A session that pauses, such as an offer that waits for its user, keeps the connection.
        if matches!(self.direct.stage, Stage::Up) && !self.sessions.is_empty() {
            return self.direct.used(now);
        }
        self.ask(DirectRequest::Close);
        self.direct_failed(now);
    }

    /// The connection closed: its transfers go on over the switchboard. Each receiver asks for the first byte that it
    /// lacks, with a NAK (LP, IMF); a sender waits for that for `RESUME_PATIENCE` before it begins again.
    pub(super) fn direct_lost(&mut self, now: Instant) {
        if !matches!(self.direct.stage, Stage::Up) {
            return self.direct_failed(now);
        }
        self.direct_off();
        self.link.direct_lost(now, super::RESUME_PATIENCE);
        let resumed: Vec<_> = self
            .sessions
            .values_mut()
            .filter(|session| session.receives_over(Carrier::Direct))
            .filter_map(|session| {
                let (identifier, offset) = session.inbound_mut()?.resume_from()?;
                Some((session.key, identifier, offset))
            })
            .collect();
        for (key, identifier, offset) in resumed {
            self.link.ask_again(Carrier::Switchboard, key.0, identifier, offset);
        }
    }

    pub(super) fn direct_off(&mut self) {
        if !self.direct.is_off() {
            self.ask(DirectRequest::Close);
        }
        self.direct = Direct::default();
        self.link.set_direct(false);
    }

    fn ask(&mut self, request: DirectRequest) {
        self.events.push_back(PeerEvent::Direct(request));
    }
}
