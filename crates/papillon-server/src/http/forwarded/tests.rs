use proptest::prelude::*;

use super::*;

/// The reading of the headers where 10.0.0.0/8 and 2001:db8:ffff::1 are trusted.
fn client(headers: &str) -> Option<String> {
    read(headers, |said| said.client.map(|client| client.to_string()))
}

fn read<T>(headers: &str, look: impl FnOnce(Forwarded<'_>) -> T) -> T {
    let head = format!("GET / HTTP/1.1\r\nHost: upstream\r\n{headers}\r\n");
    let request = Request::parse(head.as_bytes()).unwrap();
    look(Forwarded::read(&request, is_trusted))
}

fn is_trusted(address: IpAddr) -> bool {
    ["10.0.0.0/8", "2001:db8:ffff::1"]
        .iter()
        .any(|range| range.parse::<crate::AddressRange>().unwrap().contains(address))
}

#[test]
fn the_client_is_the_right_most_who_is_not_trusted() {
    for (headers, expected) in [
        ("", None),
        ("X-Forwarded-For: 192.0.2.1\r\n", Some("192.0.2.1:0")),
        ("x-forwarded-for: 203.0.113.9, 192.0.2.1\r\n", Some("192.0.2.1:0")),
        ("X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.0.0.2\r\n", Some("192.0.2.1:0")),
        ("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.1,10.0.0.2\r\n", Some("192.0.2.1:0")),
        ("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.2\r\n", Some("192.0.2.1:0")),
        // All are trusted: the first of them asks.
        ("X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n", Some("10.0.0.3:0")),
        ("X-Forwarded-For: 192.0.2.1:1042\r\n", Some("192.0.2.1:1042")),
        ("X-Forwarded-For: 2001:db8::1\r\n", Some("[2001:db8::1]:0")),
        ("X-Forwarded-For: [2001:db8::1]\r\n", Some("[2001:db8::1]:0")),
        ("X-Forwarded-For: [2001:db8::1]:1042, 2001:db8:ffff::1\r\n", Some("[2001:db8::1]:1042")),
        ("X-Forwarded-For: ::ffff:192.0.2.1, ::ffff:10.0.0.2\r\n", Some("192.0.2.1:0")),
        ("X-Forwarded-For: ,192.0.2.1, ,\r\n", Some("192.0.2.1:0")),
        ("X-Forwarded-For:\r\n", None),
        ("Forwarded: for=192.0.2.1;proto=https;by=10.0.0.2\r\n", Some("192.0.2.1:0")),
        ("Forwarded: for=203.0.113.9, For=\"192.0.2.1:1042\"\r\n", Some("192.0.2.1:1042")),
        ("Forwarded: for=\"[2001:db8::1]:1042\", for=10.0.0.2\r\n", Some("[2001:db8::1]:1042")),
        ("Forwarded: for=\"[2001:db8::1]:_x\"\r\n", Some("[2001:db8::1]:0")),
        ("Forwarded: proto=http;for=203.0.113.9\r\nForwarded: for=192.0.2.1\r\n", Some("192.0.2.1:0")),
        ("Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n", Some("192.0.2.1:0")),
    ] {
        assert_eq!(client(headers).as_deref(), expected, "{headers}");
    }
}

#[test]
fn what_is_no_address_is_nobody_known() {
    for headers in [
        "X-Forwarded-For: unknown\r\n",
        "X-Forwarded-For: 192.0.2.1, unknown\r\n",
        "X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2\r\n",
        "X-Forwarded-For: _hidden\r\n",
        "X-Forwarded-For: 192.0.2.1:x\r\n",
        "X-Forwarded-For: 192.0.2.1:99999\r\n",
        "X-Forwarded-For: 192.0.2.256\r\n",
        "X-Forwarded-For: [192.0.2.1]\r\n",
        "X-Forwarded-For: [2001:db8::1\r\n",
        "X-Forwarded-For: [2001:db8::1]x\r\n",
        "X-Forwarded-For: fe80::1%eth0\r\n",
        "X-Forwarded-For: \"192.0.2.1\"\r\n",
        "X-Forwarded-For: 192.0.2.1 192.0.2.2\r\n",
        "X-Forwarded-For: example.org\r\n",
        "Forwarded: for=unknown\r\n",
        "Forwarded: for=_hidden\r\n",
        "Forwarded: for=192.0.2.1, proto=https\r\n",
        "Forwarded: for=192.0.2.1;for=192.0.2.2\r\n",
        "Forwarded: for\r\n",
        // A quote that does not end swallows the rest of the line.
        "Forwarded: for=\"203.0.113.9, for=192.0.2.1\r\n",
        "Forwarded: for=\"192.0.2\\.1\"\r\n",
        // One proxy speaks one of them; the other is the client's own invention.
        "Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 192.0.2.1\r\n",
    ] {
        assert_eq!(client(headers), Some(UNKNOWN.to_string()), "{headers}");
    }
    let head = b"GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1, \xff\r\n\r\n";
    let request = Request::parse(head).unwrap();
    assert_eq!(Forwarded::read(&request, is_trusted).client, Some(UNKNOWN));
}

#[test]
fn scheme_and_host_come_along() {
    let look = |headers| read(headers, |said| (said.secure, said.host.map(str::to_owned), said.port));
    let host = |host: &str| Some(host.to_owned());
    for (headers, expected) in [
        ("", (None, None, None)),
        ("X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.org\r\n", (Some(true), host("a.org"), None)),
        ("X-Forwarded-Proto: HTTP\r\nX-Forwarded-Host: a.org:81\r\n", (Some(false), host("a.org"), Some(81))),
        ("X-Forwarded-Proto: http, https\r\n", (Some(true), None, None)),
        ("X-Forwarded-Proto: wss\r\nX-Forwarded-Host: a b\r\n", (None, None, None)),
        ("X-Forwarded-Host: x, a.org\r\nX-Forwarded-Port: 8443\r\n", (None, host("a.org"), Some(8443))),
        ("X-Forwarded-Port: 0\r\n", (None, None, None)),
        (
            "Forwarded: for=192.0.2.1;proto=https;host=\"a.org:8443\"\r\n",
            (Some(true), host("a.org"), Some(8443)),
        ),
        ("Forwarded: host=[::1]\r\n", (None, host("[::1]"), None)),
    ] {
        assert_eq!(look(headers), expected, "{headers}");
    }
}

proptest! {
    #[test]
    fn whatever_is_sent_the_proxys_own_words_count(
        sent in proptest::collection::vec("[ -~]{0,40}", 0..4),
        real in any::<[u8; 4]>().prop_filter("not a proxy", |real| real[0] != 10),
    ) {
        let real = IpAddr::from(real);
        let headers: String = sent.iter().map(|line| format!("X-Forwarded-For: {line}\r\n")).collect();
        let expected = SocketAddr::new(real, 0);
        prop_assert_eq!(client(&format!("{headers}X-Forwarded-For: {real}\r\n")), Some(expected.to_string()));
        let appended = sent.first().cloned().unwrap_or_default();
        let headers = format!("X-Forwarded-For: {appended}, {real}, 10.9.9.9\r\n");
        prop_assert_eq!(client(&headers), Some(expected.to_string()));
        // In `Forwarded` a quote can hide the text behind it, but nothing is made up.
        let found = client(&format!("Forwarded: {appended}, for={real}\r\n"));
        prop_assert!(found == Some(expected.to_string()) || found == Some(UNKNOWN.to_string()), "{:?}", found);
    }

    #[test]
    fn garbage_is_read_without_a_panic(name in 0..5_usize, value in "\\PC{0,60}") {
        let names =
            ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded"];
        let head = format!("GET / HTTP/1.1\r\n{}: {value}\r\n\r\n", names[name]);
        if let Ok(request) = Request::parse(head.as_bytes()) {
            let _ = Forwarded::read(&request, is_trusted);
        }
    }
}
