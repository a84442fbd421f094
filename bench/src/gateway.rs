//! The cost of clients of the HTTP gateway: polls every two seconds, as the official
//! client makes them.

mod client;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::process::Process;
use crate::service::{Population, user};
use crate::table::Table;
use client::Client;

const PEOPLE: usize = 1_000;
/// The interval at which each client polls.
const EVERY: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
/// The share of one core that they may take, in percent.
const TARGET: f64 = 10.0;
/// The time for which a poll is held, where the gateway holds it.
const LIFESPAN: usize = 25;
/// Connections before the first measurement of memory: one-time allocations are over then.
const WARM_UP: usize = 100;

/// Weighs polls over kept connections and over new ones, and polls that are held.
pub fn measure(table: &mut Table) -> Result<()> {
    let words = Population { users: PEOPLE + WARM_UP, friends: 0, mutual: 0 }.words(1);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let service = Process::start(&words)?;
    let mut people = Vec::new();
    let mut before = 0.0;
    for number in 0..PEOPLE + WARM_UP {
        if number == WARM_UP {
            before = service.memory()?;
        }
        people.push(Client::sign_in(&service, &user(number))?);
    }
    let each = (service.memory()? - before) / PEOPLE as f64;
    for client in people.drain(..WARM_UP) {
        client.sign_out()?;
    }
    let method = |how: &str, each: f64| {
        format!(
            "schedstat, {ROUNDS} rounds of {PEOPLE} clients signed in by the gateway, {how}: {each:.0} µs a poll"
        )
    };
    let share = |each: f64, every: f64| each * PEOPLE as f64 / every / 1e6 * 100.0;
    let kept = poll(&service, &mut people, true)?;
    let what = format!("{PEOPLE} clients that poll every 2 s, one connection each");
    table.judge(
        &what,
        share(kept, EVERY.as_secs_f64()),
        "% of a core",
        TARGET,
        method("one POST after another", kept),
    );
    let fresh = poll(&service, &mut people, false)?;
    let what = format!("{PEOPLE} clients that poll every 2 s, a new connection each time");
    let how = "each POST over a connection of its own";
    table.judge(&what, share(fresh, EVERY.as_secs_f64()), "% of a core", TARGET, method(how, fresh));
    let held = hold(&service, &mut people)?;
    table.note(
        &format!("{PEOPLE} clients whose polls are held for {LIFESPAN} s, nothing happens"),
        format!("{:.2} % of a core", share(held, LIFESPAN as f64)),
        format!("schedstat: {held:.0} µs to hold a poll and to release it"),
    );
    table.note(
        "memory of an idle client of the gateway, with its connection",
        format!("{each:.1} KiB"),
        format!("growth of Anonymous in smaps_rollup over {PEOPLE} sign-ins, after {WARM_UP}"),
    );
    Ok(())
}

/// The cost of one poll, in microseconds, while all poll evenly.
fn poll(service: &Process, people: &mut [Client], kept: bool) -> Result<f64> {
    let mut spent = 0.0;
    for round in 0..=ROUNDS {
        let before = service.cpu()?;
        let started = Instant::now();
        for (number, client) in people.iter_mut().enumerate() {
            // Spread over the interval, as the polls of clients that know nothing of each other.
            let due = EVERY.mul_f64(number as f64 / PEOPLE as f64);
            std::thread::sleep(due.saturating_sub(started.elapsed()));
            ensure!(client.poll(kept)?.is_empty(), "something happened to a client");
        }
        std::thread::sleep(EVERY.saturating_sub(started.elapsed()));
        // The first round warms up.
        if round > 0 {
            spent += service.cpu()? - before;
        }
    }
    Ok(spent / (ROUNDS * PEOPLE) as f64)
}

/// The cost of a poll that is held until its time is over, in microseconds.
fn hold(service: &Process, people: &mut [Client]) -> Result<f64> {
    let before = service.cpu()?;
    for client in people.iter_mut() {
        client.begin_to_wait(1)?;
    }
    for client in people.iter_mut() {
        ensure!(client.waited()?.is_empty(), "something happened to a client");
    }
    Ok((service.cpu()? - before) / PEOPLE as f64)
}
