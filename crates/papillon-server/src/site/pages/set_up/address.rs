//! The address to write into a hosts file or a DNS setting: in digits, because names are looked up with it.

use std::net::Ipv4Addr;

use crate::http::Visitor;
use crate::site::pages::found::v4;
use crate::site::pages::published_addresses::PublishedAddresses;

/// Our IPv4 address as this visitor can reach it. Old Windows knows no other kind.
pub(super) async fn of_this_service(published: &PublishedAddresses, visitor: &Visitor) -> Option<Ipv4Addr> {
    if let Ok(asked) = visitor.host.parse::<Ipv4Addr>() {
        return Some(asked);
    }
    match &published.public_host {
        Some(host) => match host.parse() {
            Ok(address) => Some(address),
            Err(_) => published.found.get(host).await,
        },
        None => reached(visitor),
    }
}

/// The address at which this visitor reached this service; none where a NAT in between must have changed it.
fn reached(visitor: &Visitor) -> Option<Ipv4Addr> {
    let local = v4(visitor.local.ip())?;
    // A visitor from the internet cannot have asked for a private address.
    let from_outside = v4(visitor.peer.ip()).is_some_and(|peer| !is_near(peer));
    (!is_near(local) || !from_outside).then_some(local)
}

fn is_near(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_loopback() || address.is_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::pages::published_addresses::tests::{open, visitor};

    async fn address(public_host: Option<&str>, host: &str, peer: &str, local: &str) -> String {
        let published = PublishedAddresses { public_host: public_host.map(str::to_owned), ..open() };
        let mut visitor = visitor(host);
        visitor.peer = peer.parse().unwrap();
        visitor.local = local.parse().unwrap();
        of_this_service(&published, &visitor).await.map_or_else(|| "none".to_owned(), |ip| ip.to_string())
    }

    #[tokio::test]
    async fn it_is_what_the_visitor_can_reach() {
        let at_home = ("10.0.0.7:1042", "10.0.0.2:80");
        let abroad = ("192.0.2.7:1042", "192.0.2.2:80");
        let forwarded = ("192.0.2.7:1042", "10.0.0.2:80");
        for (public, host, (peer, local), expected) in [
            (None, "192.0.2.33", forwarded, "192.0.2.33"),
            (None, "messenger.hotmail.com", at_home, "10.0.0.2"),
            (None, "messenger.hotmail.com", abroad, "192.0.2.2"),
            (None, "messenger.hotmail.com", forwarded, "none"),
            (Some("203.0.113.5"), "messenger.hotmail.com", at_home, "203.0.113.5"),
            (Some("203.0.113.5"), "msn.example.org", forwarded, "203.0.113.5"),
            (Some("localhost"), "msn.example.org", forwarded, "127.0.0.1"),
            (None, "box", ("[::ffff:10.0.0.7]:1042", "[::ffff:10.0.0.2]:80"), "10.0.0.2"),
            (None, "[2001:db8::2]", ("[2001:db8::7]:1042", "[2001:db8::2]:80"), "none"),
        ] {
            assert_eq!(address(public, host, peer, local).await, expected, "{public:?} {host} {peer}");
        }
    }
}
