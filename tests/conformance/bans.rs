//! Bans: who is banned is disconnected, and turned away before anything is read or computed.

use msnp_testkit::http::{self, Answer, login_request};
use msnp_testkit::{DEADLINE, Ns, PASSWORD, Sb, Table, TestServer, Wire};
use papillon_store::Ban;
use tokio::time::timeout;

use crate::support::{ALICE, BOB, CAROL, friends, slow_guest};

/// The header of a proxy for a client at this address.
fn of_client(address: &str) -> String {
    format!("PROXY TCP4 {address} 198.51.100.9 1042 1863\r\n")
}

/// A service that believes this machine about the addresses of clients.
async fn trusting() -> TestServer {
    TestServer::with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")]).await
}

/// A person who is online, at an address that a proxy names.
async fn online_from(server: &TestServer, address: &str, handle: &str) -> Ns {
    server.account(handle).await;
    let mut wire = Wire::connect(server.addresses.msnp).await;
    wire.send_raw(of_client(address).as_bytes()).await;
    let mut ns = Ns::over(wire);
    ns.identify(handle, 9).await;
    ns.show(&http::ticket(server.addresses.http, handle, PASSWORD).await).await;
    ns.syn().await;
    ns.chg("NLN").await;
    ns
}

/// The only ban, once it has refused so many.
async fn refused(server: &TestServer, count: i64) -> Ban {
    let look = async {
        loop {
            let mut bans = server.store().bans(0).await.expect("the store works");
            let ban = bans.pop().expect("a ban");
            if ban.refused >= count {
                return ban;
            }
        }
    };
    timeout(DEADLINE, look).await.expect("the refusals are not counted")
}

/// Whether a new client gets an answer of the notification server.
async fn is_served(server: &TestServer) -> bool {
    let mut wire = Wire::connect(server.addresses.msnp).await;
    wire.send("VER 1 MSNP9 CVR0").await;
    wire.next_line().await.is_some()
}

/// What the login answers to a client at the other end of a proxy.
async fn login_from(server: &TestServer, header: &str) -> Answer {
    let request = login_request(CAROL, PASSWORD, "lc=1033");
    let (line, rest) = request.split_once("\r\n").expect("a line");
    http::request(server.addresses.http, format!("{line}\r\n{header}\r\n{rest}").as_bytes()).await
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

#[tokio::test]
async fn a_banned_address_is_turned_away_at_every_listener() {
    let server = TestServer::start().await;
    let mut silent = Wire::connect(server.addresses.msnp).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    server.ban("127.0.0.0/24", None).await;
    alice.expect("OUT OTH").await;
    alice.closed().await;
    silent.closed().await;
    let at = server.addresses;
    // Nothing is waited for: at https not even the beginning of the handshake.
    for listener in [at.msnp, at.dispatch, at.http, at.https] {
        Wire::connect(listener).await.closed().await;
    }
    let ban = refused(&server, 4).await;
    assert_eq!((ban.target.to_string().as_str(), ban.refused), ("127.0.0.0/24", 4));
    assert!(ban.refused_at.is_some_and(|at| at >= ban.made_at), "{ban:?}");

    server.lift_ban("127.0.0.0/24").await;
    let served = async { while !is_served(&server).await {} };
    timeout(DEADLINE, served).await.expect("the ban is not lifted");
    Ns::online(&server, ALICE, 9).await;
}

#[tokio::test]
async fn a_ban_holds_from_the_first_connection_of_a_service() {
    let server = TestServer::start().await;
    server.ban("127.0.0.1", None).await;
    let server = server.stop().await.start().await;
    Wire::connect(server.addresses.msnp).await.closed().await;
    server.stop().await;
}

#[tokio::test]
async fn a_ban_ends_by_itself_and_can_be_made_again() {
    let server = TestServer::start().await;
    for _ in 0..2 {
        let mut silent = Wire::connect(server.addresses.msnp).await;
        server.ban("127.0.0.1", Some(2)).await;
        silent.closed().await;
        let served = async { while !is_served(&server).await {} };
        timeout(DEADLINE, served).await.expect("the ban does not end");
    }
}

#[tokio::test]
async fn the_client_of_a_proxy_is_banned_and_not_the_proxy() {
    let server = trusting().await;
    server.befriend(ALICE, BOB).await;
    server.account(CAROL).await;
    let mut alice = online_from(&server, "192.0.2.1", ALICE).await;
    let mut bob = online_from(&server, "203.0.113.1", BOB).await;
    alice.expect_prefix(&format!("NLN NLN {BOB} ")).await;
    server.ban("192.0.2.0/24", None).await;
    server.ban("2001:db8::1", None).await;
    alice.expect("OUT OTH").await;
    alice.closed().await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.quiet().await;
    let at = server.addresses;
    for listener in [at.msnp, at.dispatch, at.http, at.https] {
        let mut wire = Wire::connect(listener).await;
        wire.send_raw(of_client("192.0.2.77").as_bytes()).await;
        wire.closed().await;
    }
    for (header, is_banned) in [
        ("X-Forwarded-For: 192.0.2.9", true),
        ("X-Forwarded-For: 203.0.113.9, 192.0.2.9", true),
        ("Forwarded: for=\"[2001:db8::2:3]:9\"", true),
        ("X-Forwarded-For: 192.0.2.9, 203.0.113.9", false),
        ("Forwarded: for=\"[2001:db8:0:1::1]\"", false),
        ("X-Forwarded-For: 192.0.3.1", false),
    ] {
        let answer = login_from(&server, header).await;
        assert_eq!(answer.status(), if is_banned { 403 } else { 200 }, "{header}");
        assert_eq!(text(&answer).contains("banned"), is_banned, "{header}");
    }
    online_from(&server, "192.0.3.1", ALICE).await;
    bob.expect_prefix(&format!("NLN NLN {ALICE} ")).await;
}

#[tokio::test]
async fn a_banned_account_is_signed_out_and_stays_out_until_the_ban_is_lifted() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let ticket = alice.ticket.clone();
    server.ban(ALICE, Some(3600)).await;
    alice.expect("OUT OTH").await;
    alice.closed().await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.quiet().await;
    let answer = http::login(server.addresses.http, ALICE, PASSWORD).await;
    assert_eq!((answer.status(), answer.ticket()), (401, None));
    assert!(text(&answer).starts_with("This account is banned until 20"), "{}", text(&answer));
    let show = async |ticket: &str| {
        let mut again = Ns::connect(server.addresses.msnp).await;
        again.identify(ALICE, 9).await;
        again.ask(&format!("USR 4 TWN S {ticket}")).await
    };
    assert_eq!(show(&ticket).await, "911 4");
    assert_eq!(refused(&server, 2).await.refused, 2);

    server.lift_ban(ALICE).await;
    let back = async { while show(&ticket).await == "911 4" {} };
    timeout(DEADLINE, back).await.expect("the ban is not lifted");
    bob.quiet().await;
    Ns::online(&server, ALICE, 9).await;
    bob.expect_prefix(&format!("NLN NLN {ALICE} ")).await;
}

#[tokio::test]
async fn a_banned_account_leaves_its_conversations() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    server.ban(ALICE, None).await;
    let (alice, bob) = table.two();
    alice.closed().await;
    bob.expect(&format!("BYE {ALICE}")).await;
}

/// A stranger learns from the ban neither that there is the account, nor that it is banned.
#[tokio::test]
async fn only_who_has_the_password_is_told_of_the_ban() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 3).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    server.ban(ALICE, None).await;
    alice.expect("OUT OTH").await;
    let login = async |handle, password| {
        let answer = http::login(server.addresses.http, handle, password).await;
        let seconds = answer.header("Retry-After").is_some();
        (answer.status(), seconds, text(&answer).split(',').next().unwrap_or_default().to_owned())
    };
    let nobody = "nobody@example.com";
    let unknown = login(nobody, "a guess").await;
    assert_eq!(login(ALICE, "a guess").await, unknown);
    assert!(unknown.2.contains("not right"), "{unknown:?}");
    let told = login(ALICE, PASSWORD).await;
    assert!(told.2.starts_with("This account is banned. Please ask"), "{told:?}");
    // It counts as the guesses at an account that does not exist: after as many of them no password is looked at.
    assert_eq!(login(ALICE, PASSWORD).await, told);
    for _ in 0..2 {
        assert_eq!(login(nobody, "a guess").await, unknown);
    }
    let limited = login(nobody, "a guess").await;
    assert!(limited.1 && limited.2.contains("too many attempts"), "{limited:?}");
    assert_eq!(login(ALICE, PASSWORD).await, limited);
}

/// Bob, in a conversation of Alice's. He reads nothing, and more waits for him than the system takes.
async fn deaf(alice: &mut Ns, bob: &mut Ns) -> (Sb, Sb) {
    let (mut seat, deaf) = slow_guest(alice, bob).await;
    for _ in 0..4000 {
        seat.msg(7, 'U', &[b'x'; 1600]).await;
    }
    seat.quiet().await;
    (seat, deaf)
}

/// A service that does not disconnect a client because it reads nothing.
async fn patient() -> TestServer {
    TestServer::with(|config| {
        config.limits.outbox_bytes = 64 << 20;
        config.timeouts.write_stall = 10 * DEADLINE;
    })
    .await
}

#[tokio::test]
async fn a_banned_client_that_does_not_read_is_out_of_its_conversation_at_once() {
    let server = patient().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let (mut seat, mut deaf) = deaf(&mut alice, &mut bob).await;
    server.ban(BOB, None).await;
    bob.expect("OUT OTH").await;
    seat.expect(&format!("BYE {BOB}")).await;
    // Nor does it say anything more.
    deaf.msg(8, 'U', b"still here").await;
    seat.quiet().await;
}

#[tokio::test]
async fn a_new_sign_in_ends_a_conversation_whose_client_does_not_read() {
    let server = patient().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let (mut seat, _deaf) = deaf(&mut alice, &mut bob).await;
    let mut again = Ns::online(&server, BOB, 9).await;
    bob.expect("OUT OTH").await;
    seat.expect(&format!("BYE {BOB}")).await;
    // The new session can be called into it.
    seat.call(BOB).await;
    again.ring().await;
}
