//! The events of a peer.

use std::net::SocketAddrV4;

use bytes::Bytes;
use msnp::object::MsnObject;

use super::SessionKey;
use crate::direct::NonceRule;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerEvent {
    /// An object is here; its size and SHA1D are right.
    ObjectReceived {
        /// The session.
        session: SessionKey,
        /// Its description.
        object: MsnObject,
        /// Its bytes.
        data: Bytes,
    },
    /// The peer offers a file: accept or decline it. An offer that is withdrawn comes as
    /// [`PeerEvent::Failed`].
    FileOffered {
        /// The session.
        session: SessionKey,
        /// A name that is safe to use for a file.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// A small picture of it. The bytes are not checked.
        preview: Option<Bytes>,
    },
    /// The peer accepts the file we offered.
    FileAccepted {
        /// The session.
        session: SessionKey,
    },
    /// The next bytes of a file that comes in, in order and without gaps.
    FileData {
        /// The session.
        session: SessionKey,
        /// The bytes.
        data: Bytes,
    },
    /// A file is complete.
    FileReceived {
        /// The session.
        session: SessionKey,
    },
    /// The peer has all of a file we sent.
    FileSent {
        /// The session.
        session: SessionKey,
    },
    /// A session ended without success.
    Failed {
        /// The session.
        session: SessionKey,
        /// The reason.
        failure: Failure,
    },
    /// A text was acknowledged and has no effect: it cannot be read, or is an
    /// invitation that had to be refused.
    NotTaken {
        /// The reason, in words.
        reason: String,
    },
    /// A task about the direct connection, for the driver.
    Direct(DirectRequest),
}

/// The reason for which a session failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The peer declined, or no longer has the object.
    Declined,
    /// The peer ended it.
    CancelledByPeer,
    /// The peer's data are not those that were asked for or offered.
    Corrupt,
    /// The peer did not go on in time.
    TimedOut,
    /// The peer left.
    Unreachable,
}

/// A task for the driver about the direct connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirectRequest {
    /// Listen on a free port for one connection, and tell [`super::Peer::direct_listening`] or
    /// [`super::Peer::direct_failed`]. The connecting side has to pass
    /// [`Handshake::listen`](crate::direct::Handshake::listen); then tell
    /// [`super::Peer::direct_established`].
    Listen {
        /// The proof that the connecting side has to show.
        rule: NonceRule,
        /// For the handshake.
        identifier: u32,
    },
    /// Connect to the first of these that answers and passes
    /// [`Handshake::connect`](crate::direct::Handshake::connect), then tell
    /// [`super::Peer::direct_established`] or [`super::Peer::direct_failed`].
    Connect {
        /// The addresses, the likeliest first; at most 6, checked against
        /// [`crate::direct::dialable`].
        addresses: Vec<SocketAddrV4>,
        /// The proof to show.
        rule: NonceRule,
        /// For the handshake.
        identifier: u32,
    },
    /// Stop listening or connecting, and close the connection if there is one.
    Close,
}
