//! The memory budget: what an account, an address and all clients may let wait.

use msnp::FriendlyName;
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{Handle, Ns, PASSWORD, TestServer, Wire, http, words};
use papillon_server::Limits;
use papillon_store::PrivacyList;

use crate::{alone, resident};

const MALLORY: &str = "mallory@example.com";
const CONTACTS: usize = 500;
/// The memory that one account may cost, in KiB.
const ACCOUNT: u64 = 16 * 1024;
/// So many sign-ins of one account: without a budget each costs 4 MiB.
const SIGN_INS: usize = 40;

/// A service whose rates do not stand in front of the budget.
async fn service(change: impl FnOnce(&mut Limits)) -> TestServer {
    TestServer::with(|config| {
        config.limits.sign_ins_per_minute = 10_000;
        config.limits.synchronisations_per_minute = 10_000;
        change(&mut config.limits);
    })
    .await
}

/// Makes an account with so many contacts, whose names are as long as names may be.
async fn popular(server: &TestServer, handle: &str, contacts: usize) {
    let owner = server.account(handle).await;
    let name = FriendlyName::from_text(&"n".repeat(387)).expect("a name");
    for number in 0..contacts {
        let contact = format!("contact{number}@example.com");
        server.account(&contact).await;
        let contact = Handle::parse(&contact).expect("a handle");
        let added = server.store().add_to_privacy(owner, PrivacyList::Allow, &contact, &name, 600);
        added.await.expect("a contact");
    }
}

/// A ticket of an account.
async fn ticket(server: &TestServer, handle: &str) -> String {
    let mut ns = Ns::connect(server.addresses.msnp).await;
    let challenge = ns.identify(handle, 9).await;
    let login = http::login_request(handle, PASSWORD, &challenge);
    http::request(server.addresses.http, login.as_bytes()).await.ticket().expect("a ticket").to_owned()
}

/// Signs in by the gateway with a ticket.
async fn enter_by_gateway(server: &TestServer, handle: &str, ticket: &str) -> Gateway {
    let way = Way::to(server.addresses.http).fresh();
    let mut ns = Gateway::open(way, "NS", "VER 1 MSNP9 MSNP8 CVR0").await;
    ns.expect("VER 1 MSNP9 MSNP8 CVR0").await;
    ns.ask(&format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}"), "CVR 2 6.0.0602").await;
    ns.ask(&format!("USR 3 TWN I {handle}"), "USR 3 TWN S ").await;
    ns.ask(&format!("USR 4 TWN S {ticket}"), &format!("USR 4 OK {handle} ")).await;
    ns
}

/// Seventeen requests for the lists in one write.
fn many_syn() -> Vec<u8> {
    (0..17).flat_map(|number| format!("SYN {number} 0\r\n").into_bytes()).collect()
}

/// Each sign-in replaces the one before, which waits at the gateway for a poll that never comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_never_polls_costs_little() {
    let _alone = alone().await;
    let server = service(|_| {}).await;
    popular(&server, MALLORY, CONTACTS).await;
    let ticket = ticket(&server, MALLORY).await;
    let mut first = enter_by_gateway(&server, MALLORY, &ticket).await;
    first.send("SYN 1 0").await;
    let before = resident();
    for number in 0..SIGN_INS {
        let mut ns = enter_by_gateway(&server, MALLORY, &ticket).await;
        ns.send_raw(&many_syn()).await;
        let grown = resident().saturating_sub(before);
        assert!(grown <= ACCOUNT, "{grown} KiB more after {number} sign-ins");
    }
    // What waited for a session that was replaced is gone, but for its last word.
    first.unread.clear();
    first.poll().await;
    first.expect("OUT OTH").await;
    assert!(first.closed && first.unread.is_empty());
}

/// The same by sockets from which nothing is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_never_reads_costs_little() {
    let _alone = alone().await;
    let server = service(|_| {}).await;
    popular(&server, MALLORY, CONTACTS).await;
    let ticket = ticket(&server, MALLORY).await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let before = resident();
    let mut wires = Vec::new();
    for number in 0..SIGN_INS {
        let mut ns = Ns::over(Wire::connect_with_small_buffer(server.addresses.msnp).await);
        ns.identify(MALLORY, 9).await;
        ns.show(&ticket).await;
        // Four megabytes: more than the system's buffers take, and less than what ends a connection at once.
        ns.send_raw(&many_syn()).await;
        wires.push(ns);
        bob.quiet().await;
        let grown = resident().saturating_sub(before);
        assert!(grown <= ACCOUNT, "{grown} KiB more after {number} sign-ins");
    }
    drop(wires);
    bob.quiet().await;
}

/// Many accounts together have a limit, too: those with most go, and everybody else is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_together_cost_what_they_may_and_no_more() {
    let _alone = alone().await;
    let server = service(|limits| limits.memory_bytes = 1 << 20).await;
    let mut alice = Ns::online(&server, "alice@example.com", 9).await;
    let mut wires = Vec::new();
    for number in 0..8 {
        let handle = format!("mallory{number}@example.com");
        popular(&server, &handle, 200).await;
        let mut ns = Ns::over(Wire::connect_with_small_buffer(server.addresses.msnp).await);
        let challenge = ns.identify(&handle, 9).await;
        let login = http::login_request(&handle, PASSWORD, &challenge);
        let answer = http::request(server.addresses.http, login.as_bytes()).await;
        ns.show(answer.ticket().expect("a ticket")).await;
        wires.push(ns);
    }
    let before = resident();
    for ns in &mut wires {
        // Ninety lists of 90 KB: twice what the system's buffers and a queue take together.
        for _ in 0..6 {
            ns.send_raw(&many_syn()).await;
        }
        alice.quiet().await;
    }
    let grown = resident().saturating_sub(before);
    assert!(grown <= 6 * 1024, "{grown} KiB more than before");
    // With 350 KB each there is room for two or three of the eight.
    let mut dropped = 0;
    for ns in &mut wires {
        ns.send("OUT").await;
        let rest = ns.rest().await;
        let lists = rest.windows(5).filter(|window| *window == b"\nSYN ").count();
        // The first has no line before it.
        dropped += usize::from(lists + 1 < 6 * 17);
    }
    assert!(dropped >= 4, "{dropped} of eight");
    alice.quiet().await;
}

/// A client that asks for much and reads it late gets all of it, in order: it is read no further for a while, which it
/// does not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_late_gets_everything() {
    let _alone = alone().await;
    let server = service(|_| {}).await;
    popular(&server, MALLORY, CONTACTS).await;
    let mut ns = Ns::sign_in(&server, MALLORY, 9).await;
    for round in 0..3 {
        ns.send_raw(&many_syn()).await;
        ns.send(&format!("URL {round} NOTHING")).await;
    }
    for round in 0..3 {
        for number in 0..17 {
            ns.expect_prefix(&format!("SYN {number} ")).await;
            for _ in 0..CONTACTS + 3 {
                ns.line().await;
            }
        }
        ns.expect(&format!("201 {round}")).await;
    }

    let ticket = ns.ticket.clone();
    let mut gateway = enter_by_gateway(&server, MALLORY, &ticket).await;
    while gateway.take_line().is_some() {}
    gateway.unread.clear();
    gateway.send_raw(&[&many_syn()[..], b"URL 9 NOTHING\r\n"].concat()).await;
    let mut lists = 0;
    loop {
        let line = gateway.line().await;
        match words(&line)[0] {
            "SYN" => lists += 1,
            "201" => break,
            _ => {}
        }
    }
    assert_eq!(lists, 17);
}
