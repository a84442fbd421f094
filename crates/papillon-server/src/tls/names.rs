//! The names that our certificate carries.

use std::fs;
use std::net::{IpAddr, UdpSocket};

/// The hosts that clients up to 7.5 look for (HYP, ESC, NINA). One certificate carries all of them: those
/// clients do not say in TLS whom they want to reach. The DNS listener answers for the same ones. Not
/// among them is what people still use for something else, such as `www.hotmail.com`: no client needs it.
pub const OLD_SERVICES: [&str; 12] = [
    "messenger.hotmail.com",
    "nexus.passport.com",
    "login.passport.com",
    "loginnet.passport.com",
    "msnialogin.passport.com",
    "gateway.messenger.hotmail.com",
    "muser.gateway.messenger.hotmail.com",
    "config.messenger.msn.com",
    "svcs.microsoft.com",
    "g.msn.com",
    "rad.msn.com",
    "members.msn.com",
];

/// The machine itself.
pub(super) const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What this machine is called and at which addresses it is on the network, as far as that is easily
/// told. A convenience: a certificate without them is as good.
pub(super) fn of_this_machine() -> Vec<String> {
    let name = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    // Connecting a UDP socket sends nothing; it only chooses the address that would be sent from.
    let routes = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    let addresses = routes.iter().filter_map(|(from, to)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    });
    let addresses =
        addresses.filter(|address| !address.is_unspecified()).map(|address: IpAddr| address.to_string());
    name.into_iter().chain(addresses).collect()
}
