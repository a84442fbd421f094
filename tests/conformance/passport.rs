//! The nexus and the login, over HTTP and HTTPS (3.3 to 3.5; real-clients.md 8 to 10).

use msnp_testkit::http::{Answer, login, login_request, percent_encode, request, tls_request};
use msnp_testkit::{Ns, PASSWORD, TestServer};

use crate::support::{ALICE, BOB};

/// The same request over both listeners. `read_to_end` in the TLS half fails without close_notify.
async fn both(server: &TestServer, bytes: &[u8]) -> [Answer; 2] {
    let authority = server.folder().join("tls/ca.pem");
    let plain = request(server.addresses.http, bytes).await;
    let tls = tls_request(server.addresses.https, &authority, "127.0.0.1", bytes).await;
    [plain, tls.expect("a TLS answer that ends with close_notify")]
}

fn well_formed(answer: &Answer) {
    let length: usize = answer.header("Content-Length").expect("a length").parse().expect("a number");
    assert_eq!(answer.body.len(), length, "{}", answer.head);
    assert_eq!(answer.header("Connection"), Some("close"), "{}", answer.head);
    assert!(answer.head.starts_with("HTTP/1.1 ") || answer.head.starts_with("HTTP/1.0 "), "{}", answer.head);
}

#[tokio::test]
async fn the_nexus_answers_every_kind_of_request_line() {
    let server = TestServer::start().await;
    let port = server.addresses.https.port();
    for (bytes, host) in [
        ("GET /rdr/pprdr.asp\r\n\r\n", "127.0.0.1"),
        ("GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n", "127.0.0.1"),
        ("GET /rdr/pprdr.asp HTTP/1.1\r\nHost: nexus.passport.com\r\n\r\n", "nexus.passport.com"),
        ("GET /rdr/pprdr.asp HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n\r\n", "127.0.0.1"),
        ("GET https://nexus.passport.com/rdr/pprdr.asp HTTP/1.1\r\n\r\n", "nexus.passport.com"),
        ("GET /rdr/pprdr.asp HTTP/1.1\nHost: nexus.passport.com\n\n", "nexus.passport.com"),
    ] {
        for answer in both(&server, bytes.as_bytes()).await {
            assert_eq!(answer.status(), 200, "{bytes:?}");
            well_formed(&answer);
            // The header's name is compared letter by letter by the official clients.
            let line = format!(
                "\r\nPassportURLs: DARealm=Passport.Net,DALogin={host}:{port}/login2.srf,ConfigVersion=15\r\n"
            );
            assert!(format!("{}\r\n", answer.head).contains(&line), "{bytes:?}: {}", answer.head);
        }
    }
}

#[tokio::test]
async fn the_certificate_carries_the_names_of_the_old_services() {
    let server = TestServer::start().await;
    let authority = server.folder().join("tls/ca.pem");
    let bytes = b"GET /rdr/pprdr.asp\r\n\r\n";
    for name in [
        "nexus.passport.com",
        "login.passport.com",
        "loginnet.passport.com",
        "messenger.hotmail.com",
        "localhost",
    ] {
        let answer = tls_request(server.addresses.https, &authority, name, bytes).await;
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        // Without a Host header the name in the hello says how the client calls us.
        let expected = format!("DALogin={name}:{}/login2.srf", server.addresses.https.port());
        assert!(answer.header("PassportURLs").expect("the header").contains(&expected), "{}", answer.head);
    }
    let answer = tls_request(server.addresses.https, &authority, "www.example.com", bytes).await;
    assert!(answer.is_err(), "a certificate for a name that is not ours");
}

#[tokio::test]
async fn the_login_answers_with_a_ticket() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    for answer in both(&server, login_request(ALICE, PASSWORD, "lc=1033,id=507").as_bytes()).await {
        assert_eq!(answer.status(), 200, "{}", answer.head);
        well_formed(&answer);
        let info = answer.header("Authentication-Info").expect("the header").to_owned();
        assert!(info.starts_with("Passport1.4 da-status=success,"), "{info}");
        let ticket = answer.ticket().expect("a ticket");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!*$&=.-".contains(&byte);
        assert!(ticket.starts_with("t=") && ticket.contains("&p=") && ticket.bytes().all(plain), "{ticket}");
        let mut ns = Ns::connect(server.addresses.msnp).await;
        ns.identify(ALICE, 9).await;
        ns.show(ticket).await;
    }
}

#[tokio::test]
async fn the_login_takes_what_clients_send() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let password = percent_encode(PASSWORD);
    let header =
        |name: &str| format!("Authorization: Passport1.4 OrgVerb=GET,sign-in={name},pwd={password},lc=1033");
    let (raw, coded, lower) =
        (header("alice@example.com"), header("alice%40example.com"), header("ALICE%40Example.com"));
    for bytes in [
        format!("GET https://login.passport.com/login2.srf HTTP/1.1\r\n{raw}\r\n\r\n"),
        format!("GET http://login.passport.com:80/login2.srf HTTP/1.1\r\nHost: other\r\n{coded}\r\n\r\n"),
        format!("GET /login2.srf HTTP/1.0\r\n{raw}\r\n\r\n"),
        format!("GET /login2.srf HTTP/1.1\r\n{coded}\r\n\r\n"),
        format!("GET /login2.srf HTTP/1.1\r\n{lower}\r\nHost: login.passport.com\r\n\r\n"),
        format!("GET /login2.srf HTTP/1.1\r\n{}\r\n\r\n", coded.replace("Authorization", "authorization")),
        format!(
            "GET /login2.srf HTTP/1.1\r\n{}\r\n\r\n",
            coded.replace("Passport1.4 ", "Passport1.4 Passport1.4 ")
        ),
        format!("GET /login2.srf?lc=1033 HTTP/1.1\r\n{coded}\r\n\r\n"),
        format!("GET /login.srf HTTP/1.1\r\n{coded}\r\n\r\n"),
        format!("GET https://login.live.com/Login.SRF?lc=1033 HTTP/1.0\r\n{raw}\r\n\r\n"),
        format!("GET /login2.srf HTTP/1.1\r\n{}\r\n\r\n", header("%20alice%40example.com%20")),
        format!("GET /login2.srf HTTP/1.1\r\n{}\r\n\r\n", header("  alice@example.com\t")),
    ] {
        for answer in both(&server, bytes.as_bytes()).await {
            assert!(answer.ticket().is_some(), "{bytes:?}: {}", answer.head);
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_cannot_be_told_apart() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let mut answers = Vec::new();
    for (handle, password) in [(ALICE, "wrong"), ("nobody@example.com", PASSWORD), (ALICE, ""), (BOB, "x")] {
        for answer in both(&server, login_request(handle, password, "lc=1033").as_bytes()).await {
            assert_eq!(answer.status(), 401);
            well_formed(&answer);
            assert_eq!(answer.ticket(), None);
            let header = answer.header("WWW-Authenticate").expect("the header");
            assert!(header.starts_with("Passport1.4 da-status=failed"), "{header}");
            let (_, text) = header.split_once(",cbtxt=").expect("a text for people");
            assert!(!text.is_empty() && text.bytes().all(|byte| !b" ,\"'".contains(&byte)), "{text}");
            answers.push((answer.head.clone(), answer.body.clone()));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn without_a_name_or_a_password_there_is_no_ticket() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    for header in
        ["", "Authorization: Basic YTpi\r\n", "Authorization: Passport1.4 sign-in=alice@example.com\r\n"]
    {
        for answer in both(&server, format!("GET /login2.srf HTTP/1.1\r\n{header}\r\n").as_bytes()).await {
            assert_eq!(answer.status(), 401, "{header}");
            well_formed(&answer);
        }
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account_and_only_for_it() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 3).await;
    for name in [ALICE, BOB] {
        server.account(name).await;
    }
    for _ in 0..3 {
        assert_eq!(login(server.addresses.http, ALICE, "guess").await.status(), 401);
    }
    // Now even the right password has to wait, and is told why.
    let refused = login(server.addresses.http, ALICE, PASSWORD).await;
    assert_eq!((refused.status(), refused.ticket()), (401, None));
    let text = refused.header("WWW-Authenticate").expect("the header");
    assert!(text.to_lowercase().contains("too%20many"), "{text}");
    assert!(login(server.addresses.http, BOB, PASSWORD).await.ticket().is_some());
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_address() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_address = 3).await;
    server.account(ALICE).await;
    for number in 0..3 {
        let name = format!("p{number}@example.com");
        assert_eq!(login(server.addresses.http, &name, "guess").await.status(), 401);
    }
    assert_eq!(login(server.addresses.http, ALICE, PASSWORD).await.ticket(), None);
}

#[tokio::test]
async fn signing_in_rightly_is_never_too_often() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 2).await;
    server.account(ALICE).await;
    for _ in 0..6 {
        assert!(login(server.addresses.http, ALICE, PASSWORD).await.ticket().is_some());
    }
}

#[tokio::test]
async fn what_is_no_request_is_answered_and_nothing_breaks() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let long = format!("GET /login2.srf HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(20_000));
    for (bytes, status) in [
        (b"GET\r\n\r\n".as_slice(), 400),
        (b"VER 1 MSNP9 CVR0\r\n\r\n", 400),
        (b"GET /nothing HTTP/1.1\r\n\r\n", 404),
        (b"POST /login2.srf HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 405),
        (b"GET /login2.srf HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (long.as_bytes(), 431),
    ] {
        for answer in both(&server, bytes).await {
            assert_eq!(answer.status(), status, "{}", bytes.escape_ascii());
            well_formed(&answer);
        }
    }
    assert!(login(server.addresses.http, ALICE, PASSWORD).await.ticket().is_some());
}

#[tokio::test]
async fn the_public_host_is_named_where_the_client_names_none() {
    let server = TestServer::with(|config| config.public_host = Some("msn.example.org".into())).await;
    let port = server.addresses.https.port();
    for (bytes, host) in [
        ("GET /rdr/pprdr.asp\r\n\r\n", "msn.example.org"),
        ("GET /rdr/pprdr.asp HTTP/1.1\r\nHost: nexus.passport.com\r\n\r\n", "nexus.passport.com"),
    ] {
        for answer in both(&server, bytes.as_bytes()).await {
            let expected = format!("DARealm=Passport.Net,DALogin={host}:{port}/login2.srf,ConfigVersion=15");
            assert_eq!(answer.header("PassportURLs"), Some(&*expected), "{bytes:?}");
        }
    }
}

#[tokio::test]
async fn a_host_that_is_none_is_not_echoed() {
    let server = TestServer::start().await;
    for host in ["a,DALogin=evil.example.com/", "a b", "<script>", "evil.example.com/x", "[::1", ""] {
        let bytes = format!("GET /rdr/pprdr.asp HTTP/1.1\r\nHost: {host}\r\n\r\n");
        for answer in both(&server, bytes.as_bytes()).await {
            let expected = format!("DALogin=127.0.0.1:{}/login2.srf", server.addresses.https.port());
            let well = answer.header("PassportURLs").is_some_and(|urls| urls.contains(&expected));
            assert!(well || answer.status() == 400, "{host:?}: {}", answer.head);
        }
    }
}
