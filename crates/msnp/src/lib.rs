//! The MSN Messenger Protocol as of MSNP9 (2003), with MSNP8 for older clients.
//!
//! Bytes in, typed commands out, and back. The crate does no I/O and reads no clock: feed it
//! what a socket gave you, write what it encodes.
//!
//! | to find | look in |
//! |---|---|
//! | how a line and its payload are cut from a stream | [`wire`] |
//! | what a verb says, in both directions | [`command`], one file a verb |
//! | words that cannot be wrong: addresses, names, states | [`Handle`], [`FriendlyName`], [`Status`] … |
//! | MIME messages | [`message`] |
//! | challenges, Passport, MSNObjects, connection types | [`challenge`], [`passport`], [`object`], [`connection_type`] |

#![warn(missing_docs)]

pub mod challenge;
pub mod command;
pub mod connection_type;
pub mod message;
pub mod object;
pub mod passport;
pub mod wire;

mod client_capabilities;
mod dialect;
mod error_code;
mod friendly_name;
mod group;
mod handle;
mod invalid;
mod list;
mod numbers;
mod property;
mod status;
mod token;

pub use client_capabilities::ClientCapabilities;
pub use dialect::Dialect;
pub use error_code::ErrorCode;
pub use friendly_name::FriendlyName;
pub use group::{GroupId, GroupName};
pub use handle::Handle;
pub use invalid::{Invalid, ParseError};
pub use list::{AddPrompt, List, ListFlags, Privacy};
pub use numbers::{ListVersion, SessionId, TransactionId};
pub use property::{PropertyKey, PropertyValue};
pub use status::Status;
pub use token::{Cookie, EncodedObject, HostPort};
