//! A conversation from `XFR` to `OUT`, with six messages.

use anyhow::Result;

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::load::client::Client;
use crate::load::conversation::bring_together;
use crate::meters::system_calls::Counter;
use crate::population::Population;
use crate::row::{Figure, Placement, Row, Target};
use crate::service::{Service, Setup};

/// Each pair has one conversation in a round: one person may ask for eight switchboards a minute.
const PAIRS: usize = 100;
const FEW: usize = 5;
const MESSAGES: usize = 6;

/// System calls.
pub(super) const CALLS: Row = Row {
    name: "conversation-calls",
    what: "system calls of a conversation of two from XFR to OUT, with 6 messages of class N, in turn",
    method: "perf stat, or strace -c -f; 100 conversations one by one",
    figures: &[Figure::plain(
        "system calls of a conversation, XFR … OUT with 6 messages",
        "",
        0,
        Target::at_most(46.0, 42.0),
    )],
    against: None,
    rounds: 3,
    warm_up: false,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let mut pairs = Pairs::sign_in(bench, contestant)?;
        Ok(Box::new(move || {
            let counter = Counter::start(pairs.service.process().id())?;
            let conversations = pairs.converse()?;
            Ok(vec![counter.stop()? / conversations])
        }))
    },
};

/// CPU time.
pub(super) const CPU: Row = Row {
    name: "conversation",
    what: "CPU of a conversation of two from XFR to OUT, with 6 messages of class N, in turn",
    method: "schedstat, 100 conversations one by one a round",
    figures: &[Figure::plain(
        "CPU of a conversation, XFR … OUT with 6 messages",
        "µs",
        0,
        Target::AtMost { must: None, want: Some(250.0) },
    )],
    rounds: 5,
    warm_up: true,
    start: |bench, contestant| {
        let mut pairs = Pairs::sign_in(bench, contestant)?;
        Ok(Box::new(move || {
            let before = pairs.service.process().cpu()?;
            let conversations = pairs.converse()?;
            Ok(vec![(pairs.service.process().cpu()? - before) / conversations])
        }))
    },
    ..CALLS
};

struct Pairs {
    service: Service,
    sessions: Vec<Client>,
}

impl Pairs {
    fn sign_in(bench: &Bench, contestant: &Contestant) -> Result<Self> {
        let people = 2 * bench.pick(FEW, PAIRS);
        let population = Population { users: people, ..Population::default() };
        let service = Service::start(contestant.program()?, &Setup::new(population))?;
        let sign_in = |number| Ok(Client::sign_in(&service, number)?.0);
        let sessions = (0..people).map(sign_in).collect::<Result<_>>()?;
        Ok(Self { service, sessions })
    }

    /// Each pair has a conversation; returns their number.
    fn converse(&mut self) -> Result<f64> {
        for first in (0..self.sessions.len()).step_by(2) {
            let mut inside = bring_together(&self.service, first, &mut self.sessions[first..first + 2])?;
            for number in 0..MESSAGES {
                let text = "x".repeat(150);
                inside[number % 2].send(&format!("MSG {} N 150\r\n{text}", 10 + number))?;
                inside[1 - number % 2].expect("MSG ")?;
            }
            let mut inside = inside.into_iter();
            let (caller, callee) = (inside.next(), inside.next());
            if let (Some(mut caller), Some(mut callee)) = (caller, callee) {
                callee.send("OUT\r\n")?;
                caller.expect("BYE ")?;
                caller.send("OUT\r\n")?;
                caller.until_closed()?;
                callee.until_closed()?;
            }
        }
        self.service.process().settle()?;
        Ok((self.sessions.len() / 2) as f64)
    }
}
