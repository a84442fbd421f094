//! Clients of both servers that take nothing, or a few bytes now and then, of what is sent to them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use msnp_testkit::{Ns, Sb, Wire, message, person};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::doors::{self, Poured, connect_small, stranger};
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::program::Doors;
use crate::report::Report;
use crate::stage::Stage;

/// More than every queue and every buffer of the system takes.
const FLOOD: u64 = 64 << 20;
const CONTACTS: usize = 200;
/// A trickling client takes a byte so often.
const DRIP: Duration = Duration::from_millis(50);

pub async fn run(arena: &Arena) -> Result<Report> {
    let each = arena.pick(3, 10);
    let stall = arena.pick(3, 30);
    // After it the service has ended every connection whose client took nothing.
    let patience = Duration::from_secs(stall + 20);
    let mut setup = Setup::default().set("TIMEOUTS_WRITE_STALL", stall);
    // Rates are not what this is about: with them a client could not ask for more than it is sent.
    setup = setup.set("LIMITS_SYNCHRONISATIONS_PER_MINUTE", 1_000_000);
    for number in 0..2 * each {
        setup.population.add(person(&format!("reader{number}")));
        setup.population.add(person(&format!("talker{number}")));
        setup.population.add(person(&format!("hearer{number}")));
    }
    // Their lists are what they ask for: a short request has a long answer.
    for number in 0..CONTACTS {
        let contact = person(&format!("contact{number}"));
        setup.population.add(&contact);
        for reader in 0..2 * each {
            setup.population.listing(&person(&format!("reader{reader}")), &contact);
        }
    }
    let mut stage = Stage::set(arena, setup).await?;
    let (doors, people) = (stage.program.doors, Arc::clone(&stage.people));

    let (mut floods, mut talks) = (JoinSet::new(), JoinSet::new());
    for number in 0..2 * each {
        let trickles = number % 2 == 1;
        let stream = signed_in(doors, &people, number).await?;
        // One that takes bytes, however slowly, may stay, and leaves by itself.
        let patience = if trickles { Duration::from_secs(stall + 5) } else { patience };
        floods.spawn(flood_notification(stream, trickles, patience));
    }
    for number in 0..2 * each {
        let people = Arc::clone(&people);
        talks
            .spawn(async move { flood_switchboard(doors, &people, number, number % 2 == 1, patience).await });
    }
    let mut closed = 0;
    let mut taken = 0;
    for poured in floods.join_all().await {
        closed += usize::from(poured.closed);
        taken += poured.taken;
    }
    stage.done(format!(
        "{closed} of {} ended at the notification server after {} MiB",
        2 * each,
        taken >> 20
    ));
    stage.check(closed >= each, || format!("only {closed} of {each} that took nothing were disconnected"));
    let (mut sent, mut answered) = (0, 0);
    for talk in talks.join_all().await {
        let talk = talk?;
        sent += talk.sent;
        answered += talk.answered;
    }
    stage
        .done(format!("{} ended at switchboards, each of {sent} messages acknowledged or refused", 2 * each));
    stage.check(sent == answered, || format!("{answered} answers for {sent} messages"));
    stage.expect_counted(&["clients_dropped", "log: dropping a client"], each as u64);
    Ok(stage.judge().await)
}

/// A signed-in notification connection with a small receive buffer.
async fn signed_in(doors: Doors, people: &People, number: usize) -> Result<TcpStream> {
    let wire = Wire::over(connect_small(stranger(number), doors.msnp).await?);
    let ns = people.sign_in_over(Ns::over(wire), &person(&format!("reader{number}")), 9).await;
    Ok(ns.wire.into_stream())
}

/// Asks and asks, and reads nothing, or next to nothing.
async fn flood_notification(stream: TcpStream, trickles: bool, patience: Duration) -> Poured {
    let (mut read, mut write) = stream.into_split();
    let drip = async {
        while trickles && read.read_u8().await.is_ok() {
            sleep(DRIP).await;
        }
        // The end of the connection is seen by the writer.
        std::future::pending::<()>().await;
    };
    let chunk = "SYN 5 0\r\n".repeat(100);
    tokio::select! {
        poured = doors::pour(&mut write, chunk.as_bytes(), FLOOD, patience) => poured,
        () = drip => unreachable!("it never ends"),
    }
}

/// The messages of a conversation with a slow reader, and the answers to them.
struct Talk {
    sent: usize,
    answered: usize,
}

/// Talks to somebody that does not read until the service has shown that one out.
async fn flood_switchboard(
    doors: Doors,
    people: &People,
    number: usize,
    trickles: bool,
    patience: Duration,
) -> Result<Talk> {
    let mut talker = people.online(doors.msnp, &person(&format!("talker{number}"))).await;
    let handle = person(&format!("hearer{number}"));
    let mut reader = people.online(doors.msnp, &handle).await;
    let mut seat = Sb::open(&mut talker).await;
    seat.call(&handle).await;
    let wire = Wire::over(connect_small(stranger(number), doors.msnp).await?);
    let (guest, _) = Sb::answer_over(wire, &handle, &reader.ring().await).await;
    seat.expect_prefix("JOI ").await;

    let mut guest = guest.wire.into_stream();
    let drip = tokio::spawn(async move {
        while trickles && guest.read_u8().await.is_ok() {
            sleep(DRIP).await;
        }
        // Not dropped before the case is over.
        std::future::pending::<()>().await;
    });
    let (read, mut write) = seat.wire.into_stream().into_split();
    let mut lines = BufReader::new(read).lines();
    let mut talk = Talk { sent: 0, answered: 0 };
    let text = message(7, 'A', &[b'x'; 1664]);
    let all = async {
        let (mut gone, mut at) = (false, 0);
        loop {
            tokio::select! {
                line = lines.next_line() => {
                    let line = line?.context("the talker was disconnected")?;
                    match line.split(' ').next() {
                        Some("ACK" | "NAK") => talk.answered += 1,
                        Some("BYE") => gone = true,
                        _ => {}
                    }
                }
                // A message that has begun is finished, also when there is nobody left to get it.
                written = write.write(&text[at..]), if !gone || at > 0 => {
                    at += written?;
                    if at == text.len() {
                        (talk.sent, at) = (talk.sent + 1, 0);
                    }
                }
            }
            if gone && at == 0 && talk.answered == talk.sent {
                return Ok::<_, anyhow::Error>(());
            }
        }
    };
    timeout(patience, all).await.context("a slow reader is still in its conversation")??;
    drip.abort();
    Ok(talk)
}
