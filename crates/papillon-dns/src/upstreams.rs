//! The servers that are asked about other names.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The file in which the system names the servers to ask (resolv.conf(5)).
const FILE: &str = "/etc/resolv.conf";
/// The time between two looks at it: it changes when a machine goes from one network to another.
const READ_EVERY: Duration = Duration::from_secs(5);
/// The most servers that are asked: the system itself asks no more.
const MOST: usize = 3;
/// The port of DNS.
const PORT: u16 = 53;

/// The servers, without this one: a question to itself would wait for itself.
pub(super) struct Upstreams {
    told: Option<Vec<SocketAddr>>,
    own: SocketAddr,
    read: Mutex<Option<(Instant, Vec<SocketAddr>)>>,
}

impl Upstreams {
    /// The servers that are told, or else those of the system, for a listener at `own`.
    pub(super) fn new(told: Option<Vec<SocketAddr>>, own: SocketAddr) -> Self {
        let told = told.map(|told| told.into_iter().filter(|server| !is_ours(*server, own)).collect());
        Self { told, own, read: Mutex::default() }
    }

    /// The servers to ask now, in their order.
    pub(super) fn current(&self) -> Vec<SocketAddr> {
        if let Some(told) = &self.told {
            return told.clone();
        }
        let mut read = self.read.lock();
        if let Some((at, servers)) = &*read
            && at.elapsed() < READ_EVERY
        {
            return servers.clone();
        }
        // It blocks, under the lock: a few lines that the system has in memory, every five seconds, are not worth a
        // thread of their own.
        let text = fs::read_to_string(FILE).unwrap_or_default();
        let servers: Vec<_> =
            servers_in(&text).into_iter().filter(|server| !is_ours(*server, self.own)).collect();
        *read = Some((Instant::now(), servers.clone()));
        servers
    }
}

/// The servers that the file names; the machine itself when it names none, as the C library does.
fn servers_in(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()).flatten().and_then(server)
    });
    let named: Vec<_> = named.take(MOST).collect();
    if named.is_empty() { vec![(Ipv4Addr::LOCALHOST, PORT).into()] } else { named }
}

fn server(word: &str) -> Option<SocketAddr> {
    let Some((address, link)) = word.split_once('%') else {
        return word.parse::<IpAddr>().ok().map(|address| (address, PORT).into());
    };
    let address: Ipv6Addr = address.parse().ok()?;
    Some(SocketAddrV6::new(address, PORT, 0, link.parse().ok().or_else(|| index_of(link))?).into())
}

/// The number of a network interface.
fn index_of(link: &str) -> Option<u32> {
    // No slash and no dot: the name becomes part of a path.
    let is_name = link.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let path = format!("/sys/class/net/{link}/ifindex");
    is_name.then(|| fs::read_to_string(path).ok()?.trim().parse().ok()).flatten()
}

/// Whether a packet to this server would come back to the listener at `own`.
fn is_ours(server: SocketAddr, own: SocketAddr) -> bool {
    let (address, own_address) = (server.ip().to_canonical(), own.ip().to_canonical());
    let is_there = match own_address {
        _ if own_address.is_unspecified() => is_of_this_machine(address),
        _ => address == own_address || (address.is_unspecified() && own_address.is_loopback()),
    };
    server.port() == own.port() && is_there
}

/// Whether this machine has the address: then, and only then, a socket can be bound to it.
fn is_of_this_machine(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_servers() {
        let text = "# nameserver 192.0.2.9\nsearch lan\nnameserver 192.0.2.1\n  nameserver\t2001:db8::1 # second\n\
                    nameserver fe80::1%7\nnameserver 192.0.2.4\nnameserver x\nnameserver";
        let expected = ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%7]:53"];
        assert_eq!(servers_in(text).iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        for none in ["", "search lan\n", "nameserver ../../x%../../y\n"] {
            assert_eq!(servers_in(none), ["127.0.0.1:53".parse().unwrap()], "{none}");
        }
    }

    #[test]
    fn we_do_not_ask_ourselves() {
        for (server, own, ours) in [
            ("127.0.0.1:53", "0.0.0.0:53", true),
            ("127.0.0.1:53", "127.0.0.1:53", true),
            ("127.0.0.53:53", "0.0.0.0:53", true),
            ("0.0.0.0:53", "127.0.0.1:53", true),
            ("127.0.0.53:53", "127.0.0.1:53", false),
            ("127.0.0.1:54", "0.0.0.0:53", false),
            ("192.0.2.1:53", "0.0.0.0:53", false),
        ] {
            assert_eq!(is_ours(server.parse().unwrap(), own.parse().unwrap()), ours, "{server} {own}");
        }
        let told = vec!["127.0.0.1:5353".parse().unwrap(), "192.0.2.1:53".parse().unwrap()];
        let upstreams = Upstreams::new(Some(told), "0.0.0.0:5353".parse().unwrap());
        assert_eq!(upstreams.current(), ["192.0.2.1:53".parse().unwrap()]);
    }
}
