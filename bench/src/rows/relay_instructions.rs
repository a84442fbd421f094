//! The instructions of a message in user space.

use anyhow::Result;

use super::talk::Talk;
use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::meters::instructions::Counted;
use crate::population::Population;
use crate::row::{Figure, Placement, Row, Target, Trial};

const TALK: Talk = Talk { conversations: 20, people: 2, window: 1, class: 'N', messages: 20_000 };
const SLIDING: Talk = Talk { conversations: 50, window: 16, messages: 40_000, ..TALK };

/// Twenty pairs, one message on its way in each.
pub(super) const ROW: Row = Row {
    name: "relay-instructions",
    what: "user instructions of a message, 20 pairs, one message on its way in each",
    method: "callgrind, 20,000 messages of 100–400 bytes, less what an idle service does in the same time",
    figures: &[
        Figure::plain(
            "user instructions of a message, class N, 20 × 1",
            "",
            0,
            Target::at_most(3_000.0, 1_800.0),
        ),
        Figure::plain(
            "user instructions of a message with ACK, 20 × 1",
            "",
            1,
            Target::at_most(3_800.0, 2_300.0),
        ),
    ],
    against: None,
    rounds: 1,
    warm_up: false,
    placement: Placement::Anywhere,
    start: |bench, contestant| count(TALK, bench, contestant),
};

/// Fifty pairs, sixteen messages always on their way in each.
pub(super) const BURST: Row = Row {
    name: "burst-instructions",
    what: "user instructions of a message, 50 pairs, 16 messages always on their way in each",
    method: "callgrind, 40,000 messages, less what an idle service does in the same time; the service is so slow \
             then that it finds all 16 at once",
    figures: &[
        Figure::plain("user instructions of a message, class N, 50 × 16", "", 0, Target::None),
        Figure::plain("user instructions of a message with ACK, 50 × 16", "", 1, Target::None),
    ],
    start: |bench, contestant| count(SLIDING, bench, contestant),
    ..ROW
};

fn count(talk: Talk, bench: &Bench, contestant: &Contestant) -> Result<Box<dyn Trial>> {
    let talk = talk.fit(bench);
    let population = Population { users: talk.conversations * talk.people, ..Population::default() };
    let mut counted = Counted::start(bench, contestant.program()?, population)?;
    let mut traffic = talk.among(&counted.service)?;
    Ok(Box::new(move || {
        let mut values = Vec::new();
        for class in ['N', 'A'] {
            let talk = Talk { class, ..talk };
            // Allocations that happen once are made.
            Talk { messages: talk.messages / 10 + 1, ..talk }.run(&mut traffic)?;
            values.push(counted.count(|_| talk.run(&mut traffic))? / talk.messages as f64);
        }
        Ok(values)
    }))
}
