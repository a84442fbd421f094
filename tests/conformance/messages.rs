//! `MSG` in a conversation: its delivery, and the answer to the sender (1.4, 10.4).

use msnp_testkit::{Sb, Table, TestServer, Wire, display_name, message};

use crate::support::{ALICE, BOB, CAROL, DIALECTS};

const CLASSES: [char; 5] = ['U', 'N', 'A', 'D', 'S'];

#[tokio::test]
async fn a_message_that_arrives_is_acknowledged_as_its_class_says() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob", "carol"], dialect).await;
        for class in CLASSES {
            table.seats[0].msg(7, class, b"hello").await;
            assert_eq!(table.seats[1].receive(ALICE).await, b"hello");
            assert_eq!(table.seats[2].receive(ALICE).await, b"hello");
            let expected: &[&str] = if "ADS".contains(class) { &["ACK 7"] } else { &[] };
            assert_eq!(table.seats[0].fence().await, expected, "{class}");
        }
    }
}

#[tokio::test]
async fn a_message_to_nobody_is_not_delivered() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        table.seats.pop();
        let alice = &mut table.seats[0];
        alice.expect(&format!("BYE {BOB}")).await;
        for (class, expected) in [('U', &[][..]), ('N', &["NAK 7"]), ('A', &["NAK 7"]), ('S', &[])] {
            alice.msg(7, class, b"hello").await;
            assert_eq!(alice.fence().await, expected, "{class}");
        }
        // For data an error may come in place of NAK; ACK would be a lie.
        alice.msg(7, 'D', b"hello").await;
        let told = alice.fence().await;
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with(" 7") && !told[0].starts_with("ACK"), "{told:?}");
    }
}

#[tokio::test]
async fn before_anybody_has_come_in_nothing_is_delivered_either() {
    let server = TestServer::start().await;
    let mut alice = msnp_testkit::Ns::online(&server, ALICE, 9).await;
    let mut seat = Sb::open(&mut alice).await;
    seat.msg(1, 'A', b"hello?").await;
    seat.expect("NAK 1").await;
    seat.msg(2, 'U', b"hello?").await;
    seat.quiet().await;
}

#[tokio::test]
async fn the_sender_does_not_hear_itself() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    table.seats[1].msg(1, 'U', b"x").await;
    assert_eq!(table.seats[0].receive(BOB).await, b"x");
    table.seats[1].quiet().await;
}

#[tokio::test]
async fn a_class_that_is_none_ends_the_connection() {
    let server = TestServer::start().await;
    for class in ['u', 'n', 'a', 'X', '1'] {
        let mut table = Table::of(&server, &["alice", "bob"], 9).await;
        let (alice, bob) = table.two();
        alice.msg(1, class, b"hello").await;
        alice.closed().await;
        bob.expect(&format!("BYE {ALICE}")).await;
    }
}

#[tokio::test]
async fn the_longest_message_has_1664_bytes() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        let (alice, bob) = table.two();
        let longest = vec![b'x'; 1664];
        alice.msg(1, 'A', &longest).await;
        assert_eq!(bob.receive(ALICE).await, longest);
        alice.expect("ACK 1").await;
        alice.msg(2, 'A', &[b'x'; 1665]).await;
        alice.closed().await;
        bob.expect(&format!("BYE {ALICE}")).await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn a_message_may_be_empty() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        let (alice, bob) = table.two();
        for number in 0..3 {
            alice.msg(number, 'A', b"").await;
            assert_eq!(bob.receive(ALICE).await, b"");
            alice.expect(&format!("ACK {number}")).await;
        }
        bob.quiet().await;
    }
}

#[tokio::test]
async fn what_looks_like_commands_is_just_text() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        let (alice, bob) = table.two();
        let texts: [&[u8]; 5] = [
            b"MSG 9 A 3\r\nabc",
            b"\r\nOUT\r\n",
            b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nOUT\r\nBYE bob@example.com\r\n",
            b"\r\n\r\n\r\n",
            b"\n",
        ];
        for text in texts {
            alice.msg(1, 'A', text).await;
            assert_eq!(bob.receive(ALICE).await, text);
            alice.expect("ACK 1").await;
        }
        bob.quiet().await;
        alice.quiet().await;
    }
}

#[tokio::test]
async fn every_byte_arrives_as_it_was() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        let (alice, bob) = table.two();
        let all: Vec<u8> = (0..=255).collect();
        let backwards: Vec<u8> = (0..=255).rev().cycle().take(1664).collect();
        for (class, bytes) in [('N', &all), ('D', &backwards), ('U', &backwards)] {
            alice.msg(1, class, bytes).await;
            assert_eq!(&bob.receive(ALICE).await, bytes);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_of_a_thousand_messages_arrives_whole_and_in_order() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob", "carol"], dialect).await;
        let text =
            |number: u32| format!("{number}: {}", "MSG 1 N 3\r\n".repeat(number as usize % 20)).into_bytes();
        let burst: Vec<u8> = (0..1000).flat_map(|number| message(number, 'A', &text(number))).collect();
        table.seats[0].send_raw(&burst).await;
        for seat in &mut table.seats[1..] {
            for number in 0..1000 {
                assert_eq!(seat.receive(ALICE).await, text(number));
            }
            seat.quiet().await;
        }
        for number in 0..1000 {
            table.seats[0].expect(&format!("ACK {number}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_each_sender_says_stays_in_order_when_all_speak_at_once() {
    let server = TestServer::start().await;
    let Table { people: _people, seats } = Table::of(&server, &["alice", "bob", "carol", "dave"], 9).await;
    let mut tasks = Vec::new();
    for mut seat in seats {
        tasks.push(tokio::spawn(async move {
            for number in 0..100_u32 {
                seat.msg(number, 'U', &number.to_be_bytes()).await;
            }
            let mut heard = std::collections::HashMap::<String, u32>::new();
            for _ in 0..300 {
                let message = seat.message().await;
                assert_eq!(message.name, display_name(&message.from));
                let next = heard.entry(message.from).or_default();
                assert_eq!(message.payload, next.to_be_bytes());
                *next += 1;
            }
            seat.quiet().await;
            // No client leaves before all have heard everything.
            (seat, heard)
        }));
    }
    let mut ended = Vec::new();
    for task in tasks {
        let (seat, heard) = task.await.expect("no panic");
        assert!(heard.len() == 3 && heard.values().all(|count| *count == 100), "{heard:?}");
        ended.push(seat);
    }
}

#[tokio::test]
async fn everybody_else_gets_a_message() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob", "carol", "dave", "eve"], 8).await;
    table.seats[2].msg(5, 'A', b"all of you").await;
    for number in [0, 1, 3, 4] {
        assert_eq!(table.seats[number].receive(CAROL).await, b"all of you");
        table.seats[number].quiet().await;
    }
    table.seats[2].expect("ACK 5").await;
}

#[tokio::test]
async fn what_somebody_did_not_get_is_said_before_that_they_have_gone() {
    const MESSAGES: usize = 4000;
    let server = TestServer::with(|config| config.limits.outbox_bytes = 64 << 20).await;
    for resets in [false, true] {
        let mut table = Table::of(&server, &["alice", "bob"], 9).await;
        table.seats.pop();
        table.seats[0].expect(&format!("BYE {BOB}")).await;
        table.seats[0].call(BOB).await;
        let door = table.people[1].ring().await;
        let wire = Wire::connect_with_small_buffer(door.address).await;
        let (bob, _) = Sb::answer_over(wire, BOB, &door).await;
        let alice = &mut table.seats[0];
        alice.expect("JOI bob@example.com Bob").await;
        // More than the system takes for a client that reads nothing.
        for _ in 0..MESSAGES {
            alice.msg(7, 'A', &[b'x'; 1600]).await;
        }
        let (mut delivered, mut refused) = (alice.fence().await.len(), 0);
        if resets {
            bob.reset_when_dropped();
        }
        drop(bob);
        loop {
            match &*alice.line().await {
                "ACK 7" => delivered += 1,
                "NAK 7" => refused += 1,
                line if line == format!("BYE {BOB}") => break,
                line => panic!("not expected: {line}"),
            }
        }
        assert!(refused > 0, "the system took all of it");
        assert_eq!(delivered + refused, MESSAGES);
        alice.quiet().await;
    }
}

#[tokio::test]
async fn one_who_does_not_get_it_decides_before_the_others_have_it() {
    let server = TestServer::with(|config| config.limits.outbox_bytes = 64 << 20).await;
    let mut table = Table::of(&server, &["alice", "bob", "carol"], 9).await;
    // A message that is still on its way to a client that reads nothing is not waited for.
    let (alice, bob) = table.two();
    bob.reset_when_dropped();
    for _ in 0..4000 {
        alice.msg(7, 'N', &[b'x'; 1600]).await;
    }
    alice.quiet().await;
    table.seats.remove(1);
    let alice = &mut table.seats[0];
    let mut refused = 0;
    while alice.line().await == "NAK 7" {
        refused += 1;
    }
    assert!(refused > 0);
    alice.quiet().await;
}
