//! The check of open files: each connection is one, and the system has a limit for a program.

use papillon_server::{Limits, counted};

use super::report::Finding;
use crate::open_files;

/// Compares the system's limit with the need of the service's limits.
pub(super) fn examine(limits: &Limits) -> Finding {
    let wanted = open_files::wanted(limits);
    let allowed = match rlimit::getrlimit(rlimit::Resource::NOFILE) {
        Ok((_, hard)) => hard,
        // Windows has no such limit.
        Err(_) => return Finding::ok("files", "this system has no limit of open files"),
    };
    if allowed >= wanted {
        return Finding::ok(
            "files",
            format!("{wanted} may be needed at once, {} are allowed", amount(allowed)),
        );
    }
    Finding::warn(
        "files",
        format!(
            "the limits allow {}, and the system allows a program started from here {}: those beyond are turned away",
            counted(limits.connections.saturating_add(limits.http_connections), "connection", "connections"),
            counted(allowed, "open file", "open files")
        ),
        "raise it (LimitNOFILE= in the systemd unit, `ulimit -Hn` in a shell), or lower limits.connections",
    )
}

fn amount(files: u64) -> String {
    if files == rlimit::INFINITY { String::from("any number") } else { files.to_string() }
}
