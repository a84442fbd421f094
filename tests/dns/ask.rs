//! Questions, written byte by byte, and the answers as they come.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use msnp_testkit::DEADLINE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

pub const A: u16 = 1;
pub const AAAA: u16 = 28;
pub const TXT: u16 = 16;

pub const NO_ERROR: u8 = 0;
pub const FORMAT_ERROR: u8 = 1;
pub const SERVER_FAILURE: u8 = 2;
pub const NOT_IMPLEMENTED: u8 = 4;
pub const REFUSED: u8 = 5;

/// A client asks again after this long.
const AGAIN: Duration = Duration::from_secs(1);

/// A question without EDNS, as clients of 2003 ask it.
pub fn question(id: u16, name: &str, kind: u16) -> Vec<u8> {
    let mut packet = id.to_be_bytes().to_vec();
    packet.extend([0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).unwrap());
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend(kind.to_be_bytes());
    packet.extend([0, 1]);
    packet
}

/// The question, and that the client takes packets of this size.
pub fn with_size(mut packet: Vec<u8>, size: u16) -> Vec<u8> {
    packet[11] += 1;
    packet.extend([0, 0, 41]);
    packet.extend(size.to_be_bytes());
    packet.extend([0, 0, 0, 0, 0, 0]);
    packet
}

/// The question as it stands in a packet: name, type and class.
pub fn question_of(packet: &[u8]) -> &[u8] {
    let mut end = 12;
    while packet[end] != 0 {
        end += usize::from(packet[end]) + 1;
    }
    &packet[12..end + 5]
}

/// An answer to `packet` with these addresses.
pub fn answer(packet: &[u8], addresses: &[Ipv4Addr]) -> Vec<u8> {
    let mut answer = packet[..2].to_vec();
    answer.extend([0x81, 0x80, 0, 1]);
    answer.extend(u16::try_from(addresses.len()).unwrap().to_be_bytes());
    answer.extend([0; 4]);
    answer.extend(question_of(packet));
    for address in addresses {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        answer.extend(address.octets());
    }
    answer
}

/// The contents of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub id: u16,
    pub code: u8,
    pub truncated: bool,
    pub addresses: Vec<IpAddr>,
}

impl Said {
    /// Reads an answer; panics when it is none.
    pub fn read(packet: &[u8]) -> Self {
        assert!(packet.len() >= 12 && packet[2] & 0x80 != 0, "no answer: {packet:?}");
        let count = u16::from_be_bytes([packet[6], packet[7]]);
        let mut rest = match u16::from_be_bytes([packet[4], packet[5]]) {
            0 => &packet[12..],
            _ => &packet[12 + question_of(packet).len()..],
        };
        let mut addresses = Vec::new();
        for _ in 0..count {
            assert_eq!(rest[0], 0xc0, "the name is that of the question");
            let length = usize::from(u16::from_be_bytes([rest[10], rest[11]]));
            let data = &rest[12..12 + length];
            addresses.push(match length {
                4 => <[u8; 4]>::try_from(data).unwrap().into(),
                _ => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(data).unwrap())),
            });
            rest = &rest[12 + length..];
        }
        let id = u16::from_be_bytes([packet[0], packet[1]]);
        Self { id, code: packet[3] & 0x0f, truncated: packet[2] & 0x02 != 0, addresses }
    }

    /// Asserts that it is fine, and gives the addresses.
    #[track_caller]
    pub fn addresses(&self) -> Vec<String> {
        assert_eq!(self.code, NO_ERROR, "{self:?}");
        self.addresses.iter().map(ToString::to_string).collect()
    }
}

/// A client that asks in packets.
pub struct Client {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Client {
    pub async fn of(server: SocketAddr) -> Self {
        Self::at([127, 0, 0, 1], server).await
    }

    /// A client at another address of this machine.
    pub async fn at(own: [u8; 4], server: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::from(own), 0)).await.unwrap();
        Self { socket, server }
    }

    pub async fn send(&self, packet: &[u8]) {
        self.socket.send_to(packet, self.server).await.unwrap();
    }

    /// The next packet, which has to come from where it was asked.
    pub async fn receive(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let received = timeout(DEADLINE, self.socket.recv_from(&mut buffer)).await;
        let (length, from) = received.expect("no answer").unwrap();
        assert_eq!(from, self.server);
        buffer.truncate(length);
        buffer
    }

    /// Asks until there is an answer. Clients do the same, and a client that asks too much gets no answer for a while.
    pub async fn ask(&self, packet: &[u8]) -> Vec<u8> {
        let asking = async {
            loop {
                self.send(packet).await;
                let answered = timeout(AGAIN, async {
                    loop {
                        let answer = self.receive().await;
                        if answer[..2] == packet[..2] {
                            return answer;
                        }
                    }
                });
                if let Ok(answer) = answered.await {
                    return answer;
                }
            }
        };
        timeout(DEADLINE, asking).await.expect("no answer, however often it was asked")
    }

    /// The number of packets that have come and were not read.
    pub fn came(&self) -> usize {
        let mut buffer = [0; 512];
        std::iter::from_fn(|| self.socket.try_recv(&mut buffer).ok()).count()
    }

    /// The addresses of a name.
    pub async fn look_up(&self, name: &str, kind: u16) -> Vec<String> {
        Said::read(&self.ask(&question(id_of(name), name, kind)).await).addresses()
    }
}

/// An identifier that differs from name to name.
fn id_of(name: &str) -> u16 {
    name.bytes().fold(7, |id, byte| id.wrapping_mul(31).wrapping_add(byte.into()))
}

/// A connection.
pub struct Connection(pub TcpStream);

impl Connection {
    pub async fn to(server: SocketAddr) -> Self {
        Self(TcpStream::connect(server).await.unwrap())
    }

    pub async fn send(&mut self, packet: &[u8]) {
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        self.send_raw(&[&length[..], packet].concat()).await;
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        // The service may have closed already.
        let _ = self.0.write_all(bytes).await;
    }

    pub async fn receive(&mut self) -> Vec<u8> {
        let read = async {
            let mut answer = vec![0; self.0.read_u16().await.unwrap().into()];
            self.0.read_exact(&mut answer).await.unwrap();
            answer
        };
        timeout(DEADLINE, read).await.expect("no answer on the connection")
    }

    pub async fn ask(&mut self, packet: &[u8]) -> Vec<u8> {
        self.send(packet).await;
        self.receive().await
    }

    /// Waits until the service closes, without a word.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        // A reset is an end, too.
        let _ = timeout(DEADLINE, self.0.read_to_end(&mut rest)).await.expect("it stays open");
        assert_eq!(rest, []);
    }
}
