//! The headers in which HTTP proxies name their clients: `X-Forwarded-For` and its kin, and `Forwarded` (RFC 7239).
//!
//! Each proxy adds the address that it has seen at the right end; anybody may have sent the text further left. So the
//! client is the right-most address that is not a trusted proxy's. Where a word is no address (`unknown`, a hidden
//! name, garbage), the client is not known.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::request::Request;
use crate::addresses::{host_part, port, port_of};

/// The address in place of a client's that a proxy does not name. All such clients together count as one, and it is in
/// no private network.
pub(super) const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The words of a trusted proxy.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forwarded<'a> {
    /// The client; [`UNKNOWN`] when its address cannot be read. `None` when no header is about it.
    pub(super) client: Option<SocketAddr>,
    /// Whether the client came by TLS, where that is said.
    pub(super) secure: Option<bool>,
    /// The host that the client asked for, without a port.
    pub(super) host: Option<&'a str>,
    /// The port, where it is said.
    pub(super) port: Option<u16>,
}

impl<'a> Forwarded<'a> {
    /// Reads the headers of a request. `is_trusted` knows the proxies.
    ///
    /// Most proxies write one kind of header and pass the other on as it came: when the two disagree about the
    /// client, neither is believed.
    pub(super) fn read(request: &Request<'a>, is_trusted: impl Fn(IpAddr) -> bool) -> Self {
        let told = |name: &'static str| -> Vec<&'a str> {
            // A value that is not text becomes a word that is no address: left out, the word before it would count.
            let words = request.lines(name).flat_map(|line| line.unwrap_or("?").split(','));
            words.map(str::trim).filter(|word| !word.is_empty()).collect()
        };
        let client = right_most(told("X-Forwarded-For"), &is_trusted);
        let last = |name| told(name).pop();
        let host = last("X-Forwarded-Host");
        let mut said = Self {
            client,
            secure: last("X-Forwarded-Proto").and_then(is_tls),
            host: host.and_then(host_part),
            port: last("X-Forwarded-Port").and_then(port).or_else(|| host.and_then(port_of)),
        };
        let elements: Vec<_> = request.lines("Forwarded").flat_map(elements).collect();
        let nodes = elements.iter().map(|element| element.client.unwrap_or("?")).collect();
        let client = right_most(nodes, &is_trusted);
        if said.client.is_some() && client.is_some() && said.client != client {
            said.client = Some(UNKNOWN);
        }
        said.client = said.client.or(client);
        let last = elements.last();
        said.secure = said.secure.or_else(|| is_tls(last?.proto?));
        if said.host.is_none()
            && let Some(host) = last.and_then(|last| last.host)
        {
            said.host = host_part(host);
            said.port = said.port.or_else(|| port_of(host));
        }
        said
    }
}

/// The client among the named nodes, in the order in which proxies have added them.
fn right_most(nodes: Vec<&str>, is_trusted: impl Fn(IpAddr) -> bool) -> Option<SocketAddr> {
    // Where all are trusted, the left-most is the client: a proxy that asks for itself.
    let mut left_most = None;
    for node in nodes.into_iter().rev() {
        let Some(address) = address(node) else { return Some(UNKNOWN) };
        left_most = Some(address);
        if !is_trusted(address.ip()) {
            break;
        }
    }
    left_most
}

/// An address with or without a port; IPv6 in brackets or not, IPv4 that is mapped into it as itself.
fn address(node: &str) -> Option<SocketAddr> {
    let plain = |ip: IpAddr, port| SocketAddr::new(ip.to_canonical(), port);
    if let Ok(ip) = node.parse::<IpAddr>() {
        return Some(plain(ip, 0));
    }
    if let Ok(end) = node.parse::<SocketAddr>() {
        return Some(plain(end.ip(), end.port()));
    }
    let (ip, rest) = match node.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => node.split_at(node.find(':')?),
    };
    // RFC 7239 lets a port be hidden, too.
    let hidden = |rest: &str| rest.strip_prefix(":_").is_some_and(|name| !name.is_empty());
    let ip = ip.parse::<IpAddr>().ok().filter(|ip| ip.is_ipv6() == node.starts_with('['))?;
    (rest.is_empty() || hidden(rest)).then(|| plain(ip, 0))
}

fn is_tls(scheme: &str) -> Option<bool> {
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    (is("https") || is("http")).then(|| is("https"))
}

/// One proxy's words in `Forwarded`.
#[derive(Debug, Default, Clone, Copy)]
struct Element<'a> {
    client: Option<&'a str>,
    proto: Option<&'a str>,
    host: Option<&'a str>,
}

/// The elements of a line; one that cannot be read says nothing of its client.
fn elements(line: Option<&str>) -> Vec<Element<'_>> {
    let Some(line) = line else { return vec![Element::default()] };
    let parts = outside_quotes(line, ',').into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| element(part).unwrap_or_default()).collect()
}

fn element(text: &str) -> Option<Element<'_>> {
    let mut element = Element::default();
    for pair in outside_quotes(text, ';') {
        let pair = pair.trim();
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=')?;
        // `by`, and names of later standards, are left aside.
        let place = match name.trim() {
            name if name.eq_ignore_ascii_case("for") => &mut element.client,
            name if name.eq_ignore_ascii_case("proto") => &mut element.proto,
            name if name.eq_ignore_ascii_case("host") => &mut element.host,
            _ => continue,
        };
        // A pair that stands twice has two readings: the element says nothing.
        if place.replace(unquoted(value.trim())?).is_some() {
            return None;
        }
    }
    Some(element)
}

/// The text between quotes. Addresses and hosts have nothing that needs a backslash.
fn unquoted(value: &str) -> Option<&str> {
    let value = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!value.contains(['"', '\\'])).then_some(value)
}

/// Cuts a text at a separator, but not within quotes.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let cut = !quoted && c == separator;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        cut
    })
    .collect()
}

#[cfg(test)]
mod tests;
