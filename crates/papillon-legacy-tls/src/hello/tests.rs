use proptest::prelude::*;

use super::*;

/// A hello without its header.
fn body(version: u16, suites: &[u16], extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend((suites.len() as u16 * 2).to_be_bytes());
    suites.iter().for_each(|suite| body.extend(suite.to_be_bytes()));
    body.extend([1, 0]);
    let mut block = Vec::new();
    for (kind, bytes) in extensions {
        block.extend(kind.to_be_bytes());
        block.extend((bytes.len() as u16).to_be_bytes());
        block.extend(*bytes);
    }
    if !block.is_empty() {
        body.extend((block.len() as u16).to_be_bytes());
        body.extend(block);
    }
    body
}

/// The handshake message in records of at most `cut` bytes.
fn records(body: &[u8], cut: usize) -> Vec<u8> {
    let mut message = vec![CLIENT_HELLO];
    message.extend(&(body.len() as u32).to_be_bytes()[1..]);
    message.extend(body);
    let mut records = Vec::new();
    for part in message.chunks(cut) {
        records.extend([HANDSHAKE, 3, 1]);
        records.extend((part.len() as u16).to_be_bytes());
        records.extend(part);
    }
    records
}

const X25519: (u16, &[u8]) = (SUPPORTED_GROUPS, &[0, 2, 0, 29]);
const P521: (u16, &[u8]) = (SUPPORTED_GROUPS, &[0, 2, 0, 25]);
const SIGNATURES: (u16, &[u8]) = (SIGNATURE_ALGORITHMS, &[0, 2, 4, 3]);
const ONLY_1_3: (u16, &[u8]) = (SUPPORTED_VERSIONS, &[2, 3, 4]);
const UP_TO_1_1: (u16, &[u8]) = (SUPPORTED_VERSIONS, &[4, 3, 2, 3, 1]);

fn routed(version: u16, suites: &[u16], extensions: &[(u16, &[u8])], key: ModernKey) -> Route {
    route(&records(&body(version, suites, extensions), MAX_RECORD), key)
}

#[test]
fn old_versions_are_old() {
    for version in [0x0300, 0x0301, 0x0302] {
        let suites = [0x0005, 0x0004, 0x000a, 0xc02b, 0x1301];
        assert_eq!(routed(version, &suites, &[], ModernKey::Ecdsa), Route::Old);
        assert_eq!(routed(version, &suites, &[X25519, SIGNATURES], ModernKey::Ecdsa), Route::Old);
    }
}

#[test]
fn what_follows_the_compression_of_an_old_hello_does_not_matter() {
    let mut hello = body(0x0300, &[5], &[]);
    hello.extend([1, 2, 3]);
    assert_eq!(route(&records(&hello, MAX_RECORD), ModernKey::Ecdsa), Route::Old);
}

#[test]
fn tls_1_2_needs_a_suite_for_the_key() {
    use ModernKey::{Ecdsa, Rsa};
    let both = [X25519, SIGNATURES];
    for (suites, key, expected) in [
        (&[0xc02b, 0x0005][..], Ecdsa, Route::Modern),
        (&[0xcca9], Ecdsa, Route::Modern),
        (&[0xc02f, 0xc030, 0xcca8], Ecdsa, Route::Old),
        (&[0xc02f], Rsa, Route::Modern),
        (&[0xc02b], Rsa, Route::Old),
        (&[0x002f, 0x000a, 0x0005, 0xc009, 0xc013], Ecdsa, Route::Old),
        (&[], Ecdsa, Route::Old),
    ] {
        assert_eq!(routed(TLS_1_2, suites, &both, key), expected, "{suites:x?} {key:?}");
    }
}

#[test]
fn modern_tls_needs_a_group_and_signatures() {
    for (extensions, expected) in [
        (&[X25519, SIGNATURES][..], Route::Modern),
        (&[X25519], Route::Old),
        (&[SIGNATURES], Route::Old),
        (&[P521, SIGNATURES], Route::Old),
        (&[], Route::Old),
        (&[X25519, SIGNATURES, ONLY_1_3], Route::Old),
        (&[X25519, SIGNATURES, UP_TO_1_1], Route::Old),
    ] {
        assert_eq!(routed(TLS_1_2, &[0xc02b], extensions, ModernKey::Ecdsa), expected, "{extensions:x?}");
    }
    for key in [ModernKey::Ecdsa, ModernKey::Rsa] {
        assert_eq!(routed(TLS_1_2, &[0x1301], &[X25519, SIGNATURES, ONLY_1_3], key), Route::Modern);
        assert_eq!(routed(TLS_1_2, &[0x1301], &[X25519, SIGNATURES], key), Route::Old);
    }
}

#[test]
fn the_hello_of_ssl_2_is_old() {
    // From the description in RFC 5246, E.2: length, type, version, three lengths, suites of three bytes.
    let hello = [0x80, 0x2e, 1, 3, 0, 0, 0x15, 0, 0, 0, 16, 1, 0, 0x80];
    for length in 0..4 {
        assert_eq!(route(&hello[..length], ModernKey::Ecdsa), Route::More);
    }
    assert_eq!(route(&hello, ModernKey::Ecdsa), Route::Old);
    // Nothing newer than SSL 2.0 itself.
    assert_eq!(route(&[0x80, 0x2e, 1, 0, 2], ModernKey::Ecdsa), Route::NotTls);
    assert_eq!(route(&[0x80, 0x2e, 4, 3, 0], ModernKey::Ecdsa), Route::NotTls);
}

#[test]
fn what_is_not_tls_is_seen_early() {
    for bytes in [
        &b"GET / HTTP/1.0\r\n\r\n"[..],
        b"G",
        b"\r\n\r\n\0\r\nQUIT\n",
        &[0],
        // An alert, and a handshake that does not begin with a hello.
        &[21, 3, 1, 0, 2, 2, 40],
        &[22, 3, 1, 0, 4, 2],
        &[22, 2],
        // Records and hellos that are empty or too long.
        &[22, 3, 1, 0, 0],
        &[22, 3, 1, 0x40, 1],
        &[22, 3, 1, 0x40, 0, 1, 1, 0, 0],
        // Another record before the hello is whole.
        &[22, 3, 1, 0, 1, 1, 23, 3, 1],
    ] {
        assert_eq!(route(bytes, ModernKey::Ecdsa), Route::NotTls, "{bytes:x?}");
    }
}

#[test]
fn no_beginning_waits_for_ever() {
    let longest = records(&vec![0; MAX_HELLO], MAX_RECORD);
    assert_eq!(route(&longest[..longest.len() - 1], ModernKey::Ecdsa), Route::More);
    // In tiny records it never comes to its end.
    let endless = records(&vec![0; MAX_HELLO], 1);
    assert_eq!(route(&endless[..MAX_PREFIX - 1], ModernKey::Ecdsa), Route::More);
    assert_eq!(route(&endless[..MAX_PREFIX], ModernKey::Ecdsa), Route::NotTls);
}

#[test]
fn lengths_that_lie_are_no_hello() {
    let good = body(TLS_1_2, &[0xc02b], &[X25519, SIGNATURES]);
    for at in 34..good.len() {
        let mut bad = good.clone();
        bad[at] = 0xff;
        let _ = route(&records(&bad, MAX_RECORD), ModernKey::Ecdsa);
    }
    for end in 0..good.len() {
        assert_ne!(route(&records(&good[..end], MAX_RECORD), ModernKey::Ecdsa), Route::Modern);
    }
}

proptest! {
    /// However a stream is cut into reads, the route is the same.
    #[test]
    fn more_bytes_do_not_change_the_route(bytes in proptest::collection::vec(any::<u8>(), 0..64), tls: bool) {
        let mut stream = if tls { vec![22, 3, 1, 0, 40, 1, 0, 0, 36, 3] } else { Vec::new() };
        stream.extend(bytes);
        let mut decided = Route::More;
        for end in 0..=stream.len() {
            let now = route(&stream[..end], ModernKey::Ecdsa);
            prop_assert!(decided == Route::More || decided == now);
            decided = now;
        }
    }

    /// However a hello is cut into records, the route is the same.
    #[test]
    fn records_do_not_change_the_route(
        cut in 1_usize..200,
        suites in proptest::collection::vec(prop_oneof![Just(0xc02b_u16), Just(5), Just(0x1301)], 0..5),
        version in 0x0300_u16..0x0304,
        extended: bool,
        after in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let extensions = if extended { &[X25519, SIGNATURES][..] } else { &[] };
        let hello = body(version, &suites, extensions);
        let whole = route(&records(&hello, MAX_RECORD), ModernKey::Ecdsa);
        let cut = records(&hello, cut);
        for end in 0..cut.len() {
            prop_assert_eq!(route(&cut[..end], ModernKey::Ecdsa), Route::More);
        }
        prop_assert_eq!(route(&[cut, after].concat(), ModernKey::Ecdsa), whole);
        prop_assert!(whole == Route::Modern || whole == Route::Old);
    }
}
