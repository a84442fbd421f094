//! Everybody comes back at once, after the service was killed.

use anyhow::{Result, ensure};

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::load::crowd::Crowd;
use crate::population::{Lists, Population};
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup};

const CONTACTS: usize = 100;

/// Contacts that are offline.
pub(super) const STRANGERS: Row = Row {
    name: "storm",
    what: "10,000 people with 100 contacts each come back after a kill of the service",
    method: "CPU of the new process (stat) from its start until everybody is signed in with the full list; 500 at a time",
    figures: &[Figure::plain(
        "CPU until 10,000 with 100 contacts are back after a kill",
        "s",
        0,
        Target::at_most(3.0, 2.0),
    )],
    against: None,
    rounds: 3,
    warm_up: false,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let people = bench.pick(300, 10_000);
        let friends = people.max(CONTACTS);
        let lists = Lists::Strangers(CONTACTS);
        let population =
            Population { users: people, friends, listed: people, lists, ..Population::default() };
        come_back(contestant, population, 0)
    },
};

/// Contacts that come back as well.
pub(super) const MUTUAL: Row = Row {
    name: "storm-mutual",
    what: "5,000 people that have 100 of each other as contacts come back after a kill of the service",
    method: "CPU of the new process (stat) from its start until everybody is signed in and 250,000 ILN and as many NLN are read",
    figures: &[Figure::plain(
        "CPU until 5,000 mutual contacts of 100 are back",
        "s",
        0,
        Target::at_most(4.0, 3.0),
    )],
    start: |bench: &Bench, contestant| {
        let people = bench.pick(200, 5_000);
        let lists = Lists::Circle(CONTACTS);
        let population = Population { users: people, listed: people, lists, ..Population::default() };
        // Of each pair the second one sees the first, and is seen.
        come_back(contestant, population, people * CONTACTS)
    },
    ..STRANGERS
};

fn come_back(contestant: &Contestant, population: Population, told: usize) -> Result<Box<dyn Trial>> {
    let mut service = Service::start(contestant.program()?, &Setup::new(population))?;
    let mut crowd = Some(Crowd::sign_in(&service, 0, population.users, told)?);
    Ok(Box::new(move || {
        service.restart()?;
        drop(crowd.take());
        let back = Crowd::sign_in(&service, 0, population.users, told)?;
        let spent = service.process().cpu_of_all_threads()?;
        let is_full = back.welcomes().all(|welcome| welcome.contacts == CONTACTS);
        ensure!(is_full, "somebody has another list");
        crowd = Some(back);
        Ok(vec![spent / 1e6])
    }))
}
