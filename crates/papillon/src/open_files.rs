//! The limit of open files: each connection is one, and many systems allow a program only 1024.

use papillon_server::Limits;

/// For the database, the certificates, the listeners and the runtime: connections never take these.
const OTHERS: u64 = 256;
/// As many connections are allowed on each kind of listener however few files there are.
const FEW: usize = 16;

/// As many open files as these limits may need.
pub(crate) fn wanted(limits: &Limits) -> u64 {
    let connections = limits.connections.saturating_add(limits.http_connections);
    u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS)
}

/// Asks the system for as many open files as there may be connections. Where it allows fewer, the limits are lowered to
/// what it allows, and the log says so: a connection that finds no file would keep the database from its own.
pub(crate) fn raise(limits: &mut Limits) {
    let wanted = wanted(limits);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed < wanted => {
            fit(limits, allowed);
            tracing::warn!(
                allowed,
                wanted,
                connections = limits.connections,
                http_connections = limits.http_connections,
                "the system allows fewer open files than the limits allow connections, so these are lowered: allow \
                 more (LimitNOFILE= in the systemd unit, ulimit -Hn), or lower limits.connections"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, wanted, "the number of open files cannot be raised"),
    }
}

/// Lowers the limits to so many open files.
fn fit(limits: &mut Limits, allowed: u64) {
    let files = usize::try_from(allowed.saturating_sub(OTHERS)).unwrap_or(usize::MAX).max(2 * FEW);
    // A quarter for HTTP, where people sign in: a flood of messengers leaves these, and the other way round.
    let http = limits.http_connections.min((files / 4).max(FEW));
    let connections = limits.connections.min(files - http);
    // What messengers do not need, HTTP may have.
    limits.http_connections = limits.http_connections.min(files - connections);
    limits.connections = connections;
    // No address takes more than half of what there is now.
    let half = |most: usize, all: usize| most.min((all / 2).max(1));
    limits.connections_per_address = half(limits.connections_per_address, limits.connections);
    limits.http_connections_per_address = half(limits.http_connections_per_address, limits.http_connections);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_fit_what_the_system_allows() {
        let fitted = |connections, http_connections, allowed| {
            let mut limits = Limits { connections, http_connections, ..Limits::default() };
            fit(&mut limits, allowed);
            let total = limits.connections + limits.http_connections;
            assert!(total as u64 + OTHERS <= allowed || total == 2 * FEW, "{limits:?}");
            assert!(limits.connections_per_address <= limits.connections / 2);
            assert!(limits.http_connections_per_address <= limits.http_connections / 2);
            (limits.connections, limits.http_connections)
        };
        assert_eq!(fitted(100_000, 10_000, 1024), (576, 192));
        assert_eq!(fitted(100_000, 10_000, 65_536), (55_280, 10_000));
        assert_eq!(fitted(300, 10_000, 1024), (300, 468));
        assert_eq!(fitted(100_000, 100, 1024), (668, 100));
        assert_eq!(fitted(100_000, 10_000, 64), (16, 16));
    }
}
