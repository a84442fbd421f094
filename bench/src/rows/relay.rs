//! A hundred pairs with one message on its way: CPU time of a message, next to the raw relay.

use super::talk::Talk;
use crate::contestant::Reference;
use crate::cores::Cores;
use crate::row::{Figure, Placement, Row, Target};

const TALK: Talk = Talk { conversations: 100, people: 2, window: 1, class: 'N', messages: 20_000 };
const METHOD: &str = "schedstat, 20,000 messages of 100–400 bytes a round, median of the ratios of a round";
const TARGET: Target = Target::at_most(1.15, 1.05);

/// Class `N`, as clients write.
pub(super) const N: Row = Row {
    name: "relay-n",
    what: "100 pairs, one message on its way in each, class N, next to the raw relay",
    method: METHOD,
    figures: &[
        Figure::ratio("CPU of a message, class N, 100 × 1, next to raw", 0, TARGET),
        Figure::plain("CPU of a message, class N, 100 × 1", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelay),
    rounds: 9,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| TALK.fit(bench).weigh(contestant, Cores::One),
};

/// Class `U`.
pub(super) const U: Row = Row {
    name: "relay-u",
    what: "the same, class U",
    figures: &[Figure::ratio("CPU of a message, class U, 100 × 1, next to raw", 0, TARGET)],
    start: |bench, contestant| Talk { class: 'U', ..TALK }.fit(bench).weigh(contestant, Cores::One),
    ..N
};

/// Class `A`: the sender waits for the `ACK`, and the raw relay writes it as well.
pub(super) const A: Row = Row {
    name: "relay-a",
    what: "the same, class A, next to the raw relay that writes ACKs",
    figures: &[
        Figure::ratio("CPU of a message with ACK, 100 × 1, next to raw with ACK", 0, TARGET),
        Figure::plain("CPU of a message with ACK, 100 × 1", "µs", 0, Target::None),
    ],
    against: Some(Reference::RawRelayWithAcks),
    start: |bench, contestant| Talk { class: 'A', ..TALK }.fit(bench).weigh(contestant, Cores::One),
    ..N
};

/// The same program twice.
pub(super) const NOISE: Row = Row {
    name: "relay-noise",
    what: "the same program twice, class N: the spread is the noise of the other rows",
    figures: &[Figure::ratio("A/A: CPU of a message next to that of the same program", 0, Target::None)],
    against: Some(Reference::Itself),
    ..N
};
