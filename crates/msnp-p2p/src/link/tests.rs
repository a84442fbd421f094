//! The link alone: its order, its limits and its times.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{ACK_TIMEOUT, Body, Fate, Link, MAX_REWINDS, Purpose, Source};
use crate::packet::{Carrier, Flags, Footer, Header};
use crate::{Guid, Identifiers, SessionKey};

const ONE: SessionKey = SessionKey(1001);
const TWO: SessionKey = SessionKey(1002);
const MOMENT: Duration = Duration::from_millis(1);

/// Numbers that count up from these.
struct From {
    first: u32,
    session: u32,
}

impl Identifiers for From {
    fn first(&mut self) -> u32 {
        self.first
    }

    fn nonce(&mut self) -> u32 {
        77
    }

    fn session(&mut self) -> u32 {
        self.session
    }

    fn guid(&mut self) -> Guid {
        Guid([9; 16])
    }
}

fn link_from(first: u32) -> Link {
    Link::new(Box::new(From { first, session: 1 }))
}

fn link() -> (Link, Instant) {
    (link_from(100), Instant::now())
}

fn object(length: usize) -> Source {
    Source::Object(Bytes::from(vec![7; length]))
}

fn text() -> Source {
    Source::Text(Bytes::from_static(b"text"))
}

/// The headers that the link gives for the switchboard now.
fn sent(link: &mut Link, now: Instant) -> Vec<Header> {
    std::iter::from_fn(|| link.poll_transmit(Carrier::Switchboard, now)).map(|packet| packet.header).collect()
}

fn control(flags: Flags, message: u32) -> Header {
    Header { flags, nonce: message, ..Header::default() }
}

#[test]
fn numbers_of_sessions_are_never_those_of_negotiation() {
    for (drawn, given) in [(0, 4), (3, 4), (4, 4), (5, 5), (u32::MAX, u32::MAX)] {
        assert_eq!(Link::new(Box::new(From { first: 1, session: drawn })).session(), given);
    }
}

#[test]
fn the_identifiers_of_a_served_object_stay_in_a_row() {
    for (first, row) in [
        (100, [100, 101, 102]),
        (u32::MAX - 8, [u32::MAX - 8, u32::MAX - 7, u32::MAX - 6]),
        (u32::MAX - 7, [4, 5, 6]),
        (u32::MAX, [4, 5, 6]),
    ] {
        assert_eq!(link_from(first).serving_identifiers(), row);
    }
}

#[test]
fn a_sent_message_is_waited_for_until_its_time_is_over() {
    let (mut link, now) = link();
    link.send(Purpose::Invite(ONE), 0, text());
    assert_eq!(link.poll_timeout(), None, "a message that waits in the queue does not expire");
    assert_eq!(sent(&mut link, now).len(), 1);
    assert_eq!(link.poll_timeout(), Some(now + ACK_TIMEOUT));
    let later = now + Duration::from_secs(10);
    link.send(Purpose::Bye, 0, text());
    assert_eq!(sent(&mut link, later).len(), 1);
    assert_eq!(link.poll_timeout(), Some(now + ACK_TIMEOUT), "the first to expire");
    assert_eq!(link.expired(now + ACK_TIMEOUT - MOMENT), []);
    assert_eq!(link.expired(now + ACK_TIMEOUT), [Purpose::Invite(ONE)]);
    assert_eq!(link.poll_timeout(), Some(later + ACK_TIMEOUT));
    assert_eq!(link.expired(later + ACK_TIMEOUT), [Purpose::Bye]);
    assert_eq!(link.poll_timeout(), None);
}

#[test]
fn each_packet_and_each_request_to_send_again_gives_a_message_more_time() {
    let (mut link, now) = link();
    let identifier = link.send(Purpose::Data(ONE), ONE.0, object(3000));
    for second in 0..3 {
        let now = now + Duration::from_secs(second);
        assert!(link.poll_transmit(Carrier::Switchboard, now).is_some());
        assert_eq!(link.poll_timeout(), Some(now + ACK_TIMEOUT));
    }
    let later = now + Duration::from_secs(30);
    assert_eq!(link.handle_control(&control(Flags::NAK, identifier), later), None);
    assert_eq!(link.poll_timeout(), Some(later + ACK_TIMEOUT));
}

#[test]
fn acknowledgements_go_first_then_negotiation_then_objects_in_turn() {
    let (mut link, now) = link();
    let first = link.send(Purpose::Data(ONE), ONE.0, object(3000));
    let second = link.send(Purpose::Data(TWO), TWO.0, object(3000));
    let negotiation = link.send(Purpose::Other, 0, text());
    let acked = Header { identifier: 5, total: 10, nonce: 6, ..Header::default() };
    link.acknowledge(Carrier::Switchboard, &acked);
    let sent = sent(&mut link, now);
    assert_eq!((sent[0].flags, sent[0].nonce), (Flags::ACK, 5));
    let order: Vec<_> = sent[1..].iter().map(|header| header.identifier).collect();
    assert_eq!(order, [negotiation, first, second, first, second, first, second]);
    let offsets: Vec<_> = sent[2..].iter().map(|header| header.offset).collect();
    assert_eq!(offsets, [0, 0, 1202, 1202, 2404, 2404]);
}

#[test]
fn a_text_between_does_not_change_whose_turn_it_is() {
    let (mut link, now) = link();
    let first = link.send(Purpose::Data(ONE), ONE.0, object(3000));
    let second = link.send(Purpose::Data(TWO), TWO.0, object(3000));
    let next = |link: &mut Link| link.poll_transmit(Carrier::Switchboard, now).unwrap().header.identifier;
    assert_eq!(next(&mut link), first);
    let negotiation = link.send(Purpose::Other, 0, text());
    assert_eq!([next(&mut link), next(&mut link), next(&mut link)], [negotiation, second, first]);
}

#[test]
fn something_to_send_is_said_for_its_carrier_only() {
    let (mut link, now) = link();
    assert!(!link.has_transmit(Carrier::Switchboard, now));
    link.acknowledge(Carrier::Direct, &Header::default());
    assert!(link.has_transmit(Carrier::Switchboard, now), "no connection: it goes by the switchboard");
    assert!(!link.has_transmit(Carrier::Direct, now));
    assert_eq!(sent(&mut link, now).len(), 1);
    link.set_direct(true);
    link.acknowledge(Carrier::Direct, &Header::default());
    link.acknowledge(Carrier::Switchboard, &Header::default());
    for carrier in [Carrier::Direct, Carrier::Switchboard] {
        assert!(link.has_transmit(carrier, now));
        assert!(link.poll_transmit(carrier, now).is_some());
        assert!(!link.has_transmit(carrier, now));
        assert_eq!(link.poll_transmit(carrier, now), None);
    }
    link.send(Purpose::Other, 0, text());
    assert!(!link.has_transmit(Carrier::Switchboard, now));
    assert!(link.has_transmit(Carrier::Direct, now));
}

#[test]
fn so_many_acknowledgements_wait_and_no_more() {
    let (mut link, now) = link();
    for _ in 0..Link::MAX_CONTROL + 10 {
        link.acknowledge(Carrier::Switchboard, &Header::default());
    }
    assert_eq!(sent(&mut link, now).len(), 4096);
}

#[test]
fn a_message_is_given_up_by_either_side_in_its_own_way() {
    let (mut link, now) = link();
    link.abandon(Flags::CANCEL, ONE.0, 55, 3000);
    link.abandon(Flags::ERROR, ONE.0, 55, 3000);
    let cancel = link.poll_transmit(Carrier::Switchboard, now).unwrap();
    assert_eq!((cancel.body, cancel.footer), (Body::Bytes(Bytes::new()), Footer::NEGOTIATION));
    let error = link.poll_transmit(Carrier::Switchboard, now).unwrap().header;
    assert_eq!((cancel.header.identifier, error.identifier), (100, 101), "each has one of its own");
    for (header, flags, code) in [(cancel.header, Flags::CANCEL, 0), (error, Flags::ERROR, 0x8200_000f)] {
        assert_eq!((header.session_id, header.flags), (ONE.0, flags));
        assert_eq!((header.nonce, header.acked_nonce, header.acked_total), (55, code, 3000));
    }
}

#[test]
fn a_request_to_send_again_names_the_message_and_the_offset() {
    let (mut link, now) = link();
    link.ask_again(Carrier::Switchboard, ONE.0, 55, 1202);
    let [nak] = sent(&mut link, now)[..] else { panic!("one packet") };
    assert_eq!((nak.session_id, nak.flags, nak.nonce, nak.acked_total), (ONE.0, Flags::NAK, 55, 1202));
}

#[test]
fn only_a_whole_message_is_acknowledged() {
    let (mut link, now) = link();
    let identifier = link.send(Purpose::Data(ONE), ONE.0, object(2000));
    let ack = Header { acked_nonce: 77, ..control(Flags::ACK, identifier) };
    assert_eq!(link.handle_control(&ack, now), None);
    link.poll_transmit(Carrier::Switchboard, now);
    assert_eq!(link.handle_control(&ack, now), None, "its last packet is not sent");
    link.poll_transmit(Carrier::Switchboard, now);
    assert_eq!(link.handle_control(&Header { acked_nonce: 78, ..ack }, now), None, "another nonce");
    assert_eq!(link.handle_control(&ack, now), Some(Fate::Acknowledged(Purpose::Data(ONE))));
    assert_eq!(link.handle_control(&ack, now), None, "it is known no more");
}

#[test]
fn the_peer_may_ask_again_from_each_byte_of_a_message_and_none_beyond() {
    let (mut link, now) = link();
    let identifier = link.send(Purpose::Data(ONE), ONE.0, object(2000));
    sent(&mut link, now);
    let again = |offset| Header { acked_total: offset, ..control(Flags::NAK, identifier) };
    assert_eq!(link.handle_control(&again(1500), now), None);
    let [rest] = sent(&mut link, now)[..] else { panic!("one packet") };
    assert_eq!((rest.offset, rest.length), (1500, 500));
    assert_eq!(link.handle_control(&again(2000), now), None);
    assert_eq!(sent(&mut link, now), [], "all of it is there");
    let ack = control(Flags::ACK, identifier);
    assert_eq!(link.handle_control(&ack, now), Some(Fate::Acknowledged(Purpose::Data(ONE))));
    let identifier = link.send(Purpose::Data(TWO), TWO.0, object(2000));
    let beyond = Header { acked_total: 2001, ..control(Flags::NAK, identifier) };
    assert_eq!(link.handle_control(&beyond, now), Some(Fate::Refused(Purpose::Data(TWO))));
}

#[test]
fn a_request_from_the_end_on_does_not_make_an_unsent_message_whole() {
    let (mut link, now) = link();
    let identifier = link.send(Purpose::Data(ONE), ONE.0, object(2000));
    link.poll_transmit(Carrier::Switchboard, now);
    let end = Header { acked_total: 2000, ..control(Flags::NAK, identifier) };
    assert_eq!(link.handle_control(&end, now), None);
    assert_eq!(link.handle_control(&control(Flags::ACK, identifier), now), None);
}

#[test]
fn a_message_is_sent_again_so_often_and_no_more() {
    let (mut link, now) = link();
    let identifier = link.send(Purpose::Data(ONE), ONE.0, object(20));
    for _ in 0..MAX_REWINDS {
        assert_eq!(link.handle_control(&control(Flags::NAK, identifier), now), None);
    }
    let refused = link.handle_control(&control(Flags::NAK, identifier), now);
    assert_eq!(refused, Some(Fate::Refused(Purpose::Data(ONE))));
}

#[test]
fn refusals_of_a_message_and_the_other_answer_to_a_bye() {
    for (flags, fate) in [
        (Flags::CANCEL, Some(Fate::Refused(Purpose::Data(ONE)))),
        (Flags::ERROR, Some(Fate::Refused(Purpose::Data(ONE)))),
        (Flags::RESET, Some(Fate::Refused(Purpose::Data(ONE)))),
        (Flags::WAITING, None),
    ] {
        let (mut link, now) = link();
        let identifier = link.send(Purpose::Data(ONE), ONE.0, object(20));
        assert_eq!(link.handle_control(&control(flags, identifier), now), fate, "{flags:?}");
    }
    for (flags, fate) in
        [(Flags::CANCEL, Fate::Acknowledged(Purpose::Bye)), (Flags::ERROR, Fate::Refused(Purpose::Bye))]
    {
        let (mut link, now) = link();
        let identifier = link.send(Purpose::Bye, 0, text());
        assert_eq!(link.handle_control(&control(flags, identifier), now), Some(fate));
    }
}

#[test]
fn the_bye_of_a_session_survives_its_messages() {
    let (mut link, now) = link();
    for purpose in [Purpose::Invite(ONE), Purpose::Accept(ONE), Purpose::Preparation(ONE), Purpose::Data(ONE)]
    {
        link.send(purpose, 0, text());
    }
    let other = link.send(Purpose::Data(TWO), TWO.0, object(20));
    let bye = link.send(Purpose::Bye, 0, text());
    link.drop_session(ONE);
    let left: Vec<_> = sent(&mut link, now).iter().map(|header| header.identifier).collect();
    assert_eq!(left, [bye, other]);
}

#[test]
fn nothing_is_left_of_a_peer_that_is_gone() {
    let (mut link, now) = link();
    link.send(Purpose::Invite(ONE), 0, text());
    link.poll_transmit(Carrier::Switchboard, now);
    link.send(Purpose::Other, 0, text());
    link.acknowledge(Carrier::Switchboard, &Header::default());
    link.forget();
    assert!(!link.has_transmit(Carrier::Switchboard, now));
    assert_eq!((link.poll_timeout(), link.expired(now + ACK_TIMEOUT)), (None, vec![]));
}

#[test]
fn the_progress_of_the_data_of_a_session() {
    let (mut link, now) = link();
    assert_eq!(link.under_way(ONE), None);
    link.send(Purpose::Preparation(ONE), ONE.0, Source::Preparation);
    assert_eq!(link.under_way(ONE), None, "the preparation is no data");
    let identifier = link.send(Purpose::Data(ONE), ONE.0, Source::File(ONE, 2000));
    assert_eq!(link.under_way(ONE), Some((identifier, 2000, 0)));
    sent(&mut link, now);
    assert_eq!(link.under_way(ONE), Some((identifier, 2000, 2000)));
    assert_eq!(link.under_way(TWO), None);
}

#[test]
fn a_lost_switchboard_takes_what_it_had_begun() {
    let (mut link, now) = link();
    link.send(Purpose::Data(ONE), ONE.0, object(3000));
    assert_eq!(link.sessions_on(Carrier::Switchboard), []);
    link.poll_transmit(Carrier::Switchboard, now);
    let waiting = link.send(Purpose::Data(TWO), TWO.0, object(20));
    link.send(Purpose::Bye, 0, text());
    link.acknowledge(Carrier::Switchboard, &Header::default());
    assert_eq!(link.sessions_on(Carrier::Switchboard), [ONE]);
    assert_eq!(link.sessions_on(Carrier::Direct), []);
    link.switchboard_lost();
    assert_eq!(link.sessions_on(Carrier::Switchboard), []);
    let left: Vec<_> = sent(&mut link, now).iter().map(|header| header.identifier).collect();
    assert_eq!(left, [waiting]);
}

#[test]
fn a_lost_connection_moves_what_it_had_begun_and_its_acknowledgements() {
    let (mut link, now) = link();
    let on_switchboard = link.send(Purpose::Data(TWO), TWO.0, object(3000));
    link.poll_transmit(Carrier::Switchboard, now);
    link.set_direct(true);
    let file = link.send(Purpose::Data(ONE), ONE.0, Source::File(ONE, 3000));
    let negotiation = link.send(Purpose::Other, 0, text());
    for _ in 0..2 {
        assert!(link.poll_transmit(Carrier::Direct, now).is_some());
    }
    link.acknowledge(Carrier::Direct, &Header::default());
    let patience = Duration::from_secs(3);
    link.direct_lost(now, patience);
    assert!(!link.is_direct());
    assert!(!link.has_transmit(Carrier::Direct, now));
    let moved = sent(&mut link, now);
    assert_eq!(moved[0].flags, Flags::ACK);
    let messages: Vec<_> = moved[1..].iter().map(|header| (header.identifier, header.offset)).collect();
    assert_eq!(messages, [(negotiation, 0), (on_switchboard, 1202), (on_switchboard, 2404)]);
    assert_eq!(link.poll_timeout(), Some(now + patience), "a file waits for the peer to name its offset");
    assert!(!link.has_transmit(Carrier::Switchboard, now + patience - MOMENT));
    assert!(link.has_transmit(Carrier::Switchboard, now + patience));
    let again = link.poll_transmit(Carrier::Switchboard, now + patience).unwrap();
    assert_eq!((again.header.identifier, again.header.offset), (file, 0));
    assert_eq!(again.body, Body::File { session: ONE, offset: 0, length: 1202 });
}

#[test]
fn a_file_of_a_lost_connection_goes_on_as_soon_as_the_peer_names_its_offset() {
    let (mut link, now) = link();
    link.set_direct(true);
    let file = link.send(Purpose::Data(ONE), ONE.0, Source::File(ONE, 3000));
    link.poll_transmit(Carrier::Direct, now);
    link.direct_lost(now, Duration::from_secs(3));
    assert_eq!(sent(&mut link, now), []);
    let nak = Header { acked_total: 1352, ..control(Flags::NAK, file) };
    assert_eq!(link.handle_control(&nak, now), None);
    let offsets: Vec<_> = sent(&mut link, now).iter().map(|header| header.offset).collect();
    assert_eq!(offsets, [1352, 2554]);
}

#[test]
fn a_file_of_no_bytes_has_one_packet_and_nothing_to_read() {
    let (mut link, now) = link();
    link.send(Purpose::Data(ONE), ONE.0, Source::File(ONE, 0));
    let packet = link.poll_transmit(Carrier::Switchboard, now).unwrap();
    assert_eq!((packet.body, packet.header.flags), (Body::Bytes(Bytes::new()), Flags::FILE_DATA));
    assert_eq!(link.poll_transmit(Carrier::Switchboard, now), None);
}
