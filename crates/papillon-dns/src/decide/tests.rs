use hickory_proto::op::{MessageType, OpCode};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A question as a legacy client asks it, written by hand.
fn question(name: &str, kind: u16) -> Vec<u8> {
    let mut packet = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).unwrap());
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend(kind.to_be_bytes());
    packet.extend([0, 1]);
    packet
}

/// The same with an OPT record.
fn with_opt(mut packet: Vec<u8>, size: u16, version: u8) -> Vec<u8> {
    packet[11] = 1;
    packet.extend([0, 0, 41]);
    packet.extend(size.to_be_bytes());
    packet.extend([0, version, 0, 0, 0, 0]);
    packet
}

fn asked(client: &str, at: &str) -> Asked {
    Asked { client: client.parse().unwrap(), at: at.parse().unwrap(), over: Transport::Udp }
}

const SERVICES: [&str; 3] = ["messenger.hotmail.com", "nexus.passport.com", "login.live.com"];

const A: u16 = 1;
const AAAA: u16 = 28;

struct Listener {
    clients: Clients,
    others: Others,
    names: Vec<String>,
    host: Option<PublicHost>,
}

impl Default for Listener {
    fn default() -> Self {
        Self { clients: Clients::default(), others: Others::Forward, names: Vec::new(), host: None }
    }
}

impl Listener {
    fn decide(&self, packet: &[u8], asked: &Asked) -> Decision {
        let (clients, names) = (&self.clients, &self.names[..]);
        let rules = Rules {
            clients,
            others: self.others,
            services: &SERVICES,
            names,
            public_host: self.host.as_ref(),
        };
        decide(packet, asked, &rules)
    }

    fn answer(&self, packet: &[u8], asked: &Asked) -> Message {
        match self.decide(packet, asked) {
            Decision::Reply(answer) => Message::from_vec(&answer).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The addresses in the answer for somebody on the same network.
    fn addresses(&self, name: &str, kind: u16) -> Vec<String> {
        let answer = self.answer(&question(name, kind), &asked("192.168.1.7:1025", "192.168.1.2"));
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
        answer.answers.iter().map(|record| record.data.to_string()).collect()
    }

    fn code(&self, packet: &[u8]) -> ResponseCode {
        self.answer(packet, &asked("192.168.1.7:1025", "192.168.1.2")).metadata.response_code
    }

    fn forwards(&self, packet: &[u8]) -> bool {
        matches!(self.decide(packet, &asked("192.168.1.7:1025", "192.168.1.2")), Decision::Forward(_))
    }

    fn drops(&self, packet: &[u8], client: &str) -> bool {
        matches!(self.decide(packet, &asked(client, "192.168.1.2")), Decision::Drop)
    }
}

#[test]
fn the_old_names_stand_for_the_address_that_was_asked() {
    let listener = Listener::default();
    for name in SERVICES {
        assert_eq!(listener.addresses(name, A), ["192.168.1.2"], "{name}");
        // It has none; the client must not look for one elsewhere.
        assert!(listener.addresses(name, AAAA).is_empty(), "{name}");
    }
    let packet = question("messenger.hotmail.com", AAAA);
    let answer = listener.answer(&packet, &asked("[fd00::7]:1025", "fd00::2"));
    assert_eq!(answer.answers[0].data.to_string(), "fd00::2");
    let answer = listener.answer(&packet, &asked("[fe80::7]:1025", "fe80::2"));
    assert!(answer.answers.is_empty(), "a link-local address says nothing about the link");
}

#[test]
fn the_answer_is_about_the_question() {
    let packet = question("MesSengeR.hOtMail.cOm", A);
    let answer = match Listener::default().decide(&packet, &asked("10.0.0.7:1025", "10.0.0.2")) {
        Decision::Reply(answer) => answer,
        other => panic!("{other:?}"),
    };
    assert_eq!(answer[..2], packet[..2]);
    assert_eq!(answer[12..packet.len()], packet[12..], "in the client's own spelling");
    let answer = Message::from_vec(&answer).unwrap();
    assert_eq!(answer.metadata.message_type, MessageType::Response);
    assert!(answer.metadata.recursion_desired && answer.metadata.recursion_available);
    assert_eq!(answer.answers[0].ttl, LIFETIME);
    assert!(answer.edns.is_none());
}

#[test]
fn other_records_of_the_old_names_do_not_exist() {
    let listener = Listener::default();
    for kind in [2, 5, 6, 15, 16, 64, 65] {
        assert!(listener.addresses("messenger.hotmail.com", kind).is_empty(), "{kind}");
    }
    assert_eq!(listener.addresses("messenger.hotmail.com", 255), ["192.168.1.2"]);
}

#[test]
fn names_around_the_old_ones_are_somebody_elses() {
    let listener = Listener::default();
    for name in ["hotmail.com", "www.messenger.hotmail.com", "messenger.hotmail.com.lan", "localhost", "com"]
    {
        assert!(listener.forwards(&question(name, A)), "{name}");
    }
}

#[test]
fn the_public_host_goes_before_the_address_that_was_asked() {
    let host = |addresses: &[&str]| {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Listener { host: Some(PublicHost::new("msn.example.org", addresses)), ..Listener::default() }
    };
    let listener = host(&["203.0.113.7", "203.0.113.8", "2001:db8::7"]);
    assert_eq!(listener.addresses("nexus.passport.com", A), ["203.0.113.7"]);
    assert_eq!(listener.addresses("nexus.passport.com", AAAA), ["2001:db8::7"]);
    // Clients are told its name, and have to find it.
    assert_eq!(listener.addresses("MSN.example.org", A), ["203.0.113.7"]);
    assert!(listener.forwards(&question("msn.example.org", 15)));
    // Not known yet.
    let listener = host(&[]);
    assert_eq!(listener.addresses("nexus.passport.com", A), ["192.168.1.2"]);
    assert!(listener.forwards(&question("msn.example.org", A)));
    // As in Debian's hosts file.
    let listener = host(&["127.0.1.1"]);
    assert_eq!(listener.addresses("nexus.passport.com", A), ["192.168.1.2"]);
    let here = listener.answer(&question("nexus.passport.com", A), &asked("127.0.0.1:1025", "127.0.0.1"));
    assert_eq!(here.answers[0].data.to_string(), "127.0.1.1");
}

#[test]
fn everything_else_is_passed_on_or_refused() {
    let packet = with_opt(question("example.com", A), 4096, 0);
    let listener = Listener::default();
    match listener.decide(&packet, &asked("10.0.0.7:1025", "10.0.0.2")) {
        Decision::Forward(forward) => {
            assert_eq!(forward.to_upstream(0xabcd)[2..], packet[2..], "untouched");
            assert_eq!(forward.limit, usize::from(LARGEST));
        }
        other => panic!("{other:?}"),
    }
    let refusing = Listener { others: Others::Refuse, ..Listener::default() };
    assert_eq!(refusing.code(&packet), ResponseCode::Refused);
    for large in [251, 252, 255] {
        assert_eq!(listener.code(&question("example.com", large)), ResponseCode::Refused, "{large}");
    }
    let mut chaos = question("version.bind", 16);
    *chaos.last_mut().unwrap() = 3;
    assert_eq!(listener.code(&chaos), ResponseCode::Refused);
}

#[test]
fn strangers_get_nothing() {
    let listener = Listener::default();
    let packet = question("messenger.hotmail.com", A);
    for stranger in ["8.8.8.8:1025", "[2001:db8::1]:1025", "100.64.0.1:1025", "[::ffff:8.8.8.8]:1025"] {
        assert!(listener.drops(&packet, stranger), "{stranger}");
        assert!(listener.drops(b"nonsense, long enough", stranger), "{stranger}");
    }
    // This machine, at its own address.
    let own = listener.answer(&packet, &asked("203.0.113.7:1025", "203.0.113.7"));
    assert_eq!(own.answers.len(), 1);
}

#[test]
fn who_may_be_somebody_else_gets_no_more_than_they_gave() {
    let listener = Listener { clients: "any,203.0.113.0/24".parse().unwrap(), ..Listener::default() };
    let packet = with_opt(question("example.com", A), 4096, 0);
    let limit = |client: &str, over| {
        let asked = Asked { over, ..asked(client, "198.51.100.2") };
        match listener.decide(&packet, &asked) {
            Decision::Forward(forward) => forward.limit,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limit("8.8.8.8:1025", Transport::Udp), packet.len() + WORTH);
    assert_eq!(limit("203.0.113.9:1025", Transport::Udp), usize::from(LARGEST));
    assert_eq!(limit("8.8.8.8:1025", Transport::Tcp), 65_535);
    for name in SERVICES {
        for packet in [question(name, A), with_opt(question(name, AAAA), 512, 0)] {
            for at in ["198.51.100.2", "2001:db8::2"] {
                let answer = match listener.decide(&packet, &asked("8.8.8.8:1025", at)) {
                    Decision::Reply(answer) => answer,
                    other => panic!("{other:?}"),
                };
                assert!(answer.len() <= packet.len() + WORTH);
            }
        }
    }
}

#[test]
fn an_answer_is_never_answered() {
    let listener = Listener::default();
    let mut packet = question("messenger.hotmail.com", A);
    packet[2] |= 0x80;
    for operation in 0..16 {
        packet[2] = 0x80 | operation << 3;
        assert!(listener.drops(&packet, "10.0.0.7:1025"));
    }
    // Our own answers, as they would come back to us.
    let answer = listener.answer(&question("messenger.hotmail.com", A), &asked("10.0.0.7:53", "10.0.0.2"));
    assert!(listener.drops(&answer.to_vec().unwrap(), "10.0.0.7:53"));
}

#[test]
fn services_that_answer_anything_are_left_alone() {
    let listener = Listener::default();
    for port in [0, 7, 13, 17, 19, 37, 123, 1023] {
        assert!(listener.drops(&question("messenger.hotmail.com", A), &format!("10.0.0.7:{port}")));
        assert!(listener.drops(b"chargen sends text like this", &format!("10.0.0.7:{port}")));
    }
    assert!(!listener.drops(&question("messenger.hotmail.com", A), "10.0.0.7:53"));
}

#[test]
fn what_is_no_question_is_told_so_or_dropped() {
    let listener = Listener::default();
    let good = question("messenger.hotmail.com", A);
    for length in 0..12 {
        assert!(listener.drops(&good[..length], "10.0.0.7:1025"), "{length}");
    }
    for length in 12..good.len() {
        assert_eq!(listener.code(&good[..length]), ResponseCode::FormErr, "{length}");
    }
    let with = |change: fn(&mut Vec<u8>)| {
        let mut packet = good.clone();
        change(&mut packet);
        packet
    };
    let malformed = [
        with(|packet| packet[5] = 0),
        with(|packet| packet[5] = 2),
        with(|packet| packet[4] = 0xff),
        with(|packet| packet[7] = 1),
        with(|packet| packet[9] = 1),
        with(|packet| packet[11] = 1),
        with(|packet| packet[11] = 2),
        with(|packet| packet.push(0)),
        // A name that begins with itself, one that begins in the header, one of a length that cannot be.
        with(|packet| packet.splice(12.., [0xc0, 12, 0, 1, 0, 1]).for_each(drop)),
        with(|packet| packet.splice(12.., [0xc0, 4, 0, 1, 0, 1]).for_each(drop)),
        with(|packet| packet[12] = 64),
        with_opt(question(&vec!["a"; 128].join("."), A), 512, 0),
    ];
    for packet in malformed {
        assert_eq!(listener.code(&packet), ResponseCode::FormErr, "{packet:?}");
    }
    for operation in 1..16 {
        let mut packet = good.clone();
        packet[2] = operation << 3;
        assert_eq!(listener.code(&packet), ResponseCode::NotImp, "{operation}");
        let answer = listener.answer(&packet, &asked("10.0.0.7:1025", "10.0.0.2"));
        assert_eq!(answer.metadata.op_code, OpCode::from_u8(operation));
    }
}

#[test]
fn clients_that_know_edns_get_edns() {
    let listener = Listener::default();
    let asked = asked("10.0.0.7:1025", "10.0.0.2");
    let answer = listener.answer(&with_opt(question("messenger.hotmail.com", A), 4096, 0), &asked);
    assert_eq!(answer.edns.unwrap().max_payload(), LARGEST);
    let answer = listener.answer(&with_opt(question("messenger.hotmail.com", A), 4096, 1), &asked);
    // The number has two names.
    assert_eq!(u16::from(answer.metadata.response_code), u16::from(ResponseCode::BADVERS));
    assert_eq!(answer.edns.unwrap().version(), 0);
}

/// Packets that are nearly right.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(vec!["messenger.hotmail.com", "example.com", "msn.example.org", "a"]);
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let good = (names, any::<u8>(), any::<bool>()).prop_map(|(name, kind, opt)| {
        let packet = question(name, kind.into());
        if opt { with_opt(packet, 1232, 0) } else { packet }
    });
    (good, changes, vec(any::<u8>(), 0..20)).prop_map(|(mut packet, changes, more)| {
        for (index, byte) in changes {
            let index = index.index(packet.len());
            packet[index] = byte;
        }
        packet.extend(more);
        packet
    })
}

proptest! {
    #[test]
    fn whatever_comes_in_what_goes_out_is_an_answer(
        packet in prop_oneof![nearly(), vec(any::<u8>(), 0..600)],
        answer in vec(any::<u8>(), 0..600),
        client in any::<[u8; 4]>(),
        served in any::<bool>(),
        tcp in any::<bool>(),
    ) {
        let clients = if served { "any" } else { "private" };
        let host = PublicHost::new("msn.example.org", vec!["203.0.113.7".parse().unwrap()]);
        let listener =
            Listener { clients: clients.parse().unwrap(), host: Some(host), ..Listener::default() };
        let over = if tcp { Transport::Tcp } else { Transport::Udp };
        let asked = Asked { client: (client, 1025).into(), at: "10.0.0.2".parse().unwrap(), over };
        match listener.decide(&packet, &asked) {
            Decision::Drop => {}
            Decision::Reply(reply) => {
                prop_assert_eq!(&reply[..2], &packet[..2]);
                prop_assert!(reply[2] & 0x80 != 0 && packet[2] & 0x80 == 0);
                prop_assert!(reply.len() <= packet.len() + WORTH);
                prop_assert!(Message::from_vec(&reply).is_ok());
            }
            Decision::Forward(forward) => {
                prop_assert_eq!(&forward.to_upstream(7)[2..], &packet[2..]);
                let id = u16::from_be_bytes([answer.first().copied().unwrap_or(0), 0]);
                for reply in [forward.relay(&answer, id), Ok(forward.failure())].into_iter().flatten() {
                    prop_assert!(reply.len() <= forward.limit.max(packet.len()));
                    prop_assert_eq!(&reply[..2], &packet[..2]);
                    prop_assert!(reply[2] & 0x80 != 0);
                }
            }
        }
    }
}

#[test]
fn names_of_the_operator_are_answered_like_the_old_ones() {
    let listener = Listener { names: vec!["Login.Example.net".into()], ..Listener::default() };
    let asked = asked("192.168.1.7:1025", "192.168.1.2");
    for name in ["login.example.net", "LOGIN.live.com"] {
        let said = listener.answer(&question(name, A), &asked);
        assert_eq!(said.answers.len(), 1, "{name}");
    }
    let said = listener.decide(&question("x.login.example.net", A), &asked);
    assert!(matches!(said, Decision::Forward(_)));
}
