//! Hosts, as they stand in a `Host` header and in an address.

use std::net::{IpAddr, Ipv6Addr};

/// The host of `host`, `host:port`, `[address]` or `[address]:port`, as it can stand in a URL:
/// an IPv6 address keeps its brackets. `None` for anything else; the result holds nothing but letters, digits and
/// `-_.:[]` and is safe to echo.
pub(crate) fn host_part(authority: &str) -> Option<&str> {
    // The colons within brackets belong to the address.
    let (host, port) = match authority.rfind(']') {
        Some(bracket) => authority.split_at(bracket + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_ok = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
        None => port.is_empty(),
    };
    (port_ok && is_host(host)).then_some(host)
}

/// The port of `host:port`.
pub(crate) fn port_of(authority: &str) -> Option<u16> {
    let host = host_part(authority)?;
    port(authority.get(host.len()..)?.strip_prefix(':')?)
}

/// A port in digits; 0 is none.
pub(crate) fn port(digits: &str) -> Option<u16> {
    // `parse` would take a plus sign.
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits?.parse().ok().filter(|port| *port != 0)
}

/// An IP address as it stands in a URL.
pub(crate) fn bracketed(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// A configured host as it stands in a URL: an IPv6 address without brackets gets them.
pub(crate) fn in_url(host: &str) -> String {
    host.parse().map_or_else(|_| host.to_owned(), bracketed)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                // Underscores are in no host name, and in the names of many machines.
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found_with_or_without_a_port() {
        for (authority, host) in [
            ("nexus.passport.com", "nexus.passport.com"),
            ("nexus.passport.com:443", "nexus.passport.com"),
            ("localhost:", "localhost"),
            ("a_b.c.:8443", "a_b.c."),
            ("10.0.0.1:80", "10.0.0.1"),
            ("[::1]", "[::1]"),
            ("[2001:db8::1]:8443", "[2001:db8::1]"),
        ] {
            assert_eq!(host_part(authority), Some(host), "{authority}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let long = "a".repeat(64);
        for authority in [
            "", ":80", "a b", "a,b", "a:b", "u@h", "a..b", ".", "[::1", "::1", "[::1]x", "[x]", "a'b",
            "ä.com", &long,
        ] {
            assert_eq!(host_part(authority), None, "{authority}");
        }
    }

    #[test]
    fn addresses_are_bracketed_where_they_must_be() {
        assert_eq!(in_url("::1"), "[::1]");
        assert_eq!(in_url("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(in_url("chat.example.com"), "chat.example.com");
        assert_eq!(in_url("[::1]"), "[::1]");
    }
}
