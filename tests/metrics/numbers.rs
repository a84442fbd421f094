//! The numbers follow what happens.

use msnp_testkit::{Ns, Table, TestServer, Wire, http};

use crate::scrape::Scrape;

#[tokio::test]
async fn people_connections_and_messages_are_counted() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    for number in 1..=3 {
        alice.msg(number, 'A', b"hello").await;
        bob.receive("alice@example.com").await;
        alice.expect(&format!("ACK {number}")).await;
    }
    let scrape = Scrape::of(&server).await;
    for (sample, value) in [
        ("papillon_people", 2.0),
        ("papillon_conversations", 1.0),
        ("papillon_conversations_peak", 1.0),
        ("papillon_messages_total", 3.0),
        ("papillon_message_bytes_total", 15.0),
        ("papillon_message_deliveries_total", 3.0),
        (r#"papillon_message_answers_total{answer="ack"}"#, 3.0),
        (r#"papillon_message_answers_total{answer="nak"}"#, 0.0),
        (r#"papillon_connections{door="msnp",role="notification"}"#, 2.0),
        (r#"papillon_connections{door="msnp",role="switchboard"}"#, 2.0),
        (r#"papillon_connections{door="msnp",role="unknown"}"#, 0.0),
        (r#"papillon_connections_accepted_total{door="msnp"}"#, 4.0),
        (r#"papillon_sign_ins_total{way="password",outcome="ok"}"#, 2.0),
        (r#"papillon_sign_ins_total{way="ticket",outcome="ok"}"#, 2.0),
        ("papillon_outbox_waiting_bytes", 0.0),
    ] {
        assert_eq!(scrape.sample(sample), value, "{sample}");
    }
    assert!(scrape.sample(r#"papillon_store_operation_duration_seconds_count{operation="read"}"#) > 0.0);
    // Alone, a message reaches nobody.
    drop(table.seats.pop());
    let alice = &mut table.seats[0];
    alice.expect("BYE bob@example.com").await;
    alice.msg(4, 'A', b"hello?").await;
    alice.expect("NAK 4").await;
    let scrape = Scrape::of(&server).await;
    assert_eq!(scrape.sample(r#"papillon_message_answers_total{answer="nak"}"#), 1.0);
    assert_eq!(scrape.sample("papillon_messages_total"), 3.0);
    // Everybody goes.
    drop(table);
    let scrape = Scrape::until(&server, "papillon_people", 0.0).await;
    assert_eq!(scrape.sample("papillon_conversations_peak"), 1.0);
    let scrape = Scrape::until(&server, r#"papillon_connections{door="msnp",role="switchboard"}"#, 0.0).await;
    assert_eq!(scrape.sample(r#"papillon_connections_accepted_total{door="msnp"}"#), 4.0);
    Scrape::until(&server, "papillon_conversations", 0.0).await;
}

#[tokio::test]
async fn failed_sign_ins_are_counted_by_their_outcome() {
    let server = TestServer::start().await;
    server.account("alice@example.com").await;
    for password in ["wrong", "wrong, too"] {
        assert_eq!(http::login(server.addresses.http, "alice@example.com", password).await.status(), 401);
    }
    let mut wire = Wire::connect(server.addresses.msnp).await;
    wire.send("VER 1 MSNP9 CVR0").await;
    wire.expect("VER 1 MSNP9 CVR0").await;
    let waiting = r#"papillon_connections{door="msnp",role="notification"}"#;
    let scrape = Scrape::until(&server, waiting, 1.0).await;
    assert_eq!(scrape.sample(r#"papillon_sign_ins_total{way="password",outcome="wrong"}"#), 2.0);
    assert_eq!(scrape.sample(r#"papillon_sign_ins_total{way="password",outcome="ok"}"#), 0.0);
    let mut forged = Ns::connect(server.addresses.msnp).await;
    forged.identify("alice@example.com", 9).await;
    forged.send("USR 9 TWN S t=1&p=2").await;
    forged.expect_prefix("91").await;
    let scrape = Scrape::of(&server).await;
    assert_eq!(scrape.sample(r#"papillon_sign_ins_total{way="ticket",outcome="ticket"}"#), 1.0);
}
