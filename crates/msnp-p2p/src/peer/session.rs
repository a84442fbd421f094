//! A session: one picture or file.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use msnp::object::MsnObject;

use super::inbound::Inbound;
use crate::packet::Carrier;
use crate::slp::{CallId, SlpMessage};

/// A session with a peer, by its `SessionID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(pub u32);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) key: SessionKey,
    pub(super) call_id: CallId,
    pub(super) role: Role,
    pub(super) deadline: Instant,
}

/// The part of this side in it.
#[derive(Debug)]
pub(super) enum Role {
    /// Asked for an object.
    Fetch(Fetch),
    /// Gives an object.
    Serve(Serve),
    /// Offered a file.
    SendFile(SendFile),
    /// Was offered a file.
    ReceiveFile(ReceiveFile),
}

#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) object: MsnObject,
    pub(super) data: BytesMut,
    pub(super) inbound: Inbound,
}

#[derive(Debug)]
pub(super) struct Serve {
    pub(super) object: MsnObject,
    pub(super) data: Bytes,
    /// Those of the acceptance, the preparation and the data.
    pub(super) identifiers: [u32; 3],
    pub(super) done: bool,
}

#[derive(Debug)]
pub(super) struct SendFile {
    pub(super) size: u64,
    /// Whether a direct connection may be tried for it.
    pub(super) direct: bool,
    pub(super) stage: SendStage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SendStage {
    /// The peer has not answered.
    Offered,
    /// Accepted; its carrier is being negotiated.
    Negotiating,
    /// On its way.
    Sending,
}

#[derive(Debug)]
pub(super) struct ReceiveFile {
    pub(super) invite: Box<SlpMessage>,
    pub(super) accepted: bool,
    pub(super) done: bool,
    pub(super) inbound: Inbound,
}

impl Session {
    /// Whether all of it happened and only the peer's BYE is missing.
    pub(super) fn is_done(&self) -> bool {
        match &self.role {
            Role::Serve(serve) => serve.done,
            Role::ReceiveFile(file) => file.done,
            Role::Fetch(_) | Role::SendFile(_) => false,
        }
    }

    /// Whether its failure is an event: not for an object that the peer fetches, nor after its end.
    pub(super) fn tells_failure(&self) -> bool {
        !matches!(self.role, Role::Serve(_)) && !self.is_done()
    }

    /// Whether it is a file of no bytes that is on its way.
    pub(super) fn is_empty_file_sent(&self) -> bool {
        matches!(&self.role, Role::SendFile(file) if file.size == 0 && file.stage == SendStage::Sending)
    }

    pub(super) fn inbound_mut(&mut self) -> Option<&mut Inbound> {
        match &mut self.role {
            Role::Fetch(fetch) => Some(&mut fetch.inbound),
            Role::ReceiveFile(file) => Some(&mut file.inbound),
            Role::Serve(_) | Role::SendFile(_) => None,
        }
    }

    /// Whether it cannot go on without the switchboard: bytes that come over it do not come any more,
    /// and a peer that leaves while an offer waits has withdrawn or refused it, as official clients do.
    pub(super) fn needs_switchboard(&self, has_direct: bool) -> bool {
        match &self.role {
            Role::Fetch(fetch) => fetch.inbound.began_on().is_none_or(|on| on == Carrier::Switchboard),
            Role::SendFile(file) => file.stage == SendStage::Offered && !has_direct,
            Role::ReceiveFile(file) if !file.accepted => !has_direct,
            Role::ReceiveFile(_) | Role::Serve(_) => self.receives_over(Carrier::Switchboard),
        }
    }

    /// Whether some but not all of it came over this carrier.
    pub(super) fn receives_over(&self, carrier: Carrier) -> bool {
        match &self.role {
            Role::Fetch(fetch) => fetch.inbound.began_on() == Some(carrier),
            Role::ReceiveFile(file) => !file.done && file.inbound.began_on() == Some(carrier),
            Role::Serve(_) | Role::SendFile(_) => false,
        }
    }
}
