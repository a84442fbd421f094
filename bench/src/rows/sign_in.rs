//! A sign-in with a ticket, of people with a list of a hundred and of people without a list.

use std::ops::Range;

use anyhow::{Result, ensure};

use crate::load::client::Client;
use crate::meters::instructions::Counted;
use crate::meters::system_calls::Counter;
use crate::population::{Lists, Population};
use crate::row::{Figure, Placement, Row, Target};
use crate::service::{Service, Setup};

const CONTACTS: usize = 100;
/// The people with a list; as many have none. Each signs in once in a round, and twenty times a minute at most.
const PEOPLE: usize = 200;
const FEW: usize = 10;

/// CPU time.
pub(super) const CPU: Row = Row {
    name: "sign-in",
    what: "CPU of a sign-in with a ticket (VER, CVR, USR, USR, SYN 0, CHG, QRY) and of the end of its connection",
    method: "schedstat, 200 sign-ins one by one a round, nobody of the list is online",
    figures: &[
        Figure::plain(
            "CPU of a sign-in by ticket, list of 100",
            "µs",
            0,
            Target::AtMost { must: None, want: Some(150.0) },
        ),
        Figure::plain("CPU of a sign-in by ticket, empty list", "µs", 1, Target::None),
        Figure::plain("CPU of a sign-in by ticket, list of 100 next to an empty one", "×", 2, Target::None),
    ],
    against: None,
    rounds: 7,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let people = bench.pick(FEW, PEOPLE);
        let service = Service::start(contestant.program()?, &Setup::new(population(people)))?;
        Ok(Box::new(move || {
            let mut costs = Vec::new();
            for kind in [Kind::Listed, Kind::Empty] {
                let before = service.process().cpu()?;
                sign_in(&service, people, 0..people, kind)?;
                // The ends of the connections, too.
                service.process().settle()?;
                costs.push((service.process().cpu()? - before) / people as f64);
            }
            costs.push(costs[0] / costs[1]);
            Ok(costs)
        }))
    },
};

/// Instructions.
pub(super) const INSTRUCTIONS: Row = Row {
    name: "sign-in-instructions",
    what: "user instructions of a sign-in with a ticket and of the end of its connection",
    method: "callgrind, 100 sign-ins one by one, less what an idle service does in the same time",
    figures: &[
        Figure::plain(
            "user instructions of a sign-in by ticket, list of 100, the first since the start",
            "",
            0,
            Target::at_most(450_000.0, 250_000.0),
        ),
        Figure::plain(
            "user instructions of a sign-in by ticket, list of 100, again",
            "",
            1,
            Target::at_most(450_000.0, 250_000.0),
        ),
        Figure::plain("user instructions of a sign-in by ticket, empty list", "", 2, Target::None),
    ],
    rounds: 1,
    warm_up: false,
    placement: Placement::Anywhere,
    start: |bench, contestant| {
        let (all, people) = (bench.pick(FEW, PEOPLE), bench.pick(FEW / 2, PEOPLE / 2));
        let mut counted = Counted::start(bench, contestant.program()?, population(all))?;
        Ok(Box::new(move || {
            // One-time allocations and prepared statements, by the last ones, which are not counted.
            sign_in(&counted.service, all, all - FEW / 2..all, Kind::Listed)?;
            let mut values = Vec::new();
            for kind in [Kind::Listed, Kind::Listed, Kind::Empty] {
                counted.service.process().settle()?;
                let count = counted.count(|service| {
                    sign_in(service, all, 0..people, kind)?;
                    service.process().settle()
                })?;
                values.push(count / people as f64);
            }
            Ok(values)
        }))
    },
    ..CPU
};

/// System calls.
pub(super) const CALLS: Row = Row {
    name: "sign-in-calls",
    what: "system calls of a sign-in with a ticket and of the end of its connection",
    method: "perf stat, or strace -c -f; 200 sign-ins one by one",
    figures: &[Figure::plain("system calls of a sign-in by ticket, list of 100", "", 0, Target::None)],
    rounds: 3,
    warm_up: false,
    start: |bench, contestant| {
        let people = bench.pick(FEW, PEOPLE);
        let service = Service::start(contestant.program()?, &Setup::new(population(people)))?;
        Ok(Box::new(move || {
            sign_in(&service, people, 0..FEW / 2, Kind::Listed)?;
            let counter = Counter::start(service.process().id())?;
            sign_in(&service, people, 0..people, Kind::Listed)?;
            service.process().settle()?;
            Ok(vec![counter.stop()? / people as f64])
        }))
    },
    ..CPU
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Listed,
    Empty,
}

/// So many with a list, and as many after them without.
fn population(people: usize) -> Population {
    Population {
        users: 2 * people,
        friends: people.max(CONTACTS),
        listed: people,
        lists: Lists::Strangers(CONTACTS),
        ..Population::default()
    }
}

/// Signs in one by one, those of a kind with these numbers, and ends the connections.
fn sign_in(service: &Service, all: usize, people: Range<usize>, kind: Kind) -> Result<()> {
    let (first, contacts) = match kind {
        Kind::Listed => (0, CONTACTS),
        Kind::Empty => (all, 0),
    };
    let mut online = Vec::new();
    for number in people.map(|number| first + number) {
        let (client, welcome) = Client::sign_in(service, number)?;
        ensure!(welcome.contacts == contacts, "{} contacts came", welcome.contacts);
        online.push(client);
    }
    Ok(())
}
