//! The sockets that the service listens on, opened.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, anyhow, bail};
use papillon_server::dns::DnsSockets;
use papillon_server::{Listener, Listeners};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use crate::listen_address::ListenAddress;
use crate::settings::Settings;

/// The most clients that wait to be accepted. After an outage they all come at once.
const BACKLOG: i32 = 4096;
/// The number of ports to try that the system calls free.
const FREE_PORT_TRIES: u32 = 16;

/// Opens every listener that is not turned off.
pub(crate) async fn bind(settings: &Settings) -> anyhow::Result<Listeners> {
    let (dns, dns_ipv6) = open_dns(&settings.dns).await?;
    let listeners = Listeners {
        msnp: open("msnp", &settings.msnp).await?,
        dispatch: open("dispatch", &settings.dispatch).await?,
        http: open("http", &settings.http).await?,
        https: open("https", &settings.https).await?,
        dns,
        dns_ipv6,
        metrics: open("metrics", &settings.metrics).await?,
    };
    tell_ipv6(&listeners);
    Ok(listeners)
}

/// Standard output has one line for each listener, and scripts read it: further addresses are for the log.
fn tell_ipv6(listeners: &Listeners) {
    let tcp = [
        ("msnp", &listeners.msnp),
        ("dispatch", &listeners.dispatch),
        ("http", &listeners.http),
        ("https", &listeners.https),
        ("metrics", &listeners.metrics),
    ];
    let tcp = tcp.into_iter().filter_map(|(name, listener)| Some((name, listener.as_ref()?.second_addr()?)));
    let dns = listeners.dns_ipv6.iter().filter_map(|dns| Some(("dns", dns.local_addr().ok()?)));
    let all: Vec<_> = tcp.chain(dns).map(|(name, address)| format!("{name} at {address}")).collect();
    if !all.is_empty() {
        tracing::info!(listeners = all.join(", "), "clients are served by IPv6, too");
    }
}

/// The name and the address of each open listener.
pub(crate) fn addresses(listeners: &Listeners) -> anyhow::Result<Vec<(&'static str, SocketAddr)>> {
    let all = [
        ("msnp", &listeners.msnp),
        ("dispatch", &listeners.dispatch),
        ("http", &listeners.http),
        ("https", &listeners.https),
    ];
    let open = all.into_iter().filter_map(|(name, listener)| listener.as_ref().map(|open| (name, open)));
    let open = open.map(|(name, listener)| (name, listener.local_addr()));
    let dns = listeners.dns.iter().map(|sockets| ("dns", sockets.local_addr()));
    let metrics = listeners.metrics.iter().map(|listener| ("metrics", listener.local_addr()));
    open.chain(dns)
        .chain(metrics)
        .map(|(name, address)| {
            address
                .map(|address| (name, address))
                .with_context(|| format!("the {name} listener does not know its address"))
        })
        .collect()
}

/// The addresses of the host's name. All addresses are those of IPv4 here: those of IPv6 are an addition.
pub(crate) async fn resolve(name: &str, address: &ListenAddress) -> anyhow::Result<Vec<SocketAddr>> {
    let (host, port) = match address {
        ListenAddress::Off => return Ok(Vec::new()),
        ListenAddress::Anywhere { port } => return Ok(vec![(Ipv4Addr::UNSPECIFIED, *port).into()]),
        ListenAddress::On { host, port } => (host, port),
    };
    let found: Vec<_> = tokio::net::lookup_host((host.as_str(), *port))
        .await
        .with_context(|| {
            format!("the host name in --{name} {address} is not known: use an address of this machine, such as 0.0.0.0:{port}")
        })?
        .collect();
    if found.is_empty() {
        bail!(
            "the host name in --{name} {address} has no address: use one of this machine, such as 0.0.0.0:{port}"
        );
    }
    Ok(found)
}

/// Opens one listener; `name` is that of its option. `None` when it is turned off.
pub(crate) async fn open(name: &str, address: &ListenAddress) -> anyhow::Result<Option<Listener>> {
    open_as(name, name, address).await
}

/// The same for one whose option has another name.
pub(crate) async fn open_as(
    name: &str,
    option: &str,
    address: &ListenAddress,
) -> anyhow::Result<Option<Listener>> {
    let mut failure = None;
    for candidate in resolve(option, address).await? {
        // A name may have several addresses, and not all of them need be of this machine.
        match listen_with_second(name, candidate, address) {
            Ok(listener) => return Ok(Some(listener)),
            Err(error) => failure = Some(anyhow!("{}", explain(name, option, candidate, &error))),
        }
    }
    failure.map_or(Ok(None), Err)
}

/// All sockets of the DNS listener; the second pair is for IPv6.
async fn open_dns(address: &ListenAddress) -> anyhow::Result<(Option<DnsSockets>, Option<DnsSockets>)> {
    let mut failure = None;
    for candidate in resolve("dns", address).await? {
        match listen_dns(candidate, Kinds::AsTheSystem) {
            Ok(sockets) => {
                let second = match (address, sockets.local_addr()) {
                    (ListenAddress::Anywhere { .. }, Ok(first)) => {
                        listen_dns(second_of(first), Kinds::OnlyV6)
                    }
                    _ => return Ok((Some(sockets), None)),
                };
                return Ok((Some(sockets), second.map_err(|error| tell_missing("dns", &error)).ok()));
            }
            Err(error) => failure = Some(anyhow!("{}", explain("dns", "dns", candidate, &error))),
        }
    }
    failure.map_or(Ok((None, None)), Err)
}

/// A listener at `candidate`; for all addresses, one of IPv6 beside it where the system has that. Where any port
/// will do it is one that is free for both.
fn listen_with_second(name: &str, candidate: SocketAddr, address: &ListenAddress) -> io::Result<Listener> {
    let mut tries = if candidate.port() == 0 { FREE_PORT_TRIES } else { 1 };
    loop {
        let first = listen(candidate, Kinds::AsTheSystem)?;
        if !matches!(address, ListenAddress::Anywhere { .. }) {
            return Ok(first.into());
        }
        // The port that the system chose for IPv4 may be taken for IPv6: then both begin anew with another one.
        tries -= 1;
        match listen(second_of(first.local_addr()?), Kinds::OnlyV6) {
            Ok(second) => return Ok(Listener::from(first).and(second)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) => {
                tell_missing(name, &error);
                return Ok(first.into());
            }
        }
    }
}

/// The kinds of addresses that a socket takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinds {
    /// One for all IPv6 addresses takes IPv4 as well, where the system is set so.
    AsTheSystem,
    /// IPv6 only: beside it is one for IPv4.
    OnlyV6,
}

impl Kinds {
    fn tell(self, socket: &Socket) -> io::Result<()> {
        if self == Self::OnlyV6 { socket.set_only_v6(true) } else { Ok(()) }
    }
}

/// All IPv6 addresses, at the port of the listener for IPv4.
fn second_of(first: SocketAddr) -> SocketAddr {
    (Ipv6Addr::UNSPECIFIED, first.port()).into()
}

/// A system without IPv6 is no fault. Any other failure is: clients that come by IPv6 would find another
/// program, or none.
fn tell_missing(name: &str, error: &io::Error) {
    if error.kind() == io::ErrorKind::AddrInUse {
        tracing::warn!(
            listener = name,
            "another program has this port for IPv6: only clients that come by IPv4 are served there"
        );
    } else {
        tracing::debug!(listener = name, %error, "there is no IPv6");
    }
}

/// Whether this system has IPv6.
pub(crate) fn has_ipv6() -> bool {
    // A kernel without IPv6, or with it turned off, has no such address.
    std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// A port that is free for TCP may not be free for UDP; where any will do, another one is tried.
fn listen_dns(address: SocketAddr, kinds: Kinds) -> io::Result<DnsSockets> {
    let mut tries = if address.port() == 0 { FREE_PORT_TRIES } else { 1 };
    loop {
        let tcp = listen(address, kinds)?;
        match bind_udp(tcp.local_addr()?, kinds) {
            Ok(udp) => return Ok(DnsSockets { udp, tcp }),
            Err(error) if tries == 1 => return Err(error),
            Err(_) => tries -= 1,
        }
    }
}

fn bind_udp(address: SocketAddr, kinds: Kinds) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    kinds.tell(&socket)?;
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket.into())
}

fn listen(address: SocketAddr, kinds: Kinds) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Without it a restart has to wait until the system forgets earlier connections. On Windows
    // the option means something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    kinds.tell(&socket)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Whether a listener could be opened: the fault of the last address, and advice.
pub(crate) async fn try_open(name: &str, addresses: &[SocketAddr]) -> Result<(), (io::Error, String)> {
    let mut failure = Ok(());
    for address in addresses {
        let opened = match name {
            "dns" => listen_dns(*address, Kinds::AsTheSystem).map(drop),
            _ => listen(*address, Kinds::AsTheSystem).map(drop),
        };
        match opened {
            Ok(()) => return Ok(()),
            Err(error) => {
                let advice = advice(name, *address, &error);
                failure = Err((error, advice));
            }
        }
    }
    failure
}

/// The error with its advice.
fn explain(name: &str, option: &str, address: SocketAddr, error: &io::Error) -> String {
    let advice = advice(option, address, error);
    format!("the {name} listener cannot be opened at {address} ({error}): {advice}")
}

fn advice(name: &str, address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse if name == "dns" => format!(
            "another program answers DNS there, often systemd-resolved or dnsmasq. Listen only at the \
             address that the old machines see, such as --dns 192.168.1.2:{}, or stop that program",
            address.port()
        ),
        io::ErrorKind::AddrInUse => format!(
            "another program listens there. Stop that program, or choose another port with --{name} ADDR \
             (port 0 picks a free one)"
        ),
        // Clients cannot be told another port.
        io::ErrorKind::PermissionDenied if name == "dns" && address.port() < 1024 => String::from(
            "ports under 1024 are for privileged programs, and old machines ask port 53 only. Start it with \
             sudo, or allow it: with AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, or with \
             `sudo setcap cap_net_bind_service=+ep` on the program",
        ),
        io::ErrorKind::PermissionDenied if address.port() < 1024 => format!(
            "ports under 1024 are for privileged programs. Choose a higher port with --{name} ADDR, or allow \
             this one: with AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, or with \
             `setcap cap_net_bind_service=+ep` on the program"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no such address. Choose one that it has with --{name} ADDR; 0.0.0.0 is all of them"
        ),
        _ => format!("choose another address with --{name} ADDR"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_port_is_explained() {
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        let words = explain("https", "https", "0.0.0.0:443".parse().unwrap(), &error);
        assert!(words.contains("https listener") && words.contains("0.0.0.0:443"), "{words}");
        assert!(words.contains("CAP_NET_BIND_SERVICE"), "{words}");
        let words = explain("dns", "dns", "0.0.0.0:53".parse().unwrap(), &error);
        assert!(words.contains("sudo") && !words.contains("higher port"), "{words}");
    }
}
