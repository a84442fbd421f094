//! The check of the old names on this machine. It matters only to clients on it.

use std::net::IpAddr;

use papillon_server::tls::OLD_SERVICES;

use super::report::{Finding, list};
use super::surroundings::{Surroundings, resolve};

/// Asks the system's resolver for each of the names, one after the other: it need not cope with more.
pub(super) async fn examine(surroundings: &Surroundings) -> Finding {
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for name in OLD_SERVICES {
        match resolve(name).await {
            Some(addresses) if leads_here(&addresses, surroundings) => here.push(name),
            Some(_) => elsewhere.push(name),
            None => {
                return Finding::warn(
                    "names",
                    format!("the DNS servers of this machine do not answer: {name} was asked for"),
                    "see /etc/resolv.conf; the DNS listener asks the same servers about other names",
                );
            }
        }
    }
    if elsewhere.is_empty() {
        return Finding::ok("names", "on this machine the old names lead to the service");
    }
    if here.is_empty() {
        return Finding::ok(
            "names",
            "on this machine the old names do not lead to the service; only old clients on it would need that",
        );
    }
    Finding::warn(
        "names",
        format!("on this machine some of the old names lead to the service, but not {}", list(elsewhere)),
        "add those to the hosts file as well, if old clients run here",
    )
}

fn leads_here(addresses: &[IpAddr], surroundings: &Surroundings) -> bool {
    !addresses.is_empty() && addresses.iter().all(|address| surroundings.is_service(*address))
}
