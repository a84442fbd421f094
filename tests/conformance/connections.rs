//! The places of connections: no address takes those of all others.
//!
//! Clients at different addresses connect from different addresses of this machine, which only Linux has without being
//! told.
#![cfg(target_os = "linux")]

use std::net::Ipv4Addr;
use std::time::Duration;

use msnp_testkit::{Ns, PASSWORD, Sb, TestServer, Wire, http};

use crate::support::{ALICE, BOB};

const CROWD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

async fn sign_in_from(server: &TestServer, from: Ipv4Addr, handle: &str) -> Ns {
    server.account(handle).await;
    let wire = Wire::connect_from(from, server.addresses.msnp).await;
    Ns::enter_over(wire, &server.addresses, handle, 9).await
}

/// More connections of one address than the service has places for, each of which has sent this.
async fn crowd(server: &TestServer, count: usize, said: &str) -> Vec<Wire> {
    let mut wires = Vec::new();
    for _ in 0..count {
        let mut wire = Wire::connect_from(CROWD, server.addresses.msnp).await;
        wire.send_raw(said.as_bytes()).await;
        wires.push(wire);
    }
    wires
}

#[tokio::test]
async fn silent_connections_of_one_address_keep_nobody_out() {
    let server = TestServer::with(|config| config.limits.connections = 90).await;
    let mut early = sign_in_from(&server, ELSEWHERE, BOB).await;
    let _silent = crowd(&server, 200, "").await;
    let mut alice = sign_in_from(&server, ELSEWHERE, ALICE).await;
    alice.quiet().await;
    early.quiet().await;
    // A client at the crowd's own address that says something comes in as well.
    sign_in_from(&server, CROWD, "carol@example.com").await.quiet().await;
}

#[tokio::test]
async fn connections_that_have_begun_to_sign_in_keep_nobody_out_either() {
    let server = TestServer::with(|config| config.limits.connections = 90).await;
    let mut early = sign_in_from(&server, ELSEWHERE, BOB).await;
    let _begun = crowd(&server, 200, "VER 1 MSNP9 CVR0\r\n").await;
    let mut alice = sign_in_from(&server, ELSEWHERE, ALICE).await;
    alice.quiet().await;
    early.quiet().await;
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_others_have_theirs() {
    let server = TestServer::with(|config| {
        config.limits.connections_per_address = 3;
        // It is for the limit that a connection ends at once, not for its silence.
        config.timeouts.first_line = Duration::from_secs(60);
    })
    .await;
    let mut held = Vec::new();
    for handle in ["a@example.com", "b@example.com", "c@example.com"] {
        held.push(sign_in_from(&server, CROWD, handle).await);
    }
    Wire::connect_from(CROWD, server.addresses.msnp).await.closed().await;
    sign_in_from(&server, ELSEWHERE, ALICE).await.quiet().await;
    // A place is free again as soon as its client has left.
    let mut leaver = held.pop().expect("three");
    leaver.send("OUT").await;
    leaver.closed().await;
    drop(leaver);
    let admitted = async {
        loop {
            let mut wire = Wire::connect_from(CROWD, server.addresses.msnp).await;
            wire.send("VER 1 MSNP9 CVR0").await;
            if wire.next_line().await.is_some() {
                return;
            }
        }
    };
    tokio::time::timeout(msnp_testkit::DEADLINE, admitted).await.expect("there is room again");
    for ns in &mut held {
        ns.quiet().await;
    }
}

/// A class behind one address, with the default limits: all come at once, and have three connections each.
#[tokio::test]
async fn a_class_behind_one_address_is_let_in() {
    let server = TestServer::start().await;
    let mut people = Vec::new();
    for number in 0..40 {
        let mut ns = Ns::over(Wire::connect_from(CROWD, server.addresses.msnp).await);
        let handle = format!("pupil{number}@example.com");
        server.account(&handle).await;
        let challenge = ns.identify(&handle, 9).await;
        people.push((ns, handle, challenge));
    }
    let mut everybody = Vec::new();
    for (mut ns, handle, challenge) in people {
        let login = http::login_request(&handle, PASSWORD, &challenge);
        let answer = http::request(server.addresses.http, login.as_bytes()).await;
        ns.show(answer.ticket().expect("a ticket")).await;
        ns.chg("NLN").await;
        let seats = [Sb::open(&mut ns).await, Sb::open(&mut ns).await];
        everybody.push((ns, seats));
    }
    for (ns, seats) in &mut everybody {
        ns.quiet().await;
        for seat in seats {
            seat.quiet().await;
        }
    }
}

/// Connections over HTTP that take all places there are and ask nothing: others get in, and so does the second round.
#[tokio::test]
async fn silent_connections_over_http_keep_nobody_out() {
    let server = TestServer::with(|config| config.limits.http_connections = 8).await;
    let mut silent = Vec::new();
    for address in [CROWD, Ipv4Addr::new(127, 0, 0, 67), CROWD] {
        for _ in 0..4 {
            silent.push(Wire::connect_from(address, server.addresses.http).await);
        }
    }
    let mut asking = Wire::connect_from(ELSEWHERE, server.addresses.http).await;
    asking.send_raw(b"GET /health HTTP/1.0\r\nHost: h\r\n\r\n").await;
    asking.expect_prefix("HTTP/1.1 200 ").await;
    // They have not been ended for their silence.
    let metrics = http::request(server.addresses.metrics, b"GET /metrics HTTP/1.0\r\nHost: h\r\n\r\n").await;
    let metrics = String::from_utf8(metrics.body).expect("UTF-8");
    assert!(metrics.contains("papillon_refusals_total{reason=\"pending_connections\"} 5\n"), "{metrics}");
}
