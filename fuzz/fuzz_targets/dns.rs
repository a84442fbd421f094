//! Any packet to the DNS listener, and any answer of another server: the outgoing packet is an answer to the question,
//! never to an answer, and never larger than the client may get.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_dns::{Asked, Clients, Decision, Others, PublicHost, Rules, Transport, decide};

/// The most bytes by which an answer to a stranger exceeds the question.
const WORTH: usize = 28;

fuzz_target!(|data: &[u8]| {
    let Some((&[flags, split], rest)) = data.split_first_chunk() else { return };
    let (packet, answer) = rest.split_at(rest.len().min(split.into()));
    let is_set = |bit: u8| flags & 1 << bit != 0;
    let clients: Clients = if is_set(0) { "any" } else { "private" }.parse().unwrap();
    let host = PublicHost::new("msn.example.org", vec![[203, 0, 113, 7].into()]);
    let names = [String::from("login.example.net")];
    let rules = Rules {
        clients: &clients,
        services: &["messenger.hotmail.com"],
        names: &names,
        others: if is_set(1) { Others::Forward } else { Others::Refuse },
        public_host: is_set(2).then_some(&host),
    };
    let client: [u8; 4] = if is_set(3) { [192, 168, 1, 7] } else { [8, 8, 8, 8] };
    let over = if is_set(4) { Transport::Tcp } else { Transport::Udp };
    let asked = Asked { client: (client, 1025).into(), at: [192, 168, 1, 2].into(), over };
    match decide(packet, &asked, &rules) {
        Decision::Drop => {}
        Decision::Reply(reply) => {
            assert!(is_set(0) || is_set(3), "a stranger was answered");
            assert!(reply[..2] == packet[..2] && reply[2] & 0x80 != 0 && packet[2] & 0x80 == 0);
            assert!(reply.len() <= packet.len() + WORTH);
        }
        Decision::Forward(forward) => {
            assert_eq!(forward.to_upstream(7)[2..], packet[2..]);
            // Begins with the identifier of the question: other answers are dropped before their contents are read.
            let id = u16::from_be_bytes([0, 7]);
            let answer = [&[0, 7], answer].concat();
            if let Ok(reply) = forward.relay(&answer, id) {
                assert!(reply[..2] == packet[..2] && reply[2] & 0x80 != 0);
                let most = match over {
                    Transport::Tcp => 65_535,
                    Transport::Udp if is_set(3) => 1232,
                    Transport::Udp => packet.len() + WORTH,
                };
                assert!(reply.len() <= most);
            }
        }
        other => panic!("write what holds for {other:?} here"),
    }
});
