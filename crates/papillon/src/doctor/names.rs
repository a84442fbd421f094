//! What the old names stand for on this machine. It matters only to clients on it.

use papillon_server::tls::OLD_SERVICES;
use tokio::task::JoinSet;

use super::report::{Finding, list};
use super::surroundings::{Surroundings, resolve};

/// Asks the system's resolver for each of the names.
pub(super) async fn examine(surroundings: &Surroundings) -> Finding {
    let mut asked = JoinSet::new();
    for name in OLD_SERVICES {
        asked.spawn(async move { (name, resolve(name).await) });
    }
    let mut answers = asked.join_all().await;
    answers.sort();
    let leads_here = |addresses: &[std::net::IpAddr]| {
        !addresses.is_empty() && addresses.iter().all(|address| surroundings.is_service(*address))
    };
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        answers.iter().partition(|(_, addresses)| leads_here(addresses));
    if elsewhere.is_empty() {
        return Finding::ok("names", "on this machine the old names lead to the service");
    }
    if here.is_empty() {
        return Finding::ok(
            "names",
            "on this machine the old names do not lead to the service; only old clients on it would need that",
        );
    }
    let elsewhere: Vec<_> = elsewhere.iter().map(|(name, _)| *name).collect();
    Finding::warn(
        "names",
        format!("on this machine some of the old names lead to the service, but not {}", list(elsewhere)),
        "add those to the hosts file as well, if old clients run here",
    )
}
