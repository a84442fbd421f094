//! Tickets that were forged, changed in one place, that have expired, or were made void.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use msnp_testkit::{Ns, person};

use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// The accounts that are aimed at in turn.
const VICTIMS: usize = 10;
/// The lifetime of the tickets that are made here.
const HOUR: Duration = Duration::from_secs(3600);

pub async fn run(arena: &Arena) -> Result<Report> {
    let mut setup = Setup::default();
    for number in 0..VICTIMS {
        setup.population.add(victim(number));
    }
    setup.population.add(person("thief"));
    let mut stage = Stage::set(arena, setup).await?;
    let mut tried = 0;
    for number in 0..VICTIMS {
        for ticket in wrong(&stage, &victim(number), arena.pick(10, 1)) {
            refused(&stage, &victim(number), &ticket).await;
            tried += 1;
        }
    }
    // None of it has locked anybody out.
    for number in 0..VICTIMS {
        stage.people.online(stage.program.doors.msnp, &victim(number)).await.quiet().await;
    }
    stage.done(format!("{tried} tickets refused, and afterwards {VICTIMS} right ones taken"));
    Ok(stage.judge().await)
}

fn victim(number: usize) -> String {
    person(&format!("victim{number}"))
}

/// The wrong tickets for an account; of the changed ones, one of `every`.
fn wrong(stage: &Stage, handle: &str, every: usize) -> Vec<String> {
    let people = &stage.people;
    let right = people.ticket(handle);
    let now = SystemTime::now();
    let mut tickets = vec![
        people.ticket("thief@example.com"),
        // Made an hour and a second ago, for an hour.
        people.ticket_of(handle, 0, now - HOUR - Duration::from_secs(1), HOUR),
        people.ticket_of(handle, 0, SystemTime::UNIX_EPOCH, HOUR),
        // Of a password before, and of one to come.
        people.ticket_of(handle, -1, now, HOUR),
        people.ticket_of(handle, 1, now, HOUR),
        right.to_uppercase(),
        format!("{right}0"),
        right[..right.len() - 1].to_owned(),
        format!("{right}&p=0"),
        "t=&p=".into(),
        "t".into(),
        "\u{e4}".repeat(83),
        "x".repeat(4_096),
        "x".repeat(7_000),
    ];
    for at in (0..right.len()).step_by(every) {
        let mut changed = right.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        tickets.push(String::from_utf8_lossy(&changed).into_owned());
    }
    tickets
}

async fn refused(stage: &Stage, handle: &str, ticket: &str) {
    let mut ns = Ns::connect(stage.program.doors.msnp).await;
    ns.identify(handle, 9).await;
    ns.send(&format!("USR 904 TWN S {ticket}")).await;
    match ns.next_line().await {
        Some(line) => assert!(line == "911 904" || line == "928 904", "{handle}: {line} for {ticket}"),
        // A line that is far too long.
        None => return,
    }
    ns.closed().await;
}
