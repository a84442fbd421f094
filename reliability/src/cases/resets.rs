//! Connections that are reset in the middle of a payload or a body.

use std::sync::Arc;

use anyhow::Result;
use msnp_testkit::{Ns, Sb, Wire, person};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use crate::doors::{connect_from, reset, stranger};
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::program::Doors;
use crate::report::Report;
use crate::stage::Stage;

/// The sign-ins of each account; more in a minute are refused.
const ROUNDS: usize = 5;

pub async fn run(arena: &Arena) -> Result<Report> {
    let couples = arena.pick(10, 100);
    let mut setup = Setup::default();
    for number in 0..couples {
        let (one, other) = handles(number);
        setup.population.add(&one);
        setup.population.add(&other);
        setup.population.befriend(&one, &other);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let mut tasks = JoinSet::new();
    for number in 0..couples {
        let people = Arc::clone(&stage.people);
        tasks.spawn(async move { messenger(doors, &people, number).await });
        tasks.spawn(async move { web(doors, number).await });
    }
    for task in tasks.join_all().await {
        task?;
    }
    let messenger = couples * ROUNDS;
    stage.done(format!("{messenger} at each server, {} at HTTP, HTTPS, the gateway and DNS", messenger * 4));
    stage.done("each seen as BYE and FLN");
    Ok(stage.judge().await)
}

fn handles(number: usize) -> (String, String) {
    (person(&format!("breaker{number}")), person(&format!("friend{number}")))
}

/// Somebody breaks off in the middle of a message and of an answer, and a friend sees it.
async fn messenger(doors: Doors, people: &People, number: usize) -> Result<()> {
    let (breaker, friend) = handles(number);
    let mut watching = people.online(doors.msnp, &friend).await;
    for round in 0..ROUNDS {
        let wire = Wire::over(connect_from(stranger(number), doors.msnp).await?);
        let mut session = people.sign_in_over(Ns::over(wire), &breaker, 9).await;
        session.syn().await;
        session.chg("NLN").await;
        watching.expect_prefix(&format!("NLN NLN {breaker} ")).await;
        let mut seat = Sb::open(&mut session).await;
        let mut guest = seat.invite(&mut watching).await;
        seat.send_raw(b"MSG 5 A 1000\r\n").await;
        seat.send_raw(&vec![b'x'; 100 * round]).await;
        reset(seat.wire.into_stream());
        guest.expect(&format!("BYE {breaker}")).await;
        session.send_raw(b"QRY 6 msmsgs@msnmsgr.com 32\r\n0123456789").await;
        reset(session.wire.into_stream());
        watching.expect(&format!("FLN {breaker}")).await;
    }
    Ok(())
}

async fn web(doors: Doors, number: usize) -> Result<()> {
    let body = b" HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1000\r\n\r\nVER 1 MSN".as_slice();
    let beginnings = [
        (doors.http, [b"POST /login".as_slice(), body].concat()),
        (doors.http, [b"POST /gateway/gateway.dll?Action=open&Server=NS&IP=a".as_slice(), body].concat()),
        (doors.https, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        (doors.dns, b"\x00\x40\x12\x34\x01".to_vec()),
    ];
    for (door, bytes) in beginnings.iter().cycle().take(ROUNDS * 4) {
        let mut stream = connect_from(stranger(number), *door).await?;
        stream.write_all(bytes).await?;
        reset(stream);
    }
    Ok(())
}
