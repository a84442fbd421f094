//! A listener of the service: one socket, or one for each kind of address.
//!
//! Two sockets, of which the second takes IPv6 only, let a service start on systems without IPv6, and clients that
//! come by IPv4 are seen under their IPv4 address.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::Poll;

use tokio::net::{TcpListener, TcpStream};

use crate::listen::liveness;
use crate::listen::plain;

/// The entrance of connections. Clients that vanish are noticed.
#[derive(Debug)]
pub struct Listener {
    first: TcpListener,
    second: Option<TcpListener>,
}

impl Listener {
    /// With a second socket at the same port, for addresses of the other kind.
    #[must_use]
    pub fn and(mut self, second: TcpListener) -> Self {
        liveness::on_listener(&second);
        self.second = Some(second);
        self
    }

    /// The address of the first socket.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.first.local_addr()
    }

    /// The address of the second socket, if there is one.
    pub fn second_addr(&self) -> Option<SocketAddr> {
        self.second.as_ref().and_then(|second| second.local_addr().ok())
    }

    /// The next connection, and the client's address as [`plain`] has it. Nothing is lost when this is dropped.
    ///
    /// # Errors
    /// As those of the socket: most of them concern one connection, or pass.
    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, client) = poll_fn(|cx| {
            // Where neither is ready, both have noted the waker.
            if let Poll::Ready(accepted) = self.first.poll_accept(cx) {
                return Poll::Ready(accepted);
            }
            self.second.as_ref().map_or(Poll::Pending, |second| second.poll_accept(cx))
        })
        .await?;
        liveness::on_accepted(&stream);
        Ok((stream, plain(client)))
    }
}

impl From<TcpListener> for Listener {
    /// One socket, which may take both kinds of addresses.
    fn from(first: TcpListener) -> Self {
        liveness::on_listener(&first);
        Self { first, second: None }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[tokio::test]
    async fn connections_come_in_at_both_sockets() {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let Ok(v6) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else {
            return eprintln!("SKIPPED: this system has no IPv6");
        };
        let (v4_at, v6_at) = (v4.local_addr().unwrap(), v6.local_addr().unwrap());
        let listener = Listener::from(v4).and(v6);
        assert_eq!((listener.local_addr().unwrap(), listener.second_addr()), (v4_at, Some(v6_at)));
        for at in [v6_at, v4_at, v6_at] {
            let client = TcpStream::connect(at).await.unwrap();
            let (stream, from) = listener.accept().await.unwrap();
            assert_eq!((from, stream.local_addr().unwrap()), (client.local_addr().unwrap(), at));
        }
    }

    #[tokio::test]
    async fn a_client_of_ipv4_is_one_at_a_socket_for_both_as_well() {
        let Ok(both) = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).await else {
            return eprintln!("SKIPPED: this system has no IPv6");
        };
        let port = both.local_addr().unwrap().port();
        let listener = Listener::from(both);
        let Ok(client) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
            return eprintln!("SKIPPED: this system's IPv6 sockets take no IPv4");
        };
        assert_eq!(listener.accept().await.unwrap().1, client.local_addr().unwrap());
    }
}
