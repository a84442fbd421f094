//! Other servers that relay messages, next to the raw relay: what is usual.

use anyhow::Result;

use super::talk::Talk;
use crate::bench::Bench;
use crate::contestant::{Contestant, Reference};
use crate::cores::Cores;
use crate::peers::Peer;
use crate::row::{Figure, Placement, Row, Target, Trial};

const RELAY: Talk = Talk { conversations: 100, people: 2, window: 1, class: 'N', messages: 20_000 };
const BURST: Talk = Talk { conversations: 50, window: 16, messages: 100_000, ..RELAY };

/// InspIRCd.
pub(super) const INSPIRCD: Row = Row {
    name: "peer-inspircd",
    what: "InspIRCd in the place of the service, 100 pairs, one message on its way in each, next to the raw relay",
    method: "schedstat, PRIVMSG of 100–400 bytes without flood protection, median of the ratios of a round",
    figures: &[Figure::ratio("InspIRCd: CPU of a message, 100 × 1, next to raw", 0, Target::None)],
    against: Some(Reference::RawRelay),
    rounds: 5,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| start(bench, contestant, Peer::Inspircd, RELAY),
};

/// InspIRCd, bursts.
pub(super) const INSPIRCD_BURST: Row = Row {
    name: "peer-inspircd-burst",
    what: "the same, 50 pairs, 16 messages always on their way in each",
    figures: &[Figure::ratio("InspIRCd: CPU of a message, 50 × 16, next to raw", 0, Target::None)],
    start: |bench, contestant| start(bench, contestant, Peer::Inspircd, BURST),
    ..INSPIRCD
};

/// ngIRCd.
pub(super) const NGIRCD: Row = Row {
    name: "peer-ngircd",
    what: "ngIRCd in the place of the service, 100 pairs, one message on its way in each, next to the raw relay",
    figures: &[Figure::ratio("ngIRCd: CPU of a message, 100 × 1, next to raw", 0, Target::None)],
    start: |bench, contestant| start(bench, contestant, Peer::Ngircd, RELAY),
    ..INSPIRCD
};

/// ngIRCd, bursts.
pub(super) const NGIRCD_BURST: Row = Row {
    name: "peer-ngircd-burst",
    what: "the same, 50 pairs, 16 messages always on their way in each",
    figures: &[Figure::ratio("ngIRCd: CPU of a message, 50 × 16, next to raw", 0, Target::None)],
    start: |bench, contestant| start(bench, contestant, Peer::Ngircd, BURST),
    ..INSPIRCD
};

/// NATS.
pub(super) const NATS: Row = Row {
    name: "peer-nats",
    what: "NATS in the place of the service, 100 pairs, one message on its way in each, next to the raw relay",
    method: "schedstat, PUB of 100–400 bytes, median of the ratios of a round",
    figures: &[Figure::ratio("NATS: CPU of a message, 100 × 1, next to raw", 0, Target::None)],
    start: |bench, contestant| start(bench, contestant, Peer::Nats, RELAY),
    ..INSPIRCD
};

/// NATS, bursts.
pub(super) const NATS_BURST: Row = Row {
    name: "peer-nats-burst",
    what: "the same, 50 pairs, 16 messages always on their way in each",
    figures: &[Figure::ratio("NATS: CPU of a message, 50 × 16, next to raw", 0, Target::None)],
    start: |bench, contestant| start(bench, contestant, Peer::Nats, BURST),
    ..NATS
};

/// The peer takes the place of the program.
fn start(bench: &Bench, contestant: &Contestant, peer: Peer, talk: Talk) -> Result<Box<dyn Trial>> {
    let talk = talk.fit(bench);
    let mut talking = match contestant {
        Contestant::Program(_) => talk.open_at(peer, Cores::One)?,
        _ => talk.open(contestant, Cores::One)?,
    };
    Ok(Box::new(move || Ok(vec![talking.cpu_of_delivery()?])))
}
