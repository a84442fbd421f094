//! Behind a proxy that speaks the PROXY protocol: the profile has the client's own address.

use msnp_testkit::http::{self, login_request};
use msnp_testkit::{Ns, PASSWORD, TestServer, Wire, words};

use crate::support::ALICE;

const TEXT: &[u8] = b"PROXY TCP4 192.0.2.1 192.0.2.9 1042 1863\r\n";

/// Version 2, for 2001:db8::1 at port 1042.
fn binary() -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24".to_vec();
    for address in ["2001:db8::1", "2001:db8::9"] {
        header.extend(address.parse::<std::net::Ipv6Addr>().expect("an address").octets());
    }
    header.extend([1042_u16.to_be_bytes(), 1863_u16.to_be_bytes()].concat());
    header
}

async fn trusting() -> TestServer {
    let trusted = |text: &str| vec![text.parse().expect("an address")];
    let server = TestServer::with(|config| config.trusted_proxies = trusted("127.0.0.1")).await;
    server.account(ALICE).await;
    server
}

/// Signs in over this connection.
async fn sign_in(server: &TestServer, wire: Wire) -> Ns {
    let mut ns = Ns::over(wire);
    let challenge = ns.identify(ALICE, 9).await;
    let request = login_request(ALICE, PASSWORD, &challenge);
    let answer = http::request(server.addresses.http, request.as_bytes()).await;
    ns.show(answer.ticket().expect("a ticket")).await;
    ns
}

#[tokio::test]
async fn the_profile_and_the_addresses_are_the_clients() {
    let server = trusting().await;
    let swapped = 1042_u16.swap_bytes();
    for (header, ip, local) in
        // A profile has room for IPv4 addresses only.
        [(TEXT.to_vec(), "192.0.2.1", "192.0.2.9:1863"), (binary(), "0.0.0.0", "[2001:db8::9]:1863")]
    {
        for size in [1, 7, header.len()] {
            let mut wire = Wire::connect(server.addresses.msnp).await;
            for piece in header.chunks(size) {
                wire.send_raw(piece).await;
            }
            let mut ns = sign_in(&server, wire).await;
            let profile = &ns.profile;
            assert!(profile.contains(&format!("\r\nClientIP: {ip}\r\n")), "{profile}");
            assert!(profile.contains(&format!("\r\nClientPort: {swapped}\r\n")), "{profile}");
            ns.syn().await;
            ns.chg("NLN").await;
            assert_eq!(words(&ns.ask("XFR 5 SB").await)[3], local);
        }
    }
}

#[tokio::test]
async fn commands_may_come_with_the_header() {
    let server = trusting().await;
    for header in [TEXT.to_vec(), binary(), b"PROXY UNKNOWN\r\n".to_vec(), Vec::new()] {
        for at in [server.addresses.msnp, server.addresses.dispatch] {
            let mut wire = Wire::connect(at).await;
            wire.send_raw(&[&header[..], b"VER 1 MSNP9 CVR0\r\nOUT\r\n"].concat()).await;
            wire.expect("VER 1 MSNP9 CVR0").await;
            wire.closed().await;
        }
    }
}

#[tokio::test]
async fn who_says_nothing_of_a_client_is_the_client() {
    let server = trusting().await;
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    for header in [&b""[..], b"PROXY UNKNOWN\r\n", local] {
        let mut wire = Wire::connect(server.addresses.msnp).await;
        let port = wire.local().port().swap_bytes();
        wire.send_raw(header).await;
        let ns = sign_in(&server, wire).await;
        assert!(ns.profile.contains("\r\nClientIP: 127.0.0.1\r\n"), "{}", ns.profile);
        assert!(ns.profile.contains(&format!("\r\nClientPort: {port}\r\n")), "{}", ns.profile);
    }
}

#[tokio::test]
async fn the_dispatch_listener_refers_where_the_client_came() {
    let server = trusting().await;
    let mut wire = Wire::connect(server.addresses.dispatch).await;
    wire.send_raw(b"PROXY TCP4 192.0.2.1 192.0.2.9 1042 1864\r\n").await;
    let mut ns = Ns::over(wire);
    ns.greet(ALICE, 9).await;
    let line = ns.ask(&format!("USR 3 TWN I {ALICE}")).await;
    let port = server.addresses.msnp.port();
    assert_eq!(words(&line)[3..], [&format!("192.0.2.9:{port}"), "0", "192.0.2.9:1864"]);
}

#[tokio::test]
async fn nobody_else_is_believed_and_what_is_bad_ends_the_connection() {
    let stranger = TestServer::start().await;
    let server = trusting().await;
    for (at, header) in [
        (stranger.addresses.msnp, TEXT.to_vec()),
        (stranger.addresses.msnp, binary()),
        (server.addresses.msnp, b"PROXY TCP4 x y 1 2\r\n".to_vec()),
        (server.addresses.msnp, b"\r\n\r\n\0\r\nQUIT\n\x41\x11\0\x0c".to_vec()),
        (server.addresses.dispatch, [b"PROXY ", &[b'x'; 200][..]].concat()),
    ] {
        let mut wire = Wire::connect(at).await;
        wire.send_raw(&[&header[..], b"VER 1 MSNP9 CVR0\r\n"].concat()).await;
        wire.closed().await;
    }
}
