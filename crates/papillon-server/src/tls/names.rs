//! The names that our certificate carries.

use std::fs;
use std::net::IpAddr;

/// More addresses of one machine would only make handshakes longer.
const MOST_ADDRESSES: usize = 16;

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
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let addresses = interfaces.iter().map(|interface| interface.ip()).filter(|address| match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    });
    let addresses = addresses.take(MOST_ADDRESSES).map(|address| address.to_string());
    name.into_iter().chain(addresses).collect()
}
