//! The address of the public host, as its name was looked up last.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// The time limit of a look-up of the public host. A page without an address is better than none.
const LOOK_UP: Duration = Duration::from_secs(2);
/// The time for which its result is good.
const KEEP: Duration = Duration::from_secs(60);

/// The address of the public host at its last look-up. One look-up at a time, and not a new one for
/// each page: a client that opens many pages keeps no thread of ours waiting.
#[derive(Debug, Default)]
pub(crate) struct Found(Mutex<Option<(Instant, Option<Ipv4Addr>)>>);

impl Found {
    pub(super) async fn get(&self, host: &str) -> Option<Ipv4Addr> {
        // Held across the look-up on purpose, which takes two seconds at most: the others wait for its result.
        let mut known = self.0.lock().await;
        match *known {
            Some((when, address)) if when.elapsed() < KEEP => address,
            // A failure is kept as well, so that a resolver that is away is not asked for each page.
            _ => {
                let address = look_up(host).await;
                *known = Some((Instant::now(), address));
                address
            }
        }
    }
}

async fn look_up(host: &str) -> Option<Ipv4Addr> {
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, 0))).await.ok()?.ok()?;
    found.into_iter().find_map(|address| v4(address.ip()))
}

/// An IPv4 address, also where it is mapped into IPv6.
pub(super) fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address.to_canonical() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}
