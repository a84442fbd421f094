//! Connections to the service: TCP, or HTTP where nothing else gets through.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::destination::Destination;
use crate::gateway;
use crate::settings::Settings;

/// The time that connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Both directions of a connection.
pub(crate) struct Connection {
    pub(crate) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) writer: Box<dyn AsyncWrite + Send + Unpin>,
    /// Our end; `None` over HTTP.
    pub(crate) local: Option<SocketAddr>,
}

/// Connects, within 10 s.
pub(crate) async fn connect(settings: &Settings, to: Destination) -> io::Result<Connection> {
    if let Some(gateway) = &settings.gateway {
        let stream = gateway::open(gateway.clone(), settings.trust.clone(), to, &settings.through_gateway);
        let (reader, writer) = tokio::io::split(stream);
        return Ok(Connection { reader: Box::new(reader), writer: Box::new(writer), local: None });
    }
    let address = match to {
        Destination::Notification(address) => address,
        Destination::Switchboard(address) => address.to_string(),
    };
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await??;
    // Lines are small, and each write has all that there is to say: Nagle's algorithm would hold some back for an `ACK`
    // of TCP.
    stream.set_nodelay(true)?;
    let local = stream.local_addr().ok();
    let (reader, writer) = stream.into_split();
    Ok(Connection { reader: Box::new(reader), writer: Box::new(writer), local })
}
