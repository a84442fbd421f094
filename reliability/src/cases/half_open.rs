//! Connections that never say anything whole, at every listener, and clients whose bytes come one by one.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use msnp_testkit::{Ns, Wire, person, script};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::doors::{connect_from, stranger, until_closed};
use crate::ground::{Arena, Setup};
use crate::program::Doors;
use crate::report::Report;
use crate::stage::Stage;

/// Between two bytes of a command that never ends.
const DRIP: Duration = Duration::from_millis(250);

/// The beginnings of something at each listener; each ends in the middle.
fn beginnings(doors: &Doors) -> Vec<(&'static str, SocketAddr, &'static [u8])> {
    vec![
        (
            "msnp",
            doors.msnp,
            b"VER 1 MSNP9 MSNP8 MSNP7 MSNP6 MSNP5 MSNP4 CVR0 and more that goes on and on".as_slice(),
        ),
        ("msnp", doors.msnp, b"USR 1 somebody@example.com 17262740.1050826919.32308"),
        ("dispatch", doors.dispatch, b"VER 1 MSNP9 MSNP8 MSNP7 MSNP6 MSNP5 MSNP4 CVR0 and more"),
        (
            "http",
            doors.http,
            b"GET /rdr/pprdr.asp HTTP/1.1\r\nHost: nexus.passport.com\r\nUser-Agent: MSMSGS",
        ),
        (
            "gateway",
            doors.http,
            b"POST /gateway/gateway.dll?Action=open&Server=NS HTTP/1.1\r\nContent-Length: 40\r\n\r\nVER 1 ",
        ),
        ("https", doors.https, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 the beginning of a hello"),
        ("dns", doors.dns, b"\x00\x40\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x09messenger"),
    ]
}

pub async fn run(arena: &Arena) -> Result<Report> {
    let (silent, dripping) = arena.pick((30, 3), (200, 20));
    let mut setup = Setup::default();
    if arena.short {
        for (name, seconds) in [("FIRST_LINE", 3), ("SIGN_IN", 15), ("UNFINISHED", 5)] {
            setup = setup.set(&format!("TIMEOUTS_{name}"), seconds);
        }
    }
    setup.population.add(person("bit"));
    setup.population.add(person("byte"));
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    // The longest deadline that a connection without a request has: 60 seconds for a sign-in, 30 at HTTP.
    let patience = Duration::from_secs(arena.pick(60, 120));

    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (place, (name, door, start)) in beginnings(&doors).into_iter().enumerate() {
        for number in 0..silent {
            let source = stranger(place * silent + number);
            let mine: &[u8] = match number % 3 {
                0 => b"",
                1 => &start[..start.len() / 2],
                _ => start,
            };
            tasks.spawn(
                async move { half_open(name, connect_from(source, door).await?, mine, patience).await },
            );
        }
        for number in 0..dripping {
            let source = stranger(5_000 + place * dripping + number);
            tasks.spawn(async move { drip(name, connect_from(source, door).await?, start, patience).await });
        }
    }
    let open = tasks.len();
    // While all of these hang about, clients whose bytes come one by one sign in.
    for (handle, dialect) in [("bit", 8), ("byte", 9)] {
        byte_by_byte(&stage, &person(handle), dialect).await;
    }
    stage.only_waits();
    for ended in tasks.join_all().await {
        ended?;
    }
    stage.done(format!("{open} ended by the service within {:.0} s", begun.elapsed().as_secs_f64()));
    stage.done("2 sign-ins byte by byte");
    Ok(stage.judge().await)
}

async fn half_open(name: &str, mut stream: TcpStream, start: &[u8], patience: Duration) -> Result<()> {
    // A connection that was refused at once is closed as well.
    let _ = stream.write_all(start).await;
    until_closed(&mut stream, patience).await.with_context(|| format!("silent at {name}"))?;
    Ok(())
}

/// A byte now and then gains no time.
async fn drip(name: &str, stream: TcpStream, start: &[u8], patience: Duration) -> Result<()> {
    let (mut read, mut write) = stream.into_split();
    let drips = async {
        for byte in start.iter().cycle() {
            // An end of the line would be an end of the command.
            let byte = if byte.is_ascii_control() { b'x' } else { *byte };
            if write.write_all(&[byte]).await.is_err() {
                return;
            }
            sleep(DRIP).await;
        }
    };
    let closed = async {
        // Whatever is said to it is its last line.
        let mut sink = tokio::io::sink();
        let _ = tokio::io::copy(&mut read, &mut sink).await;
    };
    let ended = async {
        tokio::select! {
            () = drips => {}
            () = closed => {}
        }
    };
    ensure!(timeout(patience, ended).await.is_ok(), "a dripping client at {name} was not disconnected");
    Ok(())
}

async fn byte_by_byte(stage: &Stage, handle: &str, dialect: u32) {
    let mut wire = Wire::connect(stage.program.doors.msnp).await;
    let offer = if dialect == 8 { "MSNP8 CVR0" } else { "MSNP9 MSNP8 CVR0" };
    script::send(&mut wire, format!("VER 1 {offer}\r\n").as_bytes(), script::Cut::Bytes).await;
    wire.expect(&format!("VER 1 {offer}")).await;
    for (request, reply) in [
        (
            format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}"),
            "CVR 2 6.0.0602".to_owned(),
        ),
        (format!("USR 3 TWN I {handle}"), "USR 3 TWN S ".to_owned()),
        (format!("USR 4 TWN S {}", stage.people.ticket(handle)), format!("USR 4 OK {handle} ")),
    ] {
        script::send(&mut wire, format!("{request}\r\n").as_bytes(), script::Cut::Bytes).await;
        wire.expect_prefix(&reply).await;
    }
    wire.message().await;
    let mut ns = Ns::over(wire);
    ns.dialect = dialect;
    ns.quiet().await;
}
