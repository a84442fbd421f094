//! Strangers at the password door: what they do there touches nobody else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use msnp_testkit::gateway::read_answer;
use msnp_testkit::{PASSWORD, http, person};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::doors::{connect_from, stranger};
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// A right sign-in under a flood takes no longer, half of the time.
const FAIR: Duration = Duration::from_secs(2);
/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The addresses that come before those of strangers.
const OWNERS: usize = 50_000;

/// Signs in from an address; returns the status, 200 with a ticket.
async fn login(source: usize, http: SocketAddr, handle: &str, password: &str) -> Result<u16> {
    let mut stream = connect_from(stranger(source), http).await?;
    let request = http::login_request(handle, password, "lc=1033,id=507,tw=40,kv=5");
    stream.write_all(request.as_bytes()).await?;
    let answer = timeout(PATIENCE, read_answer(&mut stream)).await.context("no answer to a sign-in")?;
    Ok(answer.status())
}

async fn stage(arena: &Arena, people: &[String]) -> Result<Stage> {
    let mut setup = Setup::default();
    setup.population.with_password();
    people.iter().for_each(|handle| setup.population.add(handle));
    Stage::set(arena, setup).await
}

/// The owner of an account that has signed in from a place before gets in from there, whatever strangers do.
pub async fn lock_out(arena: &Arena) -> Result<Report> {
    let owner = person("owner");
    let mut stage = stage(arena, std::slice::from_ref(&owner)).await?;
    let http = stage.program.doors.http;
    ensure!(login(OWNERS, http, &owner, PASSWORD).await? == 200, "the owner's first sign-in");
    let guesses = arena.pick(60, 600);
    let mut strangers = JoinSet::new();
    for number in 0..guesses {
        let owner = owner.clone();
        strangers.spawn(async move { login(number % 20, http, &owner, "wrong, of course").await });
    }
    let mut right = 0;
    let tries = 5;
    for _ in 0..tries {
        right += usize::from(login(OWNERS, http, &owner, PASSWORD).await? == 200);
        sleep(Duration::from_millis(500)).await;
    }
    for guess in strangers.join_all().await {
        ensure!(guess? != 200, "a wrong password was right");
    }
    let after = login(OWNERS, http, &owner, PASSWORD).await?;
    stage.done(format!(
        "{guesses} wrong passwords from 20 addresses, {right} of {tries} sign-ins of the owner meanwhile"
    ));
    stage.check(right == tries && after == 200, || format!("the owner is locked out ({after} afterwards)"));
    Ok(stage.judge().await)
}

/// Right sign-ins while many addresses guess.
pub async fn guessing(arena: &Arena) -> Result<Report> {
    let addresses = arena.pick(45, 300);
    let rights = arena.pick(7, 25);
    let people: Vec<String> = (0..rights).map(|number| person(&format!("right{number}"))).collect();
    let targets = (0..20).map(|number| person(&format!("target{number}")));
    let all: Vec<String> = people.iter().cloned().chain(targets).collect();
    let mut stage = stage(arena, &all).await?;
    let http = stage.program.doors.http;
    let guesses = Arc::new(AtomicUsize::new(0));
    let mut strangers = JoinSet::new();
    for number in 0..addresses {
        let guesses = Arc::clone(&guesses);
        strangers.spawn(async move {
            for guess in 0.. {
                // Of some accounts that there are and many that there are not. An answer of any kind, or none.
                let handle = person(&format!("target{}", guess % 1_000));
                let _ = login(number, http, &handle, "wrong, of course").await;
                guesses.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    sleep(Duration::from_secs(2)).await;
    let mut times = Vec::new();
    let mut refused = 0;
    for (number, handle) in people.iter().enumerate() {
        let begun = Instant::now();
        match login(OWNERS + number, http, handle, PASSWORD).await {
            Ok(200) => {}
            _ => refused += 1,
        }
        times.push(begun.elapsed());
    }
    strangers.shutdown().await;
    times.sort_unstable();
    let (half, worst) = (times[times.len() / 2], times[times.len() - 1]);
    stage.done(format!(
        "{addresses} addresses, {} guesses; {rights} right sign-ins, p50 {:.2} s, at most {:.2} s, {refused} refused",
        guesses.load(Ordering::Relaxed),
        half.as_secs_f64(),
        worst.as_secs_f64()
    ));
    stage.check(half < FAIR, || format!("half of the right sign-ins took more than {half:?}"));
    stage.check(refused == 0, || format!("{refused} right sign-ins were refused"));
    Ok(stage.judge().await)
}

/// Many right sign-ins of one account at once.
pub async fn crowd(arena: &Arena) -> Result<Report> {
    let owner = person("owner");
    let mut stage = stage(arena, std::slice::from_ref(&owner)).await?;
    let http = stage.program.doors.http;
    let mut logins = JoinSet::new();
    for number in 0..40 {
        let owner = owner.clone();
        logins.spawn(async move { login(number, http, &owner, PASSWORD).await });
    }
    let mut right = 0;
    for login in logins.join_all().await {
        right += usize::from(login? == 200);
    }
    stage.done(format!("{right} of 40 signed in"));
    stage.check(right == 40, || format!("{} were refused", 40 - right));
    Ok(stage.judge().await)
}
