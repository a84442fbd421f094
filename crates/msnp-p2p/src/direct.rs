//! Direct connections: TCP between the two clients, agreed on over MSNSLP.
//!
//! The texts of the agreement are in [`crate::slp`], its order in [`crate::Peer`]. Here are the handshake, the frames, and
//! the choice of addresses and of the side that listens.
//!
//! On the connection each frame is a length, little-endian, and as many bytes. The connecting side begins:
//!
//! ```text
//! connector → listener   04 00 00 00 'foo' 00             (LP, SHARP, MIR)
//! connector → listener   30 00 00 00 header of 48 bytes   flags 0x100, the nonce at 32 to 47
//! listener → connector   30 00 00 00 the same; a plain nonce is echoed, of hashed ones each side shows its own
//! ```
//!
//! Then packets go both ways, with the header of the switchboard and without its footer.

mod addresses;
mod attached;
mod frame;
mod handshake;
mod reach;

use std::time::Duration;

pub use addresses::{AddressRules, PrivateAddresses, dialable, offerable, same_network};
pub use attached::AttachedNetworks;
pub use frame::{FrameDecoder, frame_prefix};
pub use handshake::{Handshake, HandshakeStep, NonceRule, hash_nonce};
pub use reach::{Reach, can_be_reached, invitee_listens};

/// The time that one address may take to answer (LP, MIR).
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time for which a listener waits for its peer (LP).
pub const ACCEPT_TIMEOUT: Duration = Duration::from_secs(15);
/// The time that the handshake may take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The time after which an unused connection is closed (LP).
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The reason for which a direct connection is given up.
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
