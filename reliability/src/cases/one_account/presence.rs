//! Lines of presence at the friends of an account that signs in again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Ns, person};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{LANES, MINUTE, SIGN_INS, allowance, sign_in, villain};
use crate::attackers::Attackers;
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

const FRIENDS: usize = 50;

/// Each friend is told of each sign-in that is let in and of its end, and of no more.
pub async fn presence(arena: &Arena) -> Result<Report> {
    let time = Duration::from_secs(arena.pick(5, 20));
    let mut setup = Setup::default();
    setup.population.add(villain());
    for number in 0..FRIENDS {
        let friend = person(&format!("friend{number}"));
        setup.population.add(&friend);
        setup.population.befriend(&villain(), &friend);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let stop = Arc::new(AtomicBool::new(false));
    let mut watching = JoinSet::new();
    for number in 0..FRIENDS {
        let friend = stage.people.online(msnp, &person(&format!("friend{number}"))).await;
        watching.spawn(lines_at(friend, Arc::clone(&stop)));
    }
    let sign_ins = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut attackers = Attackers::default();
    for lane in 0..LANES {
        let (people, sign_ins) = (Arc::clone(&stage.people), Arc::clone(&sign_ins));
        attackers.add(async move {
            loop {
                let Some(mut ns) = sign_in(lane, msnp, &people).await else { continue };
                sign_ins.fetch_add(1, Ordering::Relaxed);
                ns.send("CHG 5 NLN 0").await;
            }
        });
    }
    stage.only_waits();
    sleep(time).await;
    attackers.stop().await?;
    let took = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let lines: usize = watching.join_all().await.into_iter().sum();
    let sign_ins = sign_ins.load(Ordering::Relaxed);
    stage.done(format!(
        "{sign_ins} sign-ins, {lines} lines of presence at {FRIENDS} friends, {:.0} a second",
        lines as f64 / took.as_secs_f64()
    ));
    ensure!(sign_ins > 0 && lines > 0, "nothing came of it");
    let most = 2 * FRIENDS * allowance(SIGN_INS, MINUTE, took);
    stage.check(lines <= most, || format!("{lines} lines, not {most} at most"));
    stage.expect_counted(&["refusals sign_ins", "log: refused sign_ins"], 1);
    Ok(stage.judge().await)
}

/// Counts the lines that a friend is told, until the attack is over.
async fn lines_at(mut friend: Ns, stop: Arc<AtomicBool>) -> usize {
    let mut lines = 0;
    while !stop.load(Ordering::Relaxed) {
        lines += friend.fence().await.len();
        sleep(Duration::from_millis(200)).await;
    }
    lines + friend.fence().await.len()
}
