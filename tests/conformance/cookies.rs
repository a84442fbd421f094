//! Cookies, which belong to a session and end with it; so do an account's conversations when another sign-in, or an
//! operator, ends the session (8.4, 10.1, 10.2).

use msnp_testkit::{Admission, Ns, Sb, Table, TestServer, Wire, words};

use crate::support::{ALICE, BOB, DIALECTS, friends};

async fn refused(handle: &str, door: &Admission) {
    let mut wire = Wire::connect(door.address).await;
    let line = match &*door.session {
        "" => format!("USR 1 {handle} {}", door.cookie),
        session => format!("ANS 1 {handle} {} {session}", door.cookie),
    };
    assert_eq!(wire.ask(&line).await, "911 1", "{line}");
    wire.closed().await;
}

/// Alice's cookies: one that she asked for, and one with which bob called her.
async fn doors(alice: &mut Ns, bob: &mut Ns) -> (Sb, [Admission; 2]) {
    let asked = alice.door().await;
    let mut his = Sb::open(bob).await;
    his.call(ALICE).await;
    let called = alice.ring().await;
    (his, [asked, called])
}

#[tokio::test]
async fn cookies_end_with_a_goodbye() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let (mut his, doors) = doors(&mut alice, &mut bob).await;
        alice.send("OUT").await;
        alice.closed().await;
        for door in &doors {
            refused(ALICE, door).await;
        }
        // Nor do they open anything for the next session of the same account.
        let mut again = Ns::online(&server, ALICE, dialect).await;
        for door in &doors {
            refused(ALICE, door).await;
        }
        Sb::open(&mut again).await.quiet().await;
        his.quiet().await;
    }
}

#[tokio::test]
async fn cookies_end_with_a_lost_connection() {
    for is_reset in [false, true] {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, 9).await;
        let (_his, doors) = doors(&mut alice, &mut bob).await;
        if is_reset {
            alice.reset_when_dropped();
        }
        drop(alice);
        bob.expect(&format!("FLN {ALICE}")).await;
        for door in &doors {
            refused(ALICE, door).await;
        }
    }
}

#[tokio::test]
async fn another_sign_in_ends_cookies_and_conversations_and_leaves_its_own_alone() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob", "carol"], dialect).await;
        let [alice, bob, ..] = &mut table.people[..] else { panic!("not two people") };
        // One that bob opened, too.
        let mut his = Sb::open(bob).await;
        let mut hers = his.invite(alice).await;
        let (_, doors) = doors(alice, bob).await;

        let mut again = Ns::online(&server, ALICE, dialect).await;
        alice.expect("OUT OTH").await;
        alice.closed().await;
        for door in &doors {
            refused(ALICE, door).await;
        }
        hers.closed().await;
        his.expect(&format!("BYE {ALICE}")).await;
        table.seats[0].closed().await;
        for seat in &mut table.seats[1..] {
            seat.expect(&format!("BYE {ALICE}")).await;
            seat.quiet().await;
        }
        // The new session is at home everywhere.
        let mut new = his.invite(&mut again).await;
        new.msg(1, 'A', b"here again").await;
        assert_eq!(his.receive(ALICE).await, b"here again");
        new.expect("ACK 1").await;
        Sb::open(&mut again).await.quiet().await;
    }
}

#[tokio::test]
async fn a_call_ends_with_the_session_that_was_called() {
    for dialect in DIALECTS {
        // Room for one more: a call that is over takes none.
        let server = TestServer::with(|config| config.limits.switchboard_people = 2).await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut hers = Sb::open(&mut alice).await;
        hers.call(BOB).await;
        bob.ring().await;
        assert_eq!(hers.ask(&format!("CAL 5 {BOB}")).await, "215 5");

        let mut again = Ns::online(&server, BOB, dialect).await;
        bob.expect("OUT OTH").await;
        hers.call(BOB).await;
        again.ring().await;
        again.send("OUT").await;
        again.closed().await;
        assert_eq!(hers.ask(&format!("CAL 6 {BOB}")).await, "217 6");
        let mut third = Ns::online(&server, BOB, dialect).await;
        hers.invite(&mut third).await;
    }
}

#[tokio::test]
async fn a_goodbye_leaves_conversations_alone() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    table.people[0].send("OUT").await;
    table.people[0].closed().await;
    let (alice, bob) = table.two();
    alice.msg(1, 'A', b"still here").await;
    assert_eq!(bob.receive(ALICE).await, b"still here");
    alice.expect("ACK 1").await;
    // But the rest of them ends when another sign-in ends the next session.
    let mut second = Ns::online(&server, ALICE, 9).await;
    alice.quiet().await;
    let _third = Ns::online(&server, ALICE, 9).await;
    second.expect("OUT OTH").await;
    alice.closed().await;
    bob.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn an_operator_ends_them_too() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let (_his, doors) = doors(&mut alice, &mut bob).await;
    let mut seat = Sb::open(&mut alice).await;
    server.store().void_tickets(&ALICE.parse().expect("a handle")).await.expect("signed out");
    alice.expect("OUT OTH").await;
    seat.closed().await;
    for door in &doors {
        refused(ALICE, door).await;
    }
}

/// Sign-ins, and clients that join with the cookies of the session before. No client of the old session stays, and
/// no client of the new one is disconnected.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sign_ins_and_cookies_do_not_miss_each_other() {
    let server = TestServer::without_rates().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    server.account(BOB).await;
    for _ in 0..20 {
        let mut lines = Vec::new();
        for _ in 0..8 {
            let door = alice.door().await;
            lines.push((Wire::connect(door.address).await, format!("USR 1 {ALICE} {}", door.cookie)));
        }
        let coming_in = lines.into_iter().map(|(mut wire, line)| {
            tokio::spawn(async move {
                let answer = wire.ask(&line).await;
                assert!(answer == "911 1" || answer.starts_with("USR 1 OK "), "{answer}");
                wire.closed().await;
            })
        });
        let coming_in: Vec<_> = coming_in.collect();
        let mut again = Ns::online(&server, ALICE, 9).await;
        let mut seat = Sb::open(&mut again).await;
        alice.expect("OUT OTH").await;
        alice.closed().await;
        for old in coming_in {
            old.await.expect("nobody of before stays");
        }
        seat.quiet().await;
        assert_eq!(words(&again.ask("XFR 5 SB").await)[0], "XFR");
        alice = again;
    }
}
