//! The addresses that are not banned by mistake.

use std::fmt;

use papillon_store::AddressRange;

/// The addresses of the machine itself, from which its operator comes when all else is shut.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

/// Why a range is not to be banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protection {
    /// It holds addresses of the service's own machine.
    Loopback,
    /// It holds addresses of a trusted proxy: all of its clients that it does not name would be banned.
    Proxy(AddressRange),
}

/// As the rest of a sentence that begins with the range.
impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("holds addresses of the service's own machine"),
            Self::Proxy(range) => write!(f, "holds addresses of the trusted proxies at {range}"),
        }
    }
}

/// Why this range is not to be banned; `None` for most.
pub fn protection(range: &AddressRange, trusted_proxies: &[AddressRange]) -> Option<Protection> {
    let is_own = |own: &str| own.parse::<AddressRange>().is_ok_and(|own| own.overlaps(range));
    if LOOPBACK.into_iter().any(is_own) {
        return Some(Protection::Loopback);
    }
    trusted_proxies.iter().find(|proxy| proxy.overlaps(range)).copied().map(Protection::Proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_and_its_proxies_are_protected() {
        let range = |text: &str| text.parse::<AddressRange>().unwrap();
        let proxies = [range("192.0.2.0/28"), range("2001:db8::1")];
        let of = |text: &str| protection(&range(text), &proxies);
        for text in ["127.0.0.1", "127.1.2.3", "0.0.0.0/0", "::1", "::/0", "::ffff:127.0.0.1", "::/64"] {
            assert_eq!(of(text), Some(Protection::Loopback), "{text}");
        }
        for (text, proxy) in [("192.0.2.3", 0), ("192.0.0.0/16", 0), ("2001:db8::/64", 1)] {
            assert_eq!(of(text), Some(Protection::Proxy(proxies[proxy])), "{text}");
        }
        for text in ["192.0.2.16", "10.0.0.0/8", "2001:db8::2", "fe80::/10"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
