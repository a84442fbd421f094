//! Clients of the HTTP gateway: polls every two seconds, as the official client makes them.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::load::gateway::Client;
use crate::population::Population;
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup};

const PEOPLE: usize = 1_000;
/// The interval at which each client polls.
const EVERY: Duration = Duration::from_secs(2);
/// The time for which a poll is held, where the gateway holds it.
const LIFESPAN: usize = 25;
/// Connections before the first measurement of memory: one-time allocations are over then.
const WARM_UP: usize = 100;
/// The share of one core that they may take, in percent.
const TARGET: Target = Target::AtMost { must: Some(10.0), want: None };

/// Polls over kept connections, over new ones, and polls that are held.
pub(super) const POLLS: Row = Row {
    name: "gateway",
    what: "1,000 clients of the HTTP gateway to which nothing happens",
    method: "schedstat; polls evenly every 2 s, over a connection that is kept and over new ones; polls held for 1 s, of which one comes in 25 s",
    figures: &[
        Figure::plain(
            "1,000 gateway clients that poll every 2 s, connections kept",
            "% of a core",
            0,
            TARGET,
        ),
        Figure::plain(
            "1,000 gateway clients that poll every 2 s, a new connection for each",
            "% of a core",
            1,
            TARGET,
        ),
        Figure::plain("1,000 gateway clients whose polls are held for 25 s", "% of a core", 2, Target::None),
    ],
    against: None,
    rounds: 3,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let people = bench.pick(20, PEOPLE);
        let (service, mut clients) = sign_in(contestant, people)?;
        let bench = *bench;
        Ok(Box::new(move || {
            let mut shares = Vec::new();
            for is_kept in [true, false] {
                let each = poll(&service, &mut clients, is_kept, bench.pick(EVERY / 10, EVERY))?;
                shares.push(share(each, EVERY.as_secs_f64()));
            }
            shares.push(share(hold(&service, &mut clients)?, LIFESPAN as f64));
            Ok(shares)
        }))
    },
};

/// Memory.
pub(super) const MEMORY: Row = Row {
    name: "gateway-memory",
    what: "memory of an idle client of the gateway, with its connection",
    method: "growth of Anonymous in smaps_rollup over 1,000 sign-ins, after 100",
    figures: &[Figure::plain("memory of an idle client of the gateway", "KiB", 0, Target::None)],
    rounds: 1,
    warm_up: false,
    start: |bench, contestant| start_memory(bench, contestant),
    ..POLLS
};

fn start_memory(bench: &Bench, contestant: &Contestant) -> Result<Box<dyn Trial>> {
    let people = bench.pick(20, PEOPLE);
    let (service, first) = sign_in(contestant, WARM_UP)?;
    Ok(Box::new(move || {
        service.process().settle()?;
        let before = service.process().memory()?;
        let range = first.len()..first.len() + people;
        let clients: Vec<Client> =
            range.map(|number| Client::sign_in(&service, number)).collect::<Result<_>>()?;
        service.process().settle()?;
        let grown = service.process().memory()? - before;
        drop(clients);
        Ok(vec![grown / people as f64])
    }))
}

/// Starts a service and signs the first people in by its gateway.
fn sign_in(contestant: &Contestant, people: usize) -> Result<(Service, Vec<Client>)> {
    let population = Population { users: PEOPLE + WARM_UP, ..Population::default() };
    let service = Service::start(contestant.program()?, &Setup::new(population))?;
    let clients = (0..people).map(|number| Client::sign_in(&service, number)).collect::<Result<_>>()?;
    Ok((service, clients))
}

/// The share of a core, in percent, for a thousand clients that each cost so many microseconds in so many seconds.
fn share(each: f64, every: f64) -> f64 {
    each * PEOPLE as f64 / every / 1e6 * 100.0
}

/// The cost of one poll, in microseconds, while all poll evenly within an interval.
fn poll(service: &Service, clients: &mut [Client], is_kept: bool, every: Duration) -> Result<f64> {
    let before = service.process().cpu()?;
    let started = Instant::now();
    let count = clients.len();
    for (number, client) in clients.iter_mut().enumerate() {
        // Spread over the interval, as the polls of clients that know nothing of each other.
        let due = every.mul_f64(number as f64 / count as f64);
        std::thread::sleep(due.saturating_sub(started.elapsed()));
        ensure!(client.poll(is_kept)?.is_empty(), "something happened to a client");
    }
    Ok((service.process().cpu()? - before) / count as f64)
}

/// The cost of a poll that is held until its time is over, in microseconds.
fn hold(service: &Service, clients: &mut [Client]) -> Result<f64> {
    let before = service.process().cpu()?;
    for client in clients.iter_mut() {
        client.begin_to_wait(1)?;
    }
    for client in clients.iter_mut() {
        ensure!(client.waited()?.is_empty(), "something happened to a client");
    }
    Ok((service.process().cpu()? - before) / clients.len() as f64)
}
