//! The clock of the machine jumps an hour ahead and an hour back.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use msnp_testkit::{Ns, PASSWORD, Sb, http, person};

use crate::ground::{Arena, Setup};
use crate::needs;
use crate::report::Report;
use crate::stage::Stage;

const HOUR: Duration = Duration::from_secs(3600);
/// The folders in which Debian has the library, by architecture.
const LIBRARIES: &str = "/usr/lib";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

pub async fn run(arena: &Arena) -> Result<Report> {
    let Some(library) = library() else {
        return needs::skip("needs libfaketime (Debian: apt-get install faketime)");
    };
    let folder = tempfile::tempdir()?;
    let offset = folder.path().join("offset");
    std::fs::write(&offset, "+0")?;
    let variables = [
        ("LD_PRELOAD", library.to_string_lossy().into_owned()),
        ("FAKETIME_TIMESTAMP_FILE", offset.to_string_lossy().into_owned()),
        ("FAKETIME_NO_CACHE", "1".into()),
        // A clock that is set moves the wall clock only.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let mut setup = Setup { variables, ..Setup::default() };
    setup.population.with_password();
    for name in ["early", "late", "guest"] {
        setup.population.add(person(name));
    }
    let mut stage = Stage::set(arena, setup).await?;
    let now = SystemTime::now();
    signs_in(&stage, now, true).await?;
    let mut guest = stage.people.online(stage.program.doors.msnp, &person("guest")).await;
    let door = guest.door().await;
    std::fs::write(&offset, "+3660s")?;
    // Tickets of before are over, new ones are good; a cookie that was out lasts by the other clock.
    signs_in(&stage, now, false).await?;
    signs_in(&stage, now + HOUR + Duration::from_secs(30), true).await?;
    password(&stage).await?;
    let mut wire = msnp_testkit::Wire::connect(door.address).await;
    wire.send(&format!("USR 901 {} {}", guest.handle, door.cookie)).await;
    wire.expect_prefix("USR 901 OK ").await;
    std::fs::write(&offset, "-3600s")?;
    // Tickets that were issued before the jump are from the future now: another node's clock may be ahead.
    signs_in(&stage, now, true).await?;
    signs_in(&stage, now - HOUR - Duration::from_secs(10), true).await?;
    password(&stage).await?;
    std::fs::write(&offset, "+0")?;
    signs_in(&stage, SystemTime::now(), true).await?;
    let mut early = stage.people.online(stage.program.doors.msnp, &person("early")).await;
    let mut seat = Sb::open(&mut guest).await;
    seat.invite(&mut early).await;
    stage.done("+ 61 min, − 60 min, and back; sign-ins by ticket and by password, a cookie across a jump");
    Ok(stage.judge().await)
}

fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir(LIBRARIES).ok()?.flatten().map(|folder| folder.path());
    folders.map(|folder| folder.join(LIBRARY)).find(|library| library.is_file())
}

/// Signs in with a ticket issued a moment before `time`, which has to be good or not.
async fn signs_in(stage: &Stage, time: SystemTime, good: bool) -> Result<()> {
    let handle = person("late");
    let ticket = stage.people.ticket_of(&handle, 0, time - Duration::from_secs(5), HOUR);
    let mut ns = Ns::connect(stage.program.doors.msnp).await;
    ns.identify(&handle, 9).await;
    ns.send(&format!("USR 904 TWN S {ticket}")).await;
    let line = ns.line().await;
    ensure!(line.starts_with("USR 904 OK ") == good, "a ticket that should be good ({good}): {line}");
    Ok(())
}

/// Signs in with the password: the service's own ticket is good by its own clock.
async fn password(stage: &Stage) -> Result<()> {
    let handle = person("early");
    let answer = http::login(stage.program.doors.http, &handle, PASSWORD).await;
    let Some(ticket) = answer.ticket() else { anyhow::bail!("no ticket: {}", answer.head) };
    let mut ns = Ns::connect(stage.program.doors.msnp).await;
    ns.identify(&handle, 9).await;
    ns.show(ticket).await;
    ns.quiet().await;
    Ok(())
}
