//! The check of the listeners: whether the service answers there, another program, or none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::task::JoinSet;

use super::probe::{self, Answer, Chain};
use super::report::{Finding, list};
use super::surroundings::Surroundings;
use crate::listen_address::ListenAddress;
use crate::listeners::{self, resolve};
use crate::settings::Settings;

/// A listener, and the answers at its addresses.
#[derive(Debug)]
pub(super) struct ProbedListener {
    pub(super) name: &'static str,
    setting: ListenAddress,
    /// The addresses at which it is to be opened.
    bound: Vec<SocketAddr>,
    answers: Vec<(SocketAddr, Answer)>,
    problem: Option<String>,
}

/// All listeners that are on.
#[derive(Debug, Default)]
pub(super) struct ProbedListeners {
    all: Vec<ProbedListener>,
    shown: Option<Chain>,
}

/// Knocks at every listener, at every address that leads to it, at all of them at once.
pub(super) async fn probe(settings: &Settings, surroundings: &Surroundings) -> ProbedListeners {
    let mut listeners = ProbedListeners::default();
    let mut probes = JoinSet::new();
    for (name, setting) in [
        ("msnp", &settings.msnp),
        ("dispatch", &settings.dispatch),
        ("http", &settings.http),
        ("https", &settings.https),
        ("dns", &settings.dns),
    ] {
        if setting.is_on() {
            let listener = ProbedListener::at(name, setting).await;
            for address in listener.targets(surroundings) {
                probes.spawn(async move { (name, address, at(name, address).await) });
            }
            listeners.all.push(listener);
        }
    }
    // All at once, since a silent address takes its whole five seconds.
    for (name, address, (answer, shown)) in probes.join_all().await {
        if answer == Answer::Ours && listeners.shown.is_none() {
            listeners.shown = shown;
        }
        if let Some(listener) = listeners.all.iter_mut().find(|listener| listener.name == name) {
            listener.answers.push((address, answer));
        }
    }
    for listener in &mut listeners.all {
        // Loopback first, as people are used to it.
        listener.answers.sort_by_key(|(address, _)| (!address.ip().is_loopback(), *address));
    }
    listeners
}

impl ProbedListeners {
    /// Whether the service runs: it has answered somewhere.
    pub(super) fn service_runs(&self) -> bool {
        self.all.iter().any(|listener| listener.opened_at().is_some())
    }

    /// The certificates that it showed.
    pub(super) fn certificates(&self) -> Option<&Chain> {
        self.shown.as_ref()
    }

    /// The listener of this name, if it is on.
    pub(super) fn find(&self, name: &str) -> Option<&ProbedListener> {
        self.all.iter().find(|listener| listener.name == name)
    }

    /// The addresses at which something closes the connection before a word.
    fn closed_at(&self) -> Vec<SocketAddr> {
        self.all.iter().flat_map(ProbedListener::closed_at).collect()
    }

    /// The outcome.
    pub(super) async fn findings(&self, settings: &Settings) -> Vec<Finding> {
        // Without old Windows there is more to be done than to take the port.
        let is_for_old = settings.server.old_windows;
        let runs = self.service_runs();
        let mut findings = Vec::new();
        let is_known = self.all.iter().any(|listener| !listener.answers.is_empty());
        let closed = self.closed_at();
        if !runs && !closed.is_empty() {
            findings.push(Finding::fail(
                "service",
                format!("it answers nowhere, and at {} the connection is closed before a word", list(closed)),
                "if it runs, it may have banned this address, or have no room: see `papillon ban list` and its log",
            ));
        } else if !runs && is_known {
            findings.push(Finding::fail(
                "service",
                "it answers at none of its addresses: it does not run",
                "start it with `papillon serve` and the same options; below is whether it could",
            ));
        }
        for listener in &self.all {
            // A program is there already: whether the port is free needs no try.
            let is_there = runs || listener.closed_at().next().is_some();
            findings.push(if is_there { listener.finding() } else { listener.prospect().await });
            findings.extend(listener.usual_port(is_for_old));
        }
        findings
    }
}

/// The program at an address.
async fn at(name: &str, address: SocketAddr) -> (Answer, Option<Chain>) {
    match name {
        "http" => (probe::http(address).await, None),
        "https" => probe::https(address).await,
        "dns" => (probe::dns::probe(address).await, None),
        _ => (probe::msnp(address).await, None),
    }
}

impl ProbedListener {
    /// A listener with this setting, before it is probed.
    async fn at(name: &'static str, setting: &ListenAddress) -> Self {
        let (bound, problem) = match resolve(name, setting).await {
            Ok(bound) => (bound, None),
            Err(error) => (Vec::new(), Some(crate::sentence::of(&error))),
        };
        Self { name, setting: setting.clone(), bound, answers: Vec::new(), problem }
    }

    pub(super) fn port(&self) -> u16 {
        self.setting.port().unwrap_or(0)
    }

    /// An address at which the service has answered.
    pub(super) fn opened_at(&self) -> Option<SocketAddr> {
        self.answers.iter().find(|(_, answer)| *answer == Answer::Ours).map(|(address, _)| *address)
    }

    /// The same, and if there is one, an address that other machines can use.
    pub(super) fn opened_to_others_at(&self) -> Option<SocketAddr> {
        self.those(|answer| *answer == Answer::Ours).find(|address| !address.ip().is_loopback())
    }

    /// The addresses at which something closes the connection before a word.
    fn closed_at(&self) -> impl Iterator<Item = SocketAddr> {
        self.those(|answer| *answer == Answer::Closed)
    }

    /// The addresses that lead to it from this machine.
    fn targets(&self, surroundings: &Surroundings) -> Vec<SocketAddr> {
        let port = self.port();
        if port == 0 {
            return Vec::new();
        }
        let Some(bound) = self.bound.first() else { return Vec::new() };
        if !bound.ip().is_unspecified() {
            return vec![*bound];
        }
        // A socket for all IPv6 addresses is one for all IPv4 addresses, too.
        let is_for_both = matches!(self.setting, ListenAddress::Anywhere { .. }) && listeners::has_ipv6();
        let is_v4 = bound.is_ipv4() && !is_for_both;
        let loopback: &[IpAddr] = match is_v4 {
            true => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
            false => &[IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)],
        };
        // A listener at all addresses is tried at each: a firewall often lets loopback through and nothing else.
        let own = surroundings.own.iter().filter(|address| !is_v4 || address.is_ipv4());
        loopback.iter().chain(own).map(|address| SocketAddr::new(*address, port)).collect()
    }

    /// The finding beside a service that runs.
    fn finding(&self) -> Finding {
        if let Some(problem) = &self.problem {
            return Finding::fail(self.name, problem.clone(), format!("correct --{} ADDR", self.name));
        }
        if self.port() == 0 {
            return Finding::warn(
                self.name,
                "its port is 0, any free one: clients cannot know which",
                format!("give it a port, with --{} ADDR", self.name),
            );
        }
        let ours: Vec<_> = self.those(|answer| *answer == Answer::Ours).collect();
        let others: Vec<_> = self.answers.iter().filter(|(_, answer)| *answer != Answer::Ours).collect();
        // A firewall explains the other answers as well, so it is reported first.
        let filtered = others.iter().find(|(_, answer)| matches!(answer, Answer::Filtered(_)));
        let Some((address, answer)) = filtered.or(others.first()) else {
            return Finding::ok(self.name, format!("the service answers at {}", list(ours)));
        };
        let words = answer.words();
        // Only a firewall can refuse a connection to a listener at all addresses.
        let is_rejected = matches!(answer, Answer::Nobody(_))
            && !ours.is_empty()
            && address.is_ipv4()
            && self.bound.iter().any(|bound| bound.ip().is_unspecified());
        if is_rejected || matches!(answer, Answer::Filtered(_)) {
            return self.filtered(*address, words, &ours);
        }
        if *answer == Answer::Closed {
            return self.closed(*address, &ours);
        }
        if !ours.is_empty() {
            return Finding::warn(
                self.name,
                format!("the service answers at {}, but at {address} there is {words}", list(ours)),
                "another program has that address, or a firewall is in between: see `ss -ltnp`",
            );
        }
        match answer {
            // Others of its listeners answered, so the service runs without this one.
            Answer::Nobody(_) => Finding::fail(
                self.name,
                format!("at {address}: {words}; other listeners of the service answer"),
                "the service was started with other settings: restart it, or give the doctor the same options",
            ),
            _ => Finding::fail(
                self.name,
                format!("at {address} there is {words}: that is another program"),
                format!(
                    "stop that program (see `ss -ltnp`), or choose another port with --{} ADDR",
                    self.name
                ),
            ),
        }
    }

    /// The service closes a connection unread where the address is banned, or has all the connections that it may have.
    fn closed(&self, address: SocketAddr, ours: &[SocketAddr]) -> Finding {
        let elsewhere = match ours {
            [] => String::new(),
            ours => format!(", though the service answers at {}", list(ours)),
        };
        Finding::fail(
            self.name,
            format!("at {address} the connection is closed before a word{elsewhere}"),
            format!(
                "the service may have banned {}: see `papillon ban list`, and its log for what it refuses; if another \
                 program is there (see `ss -ltnp`), stop it or choose another port with --{} ADDR",
                address.ip(),
                self.name
            ),
        )
    }

    /// Clients get no answer where this machine gets none from itself.
    fn filtered(&self, address: SocketAddr, words: &str, ours: &[SocketAddr]) -> Finding {
        let protocols = if self.name == "dns" { "UDP and TCP" } else { "TCP" };
        let elsewhere = match ours {
            [] => String::new(),
            ours => format!(", though the service answers at {}", list(ours)),
        };
        Finding::fail(
            self.name,
            format!("at {address}: {words}{elsewhere}: a firewall seems to be in the way"),
            format!("let port {} ({protocols}) through the firewall: see `nft list ruleset`", self.port()),
        )
    }

    /// The finding without a service: whether it could listen.
    async fn prospect(&self) -> Finding {
        if let Some(problem) = &self.problem {
            return Finding::fail(self.name, problem.clone(), format!("correct --{} ADDR", self.name));
        }
        match listeners::try_open(self.name, &self.bound).await {
            Ok(()) => Finding::ok(self.name, format!("{} is free for the service", self.setting)),
            Err((error, advice)) => {
                Finding::fail(self.name, format!("{} cannot be listened at: {error}", self.setting), advice)
            }
        }
    }

    fn those(&self, are: impl Fn(&Answer) -> bool) -> impl Iterator<Item = SocketAddr> {
        self.answers.iter().filter(move |(_, answer)| are(answer)).map(|(address, _)| *address)
    }

    /// Legacy clients cannot be told of other ports.
    fn usual_port(&self, is_for_old: bool) -> Option<Finding> {
        let (usual, who) = match self.name {
            "msnp" => (1863, "clients that are not told of another port"),
            "http" => (80, "official clients look for their configuration and the gateway"),
            "https" => (443, "official clients sign in"),
            "dns" => (53, "every machine asks its DNS server"),
            _ => return None,
        };
        let port = self.port();
        if port == usual || port == 0 {
            return None;
        }
        let forward = format!("have a router or firewall forward port {usual} to it");
        let advice = match self.name {
            "https" if !is_for_old => format!(
                "use --old-windows, which lets Windows 98 to XP in at the ports where they look; for others use \
                 --https {usual}, or {forward}"
            ),
            name => format!("use --{name} {usual}, or {forward}"),
        };
        Some(Finding::warn(self.name, format!("it is at port {port}, and {who} at port {usual}"), advice))
    }
}
