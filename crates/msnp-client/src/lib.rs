//! An async MSN Messenger client: sign in, contacts, presence, conversations, pictures, files.
//!
//! ```no_run
//! use msnp_client::{Client, Event};
//!
//! # async fn bot() -> Result<(), Box<dyn std::error::Error>> {
//! let (client, mut events) = Client::builder("ada@example.com".parse()?, "secret")
//!     .server("msn.example.org")
//!     .sign_in()
//!     .await?;
//! while let Some(event) = events.next().await {
//!     if let Event::Message { conversation, from, text, .. } = event
//!         && let Some(conversation) = client.conversation_by_id(conversation)
//!     {
//!         tokio::spawn(async move {
//!             // They may have left, which is no reason to end.
//!             if let Err(error) = conversation.send(format!("You said: {}", text.body)).await {
//!                 eprintln!("{from} did not get the answer: {error}");
//!             }
//!         });
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A connection that breaks is made again, for as long as it takes ([`Builder::reconnect`]). The events end when the
//! account is signed out for good: by [`Client::sign_out`], or because it signed in elsewhere.
//!
//! | to | look at |
//! |---|---|
//! | sign in | [`Client::builder`], [`Builder`], [`Trust`] |
//! | hear what happens | [`Events`], [`Event`] |
//! | work on the contact list | [`Client::contacts`], [`Client::add_contact`], [`Client::block`] … |
//! | talk | [`Client::send`], [`Client::conversation`], [`Conversation`] |
//! | show pictures and emoticons, fetch those of others | [`Client::set_picture`], [`Client::add_emoticon`], [`Client::fetch_picture`] |
//! | send and take files | [`Client::send_file`], [`Client::accept_file`], [`Transfer`] |
//!
//! It needs a tokio runtime. Handles are cheap to clone and can be used from any task. Calls wait for the service's
//! answer, at most 20 to 30 seconds. Nothing grows without bounds: events that nobody reads are counted and dropped
//! ([`Event::Missed`]).

mod address;
mod builder;
mod client;
mod contact;
mod conversation;
mod conversations;
mod core;
mod error;
mod event;
mod events;
mod file_source;
mod gateway;
mod login;
mod network;
mod notification;
mod peers;
mod raw_message;
mod roster;
mod settings;
mod switchboard;
mod transfer;
mod transport;
mod trust;

pub use address::{InvalidAddress, ServerAddress};
pub use builder::{Builder, DirectConnections, EmoticonFile, Reconnect};
pub use client::Client;
pub use contact::{Contact, Group, Presence};
pub use conversation::{Conversation, ConversationId};
pub use error::{CommandError, FetchError, PictureError, SendError, SignInError, TransferError};
pub use event::{Event, ServiceMessageKind, SignedOut};
pub use events::Events;
pub use file_source::FileSource;
pub use msnp;
pub use peers::Pictures;
pub use transfer::{Transfer, TransferDirection, TransferId, TransferProgress, TransferRoute};
pub use trust::{CertificateFault, ServerCertificate, Trust};
