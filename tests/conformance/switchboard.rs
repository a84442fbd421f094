//! Into a conversation and out of it: `XFR`, `RNG`, `USR`, `ANS`, `CAL`, `IRO`, `JOI`, `BYE` (10.1 to 10.3, 10.5).

use std::time::{Duration, Instant};

use msnp_testkit::{Admission, Ns, Sb, Table, TestServer, Wire, person, words};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, friends};

#[tokio::test]
async fn who_is_not_to_be_seen_gets_no_switchboard() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        assert_eq!(alice.ask("XFR 5 SB").await, "913 5");
        alice.chg("HDN").await;
        assert_eq!(alice.ask("XFR 6 SB").await, "913 6");
        alice.chg("BSY").await;
        let line = alice.ask("XFR 7 SB").await;
        let parts = words(&line);
        assert_eq!((parts.len(), parts[..3].to_vec(), parts[4]), (6, vec!["XFR", "7", "SB"], "CKI"));
        assert_eq!(parts[3], server.addresses.msnp.to_string());
    }
}

#[tokio::test]
async fn too_many_switchboards_are_800() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    for _ in 0..8 {
        alice.door().await;
    }
    assert_eq!(alice.ask("XFR 9 SB").await, "800 9");
    alice.quiet().await;
}

#[tokio::test]
async fn a_conversation_of_two_begins() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut first = Sb::open(&mut alice).await;
        first.send(&format!("CAL 2 {BOB}")).await;
        let ringing = first.expect_prefix("CAL 2 RINGING ").await;
        let number = words(&ringing)[3].to_owned();
        assert!(number.parse::<u64>().is_ok(), "{ringing}");
        let line = bob.expect_prefix("RNG ").await;
        let parts = words(&line);
        assert_eq!(parts.len(), 7, "{line}");
        assert_eq!((parts[1], parts[3], parts[5], parts[6]), (&*number, "CKI", ALICE, "Alice"), "{line}");
        assert_eq!(parts[2], server.addresses.msnp.to_string());
        let door = Admission::of_rng(&line);
        let (mut second, present) = Sb::answer(BOB, &door).await;
        assert_eq!(present, [format!("IRO 902 1 1 {ALICE} Alice")]);
        first.expect(&format!("JOI {BOB} Bob")).await;
        first.quiet().await;
        second.quiet().await;
        alice.quiet().await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn a_newcomer_learns_of_everybody_and_everybody_of_the_newcomer() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob", "carol"], dialect).await;
        let mut dave = Ns::online(&server, "dave@example.com", dialect).await;
        // Every participant may call.
        table.seats[1].call("dave@example.com").await;
        let door = dave.ring().await;
        assert_eq!(door.caller, BOB);
        let (mut seat, mut present) = Sb::answer("dave@example.com", &door).await;
        let numbers: Vec<_> = present.iter().map(|line| words(line)[..4].join(" ")).collect();
        assert_eq!(numbers, ["IRO 902 1 3", "IRO 902 2 3", "IRO 902 3 3"]);
        present = present.iter().map(|line| words(line)[4..].join(" ")).collect();
        present.sort();
        assert_eq!(present, [format!("{ALICE} Alice"), format!("{BOB} Bob"), format!("{CAROL} Carol")]);
        for other in &mut table.seats {
            other.expect("JOI dave@example.com Dave").await;
            other.quiet().await;
        }
        seat.quiet().await;
    }
}

#[tokio::test]
async fn where_nobody_is_left_there_is_just_ok() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let mut seat = Sb::open(&mut alice).await;
    seat.call(BOB).await;
    let door = bob.ring().await;
    seat.send("OUT").await;
    seat.closed().await;
    let (mut seat, present) = Sb::answer(BOB, &door).await;
    assert_eq!(present, Vec::<String>::new());
    seat.quiet().await;
}

async fn refused(wire: &mut Wire, line: &str) {
    let transaction = words(line)[1];
    assert_eq!(wire.ask(line).await, format!("911 {transaction}"), "{line}");
    wire.closed().await;
}

#[tokio::test]
async fn a_cookie_opens_once_and_only_for_its_owner() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let door = alice.door().await;
    let connect = || Wire::connect(door.address);
    refused(&mut connect().await, &format!("USR 1 {BOB} {}", door.cookie)).await;
    refused(&mut connect().await, &format!("USR 2 {ALICE} {}0", door.cookie)).await;
    refused(&mut connect().await, &format!("USR 3 {ALICE} 1.2.3")).await;
    refused(&mut connect().await, &format!("USR 4 {ALICE}")).await;
    // A cookie for a new conversation does not lead into one that exists.
    let mut seat = Sb::open(&mut bob).await;
    let number = seat.call(ALICE).await;
    alice.ring().await;
    refused(&mut connect().await, &format!("ANS 5 {ALICE} {} {number}", door.cookie)).await;
    let mut wire = connect().await;
    assert_eq!(wire.ask(&format!("USR 6 {ALICE} {}", door.cookie)).await, format!("USR 6 OK {ALICE} Alice"));
    refused(&mut connect().await, &format!("USR 7 {ALICE} {}", door.cookie)).await;
}

#[tokio::test]
async fn a_call_is_answered_once_by_whom_it_was_for_and_where_it_was() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 8).await;
    server.account(CAROL).await;
    let mut one = Sb::open(&mut alice).await;
    let mut other = Sb::open(&mut alice).await;
    one.call(BOB).await;
    let door = bob.ring().await;
    other.call(BOB).await;
    let elsewhere = bob.ring().await;
    let connect = || Wire::connect(door.address);
    refused(&mut connect().await, &format!("ANS 1 {CAROL} {} {}", door.cookie, door.session)).await;
    refused(&mut connect().await, &format!("ANS 2 {BOB} {} {}", door.cookie, elsewhere.session)).await;
    refused(&mut connect().await, &format!("ANS 3 {BOB} {} 12345", door.cookie)).await;
    refused(&mut connect().await, &format!("ANS 4 {BOB} {} x", door.cookie)).await;
    refused(&mut connect().await, &format!("USR 5 {BOB} {}", door.cookie)).await;
    let (mut seat, _) = Sb::answer(BOB, &door).await;
    one.expect(&format!("JOI {BOB} Bob")).await;
    refused(&mut connect().await, &format!("ANS 6 {BOB} {} {}", door.cookie, door.session)).await;
    for seat in [&mut one, &mut other, &mut seat] {
        seat.quiet().await;
    }
}

#[tokio::test]
async fn an_old_cookie_opens_nothing() {
    let server = TestServer::with(|config| config.timeouts.cookie = Duration::ZERO).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let door = alice.door().await;
    refused(&mut Wire::connect(door.address).await, &format!("USR 1 {ALICE} {}", door.cookie)).await;
}

#[tokio::test]
async fn who_does_not_come_in_is_sent_away() {
    let server = TestServer::with(|config| config.timeouts.sign_in = Duration::from_millis(200)).await;
    Wire::connect(server.addresses.msnp).await.closed().await;
}

#[tokio::test]
async fn before_coming_in_nothing_else_is_heard() {
    let server = TestServer::start().await;
    for line in ["CAL 1 bob@example.com", "MSG 1 N 0", "OUT", "JOI x", "XYZ", "PNG"] {
        let mut wire = Wire::connect(server.addresses.msnp).await;
        wire.send(line).await;
        wire.closed().await;
    }
}

#[tokio::test]
async fn inside_only_calls_and_messages_are_heard() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    for line in ["VER 1 MSNP9", "PNG", "USR 1 alice@example.com 1.2.3", "ANS 1 a@b.c 1 1", "BYE x", "XYZ 1"] {
        let mut seat = Sb::open(&mut alice).await;
        seat.send(line).await;
        seat.closed().await;
    }
}

#[tokio::test]
async fn calls_that_cannot_be_made() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        for name in ["carol", "hidden", "silent", "strict"] {
            server.account(&person(name)).await;
        }
        let mut hidden = Ns::online(&server, &person("hidden"), dialect).await;
        hidden.chg("HDN").await;
        let mut silent = Ns::sign_in(&server, &person("silent"), dialect).await;
        let mut seat = Sb::open(&mut alice).await;
        for (handle, code) in [
            ("bob", "208"),
            ("a@b", "208"),
            ("", "208"),
            (ALICE, "215"),
            (CAROL, "217"),
            ("nobody@example.com", "217"),
            ("hidden@example.com", "217"),
            ("silent@example.com", "217"),
        ] {
            assert_eq!(seat.ask(&format!("CAL 5 {handle}")).await, format!("{code} 5"), "{handle}");
        }
        seat.call(BOB).await;
        assert_eq!(seat.ask(&format!("CAL 6 {BOB}")).await, "215 6");
        let door = bob.ring().await;
        let (_guest, _) = Sb::answer(BOB, &door).await;
        seat.expect(&format!("JOI {BOB} Bob")).await;
        assert_eq!(seat.ask(&format!("CAL 7 {BOB}")).await, "215 7");
        for ns in [&mut bob, &mut hidden, &mut silent] {
            ns.quiet().await;
        }
    }
}

#[tokio::test]
async fn who_blocks_looks_offline_to_a_caller() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut seat = Sb::open(&mut alice).await;
        bob.send(&format!("ADD 1 BL {ALICE} Alice")).await;
        bob.expect_prefix("ADD 1 BL ").await;
        assert_eq!(seat.ask(&format!("CAL 5 {BOB}")).await, "217 5");
        bob.send(&format!("REM 2 BL {ALICE}")).await;
        bob.expect_prefix("REM 2 BL ").await;
        // Under the strict setting those on the allow list may call, those on no list are told 216.
        bob.send("BLP 3 BL").await;
        bob.expect_prefix("BLP 3 ").await;
        let mut carol = Ns::online(&server, CAROL, dialect).await;
        let mut other = Sb::open(&mut carol).await;
        assert_eq!(other.ask(&format!("CAL 6 {BOB}")).await, "216 6");
        bob.send(&format!("ADD 4 AL {CAROL} Carol")).await;
        bob.expect_prefix("ADD 4 AL ").await;
        other.call(BOB).await;
        bob.ring().await;
    }
}

#[tokio::test]
async fn whom_one_blocks_one_can_call() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    alice.send(&format!("ADD 1 BL {BOB} Bob")).await;
    alice.expect_prefix("ADD 1 BL ").await;
    bob.expect(&format!("FLN {ALICE}")).await;
    let mut seat = Sb::open(&mut alice).await;
    seat.invite(&mut bob).await.quiet().await;
}

#[tokio::test]
async fn who_calls_too_often_is_told_713() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut seat = Sb::open(&mut alice).await;
    for _ in 0..10 {
        assert_eq!(seat.ask(&format!("CAL 5 {BOB}")).await, "217 5");
    }
    assert_eq!(seat.ask(&format!("CAL 6 {BOB}")).await, "713 6");
    seat.quiet().await;
}

/// A client repeats a call that is still ringing, and calls people that are there, itself among them.
#[tokio::test]
async fn a_call_that_is_answered_215_does_not_count_as_one() {
    for dialect in DIALECTS {
        let server = TestServer::with(|config| config.limits.queries_per_minute = 40).await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut carol = Ns::online(&server, CAROL, dialect).await;
        let mut seat = Sb::open(&mut alice).await;
        seat.call(BOB).await;
        for handle in [ALICE, BOB] {
            for _ in 0..20 {
                assert_eq!(seat.ask(&format!("CAL 5 {handle}")).await, "215 5");
            }
        }
        assert_eq!(bob.fence().await.iter().filter(|line| line.starts_with("RNG ")).count(), 1);
        seat.call(CAROL).await;
        carol.ring().await;
        // They are bounded all the same, by the rate of requests that nobody else hears of.
        while seat.ask(&format!("CAL 6 {BOB}")).await != "713 6" {}
        assert_eq!(seat.ask("CAL 7 nobody@example.com").await, "217 7");
        seat.quiet().await;
    }
}

#[tokio::test]
async fn a_full_conversation_is_712() {
    let server = TestServer::with(|config| config.limits.switchboard_people = 2).await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    assert_eq!(table.seats[0].ask(&format!("CAL 5 {CAROL}")).await, "712 5");
    carol.quiet().await;
}

#[tokio::test]
async fn who_did_not_answer_can_be_called_again_later() {
    let server = TestServer::with(|config| config.timeouts.ringing = Duration::ZERO).await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let mut seat = Sb::open(&mut alice).await;
    for _ in 0..2 {
        seat.call(BOB).await;
        bob.ring().await;
    }
}

#[tokio::test]
async fn leaving_is_told_once_however_it_happens() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob", "carol", "dave"], dialect).await;
        let dave = table.seats.pop().expect("four");
        let mut carol = table.seats.pop().expect("three");
        carol.send("OUT").await;
        carol.closed().await;
        for seat in &mut table.seats {
            seat.expect(&format!("BYE {CAROL}")).await;
        }
        dave.reset_when_dropped();
        drop(dave);
        for seat in &mut table.seats {
            seat.expect("BYE dave@example.com").await;
            seat.quiet().await;
        }
        table.seats.pop();
        table.seats[0].expect(&format!("BYE {BOB}")).await;
        table.seats[0].quiet().await;
    }
}

#[tokio::test]
async fn who_has_left_can_be_called_again_on_the_same_connection() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        for _ in 0..3 {
            table.seats.pop();
            table.seats[0].expect(&format!("BYE {BOB}")).await;
            let again = table.seats[0].invite(&mut table.people[1]).await;
            table.seats.push(again);
            let (alice, bob) = table.two();
            alice.msg(5, 'A', b"again").await;
            assert_eq!(bob.receive(ALICE).await, b"again");
            alice.expect("ACK 5").await;
        }
    }
}

#[tokio::test]
async fn an_idle_conversation_ends_for_everybody() {
    let server =
        TestServer::with(|config| config.timeouts.switchboard_idle = Duration::from_millis(700)).await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    alice.expect(&format!("BYE {BOB} 1")).await;
    alice.closed().await;
    bob.expect(&format!("BYE {ALICE} 1")).await;
    bob.closed().await;
    // The people are still there.
    table.people[0].quiet().await;
}

#[tokio::test]
async fn a_conversation_in_which_somebody_speaks_is_not_idle() {
    let idle = Duration::from_millis(1500);
    let server = TestServer::with(|config| config.timeouts.switchboard_idle = idle).await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    let begun = Instant::now();
    while begun.elapsed() < idle + idle / 2 {
        alice.msg(1, 'A', b"still here").await;
        assert_eq!(bob.receive(ALICE).await, b"still here");
        alice.expect("ACK 1").await;
    }
    bob.msg(2, 'A', b"so am I").await;
    assert_eq!(alice.receive(BOB).await, b"so am I");
}

#[tokio::test]
async fn names_in_a_conversation_are_those_of_its_beginning() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    table.people[0].send(&format!("REA 5 {ALICE} Alicia")).await;
    table.people[0].expect_prefix("REA 5 ").await;
    let (alice, bob) = table.two();
    alice.msg(1, 'U', b"x").await;
    assert_eq!(bob.receive(ALICE).await, b"x");
    bob.quiet().await;
    // An account that joins later gets the name of that moment.
    let mut alice = Sb::open_as(&mut table.people[0], "Alicia").await;
    alice.call(BOB).await;
    let line = table.people[1].expect_prefix("RNG ").await;
    assert!(line.ends_with(" alice@example.com Alicia"), "{line}");
}

#[tokio::test]
async fn a_conversation_outlives_the_sign_in() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    table.people[0].send("OUT").await;
    table.people[0].closed().await;
    let (alice, bob) = table.two();
    alice.msg(1, 'A', b"still here").await;
    assert_eq!(bob.receive(ALICE).await, b"still here");
    alice.expect("ACK 1").await;
}

#[tokio::test]
async fn case_does_not_matter_in_the_address_of_whom_one_calls_or_is() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let door = alice.door().await;
    let mut first = Wire::connect(door.address).await;
    first.send(&format!("USR 1 Alice@EXAMPLE.com {}", door.cookie)).await;
    first.expect_prefix("USR 1 OK ").await;
    first.send("CAL 2 BOB@Example.com").await;
    first.expect_prefix("CAL 2 RINGING ").await;
    let door = bob.ring().await;
    Sb::answer("Bob@example.COM", &door).await;
    first.expect(&format!("JOI {BOB} Bob")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_call_the_same_person_one_is_told_that_it_rings_already() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob", "carol"], 9).await;
    let mut dave = Ns::online(&server, &person("dave"), 9).await;
    for _ in 0..3 {
        let mut tasks = Vec::new();
        for mut seat in table.seats.drain(..) {
            tasks.push(tokio::spawn(async move { (seat.ask("CAL 5 dave@example.com").await, seat) }));
        }
        let mut rang = 0;
        for task in tasks {
            let (reply, seat) = task.await.expect("no panic");
            assert!(reply == "215 5" || reply.starts_with("CAL 5 RINGING "), "{reply}");
            rang += usize::from(reply.starts_with("CAL"));
            table.seats.push(seat);
        }
        assert_eq!(rang, 1);
        let door = dave.ring().await;
        dave.quiet().await;
        let (mut guest, present) = Sb::answer("dave@example.com", &door).await;
        assert_eq!(present.len(), 3);
        guest.send("OUT").await;
        for seat in &mut table.seats {
            seat.expect("JOI dave@example.com Dave").await;
            seat.expect("BYE dave@example.com").await;
            seat.quiet().await;
        }
    }
}
