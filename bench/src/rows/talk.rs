//! The talk of clients and the relay that serves it, for the rows about messages.

use anyhow::{Result, bail};

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::cores::Cores;
use crate::load::conversation::Conversation;
use crate::load::traffic::Traffic;
use crate::peers::{Peer, PeerServer};
use crate::population::Population;
use crate::process::Process;
use crate::raw_relay::RawRelay;
use crate::row::Trial;
use crate::service::{Service, Setup};

/// The conversations of a short run.
const FEW: usize = 5;

/// The shape of the talk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    /// The number of conversations.
    pub(super) conversations: usize,
    /// The number of people in each: one writes, the others read.
    pub(super) people: usize,
    /// The number of messages that are always on their way in each.
    pub(super) window: usize,
    /// The class of the messages.
    pub(super) class: char,
    /// Messages in a round, in all conversations together.
    pub(super) messages: usize,
}

/// The relay.
#[derive(Debug)]
enum Relay {
    Service(Box<Service>),
    Raw(RawRelay),
    Peer(PeerServer),
}

/// A talk that can be held, round by round.
pub(super) struct Talking {
    talk: Talk,
    traffic: Traffic,
    relay: Relay,
}

impl Talk {
    /// The same with fewer conversations and messages in a short run.
    pub(super) fn fit(self, bench: &Bench) -> Self {
        let conversations = bench.pick(self.conversations.min(FEW), self.conversations);
        let few = self.messages.min(conversations * self.window * 4);
        Self { conversations, messages: bench.pick(few, self.messages), ..self }
    }

    /// Starts the contestant and opens the conversations.
    pub(super) fn open(self, contestant: &Contestant, cores: Cores) -> Result<Talking> {
        let Self { conversations, people, .. } = self;
        let (relay, traffic) = match contestant {
            Contestant::Program(program) => {
                let population = Population { users: conversations * people, ..Population::default() };
                let service = Service::start(program, &Setup::new(population).on(cores))?;
                let traffic = self.among(&service)?;
                (Relay::Service(Box::new(service)), traffic)
            }
            Contestant::RawRelay { acknowledges } => {
                let relay = RawRelay::start(*acknowledges, cores)?;
                let open = |number| Conversation::open_at_relay(relay.address, number, people);
                let all = (0..conversations).map(open).collect::<Result<_>>()?;
                (Relay::Raw(relay), Traffic::new(all)?)
            }
            other => bail!("{other:?} takes no part in this row"),
        };
        Ok(Talking { talk: self, traffic, relay })
    }

    /// Starts another server and opens the conversations there.
    pub(super) fn open_at(self, peer: Peer, cores: Cores) -> Result<Talking> {
        let server = PeerServer::start(peer, cores)?;
        let traffic = Traffic::new(server.pairs(self.conversations)?)?;
        Ok(Talking { talk: self, traffic, relay: Relay::Peer(server) })
    }

    /// Opens the conversations of a service.
    pub(super) fn among(self, service: &Service) -> Result<Traffic> {
        let open = |number| Conversation::open(service, number * self.people, self.people);
        Traffic::new((0..self.conversations).map(open).collect::<Result<_>>()?)
    }

    /// The talk of a round.
    pub(super) fn run(self, traffic: &mut Traffic) -> Result<()> {
        traffic.run(self.class, self.window, self.messages)
    }

    /// Rounds of CPU time for each delivery, in microseconds.
    pub(super) fn weigh(self, contestant: &Contestant, cores: Cores) -> Result<Box<dyn Trial>> {
        let mut talking = self.open(contestant, cores)?;
        Ok(Box::new(move || Ok(vec![talking.cpu_of_delivery()?])))
    }
}

impl Talking {
    /// The process that relays.
    pub(super) fn process(&self) -> &Process {
        match &self.relay {
            Relay::Service(service) => service.process(),
            Relay::Raw(raw) => &raw.process,
            Relay::Peer(peer) => &peer.process,
        }
    }

    /// Talks in a class.
    pub(super) fn run(&mut self, class: char) -> Result<()> {
        Talk { class, ..self.talk }.run(&mut self.traffic)
    }

    /// Talks; the CPU time of a delivery in microseconds.
    pub(super) fn cpu_of_delivery(&mut self) -> Result<f64> {
        let before = self.process().cpu()?;
        self.run(self.talk.class)?;
        let deliveries = self.talk.messages * (self.talk.people - 1);
        Ok((self.process().cpu()? - before) / deliveries as f64)
    }

    /// Talks; the median of the times of its messages in microseconds.
    pub(super) fn median_time(&mut self) -> Result<f64> {
        self.run(self.talk.class)?;
        Ok(self.traffic.median_time())
    }
}
