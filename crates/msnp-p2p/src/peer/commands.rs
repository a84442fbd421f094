//! The commands of this account: requests to the peer.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use msnp::object::{MsnObject, ObjectKind};

use super::inbound::Inbound;
use super::session::{Fetch, Role, SendFile, SendStage, Session};
use super::{FILE_IDLE, Failure, OBJECT_IDLE, OFFER_WAIT, Peer, PeerEvent, SessionKey, content_type};
use crate::Guid;
use crate::context::{FileContext, object_context};
use crate::link::{Purpose, Source};
use crate::packet::Flags;
use crate::slp::{CallId, Method, SessionRequest, SlpMessage, SlpStatus, application, session_answer};

/// A file to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOffer {
    /// Its name without a path; at most 260 UTF-16 units are sent.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// A small picture of it, as PNG. One of more than [`FileOffer::MAX_PREVIEW`] bytes is left
    /// out: the invitation has to stay below 16 KB.
    pub preview: Option<Bytes>,
    /// Whether it may go over a direct connection, if the configuration allows one.
    pub direct: bool,
}

impl FileOffer {
    /// The largest preview in bytes.
    pub const MAX_PREVIEW: usize = 8 * 1024;
}

/// The reason for which a session was not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The object is larger than this crate takes, see [`Peer::object_limit`].
    #[error("the object is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The object belongs to another account.
    #[error("the object is not the peer's")]
    NotTheirs,
    /// There are 16 sessions with this peer.
    #[error("too many sessions with this peer are open: wait for one to end")]
    TooMany,
    /// There is no such session, or it is past the stage for that.
    #[error("there is no such session")]
    NoSession,
}

impl Peer {
    /// The largest object that is asked for, in bytes. No limit of the protocol is known;
    /// libpurple takes pictures up to about 200 KB.
    pub const fn object_limit(kind: ObjectKind) -> u64 {
        match kind {
            ObjectKind::CUSTOM_EMOTICON => 100 * 1024,
            ObjectKind::DISPLAY_PICTURE => 512 * 1024,
            _ => 1024 * 1024,
        }
    }

    /// Asks for an object that the peer has. It comes as [`PeerEvent::ObjectReceived`].
    ///
    /// # Errors
    /// [`RequestError::TooLarge`] when the object is larger than its kind may be; [`RequestError::NotTheirs`]
    /// when its creator is another account; [`RequestError::TooMany`] when as many sessions are open as may be.
    pub fn request_object(&mut self, object: &MsnObject, now: Instant) -> Result<SessionKey, RequestError> {
        let limit = Self::object_limit(object.kind);
        if object.size > limit {
            return Err(RequestError::TooLarge { limit });
        }
        // The creator is the account to ask: any other would decline.
        if !object.creator.eq_ignore_ascii_case(self.config.peer.as_str()) {
            return Err(RequestError::NotTheirs);
        }
        let role = Role::Fetch(Fetch {
            object: object.clone(),
            data: BytesMut::new(),
            inbound: Inbound::new(object.size),
        });
        let context = object_context(object);
        self.invite(role, application::OBJECT, 1, context, now + OBJECT_IDLE)
    }

    /// Offers a file. [`PeerEvent::FileAccepted`] tells that it was taken; the driver then is
    /// asked for the bytes by [`crate::Body::File`].
    ///
    /// # Errors
    /// [`RequestError::TooMany`] when as many sessions are open as may be.
    pub fn offer_file(&mut self, offer: FileOffer, now: Instant) -> Result<SessionKey, RequestError> {
        let preview = offer.preview.filter(|preview| preview.len() <= FileOffer::MAX_PREVIEW);
        let context = FileContext::new(&offer.name, offer.size, preview).to_base64();
        let role =
            Role::SendFile(SendFile { size: offer.size, direct: offer.direct, stage: SendStage::Offered });
        self.invite(role, application::FILE, 2, context, now + OFFER_WAIT)
    }

    fn invite(
        &mut self,
        role: Role,
        application: Guid,
        app_id: u32,
        context: String,
        deadline: Instant,
    ) -> Result<SessionKey, RequestError> {
        if !self.has_room() {
            return Err(RequestError::TooMany);
        }
        let mut key = SessionKey(self.link.session());
        while self.sessions.contains_key(&key) {
            // Stays in 5 to 2^31 - 12: not MSNSLP's 0, and no number that a peer would read as negative.
            key = SessionKey(key.0 % 0x7fff_fff0 + 5);
        }
        let call_id = CallId::from(self.link.guid());
        let body = SessionRequest { application, session_id: key.0, app_id, context }.to_fields();
        let (invite, _) = self.request(Method::Invite, &call_id, content_type::SESSION_REQUEST, body);
        self.sessions.insert(key, Session { key, call_id, role, deadline });
        self.send_text(Purpose::Invite(key), &invite);
        Ok(key)
    }

    /// Takes a file that was offered. Its bytes come as [`PeerEvent::FileData`].
    ///
    /// # Errors
    /// [`RequestError::NoSession`] when no offer waits under this key: it was answered, withdrawn, or too
    /// old.
    pub fn accept_file(&mut self, session: SessionKey, now: Instant) -> Result<(), RequestError> {
        let invite = self.offered(session)?.clone();
        if let Some(Session { role: Role::ReceiveFile(file), deadline, .. }) = self.sessions.get_mut(&session)
        {
            file.accepted = true;
            *deadline = now + FILE_IDLE;
        }
        let accept = invite.response(SlpStatus::OK, session_answer(session.0));
        self.send_text(Purpose::Accept(session), &accept);
        Ok(())
    }

    /// Refuses a file that was offered.
    ///
    /// # Errors
    /// [`RequestError::NoSession`] when no offer waits under this key: it was answered, withdrawn, or too
    /// old.
    pub fn decline_file(&mut self, session: SessionKey) -> Result<(), RequestError> {
        let decline = self.offered(session)?.response(SlpStatus::DECLINE, session_answer(session.0));
        self.forget(session);
        self.send_text(Purpose::Other, &decline);
        Ok(())
    }

    fn offered(&self, session: SessionKey) -> Result<&SlpMessage, RequestError> {
        match self.sessions.get(&session).map(|session| &session.role) {
            Some(Role::ReceiveFile(file)) if !file.accepted => Ok(&file.invite),
            _ => Err(RequestError::NoSession),
        }
    }

    /// Ends a session of either side at any stage. No event follows.
    ///
    /// # Errors
    /// [`RequestError::NoSession`] when there is none under this key: it is over already.
    pub fn cancel(&mut self, session: SessionKey) -> Result<(), RequestError> {
        if self.offered(session).is_ok() {
            return self.decline_file(session);
        }
        let role = &self.sessions.get(&session).ok_or(RequestError::NoSession)?.role;
        // Miranda sends a packet as well, to stop the data that are on their way. Clients that do not know it act on the BYE.
        if let Some((identifier, total, sent)) = self.link.under_way(session) {
            // Before its first packet the peer knows of no data to stop.
            if sent > 0 {
                self.link.abandon(Flags::CANCEL, session.0, identifier, total);
            }
        } else if let Role::ReceiveFile(file) = role
            && let Some(identifier) = file.inbound.identifier()
        {
            self.link.abandon(Flags::ERROR, session.0, identifier, file.inbound.expected());
        }
        self.end_with_bye(session, None);
        Ok(())
    }

    /// The peer has acknowledged the whole file.
    pub(super) fn file_sent(&mut self, key: SessionKey) {
        self.events.push_back(PeerEvent::FileSent { session: key });
        self.end_with_bye(key, None);
    }

    /// Unusable data came in: the session ends.
    pub(super) fn corrupt(&mut self, key: SessionKey) {
        self.end_with_bye(key, Some(Failure::Corrupt));
    }

    /// Begins to send a file that was accepted, over the best carrier there is.
    pub(super) fn begin_file(&mut self, key: SessionKey, now: Instant) {
        let Some(Session { role: Role::SendFile(file), deadline, .. }) = self.sessions.get_mut(&key) else {
            return;
        };
        file.stage = SendStage::Sending;
        let size = file.size;
        // libpurple never acknowledges a message of no bytes, so such a file does not wait for it for long.
        *deadline = now + if size == 0 { super::direct::ANSWER_WAIT } else { FILE_IDLE };
        self.link.send(Purpose::Data(key), key.0, Source::File(key, size));
    }
}
