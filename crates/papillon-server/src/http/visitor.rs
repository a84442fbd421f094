//! The client of a request, and the way it came.

use std::net::{IpAddr, SocketAddr};

use super::forwarded::Forwarded;
use super::request::Request;
use crate::addresses::Front;
use crate::addresses::old_hosts::is_old;
use crate::addresses::{bracketed, host_part, in_url};
use crate::listen::plain;

/// The client of a request, and the name it has for this host. Handlers of pages get it as an extension of
/// the request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The client's end of the connection; behind an HTTP proxy that is trusted, the one that it names.
    pub peer: SocketAddr,
    /// Our end of it.
    pub local: SocketAddr,
    /// The name that the client asked for in its TLS hello; old Windows asks for none.
    pub server_name: Option<String>,
    /// Whether the request came by TLS.
    pub secure: bool,
    /// The host as this client knows it, without a port, an IPv6 address in brackets: nothing but
    /// letters, digits and `-_.:[]`. An address made of it works under every name, through every NAT and without
    /// configuration.
    pub host: String,
    /// The port at which the client reached the HTTP proxy that speaks for it; `None` when none does.
    pub front: Option<u16>,
    /// Whether the connection is in the count of its address. The one of an HTTP proxy is not: its requests are, each
    /// in the count of its client.
    pub counted: bool,
}

/// The proxies that are believed, and the name of this host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) public_host: Option<&'a str>,
    pub(crate) front: &'a Front,
}

impl Visitor {
    /// The client of a connection before its first request.
    pub fn new(peer: SocketAddr, local: SocketAddr) -> Self {
        let (peer, local) = (plain(peer), plain(local));
        let host = bracketed(local.ip());
        Self { peer, local, server_name: None, secure: false, host, front: None, counted: true }
    }

    /// Notes the client's name for this host as the request tells it, and, where `is_trusted` knows the other end for
    /// a proxy, the client's address.
    pub(crate) fn asks(
        &mut self,
        request: &Request<'_>,
        setting: Setting<'_>,
        is_trusted: impl Fn(IpAddr) -> bool,
    ) {
        let public = setting.public_host.map(in_url);
        let public = public.as_deref().and_then(host_part);
        if !is_trusted(self.peer.ip()) {
            // The listener itself at a loopback address: a proxy on this machine names that, or a browser here. No
            // other client gets here by that name, so the public one is told instead.
            let port = request.port.unwrap_or(if self.secure { 443 } else { 80 });
            let is_listener = |asked: &str| is_loopback(asked) && port == self.local.port();
            let asked = request.host.filter(|asked| public.is_none() || !is_listener(asked));
            return self.calls(asked, public, setting.front);
        }
        let said = Forwarded::read(request, is_trusted);
        // `Host` may hold the proxy's own name for this host, and the forwarded headers an invention of the client:
        // only names that are known to lead here are taken, where a public one is set.
        let ours =
            |asked: &&str| public.is_none_or(|public| asked.eq_ignore_ascii_case(public)) || is_old(asked);
        let (asked, told) = (request.host.filter(ours), said.host.filter(ours));
        // A trusted proxy that names nobody is a client itself, such as a browser on its machine.
        if said != Forwarded::default() {
            self.peer = said.client.unwrap_or(self.peer);
            self.secure = said.secure.unwrap_or(self.secure);
            let port = said.port.or(request.port.filter(|_| asked.is_some()));
            self.front = Some(port.unwrap_or(if self.secure { 443 } else { 80 }));
        }
        self.calls(told.or(asked), public, setting.front);
    }

    /// Notes the client's name for this host: the one in its request, else the one in its TLS hello, else the public
    /// one, else the address that it reached. A public address replaces it for all clients but those that know this
    /// host by an old name.
    fn calls(&mut self, asked: Option<&str>, public: Option<&str>, front: &Front) {
        let server_name = || self.server_name.as_deref().and_then(host_part);
        let called = asked.or_else(server_name).or(public);
        self.host = called.map_or_else(|| bracketed(self.local.ip()), str::to_owned);
        if let Some(url) = front.url_for(self) {
            self.host = url.host().to_owned();
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.to_canonical().is_loopback())
}
