//! The state that a restart must not lose.

use msnp_testkit::{Ns, TestServer};

use crate::support::{ALICE, BOB, CAROL};

#[tokio::test]
async fn lists_groups_and_settings_survive_and_both_sides_agree() {
    let server = TestServer::start().await;
    for name in [BOB, CAROL] {
        server.account(name).await;
    }
    let mut alice = Ns::online(&server, ALICE, 9).await;
    for line in [
        "GTC 1 N",
        "BLP 1 BL",
        "PRP 1 PHH 555%201",
        "ADG 1 Work 0",
        "ADD 1 FL bob@example.com B%20b 1",
        "ADD 1 AL bob@example.com B%20b",
        "ADD 1 BL carol@example.com C",
        "REA 1 alice@example.com Al%21",
    ] {
        alice.send(line).await;
    }
    alice.fence().await;
    let (before, ticket) = (alice.syn().await, alice.ticket.clone());
    let his = Ns::sign_in(&server, BOB, 9).await.syn().await;
    assert_eq!(his.contact(ALICE).map(|line| line.ends_with(" 8")), Some(true));

    let server = server.stop().await.start().await;
    let mut alice = Ns::connect(server.addresses.msnp).await;
    alice.identify(ALICE, 9).await;
    // A ticket is still good: its key is kept.
    alice.send(&format!("USR 904 TWN S {ticket}")).await;
    alice.expect(&format!("USR 904 OK {ALICE} Al%21 1 0")).await;
    alice.message().await;
    assert_eq!(alice.syn().await, before);
    assert_eq!(Ns::sign_in(&server, BOB, 9).await.syn().await, his);
    assert_eq!(alice.ask(&format!("SYN 9 {}", before.version)).await, format!("SYN 9 {}", before.version));
}

#[tokio::test]
async fn the_certificate_authority_is_kept() {
    let server = TestServer::start().await;
    let read = |server: &TestServer| std::fs::read(server.folder().join("tls/ca.pem")).expect("an authority");
    let before = read(&server);
    let server = server.stop().await.start().await;
    assert_eq!(read(&server), before);
}

#[tokio::test]
async fn what_was_acknowledged_survives_an_end_without_warning() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut alice = Ns::sign_in(&server, ALICE, 8).await;
    alice.send(&format!("ADD 1 FL {BOB} Bob 0")).await;
    alice.expect_prefix("ADD 1 FL ").await;
    let server = server.stop().await.start().await;
    assert_eq!(
        Ns::sign_in(&server, ALICE, 8).await.syn().await.contact(BOB),
        Some("LST bob@example.com Bob 1 0")
    );
    assert_eq!(
        Ns::sign_in(&server, BOB, 8).await.syn().await.contact(ALICE),
        Some("LST alice@example.com Alice 8")
    );
}
