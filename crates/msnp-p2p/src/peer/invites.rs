//! The requests of the peer: texts of MSNSLP.

use std::time::Instant;

use bytes::Bytes;

use super::inbound::Inbound;
use super::session::{ReceiveFile, Role, Serve, Session};
use super::{Failure, OBJECT_IDLE, OFFER_WAIT, Peer, PeerEvent, SessionKey, content_type, remember};
use crate::context::{FileContext, parse_object_context};
use crate::link::{Assembled, Purpose, Source};
use crate::packet::{Carrier, Packet};
use crate::safe_file_name;
use crate::slp::{Fields, Method, SessionRequest, SlpMessage, SlpStatus, Start, application, session_answer};

impl Peer {
    /// A packet of a text.
    pub(super) fn handle_text_packet(&mut self, carrier: Carrier, packet: &Packet, now: Instant) {
        match self.link.reassembly.take(packet) {
            Assembled::Complete(text) => self.handle_text(carrier, packet, &text, now),
            Assembled::Again => self.link.acknowledge(carrier, &packet.header),
            Assembled::Gap(offset) => {
                self.link.ask_again(carrier, 0, packet.header.identifier, offset);
            }
            Assembled::Incomplete => {}
        }
    }

    /// A whole text. It is acknowledged before it is answered: legacy clients take an
    /// answer for an error otherwise (NINA *Display pictures*).
    pub(super) fn handle_text(&mut self, carrier: Carrier, last: &Packet, text: &Bytes, now: Instant) {
        let message = SlpMessage::parse(text);
        // Drawn before the acknowledgement, whose identifier has to be the one after them: see `serving_identifiers`.
        let serving = message.as_ref().is_ok_and(asks_for_object).then(|| self.link.serving_identifiers());
        self.link.acknowledge(carrier, &last.header);
        let mut message = match message {
            Ok(message) => message,
            Err(fault) => return self.not_taken(fault.to_string()),
        };
        // The service has named the sender and the recipient of the packet already.
        for (named, account) in [(&mut message.to, &self.config.me), (&mut message.from, &self.config.peer)] {
            if named.is_empty() {
                account.as_str().clone_into(named);
            }
        }
        // A text in another account's name is dropped.
        if !message.from.eq_ignore_ascii_case(self.config.peer.as_str()) {
            return;
        }
        match &message.start {
            Start::Request { method: Method::Invite, .. } => self.handle_invite(message, serving, now),
            Start::Request { method: Method::Bye, .. } => self.handle_bye(&message),
            // The ACK of later clients, and unknown methods: acknowledged, and that is all (NINA).
            Start::Request { .. } => {}
            Start::Response(status) => {
                let status = *status;
                self.handle_response(&message, status, now);
            }
        }
    }

    fn handle_invite(&mut self, invite: SlpMessage, serving: Option<[u32; 3]>, now: Instant) {
        let kind = invite.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // The same call, branch and type is a retransmission: acknowledged, and not a second session. The type is part of
        // it, because aMSN's INVITE for a direct connection has the branch of the one that opened the session (seen).
        let request = (invite.call_id.clone(), invite.branch().to_ascii_uppercase(), kind);
        if self.answered.contains(&request) {
            return;
        }
        // Before it is judged: a repetition of a refused one is not answered again, either.
        remember(&mut self.answered, request);
        if !invite.to.eq_ignore_ascii_case(self.config.me.as_str()) {
            return self.refuse(&invite, SlpStatus::NOT_FOUND);
        }
        if invite.is_type(content_type::SESSION_REQUEST) {
            self.handle_session_request(invite, serving, now);
        } else if self.session_of(&invite).is_none() {
            self.refuse(&invite, SlpStatus::NO_SUCH_CALL);
        } else if invite.is_type(content_type::TRANSPORT_REQUEST) {
            self.handle_transport_request(invite, now);
        } else if invite.is_type(content_type::TRANSPORT_RESPONSE) {
            self.handle_second_invite(&invite, now);
        } else {
            self.refuse(&invite, SlpStatus::INTERNAL_ERROR);
        }
    }

    fn not_taken(&mut self, reason: impl Into<String>) {
        self.events.push_back(PeerEvent::NotTaken { reason: reason.into() });
    }

    /// Answers that there is nothing here, in the way of clients that have no body to give.
    fn refuse(&mut self, request: &SlpMessage, status: SlpStatus) {
        let mut answer = request.response(status, Fields::new());
        answer.content_type = content_type::NULL.to_owned();
        self.send_text(Purpose::Other, &answer);
    }

    fn decline(&mut self, request: &SlpMessage, session_id: u32) {
        self.send_text(Purpose::Other, &request.response(SlpStatus::DECLINE, session_answer(session_id)));
    }

    fn handle_session_request(&mut self, invite: SlpMessage, serving: Option<[u32; 3]>, now: Instant) {
        let request = match SessionRequest::from_fields(&invite.body) {
            Ok(request) => request,
            Err(fault) => {
                self.not_taken(format!("an invitation: {fault}"));
                return self.refuse(&invite, SlpStatus::INTERNAL_ERROR);
            }
        };
        let key = SessionKey(request.session_id);
        // A number or a call that is in use would make two sessions one; 0 would make its packets texts.
        if key.0 == 0 || self.sessions.contains_key(&key) || self.session_of(&invite).is_some() {
            return self.refuse(&invite, SlpStatus::INTERNAL_ERROR);
        }
        if !self.has_room() {
            return self.decline(&invite, key.0);
        }
        match (request.application, serving) {
            (application::OBJECT, Some(identifiers)) => {
                self.handle_object_request(&invite, &request, identifiers, now);
            }
            (application::FILE, _) => self.handle_file_offer(invite, &request, now),
            (application, _) => {
                self.not_taken(format!("an invitation to an unknown program {application}"));
                self.decline(&invite, key.0);
            }
        }
    }

    fn handle_object_request(
        &mut self,
        invite: &SlpMessage,
        request: &SessionRequest,
        identifiers: [u32; 3],
        now: Instant,
    ) {
        let Ok(object) = parse_object_context(&request.context) else {
            return self.refuse(invite, SlpStatus::INTERNAL_ERROR);
        };
        // Only our own objects are served, even where another account's picture has the same bytes.
        let mine = object.creator.eq_ignore_ascii_case(self.config.me.as_str());
        let data = if mine { self.config.published.find(&object) } else { None };
        let Some(data) = data else { return self.decline(invite, request.session_id) };
        let key = SessionKey(request.session_id);
        let role = Role::Serve(Serve { object, data, identifiers, done: false });
        let session = Session { key, call_id: invite.call_id.clone(), role, deadline: now + OBJECT_IDLE };
        self.sessions.insert(key, session);
        let accept = invite.response(SlpStatus::OK, session_answer(key.0)).to_bytes();
        self.link.send_as(identifiers[0], Purpose::Accept(key), 0, Source::Text(accept));
    }

    fn handle_file_offer(&mut self, invite: SlpMessage, request: &SessionRequest, now: Instant) {
        let context = match FileContext::parse(&request.context) {
            Ok(context) => context,
            Err(fault) => {
                self.not_taken(format!("the offer of a file: {fault}"));
                return self.refuse(&invite, SlpStatus::INTERNAL_ERROR);
            }
        };
        // 2 and 4 share a background: nothing here could show it.
        if context.kind > 1 {
            self.not_taken("an invitation to share a background");
            return self.decline(&invite, request.session_id);
        }
        let key = SessionKey(request.session_id);
        let role = Role::ReceiveFile(ReceiveFile {
            invite: Box::new(invite.clone()),
            accepted: false,
            done: false,
            inbound: Inbound::new(context.size),
        });
        self.sessions.insert(key, Session { key, call_id: invite.call_id, role, deadline: now + OFFER_WAIT });
        self.events.push_back(PeerEvent::FileOffered {
            session: key,
            name: safe_file_name(&context.name),
            size: context.size,
            preview: context.preview,
        });
    }

    /// The session that a text belongs to, by its call alone: the other fields of a BYE are not
    /// to be trusted (libpurple writes its own address where the peer's belongs).
    pub(super) fn session_of(&self, message: &SlpMessage) -> Option<SessionKey> {
        self.sessions.values().find(|session| session.call_id == message.call_id).map(|session| session.key)
    }

    fn handle_bye(&mut self, bye: &SlpMessage) {
        let Some(key) = self.session_of(bye) else {
            // Not for a call that has ended here: the peer's BYE crossed ours, or is a repetition.
            if !self.ended.contains(&bye.call_id) {
                remember(&mut self.ended, bye.call_id.clone());
                self.refuse(bye, SlpStatus::NO_SUCH_CALL);
            }
            return;
        };
        let Some(session) = self.sessions.get(&key) else { return };
        match &session.role {
            Role::ReceiveFile(file) if file.accepted && !file.done && file.inbound.is_complete() => {
                // A file of no bytes: some senders have nothing to say but BYE.
                self.events.push_back(PeerEvent::FileReceived { session: key });
                self.forget(key);
            }
            Role::SendFile(_) if self.link.under_way(key).is_some_and(|(_, total, sent)| total == sent) => {
                self.events.push_back(PeerEvent::FileSent { session: key });
                self.forget(key);
            }
            _ if session.is_done() => self.forget(key),
            Role::Serve(_) => {
                self.note_served(key);
                self.fail(key, Failure::CancelledByPeer);
            }
            _ => self.fail(key, Failure::CancelledByPeer),
        }
    }
}

fn asks_for_object(message: &SlpMessage) -> bool {
    let wants = |fields: &Fields| {
        SessionRequest::from_fields(fields).is_ok_and(|request| request.application == application::OBJECT)
    };
    matches!(message.start, Start::Request { method: Method::Invite, .. }) && wants(&message.body)
}
