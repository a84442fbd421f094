//! A pair of peers, a wire between them, and a clock that tests move.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use msnp::connection_type::{ConnectionType, NetId};
use msnp::object::{MsnObject, ObjectKind};

use crate::direct::{AttachedNetworks, Reach};
use crate::link::{Body, Transmit};
use crate::packet::{Carrier, Packet};
use crate::peer::{DirectConfig, DirectRequest, Peer, PeerConfig, PeerEvent};
use crate::{Guid, Identifiers, Published};

/// Numbers that count up, so that a test says the same each time.
pub(super) struct Counting {
    pub(super) first: u32,
    pub(super) nonce: u32,
    pub(super) session: u32,
    pub(super) guid: u8,
}

impl Identifiers for Counting {
    fn first(&mut self) -> u32 {
        self.first
    }

    fn nonce(&mut self) -> u32 {
        self.nonce += 1;
        self.nonce
    }

    fn session(&mut self) -> u32 {
        self.session += 1;
        self.session
    }

    fn guid(&mut self) -> Guid {
        self.guid += 1;
        Guid([self.guid; 16])
    }
}

pub(super) struct End {
    pub(super) peer: Peer,
    pub(super) published: Published,
    pub(super) events: Vec<PeerEvent>,
    /// The file that it sends.
    pub(super) file: Bytes,
    /// Bytes of files that came.
    pub(super) received: BytesMut,
}

pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) alice: End,
    pub(super) bob: End,
    /// Everything that went over the switchboard and direct, in order: by alice?, carrier, bytes.
    pub(super) log: Vec<(bool, Carrier, Bytes)>,
    pub(super) direct_up: bool,
    /// Whether direct connections can be opened at all.
    pub(super) direct_works: bool,
    /// Whether attempts to connect hang.
    pub(super) hold_connects: bool,
}

pub(super) const ALICE: &str = "alice@example.com";
pub(super) const BOB: &str = "bob@example.com";

pub(super) fn direct_config(connection_type: ConnectionType) -> DirectConfig {
    DirectConfig {
        reach: Reach { connection_type, upnp: false, icf: false },
        net_id: NetId::default(),
        seen_address: Some([192, 0, 2, 7].into()),
        attached: AttachedNetworks::default(),
        loopback: false,
    }
}

fn end(me: &str, peer: &str, seed: u32, direct: Option<DirectConfig>) -> End {
    let published = Published::default();
    let config = PeerConfig {
        me: me.parse().expect("a handle"),
        peer: peer.parse().expect("a handle"),
        published: published.clone(),
        direct,
    };
    let numbers = Counting { first: seed, nonce: seed / 16, session: seed * 2, guid: (seed >> 16) as u8 };
    End {
        peer: Peer::with_identifiers(config, Box::new(numbers)),
        published,
        events: Vec::new(),
        file: Bytes::new(),
        received: BytesMut::new(),
    }
}

impl Pair {
    pub(super) fn new() -> Self {
        Self::with_direct(None, None)
    }

    pub(super) fn with_direct(alice: Option<DirectConfig>, bob: Option<DirectConfig>) -> Self {
        Self {
            now: Instant::now(),
            alice: end(ALICE, BOB, 0x00b5_0000, alice),
            bob: end(BOB, ALICE, 0x0011_0000, bob),
            log: Vec::new(),
            direct_up: false,
            direct_works: true,
            hold_connects: false,
        }
    }

    /// Lets everything happen that happens without waiting.
    pub(super) fn run(&mut self) {
        while self.step() {}
    }

    /// Moves one packet each way on each carrier; whether anything moved.
    pub(super) fn step(&mut self) -> bool {
        let mut moved = false;
        for carrier in [Carrier::Switchboard, Carrier::Direct] {
            if carrier == Carrier::Direct && !self.direct_up {
                continue;
            }
            for by_alice in [true, false] {
                let (from, to) = if by_alice {
                    (&mut self.alice, &mut self.bob)
                } else {
                    (&mut self.bob, &mut self.alice)
                };
                if let Some(transmit) = from.peer.poll_transmit(carrier, self.now) {
                    let bytes = wire(&transmit, &from.file, carrier);
                    self.log.push((by_alice, carrier, bytes.clone()));
                    to.peer.handle_packet(carrier, &bytes, self.now).expect("our own packets are packets");
                    moved = true;
                }
            }
        }
        self.take_events() || moved
    }

    fn take_events(&mut self) -> bool {
        let mut any = false;
        for by_alice in [true, false] {
            loop {
                let end = if by_alice { &mut self.alice } else { &mut self.bob };
                let Some(event) = end.peer.poll_event() else { break };
                any = true;
                match event {
                    PeerEvent::FileData { data, .. } => end.received.extend_from_slice(&data),
                    PeerEvent::Direct(request) => self.handle_direct(by_alice, request),
                    event => end.events.push(event),
                }
            }
        }
        any
    }

    fn handle_direct(&mut self, by_alice: bool, request: DirectRequest) {
        let end = if by_alice { &mut self.alice } else { &mut self.bob };
        match request {
            DirectRequest::Listen { .. } if self.direct_works => {
                end.peer.direct_listening(&[[192, 0, 2, 7].into()], 4000, None, self.now);
            }
            DirectRequest::Connect { .. } if self.hold_connects => {}
            DirectRequest::Connect { .. } if self.direct_works => {
                self.direct_up = true;
                self.alice.peer.direct_established(self.now);
                self.bob.peer.direct_established(self.now);
            }
            DirectRequest::Listen { .. } | DirectRequest::Connect { .. } => end.peer.direct_failed(self.now),
            DirectRequest::Close => self.direct_up = false,
        }
    }

    /// Lets time pass, then everything happen that follows.
    pub(super) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.alice.peer.handle_timeout(self.now);
        self.bob.peer.handle_timeout(self.now);
        self.run();
    }

    /// The direct connection breaks for both.
    pub(super) fn break_direct(&mut self) {
        self.direct_up = false;
        self.alice.peer.carrier_lost(Carrier::Direct, self.now);
        self.bob.peer.carrier_lost(Carrier::Direct, self.now);
    }

    /// The bytes that alice or bob sent, as packets.
    pub(super) fn packets(&self, by_alice: bool) -> Vec<Packet> {
        self.log
            .iter()
            .filter(|(by, _, _)| *by == by_alice)
            .map(|(_, carrier, bytes)| Packet::parse(*carrier, bytes).expect("our own packets are packets"))
            .collect()
    }
}

pub(super) fn wire(transmit: &Transmit, file: &Bytes, carrier: Carrier) -> Bytes {
    let body = match &transmit.body {
        Body::Bytes(bytes) => bytes.clone(),
        Body::File { offset, length, .. } => file.slice(*offset as usize..*offset as usize + length),
    };
    Packet { header: transmit.header, body, footer: transmit.footer }.to_bytes(carrier)
}

/// A picture of alice's with this many bytes.
pub(super) fn picture(length: usize) -> (MsnObject, Bytes) {
    let data = noise(length);
    (MsnObject::new(ALICE, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data), data)
}

/// Bytes that do not repeat early.
pub(super) fn noise(length: usize) -> Bytes {
    (0..length).map(|at| (at * 31 + at / 251) as u8).collect()
}
