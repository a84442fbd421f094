//! The open files that the system grants: ten thousand people are as many sockets, here and in the service.

use anyhow::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::bench::missing;

/// The files of a process that are no clients: databases, listeners, threads' polls.
const OTHERS: u64 = 200;

/// Takes all that the system grants. The service is started with as many.
pub fn raise() {
    let limits = getrlimit(Resource::Nofile);
    // Where it is refused, rows that need more say so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limits.maximum, maximum: limits.maximum });
}

/// Sees that there are enough for so many clients.
///
/// # Errors
/// When there are too few: the row cannot be measured on this machine.
pub fn need(clients: usize) -> Result<()> {
    let needed = clients as u64 + OTHERS;
    match getrlimit(Resource::Nofile).current {
        Some(granted) if granted < needed => missing(format!(
            "needs {needed} open files, and this machine grants {granted}; `ulimit -Hn` or LimitNOFILE= sets it"
        )),
        _ => Ok(()),
    }
}
