//! The MSN Messenger service as a library: notification server, switchboard, dispatch and Passport.
//!
//! [`Server::bind`] takes settings, a store and listeners; [`Server::run`] serves until it is told
//! to stop.
//!
//! A program needs these, [`tls`], and the passwords of [`passport`]. The following is public for tests and measurements
//! only. [`site`] and the login of [`passport`] are for this crate's `tests/passport.rs`, which runs a login over
//! accounts in memory. [`passport::TicketMint`] is for the benchmark, [`tls::Identity`] for tests of `papillon`. With the
//! feature `fuzzing` there is a module of this name: the doors for the fuzz targets, which no program has.
//!
//! | to find | look in |
//! |---|---|
//! | starting, stopping, settings | `server.rs`, `service.rs`, `config.rs` |
//! | the rule and the handler of each verb | `roles/notification/verbs.rs`, `roles/switchboard/verbs.rs`, and the files beside them |
//! | the task that serves a connection | `roles/connection.rs` |
//! | sessions, and the delivery of changes to them | `people/directory.rs`, `people/change.rs` |
//! | the visibility of accounts for each other | `people/visibility.rs` |
//! | the lines of a change, by dialect | `roles/notification/pushes.rs` |
//! | the site over HTTP: sign-in, gateway, pages | `site/passport/`, `site/gateway.rs`, `site/pages/` |
//! | tickets, passwords, failed sign-ins | `passport.rs` |
//! | HTTP, TLS, TLS for old Windows | `http.rs`, `tls.rs`, `legacy_proxy.rs` |
//! | lines on their way to clients | `delivery/` |
//! | listeners and the PROXY protocol | `listen/` |
//! | counts, and the metrics that show them | `counts/`, `metrics/` |
//! | the counts of refusals | `refusals.rs` |
//! | bans | `bans.rs`, `people/store_watch/bans.rs` |
//! | DNS; limits on rates and numbers | the crates `papillon-dns` and `papillon-limits` |
//!
//! Rooms import each other downwards only, in the order of the table in `ARCHITECTURE.md`.

pub mod bans;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
#[cfg(feature = "old-windows")]
pub mod legacy_proxy;
pub mod passport;
pub mod site;
pub mod tls;

mod addresses;
mod config;
mod counted;
mod counts;
mod delivery;
mod http;
mod invitation_mail;
mod listen;
mod metrics;
mod moment;
mod operator;
mod people;
mod refusals;
mod roles;
mod server;
mod service;

use papillon_limits as limits;

pub use addresses::{Front, Ports, PublicUrl};
pub use config::{Config, Limits, Registration, Timeouts};
pub use counted::counted;
pub use listen::Listener;
pub use listen::proxy_protocol::AddressRange;
pub use moment::moment;
pub use operator::Operator;
pub use papillon_dns as dns;
pub use server::{Listeners, Reload, Server, ServerError};
