//! The check of the DNS listener: it asks as a legacy machine asks its DNS server.

use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RData;
use papillon_server::dns::Others;
use papillon_server::tls::OLD_SERVICES;

use super::listeners::ProbedListeners;
use super::probe::dns::look_up;
use super::report::{Finding, list};
use super::surroundings::Surroundings;
use crate::settings::Settings;

/// A name that never belongs to the service (RFC 2606).
const ELSEWHERE: &str = "example.com";

/// Asks for every old name, and for another one.
pub(super) async fn examine(
    settings: &Settings,
    surroundings: &Surroundings,
    listeners: &ProbedListeners,
) -> Vec<Finding> {
    let listener = listeners.find("dns");
    // At an address that other machines use, if there is one: the answer is the address that was asked.
    let at = listener.and_then(|listener| listener.opened_to_others_at().or_else(|| listener.opened_at()));
    let Some(at) = at else { return Vec::new() };
    let mut findings = vec![old_names(at, surroundings).await];
    if settings.server.dns.others == Others::Forward {
        findings.push(other_names(at).await);
    }
    findings
}

async fn old_names(at: SocketAddr, surroundings: &Surroundings) -> Finding {
    let mut right = Vec::new();
    let mut wrong = Vec::new();
    // One after the other: the listener limits the rate of each client.
    for name in OLD_SERVICES {
        let addresses = match look_up(at, name).await {
            Ok(said) => addresses(&said),
            Err(_) => Vec::new(),
        };
        match addresses.first() {
            Some(address) if surroundings.is_service(*address) => right.push(*address),
            Some(address) => wrong.push(format!("{name} is {address}")),
            None => wrong.push(format!("{name} has no address")),
        }
    }
    right.sort();
    right.dedup();
    if wrong.is_empty() {
        return Finding::ok(
            "dns",
            format!("clients that ask at {} learn that the old names are {}", at.ip(), list(right)),
        );
    }
    Finding::fail(
        "dns",
        format!("the old names do not lead to the service: {}", list(wrong)),
        "restart the service with these settings; the old names stand for --public-host, if it is set",
    )
}

async fn other_names(at: SocketAddr) -> Finding {
    match look_up(at, ELSEWHERE).await {
        Ok(said) if said.metadata.response_code == ResponseCode::NoError => {
            Finding::ok("dns", format!("other names are found as well, such as {ELSEWHERE}"))
        }
        _ => Finding::warn(
            "dns",
            format!(
                "other names are not found, such as {ELSEWHERE}: the DNS servers behind it do not answer"
            ),
            "name other servers with --dns-upstreams, or say --dns-others refuse where there is no Internet",
        ),
    }
}

fn addresses(said: &Message) -> Vec<IpAddr> {
    let address = |data: &RData| match data {
        RData::A(v4) => Some(IpAddr::V4(v4.0)),
        RData::AAAA(v6) => Some(IpAddr::V6(v6.0)),
        _ => None,
    };
    said.answers.iter().filter_map(|record| address(&record.data)).collect()
}
