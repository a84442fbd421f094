//! The limit of open files: each connection is one, and many systems allow a program only 1024.

use papillon_server::Limits;

/// For the database, the certificates, the listeners and the runtime.
const OTHERS: u64 = 256;

/// As many open files as these limits may need.
pub(crate) fn wanted(limits: &Limits) -> u64 {
    let connections = limits.connections.saturating_add(limits.http_connections);
    u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS)
}

/// Asks the system for as many open files as there may be connections, and says so when it allows
/// fewer.
pub(crate) fn raise(limits: &Limits) {
    let wanted = wanted(limits);
    match rlimit::increase_nofile_limit(wanted) {
        // Not a warning: the default limits are far above the need of most services.
        Ok(allowed) if allowed < wanted => tracing::info!(
            allowed,
            wanted,
            "the system allows fewer open files than the limits allow connections: raise it (LimitNOFILE= in \
             the systemd unit, ulimit -Hn), or lower limits.connections"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, wanted, "the number of open files cannot be raised"),
    }
}
