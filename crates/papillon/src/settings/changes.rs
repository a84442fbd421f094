//! The differences between two readings of the configuration.

use std::fmt::Debug;

use super::Settings;

/// Keys whose values have changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Those that take effect at once.
    pub(crate) now: Vec<&'static str>,
    /// Those that take effect at the next start.
    pub(crate) at_restart: Vec<&'static str>,
}

impl Changes {
    /// The keys that have changed from the settings with which the service runs to `new`.
    pub(crate) fn between(running: &Settings, new: &Settings) -> Self {
        // `adopt` decides which keys change while the service runs. A second list of them could disagree.
        let adopted = Settings { server: running.server.adopt(&new.server), ..running.clone() };
        let mut changes = Self::default();
        for ((before, after), adopted) in values(running).into_iter().zip(values(new)).zip(values(&adopted)) {
            match (before == after, adopted == after) {
                (true, _) => {}
                (false, true) => changes.now.push(after.0),
                (false, false) => changes.at_restart.push(after.0),
            }
        }
        changes
    }
}

/// Every key and its value, in a form in which two can be compared. It is shown to nobody: a value may be a password.
fn values(settings: &Settings) -> Vec<(&'static str, String)> {
    let server = &settings.server;
    let (limits, timeouts) = (&server.limits, &server.timeouts);
    let values: [(&'static str, &dyn Debug); 72] = [
        ("data", &settings.data_dir()),
        ("database", &settings.database),
        ("public_host", &server.public_host),
        ("public_url", &server.front.url),
        ("public_msnp_port", &server.front.msnp_port),
        ("public_https_port", &server.front.https_port),
        ("msnp", &settings.msnp),
        ("dispatch", &settings.dispatch),
        ("http", &settings.http),
        ("https", &settings.https),
        ("dns", &settings.dns),
        ("metrics", &settings.metrics),
        ("dns_clients", &server.dns.clients),
        ("dns_others", &server.dns.others),
        ("dns_upstreams", &server.dns.upstreams),
        ("old_windows", &server.old_windows),
        ("tls_name", &server.tls_names),
        ("trusted_proxies", &server.trusted_proxies),
        ("log_format", &settings.log_format),
        ("log_addresses", &server.log_addresses),
        ("shutdown_grace", &server.shutdown_grace),
        ("ticket_lifetime", &server.ticket_lifetime),
        ("registration", &server.registration),
        ("operator_name", &server.operator.name),
        ("operator_contact", &server.operator.contact),
        ("https_only", &server.https_only),
        ("limits.connections", &limits.connections),
        ("limits.connections_per_address", &limits.connections_per_address),
        ("limits.pending_connections", &limits.pending_connections),
        ("limits.pending_connections_per_address", &limits.pending_connections_per_address),
        ("limits.http_connections", &limits.http_connections),
        ("limits.http_connections_per_address", &limits.http_connections_per_address),
        ("limits.forward_list", &limits.forward_list),
        ("limits.privacy_list", &limits.privacy_list),
        ("limits.switchboard_people", &limits.switchboard_people),
        ("limits.sign_ins_per_minute", &limits.sign_ins_per_minute),
        ("limits.synchronisations_per_minute", &limits.synchronisations_per_minute),
        ("limits.changes_per_ten_seconds", &limits.changes_per_ten_seconds),
        ("limits.list_changes_per_hour", &limits.list_changes_per_hour),
        ("limits.additions_per_contact", &limits.additions_per_contact),
        ("limits.unblocks_per_contact", &limits.unblocks_per_contact),
        ("limits.groups_per_minute", &limits.groups_per_minute),
        ("limits.switchboards_per_minute", &limits.switchboards_per_minute),
        ("limits.calls_per_minute", &limits.calls_per_minute),
        ("limits.calls_per_pair", &limits.calls_per_pair),
        ("limits.calls_per_callee", &limits.calls_per_callee),
        ("limits.invitations_per_hour", &limits.invitations_per_hour),
        ("limits.invitations_per_recipient", &limits.invitations_per_recipient),
        ("limits.queries_per_minute", &limits.queries_per_minute),
        ("limits.cookies", &limits.cookies),
        ("limits.cookies_per_account", &limits.cookies_per_account),
        ("limits.sign_in_failures_per_account", &limits.sign_in_failures_per_account),
        ("limits.sign_in_failures_per_address", &limits.sign_in_failures_per_address),
        ("limits.sign_ins_waiting", &limits.sign_ins_waiting),
        ("limits.sign_ins_waiting_per_address", &limits.sign_ins_waiting_per_address),
        ("limits.registrations_per_hour", &limits.registrations_per_hour),
        ("limits.pages_per_minute", &limits.pages_per_minute),
        ("limits.gateway_sessions_per_address", &limits.gateway_sessions_per_address),
        ("limits.outbox_bytes", &limits.outbox_bytes),
        ("limits.memory_bytes", &limits.memory_bytes),
        ("limits.memory_bytes_per_address", &limits.memory_bytes_per_address),
        ("limits.memory_bytes_per_account", &limits.memory_bytes_per_account),
        ("timeouts.first_line", &timeouts.first_line),
        ("timeouts.sign_in", &timeouts.sign_in),
        ("timeouts.unfinished", &timeouts.unfinished),
        ("timeouts.challenge", &timeouts.challenge),
        ("timeouts.challenge_interval", &timeouts.challenge_interval),
        ("timeouts.switchboard_idle", &timeouts.switchboard_idle),
        ("timeouts.cookie", &timeouts.cookie),
        ("timeouts.ringing", &timeouts.ringing),
        ("timeouts.write_stall", &timeouts.write_stall),
        ("timeouts.gateway_idle", &timeouts.gateway_idle),
    ];
    values.into_iter().map(|(name, value)| (name, format!("{value:?}"))).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::keys::KEYS;
    use super::*;
    use crate::listen_address::ListenAddress;

    #[test]
    fn every_key_is_compared() {
        let values = values(&Settings::default());
        let compared: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        let keys = KEYS.iter().map(|key| match key.table {
            "" => key.name.to_owned(),
            table => format!("{table}.{}", key.name),
        });
        assert_eq!(compared, keys.collect::<Vec<_>>());
    }

    #[test]
    fn what_takes_effect_at_once_is_told_from_the_rest() {
        let running = Settings::default();
        assert_eq!(Changes::between(&running, &running.clone()), Changes::default());
        let mut new = running.clone();
        new.http = ListenAddress::Off;
        new.database = Some(String::from("postgres://u:hush@h/d"));
        new.server.https_only = true;
        new.server.tls_names = vec![String::from("a.example")];
        new.server.limits.forward_list = 7;
        new.server.limits.http_connections = 7;
        new.server.timeouts.cookie = Duration::from_secs(7);
        new.server.timeouts.ringing = Duration::from_secs(7);
        let changes = Changes::between(&running, &new);
        assert_eq!(changes.now, ["tls_name", "https_only", "limits.forward_list", "timeouts.ringing"]);
        assert_eq!(changes.at_restart, ["database", "http", "limits.http_connections", "timeouts.cookie"]);
    }
}
