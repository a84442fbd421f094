//! The hosts that MSN Messenger calls. All of them are this service now.

/// The hosts that clients up to 7.5 look for (HYP, ESC, NINA). One certificate carries all of them: those clients send
/// no server name in TLS. The DNS listener answers for the same ones. Names that people still use for other things,
/// such as `www.hotmail.com`, are not among them: no client needs them. `login.live.com` is in use and here all the
/// same: it is fixed in the Java MSN Library, which asks no nexus.
pub const OLD_SERVICES: [&str; 13] = [
    "messenger.hotmail.com",
    "nexus.passport.com",
    "login.passport.com",
    "login.live.com",
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

/// The names that an old machine has to find here. A mail site is not among them: a hosts file that catches all of
/// one would surprise people.
pub(crate) fn needed() -> impl Iterator<Item = &'static str> {
    OLD_SERVICES.into_iter()
}

/// Whether `host` is a name of the old services rather than one of ours. More than the needed ones are: some may
/// send all of a family here.
pub(crate) fn is_old(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    OLD_SERVICES.iter().any(|name| host.eq_ignore_ascii_case(name))
        || ["hotmail.com", "msn.com", "passport.com", "passport.net"]
            .iter()
            .any(|family| is_under(host, family))
}

/// Whether `host` is `family` or a name in it.
pub(crate) fn is_under(host: &str, family: &str) -> bool {
    match host.len().checked_sub(family.len()) {
        Some(0) => host.eq_ignore_ascii_case(family),
        Some(rest) => {
            // A `Host` header may hold anything.
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
