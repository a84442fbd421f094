//! The addresses at which the service listens, and those from which clients come.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use socket2::{Domain, Socket, Type};

/// The number of people at one address: far below every limit of an address.
const PEOPLE_AT_ADDRESS: usize = 100;
/// No connection takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Its addresses.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// Notification server and switchboard.
    pub msnp: SocketAddr,
    /// Sign-in and gateway, without TLS.
    pub http: SocketAddr,
    /// The same with TLS, where the setup has it.
    pub https: Option<SocketAddr>,
}

impl Doors {
    /// Reads the lines `listening NAME ADDRESS`.
    pub fn read(said: &[String]) -> Result<Self> {
        let find = |name: &str| -> Result<Option<SocketAddr>> {
            let line = said.iter().find_map(|line| line.strip_prefix("listening ")?.strip_prefix(name));
            line.map(|address| Ok(address.trim().parse()?)).transpose()
        };
        let need = |name: &str| find(name)?.with_context(|| format!("no {name} listener in {said:?}"));
        Ok(Self { msnp: need("msnp ")?, http: need("http ")?, https: find("https ")? })
    }
}

/// The address from which a person comes: one of the loopback network, of a hundred people each.
pub fn address_of(person: usize) -> IpAddr {
    let [high, low] = u16::try_from(person / PEOPLE_AT_ADDRESS + 1).unwrap_or(u16::MAX).to_be_bytes();
    Ipv4Addr::new(127, 66, high, low).into()
}

/// Connects from the address of a person.
///
/// # Errors
/// When nobody listens.
pub fn connect(person: usize, to: SocketAddr) -> Result<TcpStream> {
    let socket = socket_of(person)?;
    socket.connect_timeout(&to.into(), PATIENCE)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A socket at the address of a person.
pub fn socket_of(person: usize) -> Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(address_of(person), 0).into())?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}
