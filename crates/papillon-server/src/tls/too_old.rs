//! The log of clients that know no modern TLS, at a service that does not let them in. Such a client shows no reason to
//! its user, so the log tells the operator.

use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::io::AsyncRead;

use crate::limits::{Network, Pace, RateLimiter};
use crate::listen::{LoggedAddresses, Peeked};

/// The most networks that are remembered.
const MOST: usize = 1024;
/// The time for which a network is remembered: for ever, as far as a service is concerned.
const LONG: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// The most lines an hour: the internet is full of programs that try old versions on every server.
const LINES_AN_HOUR: u32 = 60;
/// This much is read at once, though three bytes tell a hello in the format of SSL 2.0.
const BEGINNING: usize = 1024;

/// The addresses that the operator has been told about.
#[derive(Debug)]
pub(super) struct TooOld {
    told: Mutex<Told>,
    pub(super) logged: LoggedAddresses,
}

#[derive(Debug)]
struct Told {
    networks: RateLimiter<Network>,
    pace: Pace,
}

impl Default for TooOld {
    fn default() -> Self {
        Self { told: Mutex::new(Told::new(LINES_AN_HOUR)), logged: LoggedAddresses::default() }
    }
}

impl TooOld {
    /// Tells the operator about a client that could not be served, once for each address.
    pub(super) fn tell(&self, client: IpAddr) {
        if !self.told.lock().is_news(Network::of(client)) {
            return;
        }
        let client = self.logged.of(client);
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
    fn new(lines_an_hour: u32) -> Self {
        let networks = RateLimiter::forgetful(1, LONG, MOST);
        Self { networks, pace: Pace::new(lines_an_hour, Duration::from_secs(3600)) }
    }

    /// Whether nothing was told about this network yet, and there may be one more line.
    fn is_news(&mut self, network: Network) -> bool {
        let now = Instant::now();
        // In this order: a known network takes no line, and a network without a line is not known yet.
        self.networks.wait(&network, now).is_zero() && self.pace.take() && {
            self.networks.take(network, now);
            true
        }
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
        // The length has its highest bit set, and the third byte is CLIENT-HELLO. Any other first byte decides at once.
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
        let mut told = Told::new(u32::MAX);
        let address = |number: usize| Network::of(Ipv4Addr::from_bits(number as u32).into());
        for number in 0..MOST {
            assert!(told.is_news(address(number)) && !told.is_news(address(number)), "{number}");
        }
        assert!(told.is_news(address(MOST)));
        assert!(told.is_news(address(0)) && !told.is_news(address(2)));
    }

    #[test]
    fn a_flood_of_addresses_fills_no_log() {
        let told = TooOld::default();
        let news = (0..10_000)
            .filter(|number| told.told.lock().is_news(Network::of(Ipv4Addr::from_bits(*number).into())));
        assert!((60..100).contains(&news.count()));
    }
}
