//! Bytes without a line end, a gigabyte of them at each listener.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use msnp_testkit::person;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use crate::doors::{connect_from, pour, stranger};
use crate::figures::mebibytes;
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// A connection that takes so much of one line is not being cut.
const TOO_MUCH: u64 = 32 << 20;
/// The service ends a connection well within it.
const PATIENCE: Duration = Duration::from_secs(90);
/// The peak may grow by so much, in KiB.
const GROWTH: u64 = 32 * 1024;
/// Connections at once to each listener.
const LANES: usize = 4;

pub async fn run(arena: &Arena) -> Result<Report> {
    let total: u64 = arena.pick(64 << 20, 1 << 30);
    let mut setup = Setup::default();
    setup.population.add(person("endless"));
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let mut lanes = JoinSet::new();
    let starts: [(SocketAddr, &'static [u8]); 5] = [
        (doors.msnp, b"VER 1 "),
        (doors.dispatch, b"USR 1 "),
        (doors.http, b"GET /"),
        (doors.https, b"\x16\x03\x01\x40\x00"),
        (doors.dns, b"\xff\xff"),
    ];
    for (place, (door, start)) in starts.into_iter().enumerate() {
        for lane in 0..LANES {
            lanes.spawn(fill(door, start, total / LANES as u64, 1_000 * place + lane));
        }
    }
    let (mut bytes, mut connections) = (0, 0);
    for lane in lanes.join_all().await {
        let (poured, number) = lane?;
        bytes += poured;
        connections += number;
    }
    // Signed in, a line may be longer, and is not endless.
    let ns = stage.people.sign_in(doors.msnp, &person("endless"), 9).await;
    let poured = pour(&mut ns.wire.into_stream(), &[b'x'; 65_536], TOO_MUCH, PATIENCE).await;
    stage.check(poured.closed, || "a line without end of a signed-in client".into());
    let peak = stage.program.figures()?.peak.saturating_sub(stage.before().peak);
    stage.done(format!("{} MiB over {connections} connections at 5 listeners", bytes >> 20));
    stage.done(format!("peak of memory + {} MiB", mebibytes(peak)));
    stage.check(peak <= GROWTH, || format!("the peak of memory grew by {} MiB", mebibytes(peak)));
    Ok(stage.judge().await)
}

/// Connects again and again until so many bytes have been taken.
async fn fill(door: SocketAddr, start: &'static [u8], total: u64, seed: usize) -> Result<(u64, usize)> {
    let chunk = vec![b'x'; 65_536];
    let (mut bytes, mut connections) = (0, 0);
    while bytes < total {
        let mut stream = connect_from(stranger(seed + connections), door).await?;
        connections += 1;
        // An end is noticed below.
        let _ = stream.write_all(start).await;
        let poured = pour(&mut stream, &chunk, TOO_MUCH, PATIENCE).await;
        ensure!(poured.closed, "{} bytes of one line were taken at {door}", poured.taken);
        bytes += poured.taken;
    }
    Ok((bytes, connections))
}
