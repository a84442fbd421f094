//! A raw scripted client and a server to point it at.
//!
//! The client writes bytes and reads lines by itself: it uses none of the encoders and decoders of
//! the crate `msnp`, so that a mistake in those is seen and not shared. A method waits for the expected line
//! until [`DEADLINE`], and then panics with the last lines of that
//! connection. To show that something does *not* come, the `fence` methods provoke a known reply
//! and return the lines before it.
//!
//! | to find | look in |
//! |---|---|
//! | one TCP connection, lines and payloads | [`Wire`] |
//! | a signed-in client | [`Ns`] |
//! | a member of a conversation | [`Sb`], [`Table`] |
//! | the nexus and the login | [`http`] |
//! | pages and their forms | [`browser`] |
//! | the same through the HTTP gateway | [`gateway`] |
//! | the service in this process | [`TestServer`] |
//! | bytes cut in every way | [`script`] |

// Every method panics when the expected line does not come: the first paragraph says so for all of them.
#![allow(clippy::missing_panics_doc)]

pub mod browser;
pub mod challenge;
pub mod gateway;
pub mod http;
mod notification;
pub mod p2p;
pub mod script;
mod server;
mod switchboard;
mod wire;

pub use msnp::Handle;
pub use notification::{Lists, Ns};
pub use server::{Addresses, PASSWORD, TestServer};
pub use switchboard::{Admission, Sb, Table, message};
pub use wire::{DEADLINE, Message, Wire, words};

/// The address of the person with this first name.
pub fn person(name: &str) -> String {
    format!("{name}@example.com")
}

/// The display name that [`TestServer::account`] gives: `alice@example.com` is `Alice`.
pub fn display_name(handle: &str) -> String {
    let local = handle.split('@').next().unwrap_or(handle);
    let (first, rest) = local.split_at(1);
    first.to_ascii_uppercase() + rest
}
