//! Opening the sockets that the service listens on.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context, anyhow, bail};
use papillon_server::Listeners;
use papillon_server::dns::DnsSockets;
use tokio::net::{TcpListener, TcpSocket, UdpSocket};

use crate::listen_address::ListenAddress;
use crate::settings::Settings;

/// How many clients may wait to be accepted. After an outage they all come at once.
const BACKLOG: u32 = 4096;
/// How many ports are tried that the system calls free.
const FREE_PORT_TRIES: u32 = 16;

/// Opens every listener that is not turned off.
pub(crate) async fn bind(settings: &Settings) -> anyhow::Result<Listeners> {
    Ok(Listeners {
        msnp: open("msnp", &settings.msnp).await?,
        dispatch: open("dispatch", &settings.dispatch).await?,
        http: open("http", &settings.http).await?,
        https: open("https", &settings.https).await?,
        dns: open_dns(&settings.dns).await?,
    })
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
    open.chain(dns)
        .map(|(name, address)| {
            address
                .map(|address| (name, address))
                .with_context(|| format!("the {name} listener does not know its address"))
        })
        .collect()
}

/// What the host's name stands for.
pub(crate) async fn resolve(name: &str, address: &ListenAddress) -> anyhow::Result<Vec<SocketAddr>> {
    let ListenAddress::On { host, port } = address else { return Ok(Vec::new()) };
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
pub(crate) async fn open(name: &str, address: &ListenAddress) -> anyhow::Result<Option<TcpListener>> {
    open_as(name, name, address).await
}

/// The same for one whose option has another name.
pub(crate) async fn open_as(
    name: &str,
    option: &str,
    address: &ListenAddress,
) -> anyhow::Result<Option<TcpListener>> {
    let mut failure = None;
    for candidate in resolve(option, address).await? {
        match listen(candidate) {
            Ok(listener) => return Ok(Some(listener)),
            Err(error) => failure = Some(anyhow!("{}", explain(name, option, candidate, &error))),
        }
    }
    failure.map_or(Ok(None), Err)
}

/// Both sockets of the DNS listener.
async fn open_dns(address: &ListenAddress) -> anyhow::Result<Option<DnsSockets>> {
    let mut failure = None;
    for candidate in resolve("dns", address).await? {
        match listen_dns(candidate).await {
            Ok(sockets) => return Ok(Some(sockets)),
            Err(error) => failure = Some(anyhow!("{}", explain("dns", "dns", candidate, &error))),
        }
    }
    failure.map_or(Ok(None), Err)
}

/// A port that is free for TCP may not be free for UDP; where any will do, another one is tried.
async fn listen_dns(address: SocketAddr) -> io::Result<DnsSockets> {
    let mut tries = if address.port() == 0 { FREE_PORT_TRIES } else { 1 };
    loop {
        let tcp = listen(address)?;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok(DnsSockets { udp, tcp }),
            Err(error) if tries == 1 => return Err(error),
            Err(_) => tries -= 1,
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Without it a restart has to wait for the connections of before to be forgotten. On Windows
    // the option means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Whether a listener could be opened: the address that cannot be had, why, and what to do about it.
pub(crate) async fn try_open(name: &str, addresses: &[SocketAddr]) -> Result<(), (io::Error, String)> {
    let mut failure = Ok(());
    for address in addresses {
        let opened =
            if name == "dns" { listen_dns(*address).await.map(drop) } else { listen(*address).map(drop) };
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

/// What happened, and what to do about it.
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
        // Nobody can be told to ask another port.
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
