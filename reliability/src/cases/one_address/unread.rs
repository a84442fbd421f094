//! One address with many accounts, and what makes memory wait: conversations whose hearers read nothing, bodies and
//! handshakes that do not end.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Ns, Sb, Wire, message, person};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::MEMORY;
use crate::attackers::Attackers;
use crate::doors::{connect_from, connect_small, pour, stranger};
use crate::figures::mebibytes;
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// Pairs of accounts, and the conversations of each: each hearer may have 4 MiB waiting in each.
const PAIRS: usize = 24;
const CONVERSATIONS: usize = 4;
/// Requests with a body, and as many hellos, that do not end.
const UNFINISHED: usize = 200;
/// The beginning of a TLS hello of 512 bytes.
const HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a hello";

/// The address costs its share of memory, however many accounts and doors it has.
pub async fn unread(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(6, 30));
    let mut setup = Setup::default();
    for pair in 0..PAIRS {
        setup.population.add(talker(pair));
        setup.population.add(hearer(pair));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let (mut seats, mut sessions) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let mut talker = online(&stage.people, doors.msnp, &talker(pair)).await?;
        let mut hearer = online(&stage.people, doors.msnp, &hearer(pair)).await?;
        for _ in 0..CONVERSATIONS {
            seats.push(converse(&mut talker, &mut hearer).await?);
        }
        sessions.push((talker, hearer));
    }
    let mut attackers = Attackers::default();
    for (seat, deaf) in seats {
        attackers.add(talk(seat, deaf));
    }
    for _ in 0..UNFINISHED {
        attackers.add(never_end(doors.http, body()));
        attackers.add(never_end(doors.https, HELLO.to_vec()));
    }
    let (begun, mut most) = (Instant::now(), 0);
    while begun.elapsed() < time {
        most = most.max(stage.program.figures()?.memory.saturating_sub(stage.before().memory));
        sleep(Duration::from_millis(50)).await;
    }
    attackers.stop().await?;
    drop(sessions);
    stage.done(format!(
        "{} accounts in {} conversations, {} unfinished requests: at most {} MiB",
        2 * PAIRS,
        PAIRS * CONVERSATIONS,
        2 * UNFINISHED,
        mebibytes(most)
    ));
    stage.check(most <= MEMORY, || format!("one address cost {} MiB", mebibytes(most)));
    stage.expect_counted(&["memory_of_address"], 1);
    Ok(stage.judge().await)
}

fn talker(pair: usize) -> String {
    person(&format!("talker{pair}"))
}

fn hearer(pair: usize) -> String {
    person(&format!("hearer{pair}"))
}

/// All of them have the one address.
async fn connect(address: SocketAddr) -> Result<Wire> {
    Ok(Wire::over(connect_small(stranger(1), address).await?))
}

async fn online(people: &People, msnp: SocketAddr, handle: &str) -> Result<Ns> {
    let mut ns = people.sign_in_over(Ns::over(connect(msnp).await?), handle, 9).await;
    ns.syn().await;
    ns.chg("NLN").await;
    Ok(ns)
}

/// A conversation of the two: the seat of the one that talks, and that of the other.
async fn converse(talker: &mut Ns, hearer: &mut Ns) -> Result<(TcpStream, TcpStream)> {
    let door = talker.door().await;
    let mut wire = connect(door.address).await?;
    let admitted = wire.ask(&format!("USR 901 {} {}", talker.handle, door.cookie)).await;
    ensure!(admitted.starts_with("USR 901 OK "), "{admitted}");
    let mut seat = Sb { wire, handle: talker.handle.clone() };
    seat.call(&hearer.handle).await;
    let ring = hearer.ring().await;
    let (guest, _) = Sb::answer_over(connect(ring.address).await?, &hearer.handle, &ring).await;
    seat.expect_prefix("JOI ").await;
    Ok((seat.wire.into_stream(), guest.wire.into_stream()))
}

/// Talks for as long as it is let; the other hears nothing.
async fn talk(mut seat: TcpStream, _deaf: TcpStream) -> Infallible {
    // No answer is asked for, so none fills this side.
    let text = message(7, 'U', &[b'x'; 1664]);
    while seat.write_all(&text).await.is_ok() {}
    pending().await
}

/// A request with most of its body.
fn body() -> Vec<u8> {
    let mut request = b"POST /gateway/gateway.dll?Action=open&Server=NS HTTP/1.1\r\n\
        Host: gateway.messenger.hotmail.com\r\nContent-Length: 65536\r\n\r\n"
        .to_vec();
    request.extend([b'x'; 60_000]);
    request
}

/// Sends the beginning of something, holds the connection until it is closed, and comes again.
async fn never_end(address: SocketAddr, start: Vec<u8>) -> Infallible {
    loop {
        if let Ok(mut stream) = connect_from(stranger(1), address).await {
            // It takes what it takes.
            pour(&mut stream, &start, start.len() as u64, Duration::from_secs(5)).await;
            // The service says no word before the end, but for an error.
            let _ = stream.readable().await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}
