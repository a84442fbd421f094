//! The MSN Messenger Protocol as of MSNP9 (2003), with MSNP8 for older clients.
//!
//! Bytes in, typed commands out, and back. The crate does no I/O and reads no clock: feed it
//! the bytes from a socket, write the bytes that it encodes.
//!
//! | to find | look in |
//! |---|---|
//! | the cutting of lines and payloads from a stream | [`wire`] |
//! | the syntax of a verb, in both directions | [`command`], one file a verb |
//! | words that cannot be wrong: addresses, names, states | [`Handle`], [`FriendlyName`], [`Status`] … |
//! | MIME messages, and the charsets of their texts | [`message`], [`charset`] |
//! | challenges, Passport, MSNObjects, connection types | [`challenge`], [`passport`], [`object`], [`connection_type`] |
//!
//! ```
//! use bytes::BytesMut;
//! use msnp::command::{NotificationRequest, chg::Chg};
//! use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
//! use msnp::{Dialect, Status};
//!
//! // The bytes of a client, in pieces as a socket gives them.
//! let mut decoder = Decoder::new(Stream::NotificationRequests, Limits::SIGNED_IN);
//! let mut buffer = BytesMut::from("CHG 9 AW");
//! assert_eq!(decoder.next(&mut buffer), Ok(None));
//! buffer.extend_from_slice(b"Y 268435492\r\nPNG\r\n");
//!
//! let frame = decoder.next(&mut buffer)?.expect("the line is complete");
//! let NotificationRequest::Chg(change) = NotificationRequest::parse(&frame, Dialect::Msnp9)? else { panic!() };
//! assert_eq!(change.status, Status::Away);
//! assert_eq!(change.capabilities.msnc(), 1, "MSN Messenger 6.0");
//!
//! // And the answer of a service.
//! let echo = Chg { status: Status::Away, ..change };
//! assert_eq!(echo.to_bytes_for(Dialect::Msnp9), "CHG 9 AWY 268435492\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod challenge;
pub mod charset;
pub mod command;
pub mod connection_type;
pub mod invisible_characters;
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
mod notification_document;
mod numbers;
mod property;
mod status;
mod token;

pub use client_capabilities::ClientCapabilities;
pub use dialect::Dialect;
pub use error_code::ErrorCode;
pub use friendly_name::FriendlyName;
pub use group::{GroupArgument, GroupId, GroupName};
pub use handle::Handle;
pub use invalid::{Invalid, ParseError};
pub use list::{AddPrompt, List, ListFlags, Privacy};
pub use numbers::{ListVersion, SessionId, TransactionId};
pub use property::{PropertyKey, PropertyValue};
pub use status::Status;
pub use token::{Cookie, EncodedObject, HostPort};
