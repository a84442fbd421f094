//! The conformance tests: the protocol's rules, checked against the running service with raw bytes.
//!
//! Numbers in the comments, such as 5.4, are subjects; `docs/protocol/sources.md` lists them.

mod accounts;
mod bans;
mod challenge;
mod commands;
mod connections;
mod consistency;
mod cookies;
mod deadlines;
mod dispatch;
mod framing;
mod groups;
mod hostile;
mod lists;
mod messages;
mod ordinary;
mod passport;
mod presence;
mod presence_storm;
mod profile;
mod proxies;
mod rates;
mod real_clients;
mod restart;
mod settings;
mod shutdown;
mod sign_in;
mod support;
mod switchboard;
mod synchronisation;
mod version;
