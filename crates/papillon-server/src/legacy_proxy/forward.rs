//! The forwarder of bytes between a client and the service, until one of them is done.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The time limit for the service to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The time limit for either side to take the other's bytes. The limit for silence is up to the service.
const TAKE: Duration = Duration::from_secs(30);
/// The time in which a client can finish sending when the service has closed.
const LAST_WORDS: Duration = Duration::from_secs(2);
const BUFFER: usize = 16 * 1024;

/// Connects to the service at `to`, says `header`, and carries bytes both ways until the service has closed
/// the connection. The client's end is closed in order: in TLS with a close_notify.
pub(super) async fn forward<S>(client: S, to: &str, header: &[u8]) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite,
{
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let connected = timeout(CONNECT, TcpStream::connect(to)).await;
    let mut service = match connected.unwrap_or_else(|late| Err(late.into())) {
        Ok(service) => service,
        Err(error) => {
            tracing::warn!(%error, to, "the service cannot be reached");
            timeout(TAKE, to_client.shutdown()).await??;
            return Err(error);
        }
    };
    service.set_nodelay(true)?;
    timeout(TAKE, service.write_all(header)).await??;
    let (mut from_service, mut to_service) = service.split();
    // Pinned outside the `select`: the direction that goes on keeps the bytes in its buffer.
    let mut up = pin!(carry(&mut from_client, &mut to_service));
    let mut down = pin!(carry(&mut from_service, &mut to_client));
    tokio::select! {
        done = &mut up => {
            done?;
            // The client has only ended its own side: the answer is still to come.
            down.await
        }
        done = &mut down => {
            done?;
            // Bytes that the client still sends are of no use; but closing on bytes that were not read would make
            // the system send a reset, and that can overtake the answer.
            let _ = timeout(LAST_WORDS, up).await;
            Ok(())
        }
    }
}

/// Carries bytes until there are no more, and says so.
async fn carry(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    // These are requests without their TLS: passwords are among them.
    let mut buffer = zeroize::Zeroizing::new(vec![0; BUFFER]);
    loop {
        let count = from.read(&mut buffer).await?;
        let taken = async {
            match count {
                0 => to.shutdown().await,
                count => {
                    to.write_all(buffer.get(..count).unwrap_or_default()).await?;
                    to.flush().await
                }
            }
        };
        timeout(TAKE, taken).await??;
        if count == 0 {
            return Ok(());
        }
    }
}
