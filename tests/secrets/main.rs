//! The secrets that no log line may show, at any level: passwords, tickets, cookies and
//! the messages of users.

use std::io;
use std::sync::{Arc, Mutex};

use msnp_testkit::browser::Browser;
use msnp_testkit::{Ns, PASSWORD, Sb, TestServer, Wire, http};

/// Everything that this process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no panic while logging");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::Error::other("a panic while logging"))?.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_shows_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    // Everything, from every crate.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    let (alice, bob) = ("alice@example.com", "bob@example.com");
    let server = TestServer::start().await;
    let mut first = Ns::online(&server, alice, 9).await;
    let mut second = Ns::online(&server, bob, 8).await;
    // Wrong passwords are mostly right ones, typed wrongly or in the wrong place.
    http::login(server.addresses.http, alice, "papillon, 1998").await;
    http::login(server.addresses.http, "papillon, 1997", alice).await;
    let authority = server.folder().join("tls/ca.pem");
    let request = http::login_request(alice, PASSWORD, "lc=1033");
    let answer = http::tls_request(server.addresses.https, &authority, "127.0.0.1", request.as_bytes()).await;
    let over_tls = answer.expect("an answer").ticket().expect("a ticket").to_owned();

    let mut seat = Sb::open(&mut first).await;
    seat.call(bob).await;
    let door = second.ring().await;
    let (mut guest, _) = Sb::answer(bob, &door).await;
    seat.expect(&format!("JOI {bob} Bob")).await;
    seat.msg(1, 'A', b"what only Bob is to read").await;
    guest.receive(alice).await;
    seat.expect("ACK 1").await;

    // A refused request is logged more readily.
    let refused = first.door().await;
    let mut wire = Wire::connect(refused.address).await;
    wire.send(&format!("USR 1 {bob} {}", refused.cookie)).await;
    wire.expect("911 1").await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(bob, 9).await;
    let stolen = first.ticket.clone();
    ns.send(&format!("USR 4 TWN S {stolen}")).await;
    ns.expect("911 4").await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(alice, 9).await;
    ns.send(&format!("USR 4 TWN S {stolen}{}", "x".repeat(9000))).await;
    ns.rest().await;
    let web = pages(&server).await;
    drop((first, second, seat, guest));
    server.stop().await;

    let text = log.text();
    assert!(text.contains(alice), "nothing is logged at all");
    let coded = http::percent_encode(PASSWORD);
    let tickets =
        [&stolen, &over_tls].map(|ticket| ticket.split("&p=").map(str::to_owned).collect::<Vec<_>>());
    let tickets = tickets.concat();
    let mut secrets = vec!["papillon, 19", &coded, "papillon%2C", &door.cookie, &refused.cookie, "only Bob"];
    secrets.extend(tickets.iter().map(|part| part.trim_start_matches("t=")));
    secrets.extend(web.iter().map(String::as_str));
    for secret in secrets {
        if let Some(line) = text.lines().find(|line| line.contains(secret)) {
            panic!("{secret:?} is in: {line}");
        }
    }
}

/// Uses the pages, and returns the secrets that must not be read anywhere.
async fn pages(server: &TestServer) -> Vec<String> {
    let mut browser = Browser::new(server);
    let form = browser.get("/register").await.form("/register");
    let mut secrets = vec![form.value("t").to_owned(), browser.cookies["pb"].clone()];
    let fields =
        [("address", "carol@example.com"), ("password", "a pass-phrase"), ("again", "a pass-phrase")];
    browser.send(&form, &fields).await.location();
    let page = browser.get("/account").await;
    let form = page.form("/account/password");
    let fields = [("old", "a pass-fraze"), ("password", "a pass-word"), ("again", "a pass-word")];
    browser.send(&form, &fields).await.says(403, "not right");
    browser.send(&form, &[("old", "a pass-phrase"), fields[1], fields[2]]).await.location();
    secrets.push(form.value("t").to_owned());
    server.make_admin("carol@example.com").await;
    let form = browser.get("/admin/person?of=bob@example.com").await.forms().pop().expect("a new password");
    let page = browser.send(&form, &[]).await;
    let (_, rest) = page.body().split_once("<code>").expect("the new password");
    secrets.push(rest.split_once("</code>").expect("its end").0.to_owned());
    secrets.push(server.invite(1, 60).await);
    browser.get(&format!("/register?code={}", secrets[secrets.len() - 1])).await;
    browser.get("/admin/invitations").await;
    secrets.push(browser.cookies["pp"].split_once("&p=").expect("a session").1.to_owned());
    secrets.extend(["a pass-", "pass%2D", "a+pass"].map(str::to_owned));
    secrets
}
