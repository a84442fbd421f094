//! The answers of the peer to our requests: texts of MSNSLP.

use std::time::Instant;

use super::session::{Role, SendStage, Session};
use super::{FILE_IDLE, Failure, OBJECT_IDLE, Peer, PeerEvent, SessionKey};
use crate::slp::{SlpMessage, SlpStatus};

impl Peer {
    pub(super) fn handle_response(&mut self, answer: &SlpMessage, status: SlpStatus, now: Instant) {
        // First: an answer about the transport has the call of the file, and would pass for one to its offer.
        if self.handle_transport_answer(answer, status, now) {
            return;
        }
        let Some(key) = self.session_of(answer) else { return };
        let Some(session) = self.sessions.get_mut(&key) else { return };
        let accepted = status == SlpStatus::OK;
        match &mut session.role {
            Role::Fetch(_) if accepted => session.deadline = now + OBJECT_IDLE,
            // A second answer: the first has decided.
            Role::SendFile(file) if file.stage != SendStage::Offered => {}
            Role::SendFile(file) if accepted => {
                file.stage = SendStage::Negotiating;
                session.deadline = now + FILE_IDLE;
                self.events.push_back(PeerEvent::FileAccepted { session: key });
                self.choose_carrier(key, now);
            }
            Role::Fetch(_) | Role::SendFile(_) => self.fail(key, Failure::Declined),
            // We asked nothing.
            Role::Serve(_) | Role::ReceiveFile(_) => {}
        }
    }

    /// Negotiates the carrier of an accepted file, or begins it.
    fn choose_carrier(&mut self, key: SessionKey, now: Instant) {
        let Some(Session { role: Role::SendFile(file), call_id, .. }) = self.sessions.get(&key) else {
            return;
        };
        // A file of no bytes is not worth a connection. A connection that is up is used without a question.
        let negotiate = file.direct && file.size > 0 && !self.link.is_direct();
        let call_id = call_id.clone();
        if !(negotiate && self.invite_direct(&call_id, now)) {
            self.begin_file(key, now);
        }
    }

    /// The question of a direct connection is settled: files that waited for that begin.
    pub(super) fn carrier_settled(&mut self, now: Instant) {
        let waiting: Vec<_> = self
            .sessions
            .values()
            .filter(|session| {
                matches!(&session.role, Role::SendFile(file) if file.stage == SendStage::Negotiating)
            })
            .map(|session| session.key)
            .collect();
        for key in waiting {
            self.begin_file(key, now);
        }
    }
}
