//! The TCP side of the listener: questions on connections, each after its length in two bytes (RFC 1035, 4.2.2).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::decide::{Asked, Decision, Transport};
use super::desk::Desk;
use super::query::HEADER;

/// The most connections at once.
const CONNECTIONS: usize = 128;
/// The most questions on one connection.
const QUESTIONS: usize = 200;
/// The longest question. A name has at most 255 bytes; the rest is room for options.
const LONGEST: usize = 4096;
/// The time limit from one answer to the end of the next question, and for the client to take an answer.
const IDLE: Duration = Duration::from_secs(10);
/// The pause after a failure, so that one that lasts does not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers on connections, until it is dropped.
pub(super) async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let mut open = JoinSet::new();
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a DNS connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Before the count: tasks that are over stay in the set until they are asked for.
        while open.try_join_next().is_some() {}
        let Ok(local) = stream.local_addr() else { continue };
        let asked = Asked::new(client, local.ip(), Transport::Tcp);
        // Closed without a word: the client asks its next server.
        if open.len() >= CONNECTIONS || !desk.serves(&asked) {
            continue;
        }
        let Some(place) = desk.limits.connect(asked.client.ip()) else {
            continue;
        };
        let desk = Arc::clone(&desk);
        open.spawn(async move {
            if let Err(error) = converse(stream, asked, &desk).await {
                tracing::debug!(%error, "a DNS connection failed");
            }
            drop(place);
        });
    }
}

/// Answers one question after the other. A client that asks nonsense is disconnected.
async fn converse(mut stream: TcpStream, asked: Asked, desk: &Desk) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut packet = Vec::new();
    for _ in 0..QUESTIONS {
        if !timeout(IDLE, read(&mut stream, &mut packet)).await?? {
            break;
        }
        let answer = match desk.decide(&packet, &asked) {
            Decision::Drop => break,
            Decision::Reply(answer) => answer,
            Decision::Forward(forward) => desk.forward(&forward, Transport::Tcp).await,
        };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        // In one piece (RFC 7766, section 8).
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        timeout(IDLE, stream.write_all(&framed)).await??;
    }
    timeout(IDLE, stream.shutdown()).await?
}

/// Reads a question; `false` when there is none, or none of a length that can be.
async fn read(stream: &mut TcpStream, packet: &mut Vec<u8>) -> io::Result<bool> {
    let length = match stream.read_u16().await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        length => usize::from(length?),
    };
    if !(HEADER..=LONGEST).contains(&length) {
        return Ok(false);
    }
    packet.resize(length, 0);
    stream.read_exact(packet).await?;
    Ok(true)
}
