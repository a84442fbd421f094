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
//! | who is signed in, and who sees whom | `people/sessions.rs`, `people/visibility.rs` |
//! | what HTTP serves: sign-in, gateway, pages | `site/passport/`, `site/gateway.rs`, `site/pages/` |
//! | tickets, passwords, failed sign-ins | `passport.rs` |
//! | HTTP, TLS, DNS, TLS for old Windows | `http.rs`, `tls.rs`, `dns.rs`, `legacy_door.rs` |
//! | lines on their way to clients | `delivery/` |
//! | listeners and the PROXY protocol | `listen/` |
//! | how often, and how many at once | `limits/` |

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
mod limits;
mod listen;
mod operator;
mod people;
mod roles;
mod server;
mod service;
pub mod site;

pub use addresses::{Ports, PublicUrl};
pub use config::{Config, Front, Limits, Registration, Timeouts};
pub use counted::counted;
pub use listen::Listener;
pub use listen::proxy_protocol::AddressRange;
pub use operator::Operator;
pub use server::{Listeners, Reload, Server, ServerError};
