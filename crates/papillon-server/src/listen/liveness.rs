//! The options of connections: short lines are sent at once, and the keep-alive notices clients that have gone without
//! a word: a pulled cable, a crash, a router that has forgotten them.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};

/// A connection on which nothing came for so long is probed, so often, and given up after so many probes without
/// an answer.
const IDLE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;
/// A connection is given up when bytes written to it are not acknowledged for so long. Where the system has no such
/// limit, it repeats them until it gives up by itself, which can take a quarter of an hour. Linux
/// applies the limit to probes too: an idle connection is given up 75 seconds after the last word from the client.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// The bytes that a connection takes before it can send them. Without this limit it takes megabytes for a client on a slow
/// line, and tells that it takes more when a third of them is sent: for minutes, such a client could not be told from one that
/// does not read. With it, Linux tells so each time when about 12 KiB are sent: on the slowest modem, with a kilobyte a second,
/// that is within the 15 seconds that a client has while a sender waits for it.
const UNSENT: u32 = 16 * 1024;

/// Whether an accepted connection has the options of its listener. Setting them once spares five system calls a
/// connection.
const INHERITED: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Prepares a listener, for clients that vanish above all. [`on_accepted`] does the rest.
pub(crate) fn on_listener(listener: &TcpListener) {
    if INHERITED && let Err(error) = set(&SockRef::from(listener)) {
        tracing::warn!(%error, "clients that vanish will be noticed late: the system takes no keepalive for a listener");
    }
}

/// Prepares a connection of a prepared listener.
pub(crate) fn on_accepted(stream: &TcpStream) {
    if !INHERITED {
        // A socket that fails here is dead already, and the first read says so: no line in the log for each.
        let _ = set(&SockRef::from(stream));
    }
}

fn set(socket: &SockRef<'_>) -> io::Result<()> {
    // An answer may be several small writes: the system would hold the last one back until the client acknowledges.
    socket.set_tcp_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL).with_retries(PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    set_sending(socket)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn set_sending(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    socket.set_tcp_notsent_lowat(UNSENT)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn set_sending(_: &SockRef<'_>) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::listen::Listener;

    #[tokio::test]
    async fn accepted_connections_are_watched() {
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let second = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [first.local_addr().unwrap(), second.local_addr().unwrap()];
        let listener = Listener::from(first).and(second);
        for address in addresses {
            let _client = TcpStream::connect(address).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let socket = SockRef::from(&stream);
            assert!(socket.tcp_nodelay().unwrap());
            assert!(socket.keepalive().unwrap());
            assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(60));
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(15));
            assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
            assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(60)));
            assert_eq!(socket.tcp_notsent_lowat().unwrap(), UNSENT);
        }
    }
}
