//! The hosts that MSN Messenger calls, which are all this service now.

use crate::tls::OLD_SERVICES;

/// More hosts that 5.0 to 6.2 open besides those that signing in needs: redirects, advertisements, profiles
/// and mail (HYP, NINA). They need no certificate.
const EXTRAS: [&str; 4] = ["g.msn.com", "rad.msn.com", "members.msn.com", "www.hotmail.com"];

/// What an old machine has to find here, in the order in which it asks.
pub(super) fn needed() -> impl Iterator<Item = &'static str> {
    let services = OLD_SERVICES.into_iter().filter(|name| *name != "localhost");
    // A hosts file that catches a whole mail site would surprise people: only what is asked for unseen.
    services.chain(["g.msn.com", "rad.msn.com"])
}

/// Whether `host` is a name of the old services rather than one of ours.
pub(super) fn is_old(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let names = OLD_SERVICES.iter().filter(|name| **name != "localhost").chain(&EXTRAS);
    let mut families = ["hotmail.com", "msn.com", "passport.com", "passport.net"].into_iter();
    names.into_iter().any(|name| host.eq_ignore_ascii_case(name))
        || families.any(|family| is_under(host, family))
}

/// Whether `host` is `family` or a name in it.
pub(super) fn is_under(host: &str, family: &str) -> bool {
    match host.len().checked_sub(family.len()) {
        Some(0) => host.eq_ignore_ascii_case(family),
        Some(rest) => {
            host.is_char_boundary(rest)
                && host[..rest].ends_with('.')
                && host[rest..].eq_ignore_ascii_case(family)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_are_told_from_ours() {
        for old in [
            "messenger.hotmail.com",
            "Config.Messenger.MSN.com",
            "svcs.microsoft.com",
            "g.msn.com.",
            "hotmail.com",
            "loginnet.passport.com",
            "www.hotmail.com",
        ] {
            assert!(is_old(old), "{old}");
        }
        for ours in ["localhost", "192.0.2.7", "[::1]", "msn.example.org", "notmsn.com", "microsoft.com", ""]
        {
            assert!(!is_old(ours), "{ours}");
        }
    }

    #[test]
    fn what_signing_in_needs_is_there_once() {
        let needed: Vec<_> = needed().collect();
        for name in
            ["messenger.hotmail.com", "nexus.passport.com", "login.passport.com", "config.messenger.msn.com"]
        {
            assert_eq!(needed.iter().filter(|needed| **needed == name).count(), 1, "{name}");
        }
        assert!(!needed.contains(&"localhost"));
    }
}
