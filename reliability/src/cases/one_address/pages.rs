//! One address over HTTP, in both versions: pages and refusals that nobody reads, heads that are long, bodies that do
//! not come.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use msnp_testkit::http::tls_over;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::MEMORY;
use crate::attackers::Attackers;
use crate::doors::{connect_small, stranger};
use crate::figures::mebibytes;
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// Connections of HTTP/1.1 without TLS, with ten pages each.
const OF_HTTP_1: usize = 600;
/// Connections of HTTP/2 of each kind, with as many requests as one may have.
const OF_HTTP_2: usize = 60;
const STREAMS: u32 = 100;
/// A header's value.
const LONG: &str =
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
/// The time for which an attacker holds a connection and reads nothing.
const HOLD: Duration = Duration::from_secs(8);

/// The address costs its share of memory.
pub async fn pages(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(8, 30));
    let folder = TempDir::new()?;
    let setup = Setup { data: Some(folder.path().join("data")), ..Setup::default() };
    let authority = Arc::new(folder.path().join("data/tls/ca.pem"));
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let long = [&[("content-length", "100")][..], &[("x", LONG); 50][..]].concat();
    let kinds = [
        requests("GET", "/setup", &[]),
        requests("GET", "/setup", &[("x", ""); 70]),
        requests("POST", "/login", &long),
    ];
    let mut attackers = Attackers::default();
    for _ in 0..OF_HTTP_1 {
        attackers.add(ask(doors.http));
    }
    for kind in kinds.map(Arc::<[u8]>::from) {
        for _ in 0..OF_HTTP_2 {
            attackers.add(ask_at_once(doors.https, Arc::clone(&authority), Arc::clone(&kind)));
        }
    }
    let (begun, mut most) = (Instant::now(), 0);
    while begun.elapsed() < time {
        most = most.max(stage.program.figures()?.memory.saturating_sub(stage.before().memory));
        sleep(Duration::from_millis(50)).await;
    }
    attackers.stop().await?;
    stage.done(format!(
        "{OF_HTTP_1} connections with 10 pages, {} with {STREAMS} requests of HTTP/2: at most {} MiB",
        OF_HTTP_2 * 3,
        mebibytes(most)
    ));
    stage.check(most <= MEMORY, || format!("one address cost {} MiB", mebibytes(most)));
    stage.expect_counted(&["memory_of_address"], 1);
    Ok(stage.judge().await)
}

/// Asks for ten pages on one connection, reads nothing, and comes again.
async fn ask(address: SocketAddr) -> Infallible {
    let request = b"GET /setup HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0\r\n\r\n".repeat(10);
    loop {
        if let Ok(stream) = connect_small(stranger(1), address).await {
            hold(stream, &request).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Sends all requests of a connection of HTTP/2, reads nothing, and comes again.
async fn ask_at_once(address: SocketAddr, authority: Arc<PathBuf>, requests: Arc<[u8]>) -> Infallible {
    loop {
        if let Ok(stream) = connect_small(stranger(1), address).await
            && let Ok(stream) = tls_over(stream, &authority, "localhost", &[b"h2"]).await
        {
            hold(stream, &requests).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// The service may close the connection at any time.
async fn hold(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) {
    let held = async {
        if stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok() {
            sleep(HOLD).await;
        }
        // The rest is read only now, so that an end is seen.
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    };
    let _ = timeout(2 * HOLD, held).await;
}

/// The bytes of a connection of HTTP/2 (RFC 9113) with as many equal requests as it may have, from a client that takes no
/// byte of any answer's body.
fn requests(method: &str, path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let names = [(":method", method), (":path", path), (":scheme", "https"), (":authority", "localhost")];
    // Each header by name and value, without a table (RFC 7541, section 6.2.2).
    let mut head = Vec::new();
    for (name, value) in names.iter().chain(more) {
        head.push(0);
        for text in [name, value] {
            head.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            head.extend_from_slice(text.as_bytes());
        }
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE is 0.
    bytes.extend(frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]));
    bytes.extend(frame(SETTINGS, ACK, 0, &[]));
    let ends = if method == "GET" { END_STREAM } else { 0 };
    for number in 0..STREAMS {
        bytes.extend(frame(HEADERS, END_HEADERS | ends, 2 * number + 1, &head));
    }
    bytes
}

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}
