//! The system gives the service no more descriptors.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::person;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::storage::{self, Answer, Changer};
use crate::doors::{connect_from, stranger};
use crate::ground::{Arena, Setup};
use crate::needs;
use crate::report::Report;
use crate::stage::Stage;

/// The descriptors of the service; the usual limit of a system.
const LIMIT: usize = 1_024;
/// For how long there are none left.
const DROUGHT: Duration = Duration::from_secs(3);
/// The part of a processor that a service may use that cannot accept: no busy loop.
const IDLE: f64 = 0.5;
/// After it is over, a client signs in within it.
const RECOVERY: Duration = Duration::from_secs(20);

pub async fn run(arena: &Arena) -> Result<Report> {
    needs::tool("prlimit", "util-linux")?;
    let wrapper = vec!["prlimit".into(), format!("--nofile={LIMIT}:{LIMIT}")];
    let mut setup = Setup { wrapper, ..Setup::default() };
    storage::populate(&mut setup, 1);
    setup.population.add(person("newcomer"));
    let mut stage = Stage::set(arena, setup).await?;
    let mut changer = Changer::new(&stage, 0);
    ensure!(changer.change().await == Answer::Made, "before the drought");
    let doors = stage.program.doors;
    let mut sockets: Vec<TcpStream> = Vec::new();
    for number in 0..2 * LIMIT {
        let door = [doors.msnp, doors.http, doors.https, doors.dispatch][number % 4];
        // The system takes them even when the service does not.
        if let Ok(Ok(stream)) = timeout(DROUGHT, connect_from(stranger(number), door)).await {
            sockets.push(stream);
        }
    }
    stage.only_waits();
    let (before, begun) = (cpu(stage.program.id())?, Instant::now());
    sleep(DROUGHT).await;
    let busy = (cpu(stage.program.id())? - before) / begun.elapsed().as_secs_f64();
    let files = stage.program.figures()?.files;
    // What is open already goes on: the database as well.
    let change = changer.change().await;
    stage.check(change == Answer::Made, || format!("a change of a list during the drought: {change:?}"));
    stage.check(busy < IDLE, || format!("{busy:.2} processors are used by a service that cannot accept"));
    let held = sockets.len();
    drop(sockets);
    let begun = Instant::now();
    let newcomer = person("newcomer");
    let back = timeout(RECOVERY, stage.people.online(doors.msnp, &newcomer)).await;
    stage.check(back.is_ok(), || "nobody can sign in after the drought".into());
    stage.done(format!("{held} connections with {LIMIT} descriptors, {files} of them in use"));
    stage.done(format!(
        "{busy:.2} processors meanwhile, a sign-in {:.1} s after",
        begun.elapsed().as_secs_f64()
    ));
    Ok(stage.judge().await)
}

/// The processor time of a process in seconds.
fn cpu(process: u32) -> Result<f64> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(nanoseconds as f64 / 1e9)
}
