//! MSNFTP, the pre-MSN 6 transfer of files: agreed on with `text/x-msmsgsinvite` messages in the
//! conversation, sent over a TCP connection of its own.
//!
//! The sender invites, the receiver accepts, the sender tells where it listens, the receiver
//! connects. Where the sender can take no connection (`Connectivity: N`) the receiver listens.
//! Source: HYP *Invitations* and *File Transfer*, YW, NINA; see `docs/protocol/sources.md`.
//!
//! ```
//! use bytes::BytesMut;
//! use msnp_p2p::msnftp::{ReceiveStep, Receiving, SendStep, Sending};
//!
//! let bob: msnp::Handle = "bob@example.com".parse()?;
//! let file = b"What the file holds.";
//! let mut sending = Sending::new(bob.clone(), 1234, file.len() as u64);
//! let mut receiving = Receiving::new(bob, 1234, file.len() as u64);
//!
//! let mut to_sender = BytesMut::from(&receiving.opening()[..]);
//! let (mut to_receiver, mut received) = (BytesMut::new(), Vec::new());
//! loop {
//!     match sending.handle(&mut to_sender)? {
//!         Some(SendStep::Write(bytes)) => to_receiver.extend_from_slice(&bytes),
//!         Some(SendStep::Finished) => break,
//!         None => {}
//!     }
//!     while let Some((head, offset, length)) = sending.next_block() {
//!         to_receiver.extend_from_slice(&head);
//!         to_receiver.extend_from_slice(&file[offset as usize..][..length]);
//!     }
//!     while let Some(step) = receiving.handle(&mut to_receiver)? {
//!         match step {
//!             ReceiveStep::Write(bytes) | ReceiveStep::Finished(bytes) => to_sender.extend_from_slice(&bytes),
//!             ReceiveStep::Data(bytes) => received.extend_from_slice(&bytes),
//!         }
//!     }
//! }
//! assert_eq!(received, file);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod invitation;
mod lines;
mod receiving;
mod sending;

pub use invitation::{Endpoint, Offer, accept, answer_with_endpoint, endpoint};
pub use receiving::{ReceiveStep, Receiving};
pub use sending::{SendStep, Sending};

/// The ports that official clients listen on, from the first upwards.
pub const PORTS: std::ops::RangeInclusive<u16> = 6891..=6900;

/// The most bytes of the file in one block, as the official client sends them.
pub const BLOCK: usize = 2045;

/// The number after `BYE`: the reason for which a transfer ended (YW).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByeCode(pub u32);

impl ByeCode {
    /// The receiver has all of it.
    pub const RECEIVED: Self = Self(16_777_989);
    /// The receiver cannot write it.
    pub const DISK_FULL: Self = Self(2_147_942_405);
    /// The receiver does not want it any more.
    pub const CANCELLED: Self = Self(2_164_261_682);
    /// No bytes came for too long.
    pub const TIMED_OUT: Self = Self(2_164_261_694);
}

/// The reason for which the dialogue cannot go on. The connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MsnftpError {
    /// The other side broke the order of the dialogue.
    #[error("the other side does not speak MSNFTP")]
    Protocol,
    /// A line longer than any of the protocol.
    #[error("the other side sends a line that is too long")]
    LineTooLong,
    /// The account or the number shown is not the one invited.
    #[error("another client has connected: it shows the wrong account or number")]
    Stranger,
    /// The file has another size than was offered, or more bytes come than that.
    #[error("the file has another size than was offered")]
    WrongSize,
    /// The other side has ended it.
    #[error("the other side has cancelled")]
    Cancelled,
}

#[cfg(test)]
mod tests;
