//! An async MSN Messenger client: sign in, contacts, presence, conversations, pictures, files.
//!
//! # A bot in eleven lines
//!
//! A new crate (`cargo new echo`) needs these in its `Cargo.toml`, with the path of your copy of Papillon:
//!
//! ```toml
//! [dependencies]
//! msnp-client = { path = "../papillon/crates/msnp-client" }
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! This is all of `src/main.rs`. It sends each text back to all members of its conversation:
//!
//! ```no_run
#![doc = include_str!("../tests/front_page/echo.rs")]
//! ```
//!
//! `papillon serve --demo` starts a service to try it on. It prints two accounts with their passwords, which go into the
//! program, and where the certificate of its authority is, which goes beside it as `ca.pem`. In a second terminal the
//! bot runs with `cargo run`; in a third, `papillon chat --account grace@papillon.test --ca ca.pem` talks to it.
//!
//! # A greeter with a picture and a file
//!
//! This one has a display picture, `me.png`. It greets every contact that is or comes online, sends a file, and fetches the
//! contact's display picture. The dependencies are the same.
//!
//! ```no_run
#![doc = include_str!("../tests/front_page/greeter.rs")]
//! ```
//!
//! [`Event::Online`] tells of each contact that is online at sign-in (`already: true`, and once more after a broken
//! connection) and of each that comes later (`already: false`). A change of status is an [`Event::Presence`], and
//! a contact that goes is an [`Event::Offline`]: neither is a reason to greet. A greeting is a task of its own, because a
//! file waits for a person: so the bot hears others meanwhile.
//!
//! # Everything else
//!
//! | to | look at |
//! |---|---|
//! | sign in | [`Client::builder`], [`Builder`], [`Trust`] |
//! | read the events | [`Events`], [`Event`] |
//! | work on the contact list | [`Client::contacts`], [`Client::add_contact`], [`Client::block`] … |
//! | have a name and a status | [`Client::set_name`], [`Client::set_status`], [`Builder::status`] |
//! | talk | [`Client::send`], [`Client::conversation`], [`Conversation`] |
//! | show pictures and emoticons, fetch those of others | [`Client::set_picture`], [`Client::add_emoticon`], [`Client::fetch_picture`] |
//! | send and take files | [`Client::send_file`], [`FileSource`], [`Client::accept_file`], [`Transfer`] |
//! | speak a language of one's own | [`Conversation::send_raw`], [`Event::Raw`] |
//! | come back after a broken connection | [`Builder::reconnect`], [`Reconnect`] |
//! | know which side failed | [`SignInError`], [`CommandError`], [`SendError`], [`FetchError`], [`TransferError`] |
//!
//! [`Builder::server`] names the service (this machine unless told). [`Builder::https`] names its HTTPS listener where
//! that is at neither of the usual ports, 8443 and 443. A connection that breaks is made again, for as long as it
//! takes ([`Builder::reconnect`]). The events end when the account is signed out for good: by [`Client::sign_out`], or
//! because it signed in elsewhere.
//!
//! It needs a tokio runtime. Handles are cheap to clone and can be used from any task. Calls wait for the service's
//! answer, at most 20 to 30 seconds. Nothing grows without bounds: events that nobody reads are counted and dropped
//! ([`Event::Missed`]).
//!
//! Most enums here grow: match them with a `_` arm, and the fields of events with `..`. The feature `fuzzing` adds a module
//! of this name: the doors for the fuzz targets, which no program needs.

mod address;
mod assembly;
mod builder;
mod client;
mod contact;
mod conversation;
mod conversations;
mod core;
mod destination;
mod distribution;
mod error;
mod event;
mod events;
mod file_source;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod login;
mod network;
mod notification;
mod peers;
mod pictures;
mod raw_message;
mod roster;
mod settings;
mod switchboard;
mod switchboards;
mod transfer;
mod transport;
mod trust;
mod unanswered;
mod verifier;

pub use address::{InvalidAddress, ServerAddress};
pub use builder::{Builder, DirectConnections, EmoticonFile, Reconnect};
pub use client::Client;
pub use contact::{Contact, Group, Presence};
pub use conversation::Conversation;
pub use conversations::ConversationId;
pub use error::{CommandError, FetchError, PictureError, SendError, SignInError, TransferError};
pub use event::{Event, ServiceMessageKind, SignedOut};
pub use events::Events;
pub use file_source::FileSource;
pub use msnp;
pub use pictures::Pictures;
pub use transfer::{Transfer, TransferDirection, TransferId, TransferProgress, TransferRoute};
pub use trust::{CertificateFault, ServerCertificate, Trust};
