//! `VER`, `CVR`, and the lines that may not come at that stage (1.7, 2.2, 2.3, 2.4).

use msnp_testkit::{Ns, TestServer, Wire, words};

use crate::support::ALICE;

const CVR: &str = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com";

async fn connect(server: &TestServer) -> Wire {
    Wire::connect(server.addresses.msnp).await
}

async fn versioned(server: &TestServer) -> Wire {
    let mut wire = connect(server).await;
    wire.send("VER 1 MSNP9 MSNP8 CVR0").await;
    wire.expect("VER 1 MSNP9 MSNP8 CVR0").await;
    wire
}

#[tokio::test]
async fn every_common_dialect_is_named_in_the_clients_order_and_cvr0() {
    let server = TestServer::start().await;
    for (offer, agreed) in [
        ("MSNP9 MSNP8 CVR0", "MSNP9 MSNP8 CVR0"),
        ("MSNP8 CVR0", "MSNP8 CVR0"),
        ("MSNP8 MSNP9 CVR0", "MSNP8 MSNP9 CVR0"),
        ("MSNP10 MSNP9 CVR0", "MSNP9 CVR0"),
        ("MSNP12 MSNP11 MSNP10 MSNP9 MSNP8 MSNP7 CVR0", "MSNP9 MSNP8 CVR0"),
    ] {
        let mut wire = connect(&server).await;
        assert_eq!(wire.ask(&format!("VER 1 {offer}")).await, format!("VER 1 {agreed}"));
    }
}

#[tokio::test]
async fn without_cvr0_in_the_offer_the_common_dialects_are_named() {
    let server = TestServer::start().await;
    let mut wire = connect(&server).await;
    wire.send("VER 7 MSNP9 MSNP8").await;
    wire.expect_prefix("VER 7 MSNP9 MSNP8").await;
}

#[tokio::test]
async fn the_first_common_dialect_is_spoken() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let ticket = Ns::sign_in(&server, ALICE, 9).await.ticket.clone();
    for (offer, pong) in [("MSNP8 MSNP9", "QNG"), ("MSNP9 MSNP8", "QNG 50"), ("MSNP10 MSNP9", "QNG 50")] {
        let mut ns = Ns::connect(server.addresses.msnp).await;
        ns.send(&format!("VER 1 {offer} CVR0")).await;
        ns.expect_prefix("VER 1 MSNP").await;
        ns.send(CVR).await;
        ns.expect_prefix("CVR 2 ").await;
        ns.send(&format!("USR 3 TWN I {ALICE}")).await;
        ns.expect_prefix("USR 3 TWN S ").await;
        ns.handle = ALICE.into();
        ns.show(&ticket).await;
        assert_eq!(ns.ask("PNG").await, pong, "{offer}");
    }
}

#[tokio::test]
async fn nothing_in_common_is_answered_0_and_the_end() {
    let server = TestServer::start().await;
    for offer in ["MSNP7", "MSNP7 MSNP6 CVR0", "CVR0", "MSNP21", "msnp9", "MSNP", "MSNP09", "0"] {
        let mut wire = connect(&server).await;
        assert_eq!(wire.ask(&format!("VER 4 {offer}")).await, "VER 4 0", "{offer}");
        wire.closed().await;
    }
}

#[tokio::test]
async fn a_second_ver_is_not_expected() {
    let server = TestServer::start().await;
    let mut wire = versioned(&server).await;
    assert_eq!(wire.ask("VER 2 MSNP8").await, "715 2");
    wire.closed().await;
}

#[tokio::test]
async fn nothing_comes_before_ver() {
    let server = TestServer::start().await;
    for line in [CVR, "PNG", "SYN 1 0", "INF 1", "OUT", "XFR 1 SB", "VER", "VER 1", "VER x MSNP9"] {
        let mut wire = connect(&server).await;
        wire.send(line).await;
        wire.closed().await;
    }
}

#[tokio::test]
async fn what_has_no_meaning_during_sign_in_ends_it_at_once() {
    let server = TestServer::start().await;
    let lines = [
        "SYN 3 0",
        "ADD 3 FL bob@example.com bob 0",
        "PNG",
        "CHG 3 NLN 0",
        "XFR 3 SB",
        "INF 3",
        "OUT",
        "XYZ 3",
    ];
    for line in lines {
        let mut wire = versioned(&server).await;
        wire.send(line).await;
        wire.closed().await;

        let mut wire = versioned(&server).await;
        wire.send(CVR).await;
        wire.expect_prefix("CVR 2 ").await;
        wire.send(line).await;
        wire.closed().await;
    }
}

#[tokio::test]
async fn cvr_is_required_between_ver_and_usr() {
    let server = TestServer::start().await;
    let mut wire = versioned(&server).await;
    assert_eq!(wire.ask(&format!("USR 2 TWN I {ALICE}")).await, "715 2");
    wire.closed().await;
}

#[tokio::test]
async fn every_client_is_up_to_date() {
    let server = TestServer::start().await;
    for version in ["5.0.0544", "6.0.0602", "6.2.0205", "0.1"] {
        let mut wire = versioned(&server).await;
        let reply = wire.ask(&CVR.replace("6.0.0602", version)).await;
        let parts = words(&reply);
        assert_eq!(parts[..5], ["CVR", "2", version, version, version], "{reply}");
        let urls = &parts[5..];
        assert_eq!(urls.len(), 2, "{reply}");
        assert!(urls.iter().all(|url| url.starts_with("http://")), "{reply}");
    }
}

#[tokio::test]
async fn cvr_may_come_twice() {
    let server = TestServer::start().await;
    let mut wire = versioned(&server).await;
    for _ in 0..2 {
        wire.send(CVR).await;
        wire.expect_prefix("CVR 2 6.0.0602 ").await;
    }
    wire.send(&format!("USR 3 TWN I {ALICE}")).await;
    wire.expect_prefix("USR 3 TWN S ").await;
}
