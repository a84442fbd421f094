//! Presence by itself: a change of state, told to a hundred people.

use super::talk::Talk;
use crate::bench::Bench;
use crate::contestant::{Contestant, Program, Reference};
use crate::cores::Cores;
use crate::load::presence::Presence;
use crate::meters::instructions::Counted;
use crate::population::{Lists, Population};
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup};

use anyhow::Result;

const WATCHERS: usize = 100;
/// The people that change: one may do so thirty times in ten seconds only.
const CHANGERS: usize = 40;
/// Changes of each in a round.
const CHANGES: usize = 4;
/// The least work: a message from one to a hundred.
const RAW: Talk =
    Talk { conversations: 1, people: WATCHERS + 1, window: 1, class: 'N', messages: CHANGERS * CHANGES };

/// Instructions.
pub(super) const INSTRUCTIONS: Row = Row {
    name: "presence-instructions",
    what: "user instructions of a CHG to 100 watchers, for each NLN",
    method: "callgrind, 160 CHG of 40 people, less what an idle service does in the same time",
    figures: &[Figure::plain(
        "user instructions of an NLN, CHG to 100 watchers",
        "",
        0,
        Target::at_most(650.0, 400.0),
    )],
    against: None,
    rounds: 1,
    warm_up: false,
    placement: Placement::Anywhere,
    start: |bench, contestant| {
        let population = population(bench);
        let mut counted = Counted::start(bench, contestant.program()?, population)?;
        let mut presence = Presence::open(&counted.service, population.users, population.friends)?;
        presence.change(1)?;
        Ok(Box::new(move || {
            let mut told = 0;
            let instructions = counted.count(|_| {
                told = presence.change(CHANGES)?;
                Ok(())
            })?;
            Ok(vec![instructions / told as f64])
        }))
    },
};

/// CPU time.
pub(super) const CPU: Row = Row {
    name: "presence-cpu",
    what: "CPU of a CHG to 100 watchers, for each NLN, next to a message from one to 100 at the raw relay",
    method: "schedstat, 160 CHG of 40 people a round, median of the ratios of a round",
    figures: &[
        Figure::ratio("CPU of an NLN, CHG to 100 watchers, next to raw", 0, Target::None),
        Figure::plain("CPU of an NLN, CHG to 100 watchers", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelay),
    // With the first one 28 changes of each: one more round would be too many for ten seconds.
    rounds: 6,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| match contestant {
        Contestant::Program(program) => weigh(program, bench),
        _ => RAW.fit(bench).weigh(contestant, Cores::One),
    },
};

fn population(bench: &Bench) -> Population {
    let (users, friends) = (bench.pick(2, CHANGERS), bench.pick(10, WATCHERS));
    Population { users, friends, listed: users, lists: Lists::Mutual, ..Population::default() }
}

fn weigh(program: &Program, bench: &Bench) -> Result<Box<dyn Trial>> {
    let population = population(bench);
    let service = Service::start(program, &Setup::new(population))?;
    let mut presence = Presence::open(&service, population.users, population.friends)?;
    Ok(Box::new(move || {
        let before = service.process().cpu()?;
        let told = presence.change(CHANGES)?;
        Ok(vec![(service.process().cpu()? - before) / told as f64])
    }))
}
