//! Everybody's connection breaks at once, and everybody is back at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use msnp_testkit::{Ns, person};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::doors::{connect_from, reset, stranger};
use crate::ground::{Arena, Setup};
use crate::needs;
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// The sockets that a run needs besides.
const OTHERS: usize = 1_000;
/// Clients in full: so many, or as many as the open files allow, but not fewer than in short.
const CROWD: usize = 10_000;
const SMALL_CROWD: usize = 1_000;
/// All are back within it; a client waits a minute for a sign-in.
const PATIENCE: Duration = Duration::from_secs(60);
/// A client that is refused comes again so much later.
const AGAIN: Duration = Duration::from_millis(500);

pub async fn run(arena: &Arena) -> Result<Report> {
    let files = open_files()?;
    // The service keeps a quarter of its files for HTTP. Half of the rest may be connections that have not signed in: of
    // more that come at the same moment, some give their place to others and come again, as clients do.
    let most = (files.saturating_sub(OTHERS) * 3 / 4).min(CROWD);
    if most < SMALL_CROWD {
        let needed = OTHERS + SMALL_CROWD * 4 / 3;
        return needs::skip(format!("needs {needed} open files (ulimit -n), not {files}"));
    }
    let crowd = arena.pick(SMALL_CROWD, most);
    let mut setup = Setup::default();
    for number in 0..crowd {
        setup.population.add(member(number));
    }
    // Each has a friend, so that every way in and out is told to somebody.
    for number in (0..crowd - 1).step_by(2) {
        setup.population.befriend(&member(number), &member(number + 1));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    drop(all_in(msnp, &stage.people, crowd, 64).await);
    stage.begin_anew().await?;
    // The first time they come as people do: some at a time.
    let (first, _) = all_in(msnp, &stage.people, crowd, 64).await;
    let with_all = stage.program.figures()?;
    let begun = Instant::now();
    for (number, ns) in first.into_iter().enumerate() {
        let stream = ns.wire.into_stream();
        // Half of them vanish with a reset, half with a FIN.
        if number % 2 == 0 {
            reset(stream);
        }
    }
    let (second, refused) = all_in(msnp, &stage.people, crowd, crowd).await;
    let took = begun.elapsed();
    stage.check(took < PATIENCE, || format!("they were back after {took:?}"));
    stage.done(format!(
        "{crowd} clients, all back after {:.1} s, {refused} times one was refused",
        took.as_secs_f64()
    ));
    stage.done(format!(
        "{:.1} KiB for each",
        with_all.memory.saturating_sub(stage.before().memory) as f64 / crowd as f64
    ));
    // Each of them is still in: none had to go for another.
    still_in(second).await;
    Ok(stage.judge().await)
}

fn member(number: usize) -> String {
    person(&format!("member{number}"))
}

/// Signs everybody in, so many at a time. Returns the clients, and how often one was refused and came again.
async fn all_in(msnp: SocketAddr, people: &Arc<People>, crowd: usize, at_once: usize) -> (Vec<Ns>, usize) {
    let turns = Arc::new(Semaphore::new(at_once));
    let mut coming = JoinSet::new();
    for number in 0..crowd {
        let (people, turns) = (Arc::clone(people), Arc::clone(&turns));
        coming.spawn(async move {
            let _turn = turns.acquire_owned().await;
            come(msnp, &people, number).await
        });
    }
    let (clients, refused): (Vec<Ns>, Vec<usize>) = coming.join_all().await.into_iter().unzip();
    (clients, refused.into_iter().sum())
}

/// Comes again and again until the service lets this client in.
async fn come(msnp: SocketAddr, people: &People, number: usize) -> (Ns, usize) {
    let mut refused = 0;
    loop {
        let entered = match connect_from(stranger(number), msnp).await {
            Ok(stream) => people.try_sign_in(stream, &member(number)).await,
            Err(_) => None,
        };
        if let Some(mut ns) = entered {
            ns.message().await;
            ns.syn().await;
            ns.chg("NLN").await;
            return (ns, refused);
        }
        refused += 1;
        sleep(AGAIN).await;
    }
}

/// All clients still get answers.
async fn still_in(clients: Vec<Ns>) {
    let mut asking = JoinSet::new();
    for mut ns in clients {
        asking.spawn(async move {
            ns.fence().await;
        });
    }
    asking.join_all().await;
}

/// The number of files that this program, and so the service, may have open.
fn open_files() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).context("no limit of open files")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
