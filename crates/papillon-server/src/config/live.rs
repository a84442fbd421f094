//! Settings that can change while the service runs.

use std::ops::Deref;

use parking_lot::RwLock;

use super::{Config, Limits, Timeouts};
use crate::addresses::OLD_SERVICES;
use crate::dns;

impl Config {
    /// These settings with those of `new` that can change while the service runs. Listeners, tables and keys are
    /// made at the start, and stay as they are.
    #[must_use]
    pub fn adopt(&self, new: &Self) -> Self {
        Self {
            tls_names: new.tls_names.clone(),
            dns: new.dns.clone().with_upstreams(self.dns.upstreams.clone()),
            shutdown_grace: new.shutdown_grace,
            registration: new.registration,
            https_only: new.https_only,
            log_addresses: new.log_addresses,
            operator: new.operator.clone(),
            limits: Limits {
                // Each is the size or the rate of a table that stands.
                cookies: self.limits.cookies,
                cookies_per_account: self.limits.cookies_per_account,
                memory_bytes: self.limits.memory_bytes,
                memory_bytes_per_address: self.limits.memory_bytes_per_address,
                memory_bytes_per_account: self.limits.memory_bytes_per_account,
                http_connections: self.limits.http_connections,
                http_connections_per_address: self.limits.http_connections_per_address,
                sign_in_failures_per_account: self.limits.sign_in_failures_per_account,
                sign_in_failures_per_address: self.limits.sign_in_failures_per_address,
                sign_ins_waiting: self.limits.sign_ins_waiting,
                sign_ins_waiting_per_address: self.limits.sign_ins_waiting_per_address,
                registrations_per_hour: self.limits.registrations_per_hour,
                gateway_sessions_per_address: self.limits.gateway_sessions_per_address,
                ..new.limits.clone()
            },
            timeouts: Timeouts { cookie: self.timeouts.cookie, ..new.timeouts.clone() },
            ..self.clone()
        }
    }
}

/// The settings of now. Each reading sees the newest.
#[derive(Debug)]
// A reference that lasts for ever: a reading copies it, and no lock is held while the settings are used.
pub(crate) struct Live(RwLock<&'static Config>);

impl Live {
    /// Begins with these.
    pub(crate) fn new(config: Config) -> Self {
        Self(RwLock::new(keep(config)))
    }

    /// The settings as they are now, for a task that reads them often: without the lock that all connections share.
    pub(crate) fn now(&self) -> &'static Config {
        *self.0.read()
    }

    /// Adopts the settings that can change while the service runs.
    pub(crate) fn adopt(&self, new: &Config) {
        let adopted = keep(Config::adopt(self, new));
        *self.0.write() = adopted;
    }
}

/// A configuration that was replaced stays in memory, as it may still be read: a kilobyte or two each time that an
/// operator changes a file and says so.
fn keep(config: Config) -> &'static Config {
    Box::leak(Box::new(config))
}

impl dns::Current for Live {
    fn settings(&self) -> &dns::Settings {
        &self.now().dns
    }

    fn services(&self) -> &[&str] {
        &OLD_SERVICES
    }

    fn names(&self) -> &[String] {
        &self.now().tls_names
    }

    fn log_addresses(&self) -> bool {
        self.now().log_addresses
    }

    fn public_host(&self) -> Option<&str> {
        self.now().public_host.as_deref()
    }
}

impl Deref for Live {
    type Target = Config;

    fn deref(&self) -> &Config {
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Registration;

    #[test]
    fn what_can_change_does_and_the_rest_stays() {
        let live = Live::new(Config::new("/one"));
        let before: &Config = &live;
        let mut new = Config::new("/other");
        new.registration = Some(Registration::Closed);
        new.limits.forward_list = 7;
        new.limits.http_connections = 8;
        new.timeouts.cookie = Duration::from_secs(1);
        new.timeouts.ringing = Duration::from_secs(2);
        new.tls_names = vec![String::from("chat.example.org")];
        live.adopt(&new);
        assert_eq!((live.registration, live.limits.forward_list), (Some(Registration::Closed), 7));
        assert_eq!((live.timeouts.ringing, &live.tls_names), (Duration::from_secs(2), &new.tls_names));
        assert_eq!(live.data_dir, before.data_dir);
        assert_eq!(live.limits.http_connections, before.limits.http_connections);
        assert_eq!(live.timeouts.cookie, before.timeouts.cookie);
        assert_eq!(before.limits.forward_list, 600);
    }
}
