//! The MSN Messenger service as a library: notification server, switchboard, dispatch and Passport.
//!
//! [`Server::bind`] takes settings, a store and listeners; [`Server::run`] serves until it is told
//! to stop.
//!
//! | to find | look in |
//! |---|---|
//! | starting, stopping, settings | `server.rs`, `service.rs`, `config.rs` |
//! | what each verb does | `roles/notification/verbs.rs`, `roles/switchboard/verbs.rs`, and the files beside them |
//! | the task that serves a connection | `roles/connection.rs` |
//! | who is signed in, and who is told what | `people/directory.rs`, `people/change.rs` |
//! | who sees whom | `people/visibility.rs` |
//! | what a client reads of a change | `roles/notification/pushes.rs` |
//! | what HTTP serves: sign-in, gateway, pages | `site/passport/`, `site/gateway.rs`, `site/pages/` |
//! | tickets, passwords, failed sign-ins | `passport.rs` |
//! | HTTP, TLS, TLS for old Windows | `http.rs`, `tls.rs`, `legacy_door.rs` |
//! | lines on their way to clients | `delivery/` |
//! | listeners and the PROXY protocol | `listen/` |
//! | DNS; how often, and how many at once | the crates `papillon-dns` and `papillon-limits` |
//!
//! Rooms import each other downwards only, in the order of the table in `ARCHITECTURE.md`.

#[cfg(feature = "old-windows")]
pub mod legacy_door;
pub mod passport;
pub mod site;
pub mod tls;

mod addresses;
mod config;
mod counted;
mod delivery;
mod http;
mod invitation_mail;
mod listen;
mod operator;
mod people;
mod roles;
mod server;
mod service;

use papillon_limits as limits;

pub use addresses::{Front, Ports, PublicUrl};
pub use config::{Config, Limits, Registration, Timeouts};
pub use counted::counted;
pub use listen::Listener;
pub use listen::proxy_protocol::AddressRange;
pub use operator::Operator;
pub use papillon_dns as dns;
pub use server::{Listeners, Reload, Server, ServerError};
