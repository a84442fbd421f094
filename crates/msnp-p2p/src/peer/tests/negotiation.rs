//! The agreement on a direct connection, step by step.

use std::time::{Duration, Instant};

use msnp::connection_type::{ConnectionType, NetId};

use super::pair::{Pair, direct_config, noise};
use super::script::{Script, call, invite, request};
use crate::Guid;
use crate::context::FileContext;
use crate::direct::{ACCEPT_TIMEOUT, CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT, IDLE_TIMEOUT};
use crate::packet::{Carrier, Flags, Header};
use crate::peer::direct::ANSWER_WAIT;
use crate::peer::{DirectConfig, DirectRequest, FileOffer, PeerEvent, SessionKey};
use crate::slp::{
    Fields, Method, SlpMessage, SlpStatus, Start, TransportRequest, TransportResponse, content_type,
    session_answer,
};

const MOMENT: Duration = Duration::from_millis(1);

fn config() -> DirectConfig {
    DirectConfig { net_id: NetId(5), ..direct_config(ConnectionType::DirectConnect) }
}

fn bob_with(config: Option<DirectConfig>) -> Script {
    Script::with(Pair::with_direct(None, config))
}

/// The requests among the events.
fn asked(script: &mut Script) -> Vec<DirectRequest> {
    let request = |event| if let PeerEvent::Direct(request) = event { Some(request) } else { None };
    script.events().into_iter().filter_map(request).collect()
}

fn deadline(script: &Script) -> Option<Instant> {
    script.bob.peer.direct.deadline()
}

/// Bob offers a file of this size, and alice accepts; the texts that he says then.
fn accepted(script: &mut Script, size: u64, direct: bool) -> (SessionKey, Vec<SlpMessage>) {
    script.bob.file = noise(size as usize);
    let offer = FileOffer { name: "a".into(), size, preview: None, direct };
    let session = script.bob.peer.offer_file(offer, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    script.say(&invite.response(SlpStatus::OK, session_answer(session.0)));
    script.events();
    let texts: Vec<_> = script.heard();
    let texts = texts.iter().filter_map(|packet| SlpMessage::parse(&packet.body).ok()).collect();
    (session, texts)
}

/// Bob has asked for a connection for the file that alice accepted.
fn inviting() -> (Script, SlpMessage) {
    let mut script = bob_with(Some(config()));
    let (_, mut texts) = accepted(&mut script, 3000, true);
    assert!(texts[0].is_type(content_type::TRANSPORT_REQUEST));
    assert_eq!(deadline(&script), Some(script.now + ANSWER_WAIT));
    (script, texts.remove(0))
}

/// An answer to the question of a connection.
fn answer(invite: &SlpMessage, status: SlpStatus, bridge: &str, listening: bool) -> SlpMessage {
    let body = TransportResponse {
        bridge: bridge.into(),
        listening,
        nonce: Some(Guid([5; 16])),
        internal: vec!["192.0.2.9:4001".parse().unwrap()],
        ..TransportResponse::default()
    };
    let mut answer = invite.response(status, body.to_fields());
    answer.content_type = content_type::TRANSPORT_RESPONSE.to_owned();
    answer
}

/// Whether bob sends the file over the switchboard.
fn sends(script: &mut Script) -> bool {
    script.heard().iter().any(|packet| packet.header.flags.has_data())
}

#[test]
fn a_connection_is_asked_for_where_it_is_of_use() {
    for (with, size, direct, asks) in [
        (Some(config()), 3000, true, true),
        (Some(config()), 3000, false, false),
        (Some(config()), 0, true, false),
        (None, 3000, true, false),
    ] {
        let mut script = bob_with(with);
        let (_, texts) = accepted(&mut script, size, direct);
        assert_eq!(!texts.is_empty(), asks, "{size} {direct}");
        assert_eq!(script.bob.peer.direct.is_off(), !asks);
    }
}

#[test]
fn what_this_side_says_of_itself() {
    let (_, invite) = inviting();
    let said = TransportRequest::from_fields(&invite.body);
    assert_eq!((said.net_id, said.connection_type), (NetId(5), Some(ConnectionType::DirectConnect)));
    assert!(said.supports_tcp() && !said.upnp && !said.icf);
}

#[test]
fn a_peer_that_listens_is_dialled() {
    let (mut script, invite) = inviting();
    script.now += MOMENT;
    script.say(&answer(&invite, SlpStatus::OK, "TCPv1", true));
    let [DirectRequest::Connect { addresses, .. }] = &asked(&mut script)[..] else { panic!("no request") };
    assert_eq!(addresses[..], ["192.0.2.9:4001".parse().unwrap()]);
    assert_eq!(deadline(&script), Some(script.now + CONNECT_TIMEOUT + HANDSHAKE_TIMEOUT));
    assert!(!sends(&mut script));
    script.bob.peer.handle_timeout(script.now + CONNECT_TIMEOUT + HANDSHAKE_TIMEOUT - MOMENT);
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![], false));
    script.bob.peer.handle_timeout(script.now + CONNECT_TIMEOUT + HANDSHAKE_TIMEOUT);
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![DirectRequest::Close], true));
    assert_eq!(deadline(&script), None);
}

/// The addresses that bob dials, of those that alice names in her answer.
fn dialled(config: DirectConfig, internal: &[&str]) -> Vec<String> {
    let mut script = bob_with(Some(config));
    let (_, texts) = accepted(&mut script, 3000, true);
    let body = TransportResponse {
        bridge: "TCPv1".into(),
        listening: true,
        nonce: Some(Guid([5; 16])),
        internal: internal.iter().map(|address| address.parse().unwrap()).collect(),
        ..TransportResponse::default()
    };
    let mut answer = texts[0].response(SlpStatus::OK, body.to_fields());
    answer.content_type = content_type::TRANSPORT_RESPONSE.to_owned();
    script.say(&answer);
    match &asked(&mut script)[..] {
        [] => Vec::new(),
        [DirectRequest::Connect { addresses, .. }] => addresses.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_peer_that_only_answers_has_no_other_network_dialled() {
    let attached = [([192, 168, 7, 2].into(), [255, 255, 255, 0].into())].into_iter().collect();
    let named = |port: u16| {
        ["192.168.7.9", "192.168.8.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "224.0.0.1", "0.0.0.0"]
            .map(|address| format!("{address}:{port}"))
    };
    let lan = Some([192, 168, 7, 2].into());
    for (config, port, expected) in [
        // Behind a translator; in one network with the service; with a public address; by way of HTTP.
        (DirectConfig { net_id: NetId(5), ..direct_config(ConnectionType::SymmetricNat) }, 4001, true),
        (DirectConfig { net_id: NetId(5), ..direct_config(ConnectionType::SymmetricNat) }, 80, false),
        (DirectConfig { seen_address: lan, ..direct_config(ConnectionType::DirectConnect) }, 4001, true),
        (direct_config(ConnectionType::DirectConnect), 4001, false),
        (direct_config(ConnectionType::UnknownConnect), 4001, false),
    ] {
        let named = named(port);
        let named: Vec<_> = named.iter().map(String::as_str).collect();
        let expected = if expected { &["192.168.7.9:4001"][..] } else { &[] };
        assert_eq!(dialled(DirectConfig { attached, ..config }, &named), expected, "{config:?}");
    }
}

#[test]
fn an_answer_that_opens_nothing_sends_the_file_over_the_switchboard() {
    for (status, bridge) in
        [(SlpStatus::DECLINE, "TCPv1"), (SlpStatus::OK, "SBBridge"), (SlpStatus::INTERNAL_ERROR, "SBBridge")]
    {
        let (mut script, invite) = inviting();
        script.say(&answer(&invite, status, bridge, true));
        assert_eq!((asked(&mut script), sends(&mut script)), (vec![], true), "{status:?} {bridge}");
    }
}

#[test]
fn an_answer_of_another_branch_is_none_to_the_question() {
    let (mut script, invite) = inviting();
    for content_type in [content_type::TRANSPORT_RESPONSE, content_type::TRANSPORT_REQUEST] {
        let mut other = answer(&invite, SlpStatus::DECLINE, "TCPv1", false);
        other.via = "MSNSLP/1.0/TLP ;branch={33517CE4-02FC-4428-B6F4-39927229B722}".into();
        other.content_type = content_type.to_owned();
        script.say(&other);
        assert_eq!((script.events(), sends(&mut script)), (vec![], false), "{content_type}");
    }
}

#[test]
fn an_answer_about_the_transport_is_none_to_the_offer() {
    let mut script = bob_with(Some(config()));
    let offer = FileOffer { name: "a".into(), size: 10, preview: None, direct: true };
    script.bob.peer.offer_file(offer, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    for content_type in [content_type::TRANSPORT_RESPONSE, content_type::TRANSPORT_REQUEST] {
        let mut other = answer(&invite, SlpStatus::DECLINE, "TCPv1", false);
        other.content_type = content_type.to_owned();
        script.say(&other);
        assert_eq!(script.events(), [], "{content_type}");
    }
}

/// Alice does not listen, so bob does and says so in a second INVITE.
fn offering() -> (Script, SlpMessage) {
    let (mut script, invite) = inviting();
    script.now += MOMENT;
    script.say(&answer(&invite, SlpStatus::OK, "TCPv1", false));
    let [DirectRequest::Listen { .. }] = asked(&mut script)[..] else { panic!("no request") };
    assert_eq!(deadline(&script), Some(script.now + ANSWER_WAIT));
    script.heard_and_acknowledged();
    script.now += MOMENT;
    script.bob.peer.direct_listening(&[[192, 0, 2, 7].into()], 4000, None, script.now);
    assert_eq!(deadline(&script), Some(script.now + ACCEPT_TIMEOUT));
    let second = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    assert!(matches!(second.start, Start::Request { method: Method::Invite, .. }));
    assert!(second.is_type(content_type::TRANSPORT_RESPONSE));
    assert_eq!(TransportResponse::from_fields(&second.body).internal, ["192.0.2.7:4000".parse().unwrap()]);
    (script, second)
}

#[test]
fn a_second_invitation_that_is_declined_ends_the_wait() {
    let (mut script, second) = offering();
    let mut other = answer(&second, SlpStatus::DECLINE, "TCPv1", false);
    other.via = "MSNSLP/1.0/TLP ;branch={33517CE4-02FC-4428-B6F4-39927229B722}".into();
    script.say(&other);
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![], false), "another branch");
    script.say(&answer(&second, SlpStatus::OK, "TCPv1", false));
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![], false), "the peer connects");
    script.say(&answer(&second, SlpStatus::DECLINE, "TCPv1", false));
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![DirectRequest::Close], true));
}

#[test]
fn a_side_that_cannot_be_reached_does_not_listen() {
    let mut script = bob_with(Some(direct_config(ConnectionType::Firewall)));
    let (_, texts) = accepted(&mut script, 3000, true);
    script.say(&answer(&texts[0], SlpStatus::OK, "TCPv1", false));
    assert_eq!((asked(&mut script), sends(&mut script)), (vec![], true));
}

/// Alice's question, on the call of a file of hers that bob has taken.
fn question(script: &mut Script, net_id: i32) -> SlpMessage {
    script.say(&invite(9, crate::slp::application::FILE, &FileContext::new("a", 10, None).to_base64()));
    script.bob.peer.accept_file(SessionKey(1009), script.now).unwrap();
    script.heard_and_acknowledged();
    script.events();
    let body = TransportRequest {
        bridges: vec!["TCPv1".into()],
        net_id: NetId::parse(&net_id.to_string()).unwrap(),
        connection_type: Some(ConnectionType::DirectConnect),
        ..TransportRequest::default()
    };
    let mut ask = request(Method::Invite, call(9), content_type::TRANSPORT_REQUEST, body.to_fields());
    ask.via = ask.via.replace("BBBB", "CCCC");
    ask
}

#[test]
fn of_two_that_ask_at_once_the_larger_number_or_name_wins() {
    // Bob has 5; with the same number his name is the larger.
    for (net_id, bob_wins) in [(4, true), (5, true), (6, false)] {
        let (mut script, _) = inviting();
        let ask = question(&mut script, net_id);
        script.say(&ask);
        let listens = matches!(asked(&mut script)[..], [DirectRequest::Listen { .. }]);
        assert_eq!(listens, !bob_wins, "{net_id}");
        assert_eq!(script.statuses(), if bob_wins { vec![603] } else { vec![] });
    }
}

/// Bob listens for alice, who asked.
fn listening() -> Script {
    let mut script = bob_with(Some(config()));
    let ask = question(&mut script, 6);
    script.say(&ask);
    assert!(matches!(asked(&mut script)[..], [DirectRequest::Listen { .. }]));
    assert_eq!(deadline(&script), Some(script.now + ANSWER_WAIT));
    script.now += MOMENT;
    script.bob.peer.direct_listening(&[[192, 0, 2, 7].into()], 4000, None, script.now);
    assert_eq!(deadline(&script), Some(script.now + ACCEPT_TIMEOUT));
    script
}

#[test]
fn a_connection_is_in_use_as_long_as_packets_come_over_it() {
    let mut script = listening();
    script.now += MOMENT;
    script.bob.peer.direct_established(script.now);
    assert_eq!(deadline(&script), Some(script.now + IDLE_TIMEOUT));
    let before = deadline(&script);
    script.now += MOMENT;
    script.packet(Header { flags: Flags::ACK, nonce: 1, ..Header::default() }, b"");
    assert_eq!(deadline(&script), before, "a packet of the switchboard");
    let packet = Header { flags: Flags::ACK, nonce: 1, ..Header::default() };
    let bytes = packet.to_bytes().to_vec().into();
    script.bob.peer.handle_packet(Carrier::Direct, &bytes, script.now).unwrap();
    assert_eq!(deadline(&script), Some(script.now + IDLE_TIMEOUT));
    // A session that pauses keeps it.
    script.now += IDLE_TIMEOUT;
    script.bob.peer.handle_timeout(script.now);
    assert_eq!((asked(&mut script), deadline(&script)), (vec![], Some(script.now + IDLE_TIMEOUT)));
}

#[test]
fn an_unused_connection_is_kept_until_its_time_is_over() {
    let mut script = listening();
    script.bob.peer.direct_established(script.now);
    script.bob.peer.cancel(SessionKey(1009)).unwrap();
    script.bob.peer.handle_timeout(script.now + IDLE_TIMEOUT - MOMENT);
    assert_eq!(asked(&mut script), []);
    script.bob.peer.handle_timeout(script.now + IDLE_TIMEOUT);
    assert_eq!(asked(&mut script), [DirectRequest::Close]);
}

#[test]
fn a_connection_is_closed_with_its_peer_and_once() {
    let mut script = listening();
    script.bob.peer.direct_established(script.now);
    script.events();
    script.bob.peer.unreachable();
    assert_eq!(asked(&mut script), [DirectRequest::Close]);
    assert!(script.bob.peer.direct.is_off() && !script.bob.peer.link.is_direct());
    script.bob.peer.unreachable();
    assert_eq!(asked(&mut script), []);
}

#[test]
fn a_second_invitation_is_followed_where_it_opens_something() {
    let second = |bridge: &str, listening: bool| {
        let template = request(Method::Invite, call(9), content_type::TRANSPORT_RESPONSE, Fields::new());
        let body = answer(&template, SlpStatus::OK, bridge, listening).body;
        let mut second = request(Method::Invite, call(9), content_type::TRANSPORT_RESPONSE, body);
        second.via = second.via.replace("BBBB", "DDDD");
        second
    };
    for (with, bridge, listening, status) in [
        (Some(config()), "TCPv1", true, 200),
        (Some(config()), "TCPv1", false, 603),
        (Some(config()), "SBBridge", true, 603),
        (None, "TCPv1", true, 603),
    ] {
        let mut script = bob_with(with);
        question(&mut script, 6);
        script.say(&second(bridge, listening));
        let connects = matches!(asked(&mut script)[..], [DirectRequest::Connect { .. }]);
        assert_eq!((script.statuses(), connects), (vec![status], status == 200), "{bridge} {listening}");
    }
    // One is being opened already.
    let mut script = listening();
    script.heard_and_acknowledged();
    script.say(&second("TCPv1", true));
    assert_eq!((script.statuses(), asked(&mut script)), (vec![603], vec![]));
}

#[test]
fn settings_hold_from_the_next_connection_on() {
    let mut script = bob_with(None);
    let ask = question(&mut script, 6);
    script.bob.peer.set_direct(Some(config()));
    script.say(&ask);
    assert!(matches!(asked(&mut script)[..], [DirectRequest::Listen { .. }]));
    let mut script = bob_with(Some(config()));
    let ask = question(&mut script, 6);
    script.bob.peer.set_direct(None);
    script.say(&ask);
    assert_eq!(asked(&mut script), []);
    let answer = script.answers().remove(0);
    assert!(!TransportResponse::from_fields(&answer.body).listening);
}
