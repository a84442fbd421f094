use proptest::prelude::*;

use super::*;

fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[test]
fn what_is_written_is_read() {
    for (peer, local) in [
        ("192.0.2.1:1042", "192.0.2.9:443"),
        ("[2001:db8::1]:1042", "[2001:db8::9]:443"),
        ("[::ffff:192.0.2.1]:1042", "[::ffff:192.0.2.9]:443"),
    ] {
        for (server_name, tls) in [
            (None, Some(TakenOff { version: "SSLv3", cipher: "RC4-MD5" })),
            (Some("nexus.passport.com"), None),
        ] {
            let mut bytes = header(end(peer), end(local), server_name, tls).unwrap();
            let length = bytes.len();
            bytes.extend(b"GET / HTTP/1.0\r\n\r\n");
            let plain = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
            let client = Client {
                peer: plain(end(peer)),
                local: plain(end(local)),
                server_name: server_name.map(str::to_owned),
                secure: tls.is_some(),
            };
            assert_eq!(read(&bytes), Beginning::Header(length, Some(client)));
            for end in 0..length {
                assert_eq!(read(&bytes[..end]), Beginning::More, "{end}");
            }
        }
    }
}

#[test]
fn the_text_form_is_read() {
    let line = b"PROXY TCP4 192.0.2.1 192.0.2.9 1042 443\r\nGET /";
    let client =
        Client { peer: end("192.0.2.1:1042"), local: end("192.0.2.9:443"), server_name: None, secure: false };
    assert_eq!(read(line), Beginning::Header(41, Some(client)));
    for end in 0..41 {
        assert_eq!(read(&line[..end]), Beginning::More, "{end}");
    }
    assert_eq!(read(b"PROXY UNKNOWN\r\n"), Beginning::Header(15, None));
}

#[test]
fn a_proxy_can_speak_for_itself() {
    let mut bytes = v2::PROTOCOL_PREFIX.to_vec();
    bytes.extend([0x20, 0, 0, 0]);
    assert_eq!(read(&bytes), Beginning::Header(16, None));
}

#[test]
fn other_beginnings_are_none() {
    for bytes in
        [&b"GET / HTTP/1.0\r\n"[..], b"POST", b"PUT", &[22, 3, 1], b"\r\n\r\nGET", b"\r\n\r\n\0\r\nQUIX"]
    {
        assert_eq!(read(bytes), Beginning::None, "{bytes:?}");
    }
    assert_eq!(read(b"\r\n\r\n"), Beginning::More);
}

#[test]
fn what_is_no_good_is_bad() {
    let after = |bytes: &[u8]| [v2::PROTOCOL_PREFIX, bytes].concat();
    for bytes in [
        b"PROXY TCP4 192.0.2.1 x 1 2\r\n".to_vec(),
        [&b"PROXY "[..], &[b'x'; 200]].concat(),
        // A line that has ended, and lacks something.
        b"PROXY TCP4 192.0.2.1\r\n".to_vec(),
        b"PROXY UNKNOWN\n".to_vec(),
        b"PROXY TCP4\nPROXY UNKNOWN\r\n".to_vec(),
        [&b"PROXY UNKNOWN "[..], &[b'x'; 100], b"\r\n"].concat(),
        // Version 3, an unknown command, UDP, addresses that are too short.
        after(&[0x31, 0x11, 0, 12]),
        after(&[0x22, 0x11, 0, 12]),
        after(&[0x21, 0x12, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 2]),
        after(&[0x21, 0x11, 0, 11]),
        // Whole, but for a length that nobody needs.
        after(&[&[0x21, 0x11, 0xff, 0xff][..], &[0; MAX_HEADER]].concat()),
    ] {
        assert_eq!(read(&bytes), Beginning::Bad, "{bytes:x?}");
    }
}

#[test]
fn ranges_are_read_and_compared() {
    let range = |text: &str| text.parse::<AddressRange>().unwrap();
    for (text, inside, outside) in [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("192.0.2.0/24", "::ffff:192.0.2.255", "192.0.3.0"),
        ("0.0.0.0/0", "203.0.113.9", "::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("::/0", "2001:db8::1", "192.0.2.1"),
        ("::1", "::1", "::2"),
    ] {
        assert!(range(text).contains(inside.parse().unwrap()), "{text}");
        assert!(!range(text).contains(outside.parse().unwrap()), "{text}");
    }
    assert_eq!(range("192.0.2.1").to_string(), "192.0.2.1/32");
    for bad in ["", "x", "192.0.2.1/33", "::1/129", "192.0.2.1/", "192.0.2.1/-1", "192.0.2.1:80"] {
        assert!(bad.parse::<AddressRange>().unwrap_err().contains("192.0.2.0/24"), "{bad}");
    }
}

proptest! {
    #[test]
    fn anything_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100), text: bool) {
        let begin: &[u8] = if text { TEXT } else { v2::PROTOCOL_PREFIX };
        let _ = read(&bytes);
        if let Beginning::Header(length, _) = read(&[begin, &bytes].concat()) {
            prop_assert!(length <= begin.len() + bytes.len());
        }
    }
}
