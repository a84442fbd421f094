//! The door for the fuzz target `sender`.

use super::{authority, is_of_host};
use crate::addresses::host_part;

/// Compares any `Origin` with any `Host`: an address of another host does not pass for one of ours.
///
/// # Panics
/// When that does not hold.
pub fn sender(origin: &str, host: &str) {
    if is_of_host(origin, host) {
        let ours = host_part(host.trim()).map(str::to_ascii_lowercase);
        let theirs = authority(origin).and_then(host_part).map(str::to_ascii_lowercase);
        assert!(ours.is_none() || theirs.is_none() || ours == theirs, "{origin} is not of {host}");
    }
}
