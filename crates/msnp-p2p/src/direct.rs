//! Direct connections: TCP between the two, agreed on over MSNSLP.
//!
//! What is agreed on is in [`crate::slp`]; who asks whom is in [`crate::Peer`]. Here is what
//! happens on the connection until packets flow, and which addresses are worth it.

mod addresses;
mod frame;
mod handshake;
mod reach;

use std::time::Duration;

pub use addresses::{AddressRules, dialable, offerable, same_network};
pub use frame::{FrameDecoder, frame_prefix};
pub use handshake::{Handshake, HandshakeStep, NonceRule, hash_nonce};
pub use reach::{Reach, can_be_reached, invitee_listens};

/// How long one address may take to answer (LP, MIR).
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a listener waits for its peer (LP).
pub const ACCEPT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the handshake may take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection stays that nobody uses (LP).
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a direct connection is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectError {
    /// A frame longer than is taken.
    #[error("a frame of {0} bytes is too long")]
    TooLong(u32),
    /// The first bytes are not those of a peer.
    #[error("the other side does not begin as a peer does")]
    Greeting,
    /// The nonce is missing or wrong.
    #[error("the other side does not show the right nonce")]
    Nonce,
}
