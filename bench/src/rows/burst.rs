//! Fifty pairs with sixteen messages on their way, always: whenever some have arrived, as many follow.

use super::talk::Talk;
use crate::contestant::Reference;
use crate::cores::Cores;
use crate::row::{Figure, Placement, Row, Target};

const TALK: Talk = Talk { conversations: 50, people: 2, window: 16, class: 'N', messages: 200_000 };

/// Without `ACK`.
pub(super) const N: Row = Row {
    name: "burst-n",
    what: "50 pairs, 16 messages always on their way in each, class N, next to the raw relay",
    method: "schedstat, 200,000 messages of 100–400 bytes a round, median of the ratios of a round",
    figures: &[
        Figure::ratio("CPU of a message, class N, 50 × 16, next to raw", 0, Target::at_most(1.4, 1.2)),
        Figure::plain("CPU of a message, class N, 50 × 16", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelay),
    rounds: 9,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| TALK.fit(bench).weigh(contestant, Cores::One),
};

/// With `ACK`.
pub(super) const A: Row = Row {
    name: "burst-a",
    what: "the same, class A, next to the raw relay that writes ACKs",
    figures: &[
        Figure::ratio(
            "CPU of a message with ACK, 50 × 16, next to raw with ACK",
            0,
            Target::at_most(1.5, 1.2),
        ),
        Figure::plain("CPU of a message with ACK, 50 × 16", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelayWithAcks),
    start: |bench, contestant| Talk { class: 'A', ..TALK }.fit(bench).weigh(contestant, Cores::One),
    ..N
};
