//! The addresses to which visitors are sent, also behind a proxy.

use super::Visitor;
use crate::addresses::Front;
use crate::addresses::Ports;
use crate::addresses::PublicUrl;
use crate::addresses::old_hosts::is_old;

impl Front {
    /// The public address, as far as it is this visitor's: a legacy machine that knows this host by a name of the old
    /// services goes on with that name.
    pub(crate) fn url_for(&self, visitor: &Visitor) -> Option<&PublicUrl> {
        self.url.as_ref().filter(|_| !is_old(&visitor.host))
    }

    /// The beginning of addresses of our pages, as this visitor can open them: no slash at the end.
    pub(crate) fn origin(&self, ports: Ports, visitor: &Visitor) -> String {
        if let Some(url) = self.url_for(visitor) {
            return url.to_string();
        }
        let host = &visitor.host;
        match (visitor.front, ports.http, ports.https) {
            (Some(port), ..) if visitor.secure => https(host, port),
            (Some(port), ..) | (None, Some(port), _) => http(host, port),
            (None, None, Some(port)) => https(host, port),
            (None, None, None) => http(host, 80),
        }
    }

    /// The host and the port at which passwords are taken over TLS. Where this service's own listener for that is off,
    /// a proxy in front of it may speak TLS.
    pub(crate) fn login(&self, ports: Ports, visitor: &Visitor) -> Login {
        if let Some(url) = self.url_for(visitor).filter(|url| url.is_secure()) {
            return Login { host: url.host().to_owned(), port: url.port() };
        }
        let port = match (self.https_port, visitor.front) {
            (Some(port), _) => port,
            (None, Some(port)) if visitor.secure => port,
            // The port at which this client has reached TLS already, which behind a TCP proxy is the proxy's.
            (None, None) if visitor.secure => visitor.local.port(),
            // An HTTP proxy without TLS: its port is no use for it. The listener's own, or the one that clients assume.
            (None, Some(_)) => ports.https.unwrap_or(443),
            (None, None) => ports.https.or(ports.http).unwrap_or(visitor.local.port()),
        };
        Login { host: visitor.host.clone(), port }
    }
}

/// A host, in brackets when it is an IPv6 address, and a port where TLS is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Login {
    /// The address of a path there.
    pub(crate) fn url(&self, path: &str) -> String {
        https(&self.host, self.port) + path
    }
}

fn http(host: &str, port: u16) -> String {
    if port == 80 { format!("http://{host}") } else { format!("http://{host}:{port}") }
}

fn https(host: &str, port: u16) -> String {
    if port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") }
}
