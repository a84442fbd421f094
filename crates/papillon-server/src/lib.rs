//! The MSN Messenger service as a library: notification server, switchboard, dispatch and Passport.
//!
//! [`Server::bind`] takes settings, a store and listeners; [`Server::run`] serves until it is told
//! to stop.
//!
//! | to find | look in |
//! |---|---|
//! | reading from and writing to a client | `connection.rs` |
//! | the same through HTTP requests | `gateway.rs` |
//! | what each verb does | `notification/verbs.rs`, `switchboard/verbs.rs`, and the files beside them |
//! | who sees whom | `presence.rs`, and who is told, `announce.rs` |
//! | the old names in DNS | `dns.rs` |
//! | sign-in over HTTP | `passport.rs`, `http.rs`, `tls.rs` |

pub mod dns;
pub mod http;
#[cfg(feature = "old-windows")]
pub mod legacy_door;
pub mod passport;
pub mod tls;

mod addresses;
mod config;
mod counted;
mod delivery;
mod gateway;
mod limits;
mod listen;
mod operator;
mod people;
mod roles;
mod server;
mod service;
mod web;

pub use addresses::{Ports, PublicUrl};
pub use config::{Config, Front, Limits, Registration, Timeouts};
pub use counted::counted;
pub use listen::Listener;
pub use listen::proxy_protocol::AddressRange;
pub use operator::Operator;
pub use server::{Listeners, Reload, Server, ServerError};
