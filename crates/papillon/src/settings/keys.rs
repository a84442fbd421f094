//! Every key of the configuration file; the environment variables are made from the same list.

use super::Settings;
use super::values::{
    bytes, count, database, dns_clients, dns_others, dns_servers, host, hosts, line, public_port, ranges,
    registration, seconds, seconds_or_none, switch,
};
use crate::listen_address::ListenAddress;
use crate::logging::LogFormat;

/// One thing that can be set.
pub(super) struct Key {
    /// The table of the file that it stands in; empty for the top.
    pub(super) table: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Reads the value and keeps it; the error describes the expected form.
    pub(super) set: fn(&mut Settings, &str) -> Result<(), String>,
}

impl Key {
    /// The environment variable for it.
    pub(super) fn variable(&self) -> String {
        let table = if self.table.is_empty() { String::new() } else { format!("{}_", self.table) };
        format!("PAPILLON_{table}{}", self.name).to_ascii_uppercase()
    }
}

/// A key at the top of the file.
macro_rules! top {
    ($name:literal, |$settings:ident, $text:ident| $set:expr) => {
        Key {
            table: "",
            name: $name,
            set: |$settings, $text| {
                $set;
                Ok(())
            },
        }
    };
}

/// A key named like its field.
macro_rules! field {
    ($table:ident . $name:ident, $read:expr) => {
        Key {
            table: stringify!($table),
            name: stringify!($name),
            set: |settings, text| {
                settings.server.$table.$name = $read(text)?;
                Ok(())
            },
        }
    };
}

/// All keys.
pub(super) const KEYS: &[Key] = &[
    top!("data", |settings, text| settings.data = Some(text.into())),
    top!("database", |settings, text| settings.database = Some(database(text)?)),
    top!("public_host", |settings, text| settings.server.public_host = Some(host(text)?)),
    top!("public_url", |settings, text| settings.server.front.url = Some(text.parse()?)),
    top!("public_msnp_port", |settings, text| settings.server.front.msnp_port = Some(public_port(text)?)),
    top!("public_https_port", |settings, text| settings.server.front.https_port = Some(public_port(text)?)),
    top!("msnp", |settings, text| settings.msnp = ListenAddress::parse(text)?),
    top!("dispatch", |settings, text| settings.dispatch = ListenAddress::parse(text)?),
    top!("http", |settings, text| {
        (settings.http, settings.http_is_told) = (ListenAddress::parse(text)?, true);
    }),
    top!("https", |settings, text| {
        (settings.https, settings.https_is_told) = (ListenAddress::parse(text)?, true);
    }),
    top!("dns", |settings, text| settings.dns = ListenAddress::parse(text)?),
    top!("metrics", |settings, text| settings.metrics = ListenAddress::parse(text)?),
    top!("dns_clients", |settings, text| settings.server.dns.clients = dns_clients(text)?),
    top!("dns_others", |settings, text| settings.server.dns.others = dns_others(text)?),
    top!("dns_upstreams", |settings, text| settings.server.dns.upstreams = dns_servers(text)?.0),
    top!("old_windows", |settings, text| settings.server.old_windows = switch(text)?),
    top!("tls_name", |settings, text| settings.server.tls_names = hosts(text)?.0),
    top!("trusted_proxies", |settings, text| settings.server.trusted_proxies = ranges(text)?),
    top!("log_format", |settings, text| settings.log_format = LogFormat::parse(text)?),
    top!("log_addresses", |settings, text| settings.server.log_addresses = switch(text)?),
    top!("shutdown_grace", |settings, text| settings.server.shutdown_grace = seconds_or_none(text)?),
    top!("ticket_lifetime", |settings, text| settings.server.ticket_lifetime = seconds(text)?),
    top!("registration", |settings, text| settings.server.registration = Some(registration(text)?)),
    top!("operator_name", |settings, text| settings.server.operator.name = Some(line(text)?)),
    top!("operator_contact", |settings, text| settings.server.operator.contact = Some(line(text)?)),
    top!("https_only", |settings, text| settings.server.https_only = switch(text)?),
    field!(limits.connections, count),
    field!(limits.connections_per_address, count),
    field!(limits.pending_connections, count),
    field!(limits.pending_connections_per_address, count),
    field!(limits.http_connections, count),
    field!(limits.http_connections_per_address, count),
    field!(limits.forward_list, count),
    field!(limits.privacy_list, count),
    field!(limits.switchboard_people, count),
    field!(limits.sign_ins_per_minute, count),
    field!(limits.synchronisations_per_minute, count),
    field!(limits.changes_per_ten_seconds, count),
    field!(limits.list_changes_per_hour, count),
    field!(limits.additions_per_contact, count),
    field!(limits.unblocks_per_contact, count),
    field!(limits.groups_per_minute, count),
    field!(limits.switchboards_per_minute, count),
    field!(limits.calls_per_minute, count),
    field!(limits.calls_per_pair, count),
    field!(limits.calls_per_callee, count),
    field!(limits.invitations_per_hour, count),
    field!(limits.invitations_per_recipient, count),
    field!(limits.queries_per_minute, count),
    field!(limits.cookies, count),
    field!(limits.cookies_per_account, count),
    field!(limits.sign_in_failures_per_account, count),
    field!(limits.sign_in_failures_per_address, count),
    field!(limits.sign_ins_waiting, count),
    field!(limits.sign_ins_waiting_per_address, count),
    field!(limits.registrations_per_hour, count),
    field!(limits.pages_per_minute, count),
    field!(limits.gateway_sessions_per_address, count),
    field!(limits.outbox_bytes, bytes::<65_536>),
    field!(limits.memory_bytes, bytes::<1_048_576>),
    field!(limits.memory_bytes_per_address, bytes::<1_048_576>),
    field!(limits.memory_bytes_per_account, bytes::<1_048_576>),
    field!(timeouts.first_line, seconds),
    field!(timeouts.sign_in, seconds),
    field!(timeouts.unfinished, seconds),
    field!(timeouts.challenge, seconds),
    field!(timeouts.challenge_interval, seconds),
    field!(timeouts.switchboard_idle, seconds),
    field!(timeouts.cookie, seconds),
    field!(timeouts.ringing, seconds),
    field!(timeouts.write_stall, seconds),
    field!(timeouts.gateway_idle, seconds),
];

/// The tables of the file.
pub(super) const TABLES: [&str; 2] = ["limits", "timeouts"];

/// The names of a table's keys, for an error that says which there are.
pub(super) fn names(table: &str) -> String {
    let names: Vec<_> = KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect();
    names.join(", ")
}
