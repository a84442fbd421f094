//! Two worker threads instead of one: the CPU time of a message.

use super::talk::Talk;
use crate::contestant::{Contestant, Program, Reference};
use crate::cores::Cores;
use crate::row::{Figure, Placement, Row, Target};

const TALK: Talk = Talk { conversations: 100, people: 2, window: 1, class: 'N', messages: 20_000 };

/// A hundred pairs.
pub(super) const ROW: Row = Row {
    name: "workers",
    what: "CPU of a message with two workers, next to one worker; both may use two cores",
    method: "schedstat, 100 pairs, one message on its way in each, 20,000 a round, median of the ratios of a round",
    figures: &[
        Figure::ratio("CPU of a message, two workers next to one", 0, Target::at_most(1.2, 1.1)),
        Figure::plain("CPU of a message, two workers", "µs", 0, Target::None),
    ],
    against: Some(Reference::OneWorker),
    rounds: 9,
    warm_up: true,
    // The load has a core of its own only if there are more than two.
    placement: Placement::Anywhere,
    start: |bench, contestant| {
        let program = contestant.program()?;
        let workers = Some(program.workers.unwrap_or(2));
        let contestant = Contestant::Program(Program { workers, ..program.clone() });
        TALK.fit(bench).weigh(&contestant, Cores::Two)
    },
};
