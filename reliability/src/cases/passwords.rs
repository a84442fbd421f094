//! Strangers at the password door: what they do there touches nobody else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use msnp_testkit::browser::Browser;
use msnp_testkit::{PASSWORD, http, person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::attackers::Attackers;
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
    let mut start = [0; "HTTP/1.1 200".len()];
    timeout(PATIENCE, stream.read_exact(&mut start)).await.context("no answer to a sign-in")??;
    let status = start.strip_prefix(b"HTTP/1.1 ").context("not an answer")?;
    Ok(std::str::from_utf8(status)?.parse()?)
}

/// Signs in on the pages, with a browser that has no cookies, from the address of the bystanders.
async fn enters_pages(http: SocketAddr, handle: &str) -> bool {
    let page = Browser::at(http).sign_in(handle, PASSWORD).await;
    page.status() == 302 && page.header("location") == "/account"
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
    ensure!(enters_pages(http, &owner).await, "the owner's first sign-in on the pages");
    let guesses = arena.pick(60, 600);
    let mut strangers = JoinSet::new();
    for number in 0..guesses {
        let owner = owner.clone();
        strangers.spawn(async move { login(number % 20, http, &owner, "wrong, of course").await });
    }
    let (mut right, mut pages) = (0, 0);
    let tries = 5;
    for _ in 0..tries {
        right += usize::from(login(OWNERS, http, &owner, PASSWORD).await? == 200);
        pages += usize::from(enters_pages(http, &owner).await);
        sleep(Duration::from_millis(500)).await;
    }
    for guess in strangers.join_all().await {
        ensure!(guess? != 200, "a wrong password was right");
    }
    let after = login(OWNERS, http, &owner, PASSWORD).await? == 200 && enters_pages(http, &owner).await;
    stage.done(format!(
        "{guesses} wrong passwords from 20 addresses; meanwhile {right} of {tries} sign-ins of the owner to the \
         messenger and {pages} of {tries} to the pages"
    ));
    stage.check(right == tries && pages == tries && after, || {
        format!("the owner is locked out (afterwards: {})", if after { "not" } else { "still" })
    });
    stage.expect_counted(&["refusals sign_in_failures", "log: refused sign_in_failures"], 1);
    Ok(stage.judge().await)
}

/// Right sign-ins while five addresses guess, 60 guesses each under way at once.
pub async fn guessing_fast(arena: &Arena) -> Result<Report> {
    guess(arena, 5, 60).await
}

/// Right sign-ins while many addresses guess.
pub async fn guessing(arena: &Arena) -> Result<Report> {
    guess(arena, arena.pick(45, 300), 1).await
}

/// Right sign-ins while addresses guess, each so many times at once.
async fn guess(arena: &Arena, addresses: usize, at_once: usize) -> Result<Report> {
    let rights = arena.pick(7, 25);
    let people: Vec<String> = (0..rights).map(|number| person(&format!("right{number}"))).collect();
    let targets = (0..20).map(|number| person(&format!("target{number}")));
    let all: Vec<String> = people.iter().cloned().chain(targets).collect();
    let mut stage = stage(arena, &all).await?;
    let http = stage.program.doors.http;
    let guesses = Arc::new(AtomicUsize::new(0));
    let mut strangers = Attackers::default();
    for number in 0..addresses * at_once {
        let guesses = Arc::clone(&guesses);
        strangers.add(async move {
            loop {
                // Of some accounts that there are and many that there are not.
                let target = guesses.fetch_add(1, Ordering::Relaxed) % 1_000;
                let handle = person(&format!("target{target}"));
                // An answer of any kind, or none; a client that is refused comes again a little later.
                if login(number % addresses, http, &handle, "wrong, of course").await.is_err() {
                    sleep(Duration::from_millis(20)).await;
                }
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
    strangers.stop().await?;
    times.sort_unstable();
    let (half, worst) = (times[times.len() / 2], times[times.len() - 1]);
    stage.done(format!(
        "{addresses} addresses, {} guesses; {rights} right sign-ins, p50 {:.2} s, at most {:.2} s, {refused} refused",
        guesses.load(Ordering::Relaxed),
        half.as_secs_f64(),
        worst.as_secs_f64()
    ));
    stage.check(half < FAIR, || format!("half of the right sign-ins took {half:?} or more"));
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
