//! SIGTERM and SIGHUP while a lot is going on.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Sb, message, person, words};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::ground::{Arena, Ground, Setup};
use crate::people::People;
use crate::program::Program;
use crate::report::Report;
use crate::stage::Stage;

/// Under load before the signal.
const LOAD: Duration = Duration::from_secs(2);
/// The service has ended well within it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Messages of a talker without an answer at a time.
const WINDOW: usize = 32;

/// SIGTERM: each message that was acknowledged has arrived, each client is told, and the program ends with 0.
pub async fn term(arena: &Arena) -> Result<Report> {
    let pairs = arena.pick(10, 50);
    let mut setup = Setup::default();
    for number in 0..pairs {
        setup.population.add(person(&format!("talker{number}")));
        setup.population.add(person(&format!("hearer{number}")));
    }
    let Ground { people, launch, folder: _folder } = Ground::lay(arena, &setup).await?;
    let mut program = launch.start().await?;
    let before = program.figures()?;
    let mut talks = JoinSet::new();
    for number in 0..pairs {
        talks.spawn(talk(Arc::clone(&people), program.doors.msnp, number));
    }
    sleep(LOAD).await;
    let begun = Instant::now();
    program.signal("TERM").await?;
    let status = program.ended().await?;
    let took = begun.elapsed();
    ensure!(status.code() == Some(0), "it ended with {status}");
    ensure!(took < PATIENCE, "it took {took:?}");
    let (mut sent, mut acknowledged, mut told) = (0, 0, 0);
    for talk in talks.join_all().await {
        let talk = talk?;
        sent += talk.sent;
        acknowledged += talk.acknowledged.len();
        told += talk.told;
        let lost = talk.acknowledged.difference(&talk.heard).count();
        ensure!(lost == 0, "{lost} messages were acknowledged and have not arrived");
    }
    ensure!(told == 2 * pairs, "{told} of {} clients were told of the shutdown (OUT SSD)", 2 * pairs);
    let panics = crate::counts::panics(&program.log()).len();
    ensure!(panics == 0, "{panics} panics");
    Ok(Report {
        done: vec![
            format!("ended with 0 after {:.1} s", took.as_secs_f64()),
            format!("{told} clients told (OUT SSD)"),
        ],
        bystanders: format!("{sent} sent, {acknowledged} acknowledged, all of these received, in order"),
        alive: "ended in good order, no panic".into(),
        memory: format!("{} → ended", crate::figures::mebibytes(before.memory)),
        ..Report::default()
    })
}

/// What a pair has seen of the end.
struct Talk {
    sent: usize,
    acknowledged: HashSet<u32>,
    heard: HashSet<u32>,
    /// Of the two, those that got `OUT SSD`.
    told: usize,
}

/// Talks as fast as answers come, until the end of the service.
async fn talk(people: Arc<People>, msnp: std::net::SocketAddr, number: usize) -> Result<Talk> {
    let mut talker = people.online(msnp, &person(&format!("talker{number}"))).await;
    let mut hearer = people.online(msnp, &person(&format!("hearer{number}"))).await;
    let mut seat = Sb::open(&mut talker).await;
    let mut guest = seat.invite(&mut hearer).await;
    let hearing = async {
        let mut heard = HashSet::new();
        let mut next = 1;
        while let Some(line) = guest.try_line().await {
            if !line.starts_with("MSG ") {
                continue;
            }
            let text = guest.message_of(&line).await.payload;
            let number: u32 = String::from_utf8_lossy(&text).trim().parse()?;
            ensure!(number == next, "{number} in place of {next}");
            next += 1;
            heard.insert(number);
        }
        Ok(heard)
    };
    let (sent, acknowledged, heard) = {
        let (talked, heard) = tokio::join!(say(seat), hearing);
        let (sent, acknowledged) = talked?;
        (sent, acknowledged, heard?)
    };
    let mut told = 0;
    for session in [&mut talker, &mut hearer] {
        while let Some(line) = session.try_line().await {
            told += usize::from(line == "OUT SSD");
        }
    }
    Ok(Talk { sent, acknowledged, heard, told })
}

async fn say(seat: Sb) -> Result<(usize, HashSet<u32>)> {
    let (read, mut write) = seat.wire.into_stream().into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut sent, mut acknowledged) = (0, HashSet::new());
    loop {
        while sent - acknowledged.len() < WINDOW {
            sent += 1;
            let text = format!("{sent:<200}");
            if write.write_all(&message(u32::try_from(sent)?, 'A', text.as_bytes())).await.is_err() {
                break;
            }
        }
        match lines.next_line().await {
            Ok(Some(line)) => {
                if let ["ACK", number] = words(&line)[..] {
                    acknowledged.insert(number.parse()?);
                }
            }
            // The end, or a reset because messages were on their way.
            Ok(None) | Err(_) => return Ok((sent, acknowledged)),
        }
    }
}

/// SIGHUP, again and again, while people talk, sign in and out, and fetch pages over TLS.
pub async fn hup(arena: &Arena) -> Result<Report> {
    let times = arena.pick(50, 500);
    let mut setup = Setup::default();
    let visitors = times / 5;
    for number in 0..visitors {
        setup.population.add(person(&format!("visitor{number}")));
    }
    let mut stage = Stage::set(arena, setup).await?;
    for number in 0..times {
        stage.program.signal("HUP").await?;
        let visitor = person(&format!("visitor{}", number % visitors));
        let mut visit = stage.people.online(stage.program.doors.msnp, &visitor).await;
        visit.send("OUT").await;
        visit.closed().await;
        if number % 5 == 0 {
            page(&stage.program).await?;
        }
    }
    stage.done(format!("{times} signals, {times} sign-ins, {} pages", times / 5));
    Ok(stage.judge().await)
}

/// A page without TLS: what the signal reads again must not stop the other listener.
async fn page(program: &Program) -> Result<()> {
    let mut stream = tokio::net::TcpStream::connect(program.doors.http).await?;
    stream.write_all(b"GET /login HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    ensure!(answer.starts_with(b"HTTP/1.1 200 "), "no page after SIGHUP");
    Ok(())
}
