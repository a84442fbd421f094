//! The check of the public host: whether the addresses that clients get lead here.

use std::net::{IpAddr, SocketAddr};

use super::listeners::ProbedListeners;
use super::probe::{self, Answer};
use super::report::{Finding, list};
use super::surroundings::{Surroundings, resolve};
use crate::settings::Settings;

/// Looks at the public host, or at the addresses that clients get without one.
pub(super) async fn examine(
    settings: &Settings,
    surroundings: &Surroundings,
    listeners: &ProbedListeners,
) -> Vec<Finding> {
    match settings.server.public_host.as_deref() {
        Some(host) => {
            let mut findings = vec![resolution(host, surroundings)];
            findings.extend(reach(settings, surroundings, listeners).await);
            findings.extend(reach_url(settings).await);
            findings
        }
        None => vec![untold(surroundings)],
    }
}

/// Goes to the pages by their public address, as browsers do.
async fn reach_url(settings: &Settings) -> Option<Finding> {
    const CHECK: &str = "public URL";
    let url = settings.server.front.url.as_ref()?;
    let addresses = resolve(url.bare_host()).await.unwrap_or_default();
    let Some(address) = addresses.first() else {
        return Some(Finding::fail(
            CHECK,
            format!("{url} has a host that is not known here, and clients are told to go there"),
            "correct --public-url, or add the name to your DNS",
        ));
    };
    let at = SocketAddr::new(*address, url.port());
    let answer = if url.is_secure() { probe::https_of(at, url.host()).await } else { probe::http(at).await };
    Some(match answer {
        Answer::Ours => Finding::ok(CHECK, format!("{url} leads to the service")),
        Answer::Filtered(words) => Finding::fail(
            CHECK,
            format!("nothing comes back from {url}: {words}"),
            "let its port through the firewall there. Try from outside: if that works, it is only that the router \
             lets nobody in from inside",
        ),
        Answer::Refused(words) => Finding::warn(
            CHECK,
            format!("{url} does not lead to the service from here: {words}"),
            "see the rules and the log of the proxy, and that it passes requests on to the http listener (docs/proxies.md). \
             The service itself refuses a banned address with 403: see `papillon ban list`",
        ),
        answer @ (Answer::Other(_) | Answer::Closed | Answer::Nobody(_)) => Finding::warn(
            CHECK,
            format!("{url} does not lead to the service from here: {}", answer.words()),
            "see that the proxy runs, and passes requests on to the http listener (docs/proxies.md); then try \
             from outside: many routers let nobody in from inside",
        ),
    })
}

fn untold(surroundings: &Surroundings) -> Finding {
    if surroundings.in_container {
        return Finding::warn(
            "public host",
            "none is set, and this is a container: clients are told addresses of the container",
            "set --public-host to the name or address of the machine outside",
        );
    }
    match &surroundings.own[..] {
        [] => Finding::ok(
            "public host",
            "none is set, and this machine is on no network: clients here are fine",
        ),
        own => Finding::ok(
            "public host",
            format!("none is set: clients are told where they reached this machine, such as {}", list(own)),
        ),
    }
}

fn resolution(host: &str, surroundings: &Surroundings) -> Finding {
    let public = &surroundings.public;
    let is_loopback = |address: &IpAddr| address.is_loopback();
    if public.is_empty() {
        return Finding::fail(
            "public host",
            format!("{host} is not known here, and clients are told to connect to it"),
            "correct --public-host, or add the name to your DNS",
        );
    }
    let named = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(_) => host.to_owned(),
        Err(_) => format!("{host} is {}", list(public)),
    };
    let is_address = named == host;
    if public.iter().all(is_loopback) {
        return Finding::warn(
            "public host",
            format!("{named}, which is loopback: others do not get to this machine by that"),
            format!(
                "see that other machines find the right address of {host}; here, correct /etc/hosts, or set \
                 --public-host to an address"
            ),
        );
    }
    let elsewhere: Vec<_> = public.iter().filter(|address| !surroundings.is_here(**address)).collect();
    // A router that forwards ports is the usual case at home: an address elsewhere is no fault by itself.
    match &elsewhere[..] {
        [] if is_address => Finding::ok("public host", format!("{host} is an address of this machine")),
        [] => Finding::ok("public host", format!("{named}, this machine")),
        _ if is_address => Finding::ok(
            "public host",
            format!("{host} is not an address of this machine: a router has to forward the ports to it"),
        ),
        _ => Finding::ok(
            "public host",
            format!(
                "{host} is {}, which is not an address of this machine: a router has to forward the ports to it",
                list(elsewhere)
            ),
        ),
    }
}

/// Goes to the service by the public host, as clients do.
async fn reach(
    settings: &Settings,
    surroundings: &Surroundings,
    listeners: &ProbedListeners,
) -> Vec<Finding> {
    let (mut reached, mut missed, mut filtered) = (Vec::new(), Vec::new(), Vec::new());
    for address in &surroundings.public {
        if surroundings.is_here(*address) {
            // Those have been tried with the listeners.
            continue;
        }
        let front = &settings.server.front;
        // Behind a public address, the proxy in front answers for the pages.
        let names = if front.url.is_some() { &["msnp"][..] } else { &["msnp", "http", "https"] };
        for name in names.iter().copied() {
            let Some(listener) = listeners.find(name).filter(|listener| listener.opened_at().is_some())
            else {
                continue;
            };
            let public = match name {
                "msnp" => front.msnp_port,
                "https" => front.https_port,
                _ => None,
            };
            let at = SocketAddr::new(*address, public.unwrap_or(listener.port()));
            let answer = match name {
                "msnp" => probe::msnp(at).await,
                "http" => probe::http(at).await,
                _ => probe::https(at).await.0,
            };
            match answer {
                Answer::Ours => reached.push(format!("{name} at {at}")),
                Answer::Filtered(words) => filtered.push(format!("{name} at {at}: {words}")),
                answer @ (Answer::Other(_) | Answer::Refused(_) | Answer::Closed | Answer::Nobody(_)) => {
                    missed.push(format!("{name} at {at}: {}", answer.words()));
                }
            }
        }
    }
    let reached = (!reached.is_empty())
        .then(|| Finding::ok("public host", format!("it leads to the service: {}", list(reached))));
    let missed = (!missed.is_empty()).then(|| {
        Finding::warn(
            "public host",
            format!("it does not lead to the service from here: {}", list(missed)),
            "forward these ports to this machine, then try from outside: many routers let nobody in from inside",
        )
    });
    let filtered = (!filtered.is_empty()).then(|| {
        Finding::fail(
            "public host",
            format!("nothing comes back from where it leads: {}", list(filtered)),
            "let these ports through the firewall there, and forward them to this machine. Try from outside: if that \
             works, it is only that the router lets nobody in from inside",
        )
    });
    reached.into_iter().chain(missed).chain(filtered).collect()
}
