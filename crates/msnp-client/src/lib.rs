//! An async MSN Messenger client: sign in, contacts, presence, conversations, pictures, files.

mod builder;
mod client;
mod contact;
mod conversation;
mod conversations;
mod core;
mod error;
mod event;
mod gateway;
mod login;
mod network;
mod notification;
mod peers;
mod roster;
mod settings;
mod switchboard;
mod transfer;
mod transport;
mod trust;

pub use builder::{Builder, DirectConnections, EmoticonFile, Reconnect};
pub use client::Client;
pub use contact::{Contact, Group, Presence};
pub use conversation::{Conversation, ConversationId};
pub use error::{CommandError, FetchError, SendError, SignInError, TransferError};
pub use event::{Event, Events, SignedOut};
pub use msnp;
pub use transfer::{Transfer, TransferDirection, TransferId, TransferProgress, TransferRoute};
pub use trust::{ServerCertificate, Trust};
