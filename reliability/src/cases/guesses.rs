//! Cookies, numbers of conversations and SessionIDs of the gateway: guessed, replayed, of others, and late.

use std::time::Duration;

use anyhow::{Result, ensure};
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{Admission, Ns, Sb, Wire, person};
use tokio::time::sleep;

use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

pub async fn run(arena: &Arena) -> Result<Report> {
    // The lifetime of cookies in seconds: long enough for all guesses at one, also on a busy machine.
    let cookie = arena.pick(3, 15);
    let guesses = arena.pick(100, 2_000);
    let mut setup = Setup::default().set("TIMEOUTS_COOKIE", cookie);
    for name in ["owner", "thief", "other"] {
        setup.population.add(person(name));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let mut owner = stage.people.online(msnp, &person("owner")).await;
    let mut other = stage.people.online(msnp, &person("other")).await;
    // The thief is signed in too.
    let _thief = stage.people.online(msnp, &person("thief")).await;

    cookies(&mut owner, &mut other, guesses).await;
    late(&mut owner, &mut other, cookie).await;
    after_sign_out(&stage, other).await;
    let refused = session_ids(&stage, guesses).await?;
    stage.done(format!("{guesses} guesses of each kind, replays, cookies of others, late ones"));
    stage.done(format!("{refused} SessionIDs refused, and the session they were aimed at goes on"));
    // The owner has been disturbed by nothing of it.
    owner.quiet().await;
    Ok(stage.judge().await)
}

/// Neither a wrong cookie nor a wrong number lets anybody in, and none of them harms the right one.
async fn cookies(owner: &mut Ns, other: &mut Ns, guesses: usize) {
    let door = owner.door().await;
    let mut parts = door.cookie.split('.');
    let time = parts.nth(1).unwrap_or_default().to_owned();
    for number in 0..guesses {
        let guess = format!("{}.{time}.{}", number * 7_919, number * 104_729);
        refused(&door, &format!("USR 1 {} {guess}", owner.handle)).await;
        refused(&door, &format!("ANS 1 {} {guess} {number}", other.handle)).await;
    }
    // Of another account, and for another purpose.
    refused(&door, &format!("USR 1 {} {}", person("thief"), door.cookie)).await;
    refused(&door, &format!("ANS 1 {} {} 1", owner.handle, door.cookie)).await;
    let mut wire = Wire::connect(door.address).await;
    wire.send(&format!("USR 901 {} {}", owner.handle, door.cookie)).await;
    wire.expect_prefix("USR 901 OK ").await;
    // A replay.
    refused(&door, &format!("USR 1 {} {}", owner.handle, door.cookie)).await;

    let mut seat = Sb { wire, handle: owner.handle.clone() };
    let number: u64 = seat.call(&other.handle).await.parse().unwrap_or_default();
    let ring = other.ring().await;
    for wrong in [0, 1, number.wrapping_sub(1), number + 1, u64::from(u32::MAX), u64::MAX] {
        refused(&ring, &format!("ANS 1 {} {} {wrong}", other.handle, ring.cookie)).await;
    }
    refused(&ring, &format!("ANS 1 {} {} {}", person("thief"), ring.cookie, ring.session)).await;
    refused(&ring, &format!("USR 1 {} {}", other.handle, ring.cookie)).await;
    let (guest, _) = Sb::answer(&other.handle, &ring).await;
    seat.expect_prefix(&format!("JOI {} ", other.handle)).await;
    refused(&ring, &format!("ANS 1 {} {} {}", other.handle, ring.cookie, ring.session)).await;
    drop(guest);
    seat.expect(&format!("BYE {}", other.handle)).await;
}

async fn late(owner: &mut Ns, other: &mut Ns, cookie: u64) {
    let door = owner.door().await;
    let mut seat = Sb::open(owner).await;
    seat.call(&other.handle).await;
    let ring = other.ring().await;
    sleep(Duration::from_secs(cookie) + Duration::from_millis(500)).await;
    refused(&door, &format!("USR 1 {} {}", owner.handle, door.cookie)).await;
    refused(&ring, &format!("ANS 1 {} {} {}", other.handle, ring.cookie, ring.session)).await;
    seat.quiet().await;
}

/// A cookie ends with the sign-in that it was given to.
async fn after_sign_out(stage: &Stage, mut other: Ns) {
    let door = other.door().await;
    let handle = other.handle.clone();
    other.send("OUT").await;
    other.closed().await;
    refused(&door, &format!("USR 1 {handle} {}", door.cookie)).await;
    let mut again = stage.people.online(stage.program.doors.msnp, &handle).await;
    refused(&door, &format!("USR 1 {handle} {}", door.cookie)).await;
    again.quiet().await;
}

/// The line is answered with 911 and the end of the connection.
async fn refused(door: &Admission, line: &str) {
    let mut wire = Wire::connect(door.address).await;
    wire.send(line).await;
    wire.expect("911 1").await;
    wire.closed().await;
}

/// A SessionID is good once, for the connection it was given to, as long as that lasts.
async fn session_ids(stage: &Stage, guesses: usize) -> Result<usize> {
    let way = Way::to(stage.program.doors.http);
    let mut session = Gateway::open(way.clone(), "NS", "VER 1 MSNP9 MSNP8 CVR0").await;
    session.expect("VER 1 MSNP9 MSNP8 CVR0").await;
    let mut thief = Gateway::new(way);
    let replayed = session.id.clone();
    session.poll().await;
    let current = session.id.clone();
    let (number, nonce) = current.split_once('.').unwrap_or_default();
    let nonce: u64 = nonce.parse()?;
    let mut wrong =
        vec![replayed, format!("{number}.0"), format!("{number}.{}", nonce ^ 1), ".".into(), "1.1".into()];
    let beyond = "18446744073709551616.1".to_owned();
    wrong.extend([
        beyond,
        format!("-{current}"),
        format!("{current}.1"),
        format!("{current}&SessionID={current}"),
    ]);
    wrong.extend(
        (0..guesses).map(|guess| format!("{}.{}", guess * 7_919, nonce.wrapping_add(guess as u64 + 2))),
    );
    for id in &wrong {
        for query in [format!("SessionID={id}"), format!("Action=poll&SessionID={id}")] {
            let answer = thief.post(&query, b"OUT\r\n").await;
            ensure!(answer.status() == 400, "{query}: {}", answer.head);
        }
    }
    // The owner of the session goes on, and after its end the latest SessionID is worth nothing.
    session.ask("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS a@example.com", "CVR 2 ").await;
    session.send("OUT").await;
    while !session.closed {
        session.poll().await;
    }
    let answer = thief.post(&format!("Action=poll&SessionID={}", session.id), b"").await;
    ensure!(answer.status() == 400, "after the end: {}", answer.head);
    Ok(2 * wrong.len() + 1)
}
