//! The peer-to-peer layer of MSN Messenger 6, without I/O and without a clock: display pictures,
//! custom emoticons, files and direct connections.

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
