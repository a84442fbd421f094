//! Raw connections from addresses of the loopback network, so that a case has the number of addresses it wants.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// The address of hostile client number `number`; bystanders have 127.0.0.1.
pub fn stranger(number: usize) -> IpAddr {
    let [high, low] = u16::try_from(number % 60_000 + 1).unwrap_or(1).to_be_bytes();
    Ipv4Addr::new(127, 66, high, low).into()
}

/// Connects from an address of this machine.
pub async fn connect_from(source: IpAddr, address: SocketAddr) -> io::Result<TcpStream> {
    connect(TcpSocket::new_v4()?, source, address).await
}

/// The same with a receive buffer as small as the system allows, for a client that is not going to read.
pub async fn connect_small(source: IpAddr, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    connect(socket, source, address).await
}

async fn connect(socket: TcpSocket, source: IpAddr, address: SocketAddr) -> io::Result<TcpStream> {
    socket.bind(SocketAddr::new(source, 0))?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Makes a connection end with a reset instead of a FIN, now.
pub fn reset(stream: TcpStream) {
    // Without it a FIN ends it, which the case tolerates as well.
    let _ = stream.set_zero_linger();
}

/// Reads until the other side closes; returns the bytes. A reset is an end as well.
///
/// # Errors
/// When the other side does not close within `patience`.
pub async fn until_closed(stream: &mut TcpStream, patience: Duration) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = async {
        while let Ok(read) = stream.read_buf(&mut bytes).await {
            if read == 0 {
                break;
            }
        }
    };
    if timeout(patience, read).await.is_err() {
        bail!("a connection was not closed within {patience:?}");
    }
    Ok(bytes)
}

/// How a flood ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poured {
    /// The bytes that the other side's system took.
    pub taken: u64,
    /// Whether the other side closed.
    pub closed: bool,
}

/// Writes until the other side closes, at most `patience` and `most` bytes.
pub async fn pour(
    stream: &mut (impl AsyncWrite + Unpin),
    chunk: &[u8],
    most: u64,
    patience: Duration,
) -> Poured {
    let mut poured = Poured { taken: 0, closed: false };
    let write = async {
        while poured.taken < most {
            match stream.write(chunk).await {
                Ok(written) if written > 0 => poured.taken += written as u64,
                _ => {
                    poured.closed = true;
                    break;
                }
            }
        }
    };
    // Without an end in time the case judges.
    let _ = timeout(patience, write).await;
    poured
}
