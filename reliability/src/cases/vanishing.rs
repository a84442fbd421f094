//! Clients that vanish without a word: the cable of their network is pulled.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Ns, Sb, Wire, message, person};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::ground::{Arena, Setup};
use crate::namespace::Namespace;
use crate::people::People;
use crate::report::Report;
use crate::stage::Stage;

/// The pairs of a client that vanishes and a friend that stays.
const COUPLES: usize = 10;
/// The service has noticed them all within it.
const PATIENCE: Duration = Duration::from_secs(120);
const SERVICE: &str = "10.83.0.1";

pub async fn run(arena: &Arena) -> Result<Report> {
    let near = Arc::new(Namespace::make("near").await?);
    let far = Arc::new(Namespace::make("far").await?);
    near.ip(&["link", "add", "lan", "type", "veth", "peer", "name", "plug", "netns", far.name()]).await?;
    near.ip(&["addr", "add", &format!("{SERVICE}/24"), "dev", "lan"]).await?;
    near.ip(&["link", "set", "lan", "up"]).await?;
    far.ip(&["addr", "add", "10.83.0.2/24", "dev", "plug"]).await?;
    far.ip(&["link", "set", "plug", "up"]).await?;
    let arena = arena.clone();
    near.enter(async move { stay(&arena, far).await }).await
}

/// The side of those that stay.
async fn stay(arena: &Arena, far: Arc<Namespace>) -> Result<Report> {
    let mut setup = Setup { host: SERVICE.into(), ..Setup::default() };
    for number in 0..COUPLES {
        setup.population.add(goer(number));
        setup.population.add(stayer(number));
        setup.population.befriend(&goer(number), &stayer(number));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let mut stayers = Vec::new();
    for number in 0..COUPLES {
        stayers.push(stage.people.online(msnp, &stayer(number)).await);
    }
    let (ready, is_ready) = oneshot::channel();
    let (inside, people) = (Arc::clone(&far), Arc::clone(&stage.people));
    let gone = tokio::spawn(async move { inside.enter(go(people, msnp, ready)).await });
    let mut seats = Vec::new();
    for (number, stayer) in stayers.iter_mut().enumerate() {
        stayer.expect_prefix(&format!("NLN NLN {} ", goer(number))).await;
        let door = stayer.ring().await;
        seats.push(Sb::answer(&stayer.handle, &door).await.0);
    }
    ensure!(is_ready.await.is_ok(), "the clients that are to vanish did not come");
    far.ip(&["link", "set", "plug", "down"]).await?;
    let begun = Instant::now();
    // To half of them something is said, to half of them nothing.
    for seat in seats.iter_mut().step_by(2) {
        seat.send_raw(&message(7, 'A', b"are you there?")).await;
    }
    let all = async {
        for (number, (stayer, seat)) in stayers.iter_mut().zip(&mut seats).enumerate() {
            patient(stayer, &format!("FLN {}", goer(number))).await;
            // An ACK may come before it: the service's own socket has taken the message.
            patient(seat, &format!("BYE {}", goer(number))).await;
        }
    };
    ensure!(timeout(PATIENCE, all).await.is_ok(), "not all were noticed within {PATIENCE:?}");
    stage.done(format!(
        "{COUPLES} clients of both servers noticed after {:.0} s",
        begun.elapsed().as_secs_f64()
    ));
    gone.abort();
    Ok(stage.judge().await)
}

fn goer(number: usize) -> String {
    person(&format!("goer{number}"))
}

fn stayer(number: usize) -> String {
    person(&format!("stayer{number}"))
}

/// The next line that begins like this. The testkit waits for less time than a vanished client takes.
async fn patient(wire: &mut Wire, start: &str) {
    loop {
        wire.readable().await;
        if wire.line().await.starts_with(start) {
            return;
        }
    }
}

/// The side of those that vanish: they come, call their friends, and hang about.
async fn go(people: Arc<People>, msnp: SocketAddr, ready: oneshot::Sender<()>) -> Result<()> {
    let mut kept: Vec<(Ns, Sb)> = Vec::new();
    for number in 0..COUPLES {
        let mut ns = people.online(msnp, &goer(number)).await;
        let mut seat = Sb::open(&mut ns).await;
        seat.call(&stayer(number)).await;
        seat.expect_prefix("JOI ").await;
        kept.push((ns, seat));
    }
    // The other side has failed if it does not wait.
    let _ = ready.send(());
    sleep(2 * PATIENCE).await;
    drop(kept);
    Ok(())
}
