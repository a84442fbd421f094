//! Sign-ins with a password, by themselves and beside messages.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::talk::Talk;
use crate::cores::Cores;
use crate::load::passwords::{self, Flood};
use crate::population::Population;
use crate::process::machine;
use crate::row::{Figure, Placement, Row, Target};
use crate::service::{Service, Setup};

const TALK: Talk = Talk { conversations: 10, people: 2, window: 1, class: 'N', messages: 40_000 };
/// Sign-ins in a round.
const SIGN_INS: usize = 20;
/// People that sign in at the same time for each core: one has its password checked, and others wait.
const FOR_EACH_CORE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// One after the other.
pub(super) const ROW: Row = Row {
    name: "passwords",
    what: "CPU of a sign-in with a password at the Passport door, without TLS",
    method: "stat, 20 sign-ins one by one a round",
    figures: &[Figure::plain(
        "CPU of a sign-in with a password (argon2id, 19 MiB, t = 2)",
        "ms",
        0,
        Target::None,
    )],
    against: None,
    rounds: 3,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let population = Population { users: SIGN_INS, with_password: true, ..Population::default() };
        let service = Service::start(contestant.program()?, &Setup::new(population))?;
        let sign_ins = bench.pick(3, SIGN_INS);
        Ok(Box::new(move || {
            // Threads that hash may end in between.
            let before = service.process().cpu_of_all_threads()?;
            for number in 0..sign_ins {
                passwords::sign_in(number, service.doors().http)?;
            }
            let spent = service.process().cpu_of_all_threads()? - before;
            Ok(vec![spent / 1_000.0 / sign_ins as f64])
        }))
    },
};

/// As many as the service can take, while ten pairs talk.
pub(super) const BESIDE: Row = Row {
    name: "relay-beside-passwords",
    what: "time of a message while sign-ins with passwords saturate the service, next to the time without them",
    method: "clock, 10 pairs, one message on its way in each, p50 of 40,000 without and then with 4 sign-ins for each core at a time",
    figures: &[
        Figure::plain(
            "time of a message while passwords are checked, p50, next to quiet",
            "×",
            0,
            Target::at_most(1.5, 1.1),
        ),
        Figure::plain("time of a message while passwords are checked, p50", "µs", 1, Target::None),
        Figure::plain("sign-ins with a password meanwhile", "/s", 2, Target::None),
    ],
    rounds: 5,
    placement: Placement::Anywhere,
    start: |bench, contestant| {
        let talk = TALK.fit(bench);
        let talking = talk.conversations * talk.people;
        let people = machine()?.count() * FOR_EACH_CORE;
        let population = Population { users: talking + people, with_password: true, ..Population::default() };
        let service = Service::start(contestant.program()?, &Setup::new(population).on(Cores::All))?;
        let mut traffic = talk.among(&service)?;
        Ok(Box::new(move || {
            talk.run(&mut traffic)?;
            let quiet = traffic.median_time();
            let flood = Flood::begin(service.doors().http, talking, people);
            let deadline = Instant::now() + PATIENCE;
            while flood.done() == 0 {
                ensure!(Instant::now() < deadline, "nobody is signed in");
                std::thread::sleep(Duration::from_millis(5));
            }
            let (begun, before) = (Instant::now(), flood.done());
            talk.run(&mut traffic)?;
            let rate = (flood.done() - before) as f64 / begun.elapsed().as_secs_f64();
            let busy = traffic.median_time();
            flood.end()?;
            Ok(vec![busy / quiet, busy, rate])
        }))
    },
    ..ROW
};
