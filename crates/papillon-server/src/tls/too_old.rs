//! Clients that know no TLS of today, at a service that was not told to let them in. They say nothing about it, so
//! the operator has to be told.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::AsyncRead;

use crate::limits::Pace;
use crate::limits::network;
use crate::listen::Peeked;

/// As many addresses are remembered.
const MOST: usize = 1024;
/// Lines an hour: the internet is full of programs that try old versions on everybody.
const LINES_AN_HOUR: u32 = 60;
/// This much is read at once, though three bytes tell a hello in the format of SSL 2.0.
const BEGINNING: usize = 1024;

/// The addresses that the operator has been told about.
#[derive(Debug)]
pub(super) struct TooOld(Mutex<Told>);

#[derive(Debug)]
struct Told {
    addresses: HashSet<IpAddr>,
    oldest_first: VecDeque<IpAddr>,
    pace: Pace,
}

impl Default for TooOld {
    fn default() -> Self {
        let pace = Pace::new(LINES_AN_HOUR, Duration::from_secs(3600));
        Self(Mutex::new(Told { addresses: HashSet::new(), oldest_first: VecDeque::new(), pace }))
    }
}

impl TooOld {
    /// Tells the operator about a client that could not be served, once for each address.
    pub(super) fn tell(&self, client: IpAddr) {
        if !self.0.lock().is_news(network(client)) {
            return;
        }
        let client = client.to_canonical();
        if cfg!(feature = "old-windows") {
            tracing::warn!(
                %client,
                "a client offers only TLS that is too old, such as TLS 1.0, and was turned away: start the service \
                 with --old-windows (old_windows = true) to let such clients in"
            );
        } else {
            tracing::warn!(
                %client,
                "a client offers only TLS that is too old, such as TLS 1.0, and was turned away: only a program built \
                 with its default features lets such clients in, with --old-windows"
            );
        }
    }
}

impl Told {
    /// Whether nothing was told about this address yet, and there may be one more line.
    fn is_news(&mut self, address: IpAddr) -> bool {
        if self.addresses.contains(&address) || !self.pace.take() {
            return false;
        }
        if self.oldest_first.len() >= MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.addresses.remove(&oldest);
        }
        self.oldest_first.push_back(address);
        self.addresses.insert(address)
    }
}

/// Whether a handshake failed because client and service have no version or suite in common.
pub(super) fn is_why(error: &io::Error) -> bool {
    let error = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    matches!(error, Some(rustls::Error::PeerIncompatible(_)))
}

/// Whether a connection begins with a hello in the format of SSL 2.0 (RFC 5246, appendix E.2).
pub(super) async fn is_hello_of_ssl_2<S: AsyncRead + Unpin>(stream: &mut Peeked<S>) -> io::Result<bool> {
    stream
        .until(BEGINNING, |beginning| match beginning {
            [] | [0x80..=0xff] | [0x80..=0xff, _] => None,
            beginning => Some(matches!(beginning, [0x80..=0xff, _, 1, ..])),
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_address_is_news_once_and_none_is_kept_for_ever() {
        let mut told = Told {
            addresses: HashSet::new(),
            oldest_first: VecDeque::new(),
            pace: Pace::new(u32::MAX, Duration::from_secs(1)),
        };
        let address = |number: usize| IpAddr::from(Ipv4Addr::from_bits(number as u32));
        for number in 0..MOST {
            assert!(told.is_news(address(number)) && !told.is_news(address(number)), "{number}");
        }
        assert!(told.is_news(address(MOST)));
        assert_eq!((told.addresses.len(), told.oldest_first.len()), (MOST, MOST));
        assert!(told.is_news(address(0)) && !told.is_news(address(2)));
    }

    #[test]
    fn a_flood_of_addresses_fills_no_log() {
        let told = TooOld::default();
        let news = (0..10_000).filter(|number| told.0.lock().is_news(Ipv4Addr::from_bits(*number).into()));
        assert!((60..100).contains(&news.count()));
    }
}
