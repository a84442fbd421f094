//! Long lists that an account asks for and does not read, by the gateway and by TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{Ns, person};
use tokio::time::sleep;

use super::{AGAIN, LANES};
use crate::attackers::Attackers;
use crate::doors::{connect_small, stranger};
use crate::figures::mebibytes;
use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// The memory that one account may cost, in KiB, and the unrest of the measurement.
const MEMORY: u64 = (16 + 5) * 1024;
const CONTACTS: usize = 500;
/// Requests for the lists in one write.
const REQUESTS: usize = 17;

/// However often the account asks, and comes again, it costs its share of memory.
pub async fn lists(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(6, 40));
    // Each way has a villain of its own: one alone would have used up its sign-ins on the first.
    let [polling, deaf] = ["polling", "deaf"].map(person);
    let mut setup = Setup::default();
    setup.population.add(&polling);
    setup.population.add(&deaf);
    for number in 0..CONTACTS {
        let contact = person(&format!("contact{number}"));
        setup.population.add(&contact);
        setup.population.listing(&polling, &contact);
        setup.population.listing(&deaf, &contact);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let doors = stage.program.doors;
    let sign_ins = Arc::new(AtomicUsize::new(0));
    // One after the other by the gateway: another sign-in ends the one before, with the lists it was to get.
    let mut attackers = Attackers::default();
    let (people, counted) = (Arc::clone(&stage.people), Arc::clone(&sign_ins));
    attackers.add(async move {
        loop {
            let entered = ask_by_gateway(&polling, &people, Way::to(doors.http)).await;
            counted.fetch_add(usize::from(entered.is_some()), Ordering::Relaxed);
        }
    });
    watch(&mut stage, "by the gateway", time, attackers, &sign_ins).await?;
    let mut attackers = Attackers::default();
    for lane in 0..LANES {
        let (people, counted, deaf) = (Arc::clone(&stage.people), Arc::clone(&sign_ins), deaf.clone());
        attackers.add(async move {
            // Connections that are not read stay open.
            let mut kept = Vec::new();
            loop {
                match ask_by_tcp(&deaf, lane, doors.msnp, &people).await {
                    Some(ns) => {
                        counted.fetch_add(1, Ordering::Relaxed);
                        kept.push(ns);
                    }
                    None => sleep(AGAIN).await,
                }
            }
        });
    }
    watch(&mut stage, "by TCP", time, attackers, &sign_ins).await?;
    stage.expect_counted(&["refusals synchronisations", "log: refused synchronisations"], 1);
    Ok(stage.judge().await)
}

/// Looks at the memory for a time, and stops the attackers.
async fn watch(
    stage: &mut Stage,
    way: &str,
    time: Duration,
    attackers: Attackers,
    sign_ins: &AtomicUsize,
) -> Result<()> {
    let (begun, mut most) = (Instant::now(), 0);
    while begun.elapsed() < time {
        most = most.max(stage.program.figures()?.memory.saturating_sub(stage.before().memory));
        sleep(Duration::from_millis(50)).await;
    }
    attackers.stop().await?;
    let sign_ins = sign_ins.swap(0, Ordering::Relaxed);
    ensure!(sign_ins > 0, "not one sign-in {way}");
    stage.done(format!("{way}: {sign_ins} sign-ins, at most {} MiB", mebibytes(most)));
    stage.check(most <= MEMORY, || format!("one account cost {} MiB {way}", mebibytes(most)));
    Ok(())
}

/// Signs in, asks, and returns the connection, of which nothing more is read.
async fn ask_by_tcp(handle: &str, lane: usize, msnp: SocketAddr, people: &People) -> Option<Ns> {
    let stream = connect_small(stranger(lane), msnp).await.ok()?;
    let mut ns = people.try_sign_in(stream, handle).await?;
    ns.send_raw("SYN 5 0\r\n".repeat(REQUESTS).as_bytes()).await;
    Some(ns)
}

/// Signs in, asks, and leaves the answer where it is; `None` when the sign-in was refused.
async fn ask_by_gateway(handle: &str, people: &People, way: Way) -> Option<()> {
    let mut gateway = Gateway::open(way, "NS", "VER 1 MSNP9 MSNP8 CVR0").await;
    let id = |gateway: &Gateway| format!("SessionID={}", gateway.id);
    let requests = [
        format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}\r\nUSR 3 TWN I {handle}\r\n"),
        format!("USR 4 TWN S {}\r\n", people.ticket(handle)),
        "SYN 5 0\r\n".repeat(REQUESTS),
    ];
    for request in requests {
        let query = id(&gateway);
        let answer = gateway.post(&query, request.as_bytes()).await;
        // A session that has been replaced, or was refused.
        if answer.status() != 200 {
            return None;
        }
        gateway.take(&answer);
        if gateway.closed {
            return None;
        }
    }
    Some(())
}
