//! What the protocol says, checked against the running service with raw bytes.
//!
//! The section numbers in the comments are those of `docs/protocol/msnp.md`.

mod accounts;
mod challenge;
mod commands;
mod consistency;
mod dispatch;
mod framing;
mod groups;
mod hostile;
mod lists;
mod messages;
mod passport;
mod presence;
mod presence_storm;
mod profile;
mod real_clients;
mod restart;
mod settings;
mod shutdown;
mod sign_in;
mod support;
mod switchboard;
mod synchronisation;
mod version;
