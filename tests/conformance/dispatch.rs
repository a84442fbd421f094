//! The listener that refers (2.1, 2.5).

use msnp_testkit::{Ns, TestServer, Wire, words};

use crate::support::{ALICE, DIALECTS, OBJECT};

#[tokio::test]
async fn it_refers_to_the_notification_server_and_that_one_works() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        server.account(ALICE).await;
        let mut ns = Ns::connect(server.addresses.dispatch).await;
        ns.greet(ALICE, dialect).await;
        let line = ns.ask(&format!("USR 3 TWN I {ALICE}")).await;
        let parts = words(&line);
        assert_eq!((parts.len(), parts[..3].to_vec(), parts[4]), (6, vec!["XFR", "3", "NS"], "0"), "{line}");
        assert_eq!(parts[3], server.addresses.msnp.to_string());
        assert_eq!(parts[5], server.addresses.dispatch.to_string());
        ns.closed().await;

        let mut addresses = server.addresses;
        addresses.msnp = parts[3].parse().expect("an address");
        let mut ns = Ns::enter(&addresses, ALICE, dialect).await;
        ns.syn().await;
        ns.chg("NLN").await;
        ns.quiet().await;
    }
}

#[tokio::test]
async fn everybody_is_referred_known_or_not() {
    let server = TestServer::start().await;
    let mut ns = Ns::connect(server.addresses.dispatch).await;
    ns.greet(ALICE, 9).await;
    ns.send("USR 3 TWN I nobody@example.com").await;
    ns.expect_prefix("XFR 3 NS ").await;
}

#[tokio::test]
async fn it_is_no_switchboard_and_nobody_signs_in_there() {
    let server = TestServer::start().await;
    for line in
        [format!("USR 1 {ALICE} 1.2.3"), format!("ANS 1 {ALICE} 1.2.3 4"), format!("CHG 1 NLN 0 {OBJECT}")]
    {
        let mut wire = Wire::connect(server.addresses.dispatch).await;
        wire.send(&line).await;
        wire.closed().await;
    }
    let ticket = Ns::sign_in(&server, ALICE, 9).await.ticket.clone();
    let mut ns = Ns::connect(server.addresses.dispatch).await;
    ns.greet(ALICE, 9).await;
    assert_eq!(ns.ask(&format!("USR 3 TWN S {ticket}")).await, "715 3");
    ns.closed().await;
}

#[tokio::test]
async fn the_public_host_is_what_clients_are_sent_to() {
    let server = TestServer::with(|config| config.public_host = Some("msn.example.org".into())).await;
    let mut ns = Ns::connect(server.addresses.dispatch).await;
    ns.greet(ALICE, 9).await;
    let line = ns.ask(&format!("USR 3 TWN I {ALICE}")).await;
    assert_eq!(words(&line)[3], format!("msn.example.org:{}", server.addresses.msnp.port()));
    let mut ns = Ns::online(&server, ALICE, 9).await;
    let line = ns.ask("XFR 5 SB").await;
    assert_eq!(words(&line)[3], format!("msn.example.org:{}", server.addresses.msnp.port()));
}
