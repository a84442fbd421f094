//! The peer-to-peer layer of MSN Messenger 6, without I/O and without a clock: display pictures,
//! custom emoticons, files and direct connections.
//!
//! [`Peer`] is the state between this account and one other. Give it the packets that come and the time; send the
//! packets that it gives, and act on its events:
//!
//! ```
//! use std::time::Instant;
//! use msnp::object::{MsnObject, ObjectKind};
//! use msnp_p2p::{Peer, PeerConfig, Published, packet::Carrier};
//!
//! let config = PeerConfig {
//!     me: "bob@example.com".parse()?,
//!     peer: "alice@example.com".parse()?,
//!     published: Published::default(),
//!     direct: None,
//! };
//! let (mut peer, now) = (Peer::new(config), Instant::now());
//! let picture = MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", b"...");
//! peer.request_object(&picture, now)?;
//! let invite = peer.poll_transmit(Carrier::Switchboard, now).expect("the INVITE");
//! assert_eq!(invite.header.session_id, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to find | look in |
//! |---|---|
//! | the sessions and their limits | [`Peer`] |
//! | the binary packets | [`packet`] |
//! | the texts that open and close sessions | [`slp`], and the objects of these in [`context`] |
//! | direct connections until packets flow | [`direct`] |
//! | files, as pre-MSN 6 clients send them | [`msnftp`] |

#![warn(missing_docs)]

pub mod context;
pub mod direct;
pub mod msnftp;
pub mod packet;
pub mod slp;

mod file_name;
mod guid;
mod identifiers;
mod link;
mod peer;
mod published;

pub use file_name::safe_file_name;
pub use guid::Guid;
pub use identifiers::{Identifiers, RandomIdentifiers};
pub use link::{Body, Transmit};
pub use peer::{
    DirectConfig, DirectRequest, Failure, FileOffer, Peer, PeerConfig, PeerEvent, RequestError, SessionKey,
};
pub use published::Published;
