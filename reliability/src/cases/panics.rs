//! A panic in the task of a connection: it ends that connection, as any other end would, and nothing else.

use anyhow::{Result, ensure};
use msnp_testkit::{Sb, http, person};
use tokio::io::AsyncWriteExt;

use crate::doors::{connect_from, stranger, until_closed};
use crate::ground::{Arena, Setup};
use crate::panicking::TRIGGER;
use crate::report::Report;
use crate::stage::Stage;

/// Panics of each kind.
const TIMES: usize = 5;

pub async fn run(arena: &Arena) -> Result<Report> {
    let mut arena = arena.clone();
    // This program serves then: see `panicking.rs`.
    arena.program = std::env::current_exe()?;
    arena.metrics = Some(([127, 0, 0, 1], 0).into());
    let mut setup = Setup::default();
    let (unlucky, watcher) = (person("unlucky"), person("watcher"));
    for handle in [&unlucky, &watcher, &TRIGGER.to_owned()] {
        setup.population.add(handle);
    }
    setup.population.befriend(&unlucky, &watcher);
    let mut stage = Stage::set(&arena, setup).await?;
    let doors = stage.program.doors;

    let mut watching = stage.people.online(doors.msnp, &watcher).await;
    for _ in 0..TIMES {
        let mut session = stage.people.online(doors.msnp, &unlucky).await;
        watching.expect_prefix(&format!("NLN NLN {unlucky} ")).await;
        let mut seat = Sb::open(&mut session).await;
        let mut guest = seat.invite(&mut watching).await;
        session.send(&format!("ADD 5 FL {TRIGGER} Somebody 0")).await;
        session.closed().await;
        // No ghost is left: the watcher is told.
        watching.expect(&format!("FLN {unlucky}")).await;
        // The switchboard is another connection, and goes on.
        guest.msg(5, 'A', b"are you there?").await;
        guest.expect("ACK 5").await;
        seat.receive(&watcher).await;
    }
    // The turn of the account was given back: another change of its lists is made.
    let mut session = stage.people.online(doors.msnp, &unlucky).await;
    watching.expect_prefix(&format!("NLN NLN {unlucky} ")).await;
    session.send("ADG 6 Work 0").await;
    session.expect_prefix("ADG 6 ").await;

    for number in 0..TIMES {
        let mut stream = connect_from(stranger(number), doors.http).await?;
        let request = http::login_request(TRIGGER, "secret", "lc=1033,id=507,tw=40,kv=5");
        stream.write_all(request.as_bytes()).await?;
        let answer = until_closed(&mut stream, std::time::Duration::from_secs(20)).await?;
        ensure!(!answer.starts_with(b"HTTP/1.1 200"), "a ticket after a panic");
    }
    stage.done(format!("{TIMES} panics in a change of a list, {TIMES} in a login"));
    stage.expect_counted(&["connections_panicked"], TIMES as u64);
    stage.expect_panics(2 * TIMES);
    Ok(stage.judge().await)
}
