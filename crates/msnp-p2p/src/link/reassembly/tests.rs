//! Texts in several packets.

use bytes::Bytes;

use super::{Assembled, MAX_COMPLETE, MAX_PARTIAL, Reassembly};
use crate::packet::{Footer, Header, Packet};
use crate::slp::SlpMessage;

fn part(identifier: u32, offset: u64, total: u64, body: &'static [u8]) -> Packet {
    let header = Header { identifier, offset, total, length: body.len() as u32, ..Header::default() };
    Packet { header, body: Bytes::from_static(body), footer: Footer::NEGOTIATION }
}

fn whole(text: &'static [u8]) -> Assembled {
    Assembled::Complete(Bytes::from_static(text))
}

#[test]
fn a_text_may_be_as_long_as_the_limit_and_not_empty() {
    static LONG: [u8; SlpMessage::MAX_LEN + 1] = [b'x'; SlpMessage::MAX_LEN + 1];
    let mut reassembly = Reassembly::default();
    let longest = &LONG[..SlpMessage::MAX_LEN];
    assert_eq!(reassembly.take(&part(1, 0, longest.len() as u64, longest)), whole(longest));
    assert_eq!(reassembly.take(&part(2, 0, LONG.len() as u64, &LONG)), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(3, 0, 0, b"")), Assembled::Incomplete);
}

#[test]
fn parts_that_follow_each_other_and_overlap() {
    let mut reassembly = Reassembly::default();
    assert_eq!(reassembly.take(&part(1, 0, 6, b"ab")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 2, 6, b"cd")), Assembled::Incomplete);
    // The bytes that came first stay.
    assert_eq!(reassembly.take(&part(1, 1, 6, b"XXXe")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 0, 6, b"Y")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 5, 6, b"f")), whole(b"abcdef"));
}

#[test]
fn a_gap_is_told_from_its_first_byte_on() {
    let mut reassembly = Reassembly::default();
    assert_eq!(reassembly.take(&part(1, 0, 6, b"ab")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 3, 6, b"def")), Assembled::Gap(2));
    assert_eq!(reassembly.take(&part(1, 2, 6, b"cdef")), whole(b"abcdef"));
    assert_eq!(reassembly.take(&part(2, 1, 6, b"b")), Assembled::Gap(0));
}

#[test]
fn a_repeated_text_is_known_by_its_last_packet() {
    let mut reassembly = Reassembly::default();
    for text in [(0, &b"ab"[..]), (2, b"cd")] {
        reassembly.take(&part(1, text.0, 4, text.1));
    }
    assert_eq!(reassembly.take(&part(1, 0, 4, b"ab")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 2, 4, b"cd")), Assembled::Again);
    assert_eq!(
        reassembly.take(&part(1, 0, 2, b"ab")),
        whole(b"ab"),
        "another text under the same identifier"
    );
}

#[test]
fn two_totals_under_one_identifier_are_both_forgotten() {
    let mut reassembly = Reassembly::default();
    assert_eq!(reassembly.take(&part(1, 0, 4, b"ab")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 2, 5, b"cde")), Assembled::Incomplete);
    assert_eq!(reassembly.take(&part(1, 2, 4, b"cd")), Assembled::Gap(0));
}

#[test]
fn the_oldest_of_too_many_incomplete_texts_is_forgotten() {
    let mut reassembly = Reassembly::default();
    let count = MAX_PARTIAL as u32;
    for identifier in 0..=count {
        assert_eq!(reassembly.take(&part(identifier, 0, 4, b"ab")), Assembled::Incomplete);
    }
    assert_eq!(reassembly.take(&part(0, 2, 4, b"cd")), Assembled::Gap(0));
    for identifier in 1..=count {
        assert_eq!(reassembly.take(&part(identifier, 2, 4, b"cd")), whole(b"abcd"));
    }
}

#[test]
fn so_many_complete_texts_are_remembered() {
    let mut reassembly = Reassembly::default();
    let count = MAX_COMPLETE as u32;
    for identifier in 0..=count {
        assert_eq!(reassembly.take(&part(identifier, 0, 2, b"ab")), whole(b"ab"));
    }
    assert_eq!(reassembly.take(&part(1, 0, 2, b"ab")), Assembled::Again);
    assert_eq!(reassembly.take(&part(0, 0, 2, b"ab")), whole(b"ab"), "the oldest is forgotten");
}

#[test]
fn a_lost_carrier_takes_the_incomplete_texts() {
    let mut reassembly = Reassembly::default();
    reassembly.take(&part(1, 0, 2, b"ab"));
    reassembly.take(&part(2, 0, 4, b"ab"));
    reassembly.forget_partial();
    assert_eq!(reassembly.take(&part(2, 2, 4, b"cd")), Assembled::Gap(0));
    assert_eq!(reassembly.take(&part(1, 0, 2, b"ab")), Assembled::Again);
}
