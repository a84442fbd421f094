//! Another DNS server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

/// The reaction to a question: the packets that it sends back.
pub type Manner = dyn Fn(&[u8]) -> Vec<Vec<u8>> + Send + Sync;

/// A server that answers as the test wants, by packets and on connections.
pub struct Upstream {
    pub address: SocketAddr,
    asked: UnboundedReceiver<Vec<u8>>,
    _tasks: JoinSet<()>,
}

impl Upstream {
    pub async fn start(manner: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        let (udp, tcp) = bind().await;
        let address = udp.local_addr().unwrap();
        let (sender, asked) = mpsc::unbounded_channel();
        let manner: Arc<Manner> = Arc::new(manner);
        let mut tasks = JoinSet::new();
        tasks.spawn(packets(udp, Arc::clone(&manner), sender.clone()));
        tasks.spawn(connections(tcp, manner, sender));
        Self { address, asked, _tasks: tasks }
    }

    /// The questions that have come so far.
    pub fn asked(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }

    /// Waits for a question.
    pub async fn question(&mut self) -> Vec<u8> {
        let question = tokio::time::timeout(msnp_testkit::DEADLINE, self.asked.recv()).await;
        question.expect("nobody asks").unwrap()
    }
}

/// The same port for both.
async fn bind() -> (UdpSocket, TcpListener) {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

async fn packets(socket: UdpSocket, manner: Arc<Manner>, asked: UnboundedSender<Vec<u8>>) {
    let mut buffer = vec![0; 65_536];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let question = &buffer[..length];
        // The test may not want to know.
        let _ = asked.send(question.to_vec());
        for answer in manner(question) {
            socket.send_to(&answer, from).await.unwrap();
        }
    }
}

async fn connections(listener: TcpListener, manner: Arc<Manner>, asked: UnboundedSender<Vec<u8>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let Ok(length) = stream.read_u16().await else { continue };
        let mut question = vec![0; length.into()];
        if stream.read_exact(&mut question).await.is_err() {
            continue;
        }
        let _ = asked.send(question.clone());
        for answer in manner(&question) {
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            // The client may have closed its side.
            let _ = stream.write_all(&[&length[..], &answer].concat()).await;
        }
    }
}

/// An address without a listener.
pub async fn nobody() -> SocketAddr {
    let (udp, _tcp) = bind().await;
    udp.local_addr().unwrap()
}
