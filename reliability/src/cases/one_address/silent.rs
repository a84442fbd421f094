//! Silent connections, more than there are places.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::person;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::doors::{connect_from, stranger};
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// The connections of the address.
const SILENT: usize = 900;
/// The service has so many places besides those of the bystanders.
const PLACES: usize = 500;
/// Others sign in within it.
const SOON: Duration = Duration::from_secs(5);
/// Lines that the log may have of it.
const LINES: usize = 40;

/// Others get in, and the log has a line now and then.
pub async fn silent(arena: &Arena) -> Result<Report> {
    // Each bystander has two connections.
    let mut setup = Setup::default().set("LIMITS_CONNECTIONS", 4 * arena.pairs() + PLACES);
    let newcomers = 5;
    for number in 0..newcomers {
        setup.population.add(person(&format!("newcomer{number}")));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let msnp = stage.program.doors.msnp;
    let lines = stage.program.log().lines().count();
    let mut sockets: Vec<TcpStream> = Vec::new();
    for _ in 0..SILENT {
        sockets.push(connect_from(stranger(1), msnp).await?);
    }
    let begun = Instant::now();
    for number in 0..newcomers {
        let newcomer = person(&format!("newcomer{number}"));
        let entered = timeout(SOON, async {
            // A refused connection is closed at once: a client comes again.
            let people = stage.people.clone();
            tokio::spawn(async move { people.online(msnp, &newcomer).await }).await
        });
        ensure!(
            matches!(entered.await, Ok(Ok(_))),
            "others are refused while one address has {SILENT} connections"
        );
    }
    let took = begun.elapsed().as_secs_f64();
    drop(sockets);
    let lines = stage.program.log().lines().count() - lines;
    stage.done(format!(
        "{SILENT} connections, {newcomers} others in after {took:.1} s, {lines} lines in the log"
    ));
    stage.check(lines <= LINES, || format!("{lines} lines in the log"));
    stage.expect_counted(&["refusals", "log: refused"], 1);
    Ok(stage.judge().await)
}
