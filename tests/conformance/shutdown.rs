//! The shutdown of the service (8.4, 9.2).

use std::time::Duration;

use msnp_testkit::{Ns, Sb, Table, TestServer};

use crate::support::{ALICE, BOB, DIALECTS};

#[tokio::test]
async fn everybody_is_told_and_everything_ends() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        server.begin_to_stop().await;
        for ns in &mut table.people {
            ns.expect("OUT SSD").await;
            ns.closed().await;
        }
        for seat in &mut table.seats {
            seat.rest().await;
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn with_a_time_of_grace_it_is_announced() {
    let server = TestServer::with(|config| config.shutdown_grace = Duration::from_secs(300)).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 8).await;
    server.begin_to_stop().await;
    for ns in [&mut alice, &mut bob] {
        let message = ns.message().await;
        assert_eq!((message.from.as_str(), message.name.as_str()), ("Hotmail", "Hotmail"));
        let expected = "MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n";
        assert_eq!(String::from_utf8(message.payload).expect("UTF-8"), expected);
        ns.quiet().await;
    }
    // A client in a hurry.
    server.stop().await;
    for ns in [&mut alice, &mut bob] {
        ns.expect("OUT SSD").await;
        ns.closed().await;
    }
}

#[tokio::test]
async fn until_the_end_of_the_grace_people_still_call_each_other() {
    let server = TestServer::with(|config| config.shutdown_grace = Duration::from_secs(300)).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    server.begin_to_stop().await;
    for ns in [&mut alice, &mut bob] {
        ns.message().await;
    }
    let mut hers = Sb::open(&mut alice).await;
    let mut his = hers.invite(&mut bob).await;
    hers.msg(9, 'A', b"still here").await;
    assert_eq!(his.receive(ALICE).await, b"still here");
    server.stop().await;
}
