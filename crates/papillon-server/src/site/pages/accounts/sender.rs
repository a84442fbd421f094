//! The sender of a form: the site whose page the browser says it stood on.

#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;

use axum::http::HeaderName;
use axum::http::header::{HOST, HeaderMap, ORIGIN, REFERER};

use crate::addresses::host_part;
use crate::http::Visitor;

/// Whether another site's page sent a form.
///
/// Whether `Origin`, or else `Referer`, names another site. Browsers that send them send the truth; legacy ones send
/// neither, and are believed: the form's token protects those.
///
/// A proxy may put its own name for this service into `Host`, or leave out the port. Behind one, the host that the
/// visitor knows counts, at any port.
pub(super) fn is_sent_by_another(headers: &HeaderMap, visitor: &Visitor) -> bool {
    // A value that is no text names no host, so it counts as another site's. Without `Host` (HTTP/1.0) there is nothing
    // to compare.
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let (Some(said), Some(host)) = (text(ORIGIN).or_else(|| text(REFERER)), text(HOST)) else { return false };
    let knows = host_part(host.trim()).is_some_and(|host| host.eq_ignore_ascii_case(&visitor.host));
    if knows && visitor.front.is_none() {
        return !is_of_host(said, host);
    }
    let of_visitor = authority(said).and_then(host_part);
    !is_of_host(said, host) && !of_visitor.is_some_and(|said| said.eq_ignore_ascii_case(&visitor.host))
}

/// The host and the port of an address.
fn authority(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    rest.split(['/', '?', '#']).next()
}

/// Whether an address (of an `Origin` or a `Referer`) is one of this host (of a `Host`).
fn is_of_host(address: &str, host: &str) -> bool {
    let Some((scheme, _)) = address.split_once("://") else { return false };
    let authority = authority(address).unwrap_or_default();
    let usual = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let plain = |authority: &str| authority.strip_suffix(usual).unwrap_or(authority).to_ascii_lowercase();
    plain(authority) == plain(host.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_its_host_only() {
        for (address, host) in [
            ("http://msn.example.org", "msn.example.org"),
            ("http://msn.example.org:80/register?x", "MSN.example.org"),
            ("https://msn.example.org/", "msn.example.org:443"),
            ("http://[::1]:8080/a", "[::1]:8080"),
        ] {
            assert!(is_of_host(address, host), "{address} {host}");
        }
        for (address, host) in [
            ("null", "msn.example.org"),
            ("", "msn.example.org"),
            ("http://evil.example", "msn.example.org"),
            ("http://msn.example.org.evil.example/", "msn.example.org"),
            ("http://evil.example/http://msn.example.org/", "msn.example.org"),
            ("http://msn.example.org@evil.example/", "msn.example.org"),
            ("http://msn.example.org:81/", "msn.example.org"),
            ("https://msn.example.org:80/", "msn.example.org"),
        ] {
            assert!(!is_of_host(address, host), "{address} {host}");
        }
    }
}
