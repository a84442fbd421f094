//! The names that our certificate carries.

use std::fs;
use std::net::IpAddr;

use rustls_pki_types::ServerName;

use super::error::TlsError;
use crate::addresses::OLD_SERVICES;

/// The most addresses of this machine on a certificate: more would only make handshakes longer.
const MOST_ADDRESSES: usize = 16;

/// The common name of our certificates. Old Windows shows it, and some clients look at nothing else (gtmess). It is
/// the nexus's, and the nexus sends a client that called it so to a login of the same name.
pub(super) const COMMON_NAME: &str = "nexus.passport.com";

/// The machine itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Names that an operator wants on certificates besides the old ones and this machine's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The name or the address that clients are told.
    pub public_host: Option<String>,
    /// More names and addresses.
    pub more: Vec<String>,
}

impl Names {
    /// The same as they stand in certificates: without brackets and dots at the end.
    ///
    /// # Errors
    /// When one of them is neither a host name nor an address.
    pub(super) fn checked(self) -> Result<Self, TlsError> {
        let plain = |host: String| host.trim_matches(['[', ']']).trim_end_matches('.').to_owned();
        let stands = |host: &String| ServerName::try_from(host.as_str()).is_ok();
        let public_host = self.public_host.map(plain);
        if let Some(host) = public_host.as_ref().filter(|host| !stands(host)) {
            return Err(TlsError::PublicHost(host.clone()));
        }
        let more: Vec<_> = self.more.into_iter().map(plain).collect();
        match more.iter().find(|host| !stands(host)) {
            Some(host) => Err(TlsError::Name(host.clone())),
            None => Ok(Self { public_host, more }),
        }
    }

    /// The names that a certificate has to carry on a machine with these addresses, each once.
    pub(super) fn needed(&self, addresses: &[IpAddr]) -> Vec<String> {
        let fixed = OLD_SERVICES.into_iter().chain(LOOPBACK).map(str::to_owned);
        let told = self.public_host.iter().chain(&self.more).cloned();
        let mut needed: Vec<String> = Vec::new();
        for name in fixed.chain(told).chain(addresses.iter().map(ToString::to_string)) {
            if !needed.iter().any(|there| there.eq_ignore_ascii_case(&name)) {
                needed.push(name);
            }
        }
        needed
    }

    /// The same, and the machine's own name if that can stand in a certificate.
    pub(super) fn all(&self, addresses: &[IpAddr]) -> Vec<String> {
        let mut all = self.needed(addresses);
        let own = host_name().filter(|name| ServerName::try_from(name.as_str()).is_ok());
        all.extend(own.filter(|own| !all.iter().any(|there| there.eq_ignore_ascii_case(own))));
        all
    }
}

impl From<Option<&str>> for Names {
    /// With this public host.
    fn from(public_host: Option<&str>) -> Self {
        Self { public_host: public_host.map(str::to_owned), more: Vec::new() }
    }
}

/// The name of this machine, as far as that is easily told.
fn host_name() -> Option<String> {
    let name = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The addresses at which this machine is on the network now.
pub(super) fn own_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let addresses = interfaces.iter().map(|interface| interface.ip()).filter(|address| match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    });
    let mut addresses: Vec<_> = addresses.collect();
    // Their order in the system means nothing; unsorted, it would make a new certificate now and then. Cut only after
    // that, so that it is the same ones each time.
    addresses.sort();
    addresses.dedup();
    addresses.truncate(MOST_ADDRESSES);
    addresses
}
