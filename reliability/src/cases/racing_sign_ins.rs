//! Sign-ins of one account that race with each other: one is left, and its friends see it.

use std::sync::Arc;

use anyhow::{Result, ensure};
use msnp_testkit::{Ns, person, words};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::ground::{Arena, Setup};
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// Sign-ins under way at once.
const AT_ONCE: usize = 50;
const WATCHERS: usize = 3;

pub async fn run(arena: &Arena) -> Result<Report> {
    let times = arena.pick(100, 1_000);
    let racer = person("racer");
    // With the rates of an account only the first few would race.
    let mut setup = Setup::default();
    for rate in ["SIGN_INS_PER_MINUTE", "SYNCHRONISATIONS_PER_MINUTE", "CHANGES_PER_TEN_SECONDS"] {
        setup = setup.set(&format!("LIMITS_{rate}"), 1_000_000);
    }
    setup.population.add(&racer);
    for number in 0..WATCHERS {
        let watcher = person(&format!("watcher{number}"));
        setup.population.add(&watcher);
        setup.population.befriend(&watcher, &racer);
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let mut watchers = Vec::new();
    for number in 0..WATCHERS {
        watchers.push(stage.people.online(msnp, &person(&format!("watcher{number}"))).await);
    }
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut racers = JoinSet::new();
    for _ in 0..times {
        let (people, turns, racer) = (Arc::clone(&stage.people), Arc::clone(&turns), racer.clone());
        racers.spawn(async move {
            let _turn = turns.acquire_owned().await;
            race(msnp, &people, &racer).await
        });
    }
    // All have signed in, or were refused, before it is looked at which is left.
    let signed_in: Vec<Ns> = racers.join_all().await.into_iter().flatten().collect();
    let entered = signed_in.len();
    let mut left = Vec::new();
    for mut ns in signed_in {
        if answers(&mut ns).await {
            left.push(ns);
        }
    }
    ensure!(left.len() == 1, "{} of {times} sign-ins of one account are left", left.len());
    stage.done(format!("{entered} of {times} let in, 1 left"));
    for watcher in &mut watchers {
        let lines = watcher.fence().await;
        let mut about = lines.iter().filter(|line| words(line).contains(&racer.as_str()));
        let last = about.next_back().cloned().unwrap_or_default();
        ensure!(last.starts_with("NLN NLN "), "a watcher's last line about it is {last:?}");
    }
    // And the friends can reach the one that is left.
    let mut seat = msnp_testkit::Sb::open(&mut watchers[0]).await;
    seat.invite(&mut left[0]).await;
    Ok(stage.judge().await)
}

/// Signs in and goes online; `None` when the sign-in was refused or ended before that.
async fn race(msnp: std::net::SocketAddr, people: &People, racer: &str) -> Option<Ns> {
    let mut ns = Ns::connect(msnp).await;
    ns.identify(racer, 9).await;
    ns.send(&format!("USR 904 TWN S {}", people.ticket(racer))).await;
    let line = ns.try_line().await?;
    if !line.starts_with("USR 904 OK ") {
        // Refused for its rate, with an error's number.
        assert!(line.len() > 3 && line.as_bytes()[..3].iter().all(u8::is_ascii_digit), "{line}");
        return None;
    }
    ns.message().await;
    ns.send("SYN 905 0").await;
    ns.send("CHG 906 NLN 268435492").await;
    Some(ns)
}

/// Whether the connection still answers; one that was replaced has ended.
async fn answers(ns: &mut Ns) -> bool {
    ns.send("PNG").await;
    while let Some(line) = ns.try_line().await {
        if line == "QNG 50" {
            return true;
        }
        if line.starts_with("MSG ") {
            ns.message_of(&line).await;
        }
    }
    false
}
