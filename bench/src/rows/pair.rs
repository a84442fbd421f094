//! One pair: the time of a message. A switchboard of twenty: the CPU time of a delivery.

use super::talk::Talk;
use crate::contestant::Reference;
use crate::cores::Cores;
use crate::row::{Figure, Placement, Row, Target};

const PAIR: Talk = Talk { conversations: 1, people: 2, window: 1, class: 'N', messages: 4_000 };
const TWENTY: Talk = Talk { conversations: 1, people: 20, window: 1, class: 'N', messages: 2_000 };
const TARGET: Target = Target::at_most(1.1, 1.05);

/// Two people.
pub(super) const ROW: Row = Row {
    name: "pair",
    what: "one pair, one message on its way, next to the raw relay",
    method: "clock from the write of a message to its arrival, p50 of 4,000 a round, median of the ratios of a round",
    figures: &[
        Figure::ratio("time of a message, one pair, p50, next to raw", 0, TARGET),
        Figure::plain("time of a message, one pair, p50", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelay),
    rounds: 9,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let mut talking = PAIR.fit(bench).open(contestant, Cores::One)?;
        Ok(Box::new(move || Ok(vec![talking.median_time()?])))
    },
};

/// Twenty people.
pub(super) const SWITCHBOARD: Row = Row {
    name: "switchboard",
    what: "one writes to nineteen, next to the raw relay",
    method: "schedstat, 2,000 messages to 19 people a round, median of the ratios of a round",
    figures: &[
        Figure::ratio("CPU of a delivery, switchboard of 20, next to raw", 0, TARGET),
        Figure::plain("CPU of a delivery, switchboard of 20", "µs", 0, Target::None),
    ],
    start: |bench, contestant| TWENTY.fit(bench).weigh(contestant, Cores::One),
    ..ROW
};
