//! The probe of a DNS listener, by UDP and TCP.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use papillon_server::tls::OLD_SERVICES;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::{Answer, is_silence};

/// As long as a client waits for one answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A packet may get lost, and a client over the rate limit gets no answer for a moment.
const TRIES: usize = 3;
/// Whether a DNS server answers there, by UDP and TCP. Whether its answers are right is
/// checked later.
pub(in crate::doctor) async fn probe(address: SocketAddr) -> Answer {
    let Some(name) = OLD_SERVICES.first() else { return Answer::Nobody(String::from("no name")) };
    let by_packet = look_up(address, name).await;
    let by_connection = timeout(PATIENCE, on_connection(address, name)).await;
    let by_connection = by_connection.unwrap_or_else(|late| Err(late.into()));
    let is_ours = [&by_packet, &by_connection].into_iter().flatten().any(is_about_old_names);
    match (by_packet, by_connection) {
        (Ok(_), Ok(_)) if is_ours => Answer::Ours,
        (Ok(_), Ok(_)) => Answer::Other(String::from("a DNS server that does not know the old names")),
        // It is there, and one of its two ways in is not open.
        (Err(error), Ok(_)) if is_ours => {
            Answer::Filtered(format!("it answers by TCP, and not by UDP ({error})"))
        }
        (Ok(_), Err(error)) if is_ours => {
            Answer::Filtered(format!("it answers by UDP, and not by TCP ({error})"))
        }
        (Ok(_), Err(_)) => Answer::Other(String::from("a DNS server that answers only by UDP")),
        (Err(_), Ok(_)) => Answer::Other(String::from("a DNS server that answers only by TCP")),
        (Err(error), _) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Answer::Nobody(String::from("no program listens"))
        }
        (Err(error), _) if is_silence(&error) => Answer::Filtered(String::from(
            "no answer by UDP, nor by TCP (a client that is not among dns_clients gets none either)",
        )),
        (Err(error), _) => Answer::Nobody(error.to_string()),
    }
}

/// Ours says something about them, and if it is that there is no address of this kind.
fn is_about_old_names(said: &Message) -> bool {
    said.metadata.response_code == ResponseCode::NoError && !said.answers.is_empty()
}

/// Asks by packets for an address of the kind with which we ask.
pub(in crate::doctor) async fn look_up(at: SocketAddr, name: &str) -> io::Result<Message> {
    let any: SocketAddr = match at {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(at).await?;
    let (id, packet) = question(at, name)?;
    let mut buffer = [0; 4096];
    for _ in 0..TRIES {
        socket.send(&packet).await?;
        let Ok(received) = timeout(PATIENCE, socket.recv(&mut buffer)).await else { continue };
        if let Ok(said) = Message::from_vec(buffer.get(..received?).unwrap_or_default())
            && said.metadata.id == id
        {
            return Ok(said);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

async fn on_connection(at: SocketAddr, name: &str) -> io::Result<Message> {
    let mut stream = TcpStream::connect(at).await?;
    let (_, packet) = question(at, name)?;
    let length = u16::try_from(packet.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], &packet].concat()).await?;
    let mut answer = vec![0; stream.read_u16().await?.into()];
    stream.read_exact(&mut answer).await?;
    Message::from_vec(&answer).map_err(io::Error::other)
}

fn question(at: SocketAddr, name: &str) -> io::Result<(u16, Vec<u8>)> {
    let mut name = Name::from_ascii(name).map_err(io::Error::other)?;
    name.set_fqdn(true);
    // The service answers with an address of the kind that reached it.
    let kind = if at.is_ipv4() { RecordType::A } else { RecordType::AAAA };
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name, kind));
    Ok((message.metadata.id, message.to_vec().map_err(io::Error::other)?))
}
