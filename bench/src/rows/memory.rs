//! The memory of an idle person among ten thousand.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::load::crowd::Crowd;
use crate::population::{Lists, Population};
use crate::row::{Figure, Placement, Row, Target};
use crate::service::{Service, Setup};

const PEOPLE: usize = 10_000;
const CONTACTS: usize = 100;
/// People before the first measurement: one-time allocations are over then.
const WARM_UP: usize = 200;

/// The time in which the allocator gives pages back that are not in use any more, those of the start and of the sign-ins.
const DECAY: Duration = Duration::from_secs(15);

/// Without contacts, and with a hundred.
pub(super) const ROW: Row = Row {
    name: "memory",
    what: "memory of an idle person that has signed in, at 10,000 people with handles of 24 bytes",
    method: "growth of Anonymous in smaps_rollup over 10,000 sign-ins after 200, each 15 s later; the contacts are offline",
    figures: &[
        Figure::plain(
            "memory of an idle person, no contacts, at 10,000",
            "KiB",
            0,
            Target::at_most(2.5, 2.0),
        ),
        Figure::plain(
            "memory of an idle person, 100 contacts, at 10,000",
            "KiB",
            1,
            Target::at_most(7.0, 5.0),
        ),
    ],
    against: None,
    rounds: 1,
    warm_up: false,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let (people, decay) = bench.pick((300, Duration::ZERO), (PEOPLE, DECAY));
        let program = contestant.program()?.clone();
        Ok(Box::new(move || {
            let mut values = Vec::new();
            for lists in [Lists::Empty, Lists::Strangers(CONTACTS)] {
                let users = people + WARM_UP;
                let population =
                    Population { users, friends: people, listed: users, lists, ..Population::default() };
                let service = Service::start(&program, &Setup::new(population))?;
                values.push(grow(&service, people, decay)?);
            }
            Ok(values)
        }))
    },
};

/// The growth with each of so many people, in KiB.
fn grow(service: &Service, people: usize, decay: Duration) -> Result<f64> {
    let first = Crowd::sign_in(service, 0, WARM_UP, 0)?;
    let before = memory_at_rest(service, decay)?;
    let crowd = Crowd::sign_in(service, WARM_UP, people, 0)?;
    let after = memory_at_rest(service, decay)?;
    ensure!(crowd.welcomes().all(|welcome| welcome.online == 0), "contacts are online");
    drop(first);
    Ok((after - before) / people as f64)
}

fn memory_at_rest(service: &Service, decay: Duration) -> Result<f64> {
    service.process().settle()?;
    std::thread::sleep(decay);
    service.process().memory()
}
