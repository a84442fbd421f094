//! The addresses of clients in the log.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the log shows the addresses of clients at levels above `debug`. They are hidden until the operator wants them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoggedAddresses(Arc<AtomicBool>);

impl LoggedAddresses {
    /// Shows them from now on, or hides them.
    pub(crate) fn show(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }

    /// Whether they are shown.
    pub(crate) fn are_shown(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An address for a line of the log: `-` where it is hidden.
    pub(crate) fn of(&self, client: IpAddr) -> String {
        if self.are_shown() { client.to_canonical().to_string() } else { String::from("-") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_hidden_until_it_is_to_be_shown() {
        let logged = LoggedAddresses::default();
        let client = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(logged.of(client), "-");
        logged.clone().show(true);
        assert_eq!(logged.of(client), "192.0.2.1");
    }
}
