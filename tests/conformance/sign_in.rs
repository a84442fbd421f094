//! `USR`: tickets, good and bad, and the second sign-in (2.5, 3.2, 3.5, 3.7).

use std::time::Duration;

use msnp_testkit::{Ns, PASSWORD, TestServer, http, person, words};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, friends};

/// Shows a ticket that is no good; the connection has to end after this reply.
async fn refused(server: &TestServer, ticket: &str, code: &str) {
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(ALICE, 9).await;
    assert_eq!(ns.ask(&format!("USR 4 TWN S {ticket}")).await, format!("{code} 4"), "{ticket}");
    ns.closed().await;
}

async fn ticket(server: &TestServer, handle: &str) -> String {
    server.account(handle).await;
    http::ticket(server.addresses.http, handle, PASSWORD).await
}

#[tokio::test]
async fn a_good_ticket_signs_in() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let ticket = ticket(&server, ALICE).await;
        let mut ns = Ns::connect(server.addresses.msnp).await;
        ns.identify(ALICE, dialect).await;
        assert_eq!(ns.ask(&format!("USR 4 TWN S {ticket}")).await, "USR 4 OK alice@example.com Alice 1 0");
        assert_eq!(ns.message().await.from, "Hotmail");
        ns.quiet().await;
    }
}

#[tokio::test]
async fn case_does_not_matter_in_an_address() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.greet(ALICE, 9).await;
    ns.send("USR 3 TWN I Alice@EXAMPLE.com").await;
    ns.expect_prefix("USR 3 TWN S ").await;
    let ticket = http::ticket(server.addresses.http, "ALICE@example.Com", PASSWORD).await;
    assert_eq!(ns.ask(&format!("USR 4 TWN S {ticket}")).await, "USR 4 OK alice@example.com Alice 1 0");
}

#[tokio::test]
async fn the_challenge_is_one_word_of_the_usual_keys() {
    let server = TestServer::start().await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    let challenge = ns.identify(ALICE, 8).await;
    let keys: Vec<_> = challenge.split(',').map(|pair| pair.split_once('=').expect("k=v").0).collect();
    for key in ["lc", "id", "tw", "ct", "kpp", "kv", "ver", "tpf"] {
        assert!(keys.contains(&key), "{key} in {challenge}");
    }
}

#[tokio::test]
async fn who_has_no_account_gets_a_challenge_too() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let shape = async |handle: &str| {
        let mut ns = Ns::connect(server.addresses.msnp).await;
        let challenge = ns.identify(handle, 9).await;
        challenge
            .split(',')
            .map(|pair| pair.split('=').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(ALICE).await, shape("nobody@example.com").await);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let server = TestServer::start().await;
    for handle in ["alice", "alice@", "@example.com", "alice@example", ""] {
        let mut ns = Ns::connect(server.addresses.msnp).await;
        ns.greet(ALICE, 9).await;
        assert_eq!(ns.ask(&format!("USR 3 TWN I {handle}")).await, "911 3", "{handle:?}");
        ns.closed().await;
    }
}

#[tokio::test]
async fn another_security_package_is_refused() {
    let server = TestServer::start().await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.greet(ALICE, 8).await;
    assert_eq!(ns.ask(&format!("USR 3 MD5 I {ALICE}")).await, "911 3");
    ns.closed().await;
}

#[tokio::test]
async fn what_is_no_ticket_is_911() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    for word in ["x", "t=&p=", "t=1&p=2", PASSWORD.split(',').next().unwrap_or_default()] {
        refused(&server, word, "911").await;
    }
}

#[tokio::test]
async fn a_tampered_ticket_is_928() {
    let server = TestServer::start().await;
    let ticket = ticket(&server, ALICE).await;
    for at in [2, 10, ticket.find("&p=").expect("two parts") - 1, ticket.len() - 1] {
        let mut tampered = ticket.clone().into_bytes();
        tampered[at] = if tampered[at] == b'0' { b'1' } else { b'0' };
        refused(&server, std::str::from_utf8(&tampered).expect("ASCII"), "928").await;
    }
}

#[tokio::test]
async fn an_expired_ticket_is_928() {
    let server = TestServer::with(|config| config.ticket_lifetime = Duration::ZERO).await;
    let ticket = ticket(&server, ALICE).await;
    refused(&server, &ticket, "928").await;
}

#[tokio::test]
async fn a_ticket_of_somebody_else_is_911() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let ticket = ticket(&server, BOB).await;
    refused(&server, &ticket, "911").await;
}

#[tokio::test]
async fn a_ticket_of_another_service_is_928() {
    let (server, other) = (TestServer::start().await, TestServer::start().await);
    server.account(ALICE).await;
    let ticket = ticket(&other, ALICE).await;
    refused(&server, &ticket, "928").await;
}

#[tokio::test]
async fn a_new_password_voids_tickets_and_the_old_password() {
    let server = TestServer::start().await;
    let ticket = ticket(&server, ALICE).await;
    server.set_password(ALICE, "another one").await;
    refused(&server, &ticket, "911").await;
    assert_eq!(http::login(server.addresses.http, ALICE, PASSWORD).await.status(), 401);
    let ticket = http::ticket(server.addresses.http, ALICE, "another one").await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(ALICE, 9).await;
    ns.show(&ticket).await;
}

#[tokio::test]
async fn who_is_signed_in_is_told_so_and_stays() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    let ticket = ns.ticket.clone();
    assert_eq!(ns.ask(&format!("USR 5 TWN I {ALICE}")).await, "207 5");
    assert_eq!(ns.ask(&format!("USR 6 TWN S {ticket}")).await, "207 6");
    ns.quiet().await;
}

#[tokio::test]
async fn the_steps_of_usr_cannot_be_skipped_or_repeated() {
    let server = TestServer::start().await;
    let ticket = ticket(&server, ALICE).await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.greet(ALICE, 9).await;
    assert_eq!(ns.ask(&format!("USR 3 TWN S {ticket}")).await, "715 3");
    ns.closed().await;

    for line in [
        format!("USR 4 TWN I {ALICE}"),
        "VER 4 MSNP8".into(),
        "CVR 4 0x0409 winnt 5.1 i386 A 1 B c@d.e".into(),
    ] {
        let mut ns = Ns::connect(server.addresses.msnp).await;
        ns.identify(ALICE, 9).await;
        assert_eq!(ns.ask(&line).await, "715 4");
        ns.closed().await;
    }
}

#[tokio::test]
async fn a_second_sign_in_sends_the_first_away() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut first = Ns::online(&server, ALICE, 9).await;
        let mut second = Ns::sign_in(&server, ALICE, dialect).await;
        first.expect("OUT OTH").await;
        first.closed().await;
        second.quiet().await;
    }
}

#[tokio::test]
async fn watchers_see_a_second_sign_in_as_one_going_and_one_coming() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let mut again = Ns::sign_in(&server, ALICE, 9).await;
    alice.expect("OUT OTH").await;
    alice.closed().await;
    again.chg("BSY").await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.expect(&format!("NLN BSY {ALICE} Alice 268435492")).await;
    bob.quiet().await;
}

#[tokio::test]
async fn the_end_of_the_first_connection_does_not_sign_out_the_second() {
    let server = TestServer::start().await;
    let (alice, mut bob) = friends(&server, 9).await;
    let mut again = Ns::online(&server, ALICE, 9).await;
    drop(alice);
    again.quiet().await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.expect_prefix("NLN NLN ").await;
    assert_eq!(words(&bob.ask(&format!("REA 5 {ALICE} A")).await)[0], "REA");
    bob.quiet().await;
    bob.send("XFR 6 SB").await;
    bob.expect_prefix("XFR 6 SB ").await;
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_ends() {
    let server = TestServer::with(|config| config.timeouts.sign_in = Duration::from_millis(300)).await;
    let mut silent = Ns::connect(server.addresses.msnp).await;
    silent.closed().await;
    let mut slow = Ns::connect(server.addresses.msnp).await;
    slow.identify(ALICE, 9).await;
    slow.closed().await;
    // A client that is signed in stays.
    let mut quick = Ns::sign_in(&server, CAROL, 9).await;
    let mut silent = Ns::connect(server.addresses.msnp).await;
    silent.closed().await;
    quick.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_people_sign_in_at_once() {
    let server = TestServer::start().await;
    for number in 0..20 {
        server.account(&person(&format!("p{number}"))).await;
    }
    let mut tasks = Vec::new();
    for number in 0..20 {
        let addresses = server.addresses;
        tasks.push(tokio::spawn(
            async move { Ns::enter(&addresses, &person(&format!("p{number}")), 9).await },
        ));
    }
    for task in tasks {
        task.await.expect("signed in").quiet().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_sign_ins_at_once_to_one_account_one_stays() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let ticket = ticket(&server, ALICE).await;
    let mut tasks = Vec::new();
    for _ in 0..10 {
        let (address, ticket) = (server.addresses.msnp, ticket.clone());
        tasks.push(tokio::spawn(async move {
            let mut ns = Ns::connect(address).await;
            ns.identify(ALICE, 9).await;
            ns.show(&ticket).await;
            ns.send("CHG 5 NLN 0").await;
            ns
        }));
    }
    let mut everybody = Vec::new();
    for task in tasks {
        everybody.push(task.await.expect("no panic"));
    }
    let mut staying = 0;
    for ns in &mut everybody {
        ns.send("PNG").await;
        let mut last = String::new();
        while last != "QNG 50" {
            match ns.next_line().await {
                Some(line) => last = line,
                None => break,
            }
        }
        staying += usize::from(last == "QNG 50");
        assert!(last == "QNG 50" || last == "OUT OTH", "{last:?}");
    }
    assert_eq!(staying, 1);
    // Every coming but the last was followed by one going.
    let lines = bob.fence().await;
    let (mut verbs, mut online) = (lines.iter().map(|line| words(line)[0]), false);
    assert!(verbs.all(|verb| std::mem::replace(&mut online, verb == "NLN") != (verb == "NLN")), "{lines:?}");
    assert!(online, "{lines:?}");
}
