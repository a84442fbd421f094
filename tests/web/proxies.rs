//! The pages behind an HTTP proxy: the client is the one that it names, and pages name the address in front.

use msnp_testkit::browser::Browser;
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::http::{self, Answer, login_request};
use msnp_testkit::{Ns, PASSWORD, TestServer, words};
use papillon_server::Config;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const ALICE: &str = "alice@example.com";
const PUBLIC: &str = "https://msn.example.org";

/// A service that trusts proxies on this machine.
async fn behind(change: impl FnOnce(&mut Config)) -> TestServer {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
        change(config);
    })
    .await;
    server.account(ALICE).await;
    server
}

/// Asks as a proxy does that adds these headers.
async fn asked(server: &TestServer, line: &str, headers: &str) -> Answer {
    let request = format!("{line}\r\n{headers}\r\n");
    http::request(server.addresses.http, request.as_bytes()).await
}

async fn login(server: &TestServer, headers: &str, password: &str) -> Answer {
    let request = login_request(ALICE, password, "lc=1033");
    let (line, rest) = request.split_once("\r\n").expect("a line");
    http::request(server.addresses.http, format!("{line}\r\n{headers}{rest}").as_bytes()).await
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

fn is_limited(answer: &Answer) -> bool {
    text(answer).contains("too many attempts")
}

#[tokio::test]
async fn who_guesses_is_the_client_and_not_the_proxy() {
    for (guesser, same, other) in [
        ("X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.9.9.9, 192.0.2.1", "X-Forwarded-For: 192.0.2.2"),
        ("Forwarded: for=\"[2001:db8::1]:1\"", "X-Forwarded-For: 2001:db8::2", "Forwarded: for=192.0.2.1"),
        (
            "X-Forwarded-For: unknown",
            "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=\"",
            "X-Forwarded-For: 192.0.2.1",
        ),
    ] {
        let server = behind(|config| config.limits.sign_in_failures_per_address = 1).await;
        let login = async |headers: &str, password| login(&server, &format!("{headers}\r\n"), password).await;
        assert!(!is_limited(&login(guesser, "wrong").await), "{guesser}");
        assert!(is_limited(&login(same, PASSWORD).await), "{same}");
        assert!(login(other, PASSWORD).await.ticket().is_some(), "{other}");
    }
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["192.0.2.0/24".parse().expect("a range")];
        config.limits.sign_in_failures_per_address = 1;
        config.https_only = true;
    })
    .await;
    server.account(ALICE).await;
    let lie = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n\
               Forwarded: for=192.0.2.1;proto=https;host=evil.example\r\n";
    assert!(text(&login(&server, lie, PASSWORD).await).contains("over TLS (https) only"));
    let answer =
        asked(&server, "GET /setup HTTP/1.1\r\nHost: msn.example.org\r\nConnection: close", lie).await;
    assert!(!text(&answer).contains("evil.example"), "{}", text(&answer));
}

#[tokio::test]
async fn a_password_that_came_to_the_proxy_by_tls_came_by_tls() {
    let server = behind(|config| config.https_only = true).await;
    for (headers, is_taken) in [
        ("", false),
        ("X-Forwarded-For: 192.0.2.1\r\n", false),
        ("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n", false),
        ("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", true),
        ("Forwarded: for=192.0.2.1;proto=https\r\n", true),
    ] {
        let answer = login(&server, headers, PASSWORD).await;
        assert_eq!(answer.ticket().is_some(), is_taken, "{headers}");
        let page =
            asked(&server, "GET /login HTTP/1.1\r\nHost: msn.example.org\r\nConnection: close", headers)
                .await;
        assert_eq!(page.status(), if is_taken { 200 } else { 403 }, "{headers}");
        if is_taken {
            let cookies =
                page.head.lines().filter(|line| line.to_ascii_lowercase().starts_with("set-cookie"));
            assert!(
                cookies.clone().count() > 0 && cookies.clone().all(|line| line.contains("Secure")),
                "{}",
                page.head
            );
        }
    }
}

#[tokio::test]
async fn who_registers_from_elsewhere_is_not_near() {
    let server = behind(|_| {}).await;
    for (headers, is_near) in [
        ("", true),
        ("X-Forwarded-For: 192.168.1.9\r\n", true),
        ("X-Forwarded-For: 127.0.0.1\r\n", true),
        ("X-Forwarded-For: 192.0.2.1\r\n", false),
        ("X-Forwarded-For: 192.168.1.9, 192.0.2.1\r\n", false),
        ("X-Forwarded-For: unknown\r\n", false),
        ("X-Forwarded-For: 192.168.1.9, garbage\r\n", false),
        ("Forwarded: for=_hidden\r\n", false),
        ("X-Forwarded-For: 192.168.1.9\r\nForwarded: for=192.0.2.1\r\n", false),
    ] {
        let mut browser = Browser::new(&server);
        browser.headers = headers.to_owned();
        let form = browser.get("/register").await.form("/register");
        let asks_for_code = form.fields.iter().any(|(name, _)| name == "code");
        assert_eq!(asks_for_code, !is_near, "{headers}");
    }
}

#[tokio::test]
async fn a_proxys_own_name_for_the_service_is_not_shown() {
    // nginx sends the address of the upstream, or its name, in HTTP/1.0.
    let line = |path: &str, host: &str| format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close");
    let trusting = behind(|config| config.public_host = Some("msn.example.org".into())).await;
    let plain = TestServer::with(|config| config.public_host = Some("msn.example.org".into())).await;
    let here = trusting.addresses.http.to_string();
    for (server, host) in [
        (&trusting, &*here),
        (&trusting, "papillon"),
        (&trusting, "10.0.0.7:8080"),
        (&plain, &*plain.addresses.http.to_string()),
        (&plain, &*format!("localhost:{}", plain.addresses.http.port())),
    ] {
        for path in ["/", "/setup", "/setup/others"] {
            let answer = asked(server, &line(path, host), "").await;
            let page = text(&answer);
            let own = host.split(':').next().unwrap_or_default();
            assert!(page.contains("msn.example.org"), "{host} {path}: {page}");
            assert!(
                !page.contains(&format!("{own}:")) && !page.contains(&format!("//{own}")),
                "{host} {path}: {page}"
            );
        }
        let lie = "X-Forwarded-Host: evil.example\r\n";
        let nexus = asked(server, &line("/rdr/pprdr.asp", host), lie).await;
        let login = nexus.header("PassportURLs").expect("an address");
        assert!(login.contains("DALogin=msn.example.org:"), "{host}: {login}");
    }
    // Clients on the LAN, without a proxy, go on with the address that they know.
    let nexus = asked(&plain, &line("/rdr/pprdr.asp", "192.168.1.10:8080"), "").await;
    assert!(nexus.header("PassportURLs").expect("an address").contains("DALogin=192.168.1.10:"));
}

fn with_url(config: &mut Config) {
    config.front.url = Some(PUBLIC.parse().expect("an address"));
    config.front.msnp_port = Some(1864);
}

#[tokio::test]
async fn the_public_address_is_where_everything_leads() {
    let server = behind(with_url).await;
    for headers in [
        "Host: 127.0.0.1:8080\r\n",
        "Host: msn.example.org\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
        "X-Forwarded-Host: msn.example.org\r\nForwarded: for=192.0.2.1;proto=https\r\n",
        "",
    ] {
        let nexus = asked(&server, "GET /rdr/pprdr.asp HTTP/1.0", headers).await;
        let login = nexus.header("PassportURLs").expect("an address");
        assert!(login.contains("DALogin=msn.example.org/login2.srf,"), "{headers}{login}");
        for path in ["/", "/setup/others"] {
            let answer = asked(&server, &format!("GET {path} HTTP/1.0"), headers).await;
            let page = text(&answer);
            assert!(page.contains("https://msn.example.org/rdr/pprdr.asp"), "{headers}{path}: {page}");
            assert!(
                page.contains("msn.example.org:1864") || page.contains("1864"),
                "{headers}{path}: {page}"
            );
            assert!(!page.contains("127.0.0.1") && !page.contains(":8080"), "{headers}{path}: {page}");
        }
    }
    // The help page, too.
    let request = login_request(ALICE, "wrong", "lc=1033").replace("login.passport.com", "127.0.0.1:8080");
    let refused = http::request(server.addresses.http, request.as_bytes()).await;
    let help = refused.header("WWW-Authenticate").expect("a reason");
    assert!(
        help.contains("https://msn.example.org/") || help.contains("https%3A%2F%2Fmsn.example.org"),
        "{help}"
    );
}

#[tokio::test]
async fn messengers_are_told_the_public_address() {
    let server = behind(with_url).await;
    let mut ns = Ns::connect(server.addresses.dispatch).await;
    ns.greet(ALICE, 9).await;
    let line = ns.ask(&format!("USR 3 TWN I {ALICE}")).await;
    assert_eq!(words(&line)[3], "msn.example.org:1864");
    let mut ns = Ns::online(&server, ALICE, 9).await;
    assert_eq!(words(&ns.ask("XFR 5 SB").await)[3], "msn.example.org:1864");
    let line = ns.ask("CVR 6 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com").await;
    assert!(line.ends_with(" https://msn.example.org/ https://msn.example.org/"), "{line}");
    let line = ns.ask("URL 7 PROFILE 0x0409").await;
    assert!(line.contains("https://msn.example.org/"), "{line}");
}

#[tokio::test]
async fn an_old_machine_goes_on_with_the_names_that_it_knows() {
    let server = behind(with_url).await;
    for (headers, login) in [
        (
            "Host: nexus.passport.com\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
            "nexus.passport.com/",
        ),
        (
            "Host: nexus.passport.com:8443\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
            "nexus.passport.com:8443/",
        ),
    ] {
        let nexus = asked(&server, "GET /rdr/pprdr.asp HTTP/1.1", headers).await;
        let told = nexus.header("PassportURLs").expect("an address");
        assert!(told.contains(&format!("DALogin={login}login2.srf,")), "{headers}{told}");
    }
}

#[tokio::test]
async fn a_port_in_front_is_named() {
    let server = behind(|config| {
        config.public_host = Some("msn.example.org".into());
        config.front.https_port = Some(443);
    })
    .await;
    let nexus = asked(&server, "GET /rdr/pprdr.asp HTTP/1.0", "").await;
    assert!(
        nexus.header("PassportURLs").expect("an address").contains("DALogin=msn.example.org/login2.srf,")
    );
    // Without a setting, it is the one that the proxy has.
    let server = behind(|_| {}).await;
    for (headers, login) in [
        ("Host: a.example.org\r\nX-Forwarded-Proto: https\r\n", "a.example.org/login2.srf"),
        (
            "Host: x\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example.org:444\r\n",
            "a.example.org:444/login2.srf",
        ),
        (
            "Host: a.example.org\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 444\r\n",
            "a.example.org:444/login2.srf",
        ),
    ] {
        let nexus = asked(&server, "GET /rdr/pprdr.asp HTTP/1.1", headers).await;
        let told = nexus.header("PassportURLs").expect("an address");
        assert!(told.contains(&format!("DALogin={login},")), "{headers}{told}");
    }
}

#[tokio::test]
async fn one_visitor_does_not_take_all_connections_of_the_proxy() {
    let server = behind(|config| config.limits.http_connections_per_address = 1).await;
    let mut way = Way::to(server.addresses.http);
    way.absolute = false;
    let mut gateway = Gateway::open(way, "NS", "VER 1 MSNP8").await;
    gateway.expect("VER 1 MSNP8").await;
    // A poll of this visitor is held: the visitor has all that one may have.
    let greedy = "X-Forwarded-For: 192.0.2.1\r\n";
    let mut held = TcpStream::connect(server.addresses.http).await.expect("it listens");
    let poll = format!(
        "POST /gateway/gateway.dll?Action=poll&SessionID={}&Lifespan=60 HTTP/1.1\r\n{greedy}\r\n",
        gateway.id
    );
    held.write_all(poll.as_bytes()).await.expect("sent");
    let health =
        async |headers: &str| asked(&server, "GET /health HTTP/1.1\r\nHost: x", headers).await.status();
    while health(greedy).await != 503 {}
    assert_eq!(health("X-Forwarded-For: 192.0.2.2\r\n").await, 200);
    assert_eq!(health("").await, 200);
}

#[tokio::test]
async fn whatever_a_proxy_says_is_answered() {
    let server = behind(|_| {}).await;
    for name in ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded"]
    {
        for value in
            ["", ",", ";;", "\"", "for", "for=", "for=\"", "[", "[]:", ":", "::::", "\u{e9}", "a=b=c;\"\\"]
        {
            let headers = format!("Host: x\r\n{name}: {value}\r\n");
            let answer = asked(&server, "GET /setup HTTP/1.1\r\nConnection: close", &headers).await;
            assert_eq!(answer.status(), 200, "{headers}");
        }
    }
}

#[tokio::test]
async fn forms_are_taken_from_the_public_pages_and_no_others() {
    for (name, https_front) in [("public host", false), ("public URL", true)] {
        let server = behind(|config| match https_front {
            true => config.front.url = Some(PUBLIC.parse().expect("an address")),
            false => config.public_host = Some("msn.example.org".into()),
        })
        .await;
        for (forwarded, origin, is_taken) in [
            ("", "https://msn.example.org", true),
            ("", "http://msn.example.org:8080", true),
            (
                "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: msn.example.org\r\n",
                "https://msn.example.org:8443",
                true,
            ),
            ("X-Forwarded-For: 192.0.2.1\r\n", "https://evil.example", false),
            ("", "https://evil.example", false),
            ("", "https://msn.example.org.evil.example", false),
            ("", "null", false),
        ] {
            // Its `Host` is the address of the listener.
            let mut browser = Browser::new(&server);
            browser.headers = forwarded.to_owned();
            let form = browser.get("/login").await.form("/login");
            browser.headers = format!("{forwarded}Origin: {origin}\r\n");
            let page = browser.send(&form, &[("address", ALICE), ("password", PASSWORD)]).await;
            assert_eq!(page.status() == 302, is_taken, "{name}, {origin}: {}", page.text());
        }
    }
}
