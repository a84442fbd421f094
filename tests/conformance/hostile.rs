//! Hostile and faulty clients.

use std::time::Duration;

use msnp_testkit::{DEADLINE, Ns, Sb, Table, TestServer, Wire, message, script};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, friends, slow_guest};

/// The service still serves.
async fn serves(server: &TestServer) {
    let mut table = Table::of(server, &["good1", "good2"], 9).await;
    let (one, other) = table.two();
    one.msg(1, 'A', b"fine").await;
    assert_eq!(other.receive("good1@example.com").await, b"fine");
    one.expect("ACK 1").await;
}

#[tokio::test]
async fn a_line_without_end_ends_the_connection() {
    let server = TestServer::start().await;
    for start in ["", "VER 1 ", "USR 1 ", "ANS 1 ", "\0"] {
        let mut wire = Wire::connect(server.addresses.msnp).await;
        wire.send_raw(start.as_bytes()).await;
        wire.send_raw(&[b'x'; 70_000]).await;
        wire.closed().await;
    }
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send_raw(&[b'x'; 70_000]).await;
    alice.closed().await;
    serves(&server).await;
}

#[tokio::test]
async fn more_than_the_limit_is_not_taken_in() {
    let server = TestServer::start().await;
    for address in [server.addresses.msnp, server.addresses.dispatch, server.addresses.http] {
        let mut wire = Wire::connect(address).await;
        let megabyte = vec![b'x'; 1 << 20];
        let mut taken = 0;
        // The system's buffers take some; the service must not take 64 MiB.
        while taken < 64 && wire.try_send(&megabyte).await.is_ok() {
            tokio::task::yield_now().await;
            taken += 1;
        }
        assert!(taken < 32, "{taken} MiB of one line were read");
    }
    serves(&server).await;
}

#[tokio::test]
async fn lengths_that_cannot_be_end_the_connection() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    for length in ["-1", "99999999999999999999999", "18446744073709551615", "x", "1e3", "0x10", ""] {
        let mut bob = Ns::sign_in(&server, BOB, 8).await;
        bob.send(&format!("QRY 5 msmsgs@msnmsgr.com {length}")).await;
        bob.closed().await;
    }
    for line in
        ["SDC 5 new@example.org 0x409 MSMSGS MSMSGS X X Al 100000", "PAG 5 alice@example.com 1000000000"]
    {
        let mut bob = Ns::sign_in(&server, BOB, 8).await;
        bob.send(line).await;
        bob.closed().await;
    }
    for length in ["-1", "99999999999999999999999", "4294967296"] {
        let mut seat = Sb::open(&mut alice).await;
        seat.send(&format!("MSG 5 N {length}")).await;
        seat.closed().await;
    }
    serves(&server).await;
}

#[tokio::test]
async fn a_payload_that_is_announced_and_never_comes_holds_up_nobody_else() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob", "carol"], 9).await;
    table.seats[0].send_raw(b"MSG 1 N 1664\r\nabc").await;
    table.seats[1].msg(2, 'A', b"hello").await;
    assert_eq!(table.seats[2].receive(BOB).await, b"hello");
    assert_eq!(table.seats[0].receive(BOB).await, b"hello");
    table.seats[1].expect("ACK 2").await;
}

#[tokio::test]
async fn bytes_that_are_no_text_end_the_connection() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let lines: [&[u8]; 7] = [
        b"\0\r\n",
        b"PNG\0\r\n",
        b"ADD 5 FL bob@example.com B\0b 0\r\n",
        b"ADD 5 FL bob@example.com \xff\xfe 0\r\n",
        b"REA 5 alice@example.com \xc3\x28\r\n",
        b"\xef\xbb\xbfPNG\r\n",
        b"CHG 5 NLN 0 \x07\r\n",
    ];
    for line in lines {
        let mut alice = Ns::sign_in(&server, ALICE, 9).await;
        alice.send_raw(line).await;
        alice.closed().await;
    }
    let mut alice = Ns::online(&server, ALICE, 9).await;
    assert_eq!(alice.syn().await.contact(BOB), None);
}

#[tokio::test]
async fn random_bytes_end_the_connection_or_are_waited_for() {
    let server = TestServer::start().await;
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..200 {
        let mut bytes = Vec::new();
        for _ in 0..64 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.push(state as u8);
        }
        bytes.extend(b"\r\nOUT\r\n");
        for address in [server.addresses.msnp, server.addresses.dispatch] {
            assert_eq!(script::replies(address, &bytes, script::Cut::Whole).await, b"");
        }
    }
    serves(&server).await;
}

#[tokio::test]
async fn verbs_in_the_wrong_place_bring_nobody_else_down() {
    let server = TestServer::start().await;
    let lines = [
        "VER 1 MSNP9",
        "CVR 2 a",
        "USR 3 TWN I alice@example.com",
        "USR 3 TWN S x",
        "SYN 4 0",
        "CHG 5 NLN 0",
        "ADD 6 FL bob@example.com b 0",
        "QRY 7 x 0",
        "MSG 8 N 0",
        "CAL 9 bob@example.com",
        "ANS 1 a@b.cc 1.2.3 4",
        "PNG",
        "XFR 1 SB",
        "GTC 1 A",
        "RMG 1 0",
        "PAG 1 a@b.cc 0",
        "IMS 1 ON",
        "URL 1 INBOX",
        "BYE x",
        "",
    ];
    for first in lines {
        for second in lines {
            let mut wire = Wire::connect(server.addresses.msnp).await;
            wire.send_raw(format!("{first}\r\n{second}\r\n").as_bytes()).await;
            wire.finish().await;
            wire.rest().await;
        }
    }
    serves(&server).await;
}

/// A name stays one parameter of one line for each client, with any coded characters in it.
#[tokio::test]
async fn a_line_break_in_a_name_never_becomes_a_line() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut carol = Ns::online(&server, CAROL, dialect).await;
        let evil = "x%0D%0AOUT%20OTH%0D%0A%0d%0a%00%09y";
        alice.send(&format!("REA 5 {ALICE} {evil}")).await;
        let renamed = alice.line().await;
        assert!(renamed.starts_with("REA 5 ") || renamed.len() == 5, "{renamed}");
        if renamed.starts_with("REA") {
            bob.expect(&format!("NLN NLN {ALICE} {evil} 268435492")).await;
            alice.send(&format!("ADD 6 FL {CAROL} {evil} 0")).await;
            alice.expect_prefix("ADD 6 FL ").await;
            alice.fence().await;
            let line = carol.expect_prefix("ADD 0 RL ").await;
            assert!(line.ends_with(&format!(" {ALICE} {evil}")), "{line}");
            assert_eq!(alice.syn().await.contact(CAROL), Some(&*format!("LST {CAROL} {evil} 1 0")));
            let mut seat = Sb::open_as(&mut alice, evil).await;
            seat.call(BOB).await;
            let line = bob.expect_prefix("RNG ").await;
            assert!(line.ends_with(&format!(" {ALICE} {evil}")), "{line}");
            let (mut guest, present) = Sb::answer(BOB, &msnp_testkit::Admission::of_rng(&line)).await;
            assert_eq!(present, [format!("IRO 902 1 1 {ALICE} {evil}")]);
            seat.msg(1, 'U', b"x").await;
            assert_eq!(guest.message().await.name, evil);
            guest.quiet().await;
            assert_eq!(carol.syn().await.contact(ALICE), Some(&*format!("LST {ALICE} {evil} 8")));
        }
        for line in [
            format!("ADG 7 {evil} 0"),
            format!("PRP 7 PHH {evil}"),
            format!("ADD 7 FL {evil}@example.com x 0"),
            format!("URL 7 {evil}"),
            format!("SND 7 {evil} 1"),
            format!("PRP 7 {evil} 1"),
        ] {
            let mut dave = Ns::sign_in(&server, "dave@example.com", dialect).await;
            dave.send(&line).await;
            dave.send("OUT").await;
            let replies = dave.rest().await;
            let text = String::from_utf8(replies).expect("UTF-8");
            assert!(!text.contains("OUT OTH") && text.matches("\r\n").count() <= 1, "{line}: {text:?}");
        }
        alice.quiet().await;
        bob.quiet().await;
        carol.quiet().await;
    }
}

#[tokio::test]
async fn a_line_break_in_a_status_object_never_becomes_a_line() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    alice.send("CHG 5 BSY 0 %3Cmsnobj%0D%0AFLN%20x%2F%3E").await;
    alice.line().await;
    let lines = bob.fence().await;
    assert!(lines.len() <= 1 && lines.iter().all(|line| line.starts_with("NLN BSY ")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_never_reads_is_dropped_and_everybody_else_goes_on() {
    let server = TestServer::with(|config| config.limits.outbox_bytes = 256 * 1024).await;
    let mut table = Table::of(&server, &["alice", "carol"], 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    table.seats[0].call(BOB).await;
    let door = bob.ring().await;
    let wire = Wire::connect_with_small_buffer(door.address).await;
    let (deaf, _) = Sb::answer_over(wire, BOB, &door).await;
    for seat in &mut table.seats {
        seat.expect(&format!("JOI {BOB} Bob")).await;
    }
    let mut carol = table.seats.pop().expect("two");
    let listening = tokio::spawn(async move {
        let mut heard = 0_u32;
        let mut goodbyes = 0;
        loop {
            let line = carol.line().await;
            if line == format!("BYE {BOB}") {
                goodbyes += 1;
                continue;
            }
            let message = carol.message_of(&line).await;
            if message.payload == b"enough" {
                return (carol, heard, goodbyes);
            }
            heard += 1;
        }
    });
    let mut other = Ns::online(&server, "dave@example.com", 9).await;
    let alice = &mut table.seats[0];
    let (mut failed, mut gone, mut sent) = (0, false, 0_u32);
    let burst: Vec<u8> = (0..20).flat_map(|_| message(7, 'N', &[b'x'; 1600])).collect();
    // 32 KB a time: the system's own buffers take some megabytes.
    for _ in 0..2_000 {
        alice.send_raw(&burst).await;
        sent += 20;
        for line in alice.fence().await {
            match &*line {
                "NAK 7" => failed += 1,
                line => gone |= line == format!("BYE {BOB}"),
            }
        }
        // Others are served meanwhile.
        if sent.is_multiple_of(1000) {
            other.quiet().await;
        }
        if gone {
            break;
        }
    }
    assert!(gone, "the deaf one is still there after {sent} messages");
    // The failures may be told right after the goodbye.
    failed += alice.fence().await.iter().filter(|line| *line == "NAK 7").count();
    assert!(failed > 0, "nobody told the sender");
    alice.msg(8, 'A', b"enough").await;
    alice.expect("ACK 8").await;
    let (mut carol, heard, goodbyes) = listening.await.expect("no panic");
    assert_eq!((heard, goodbyes), (sent, 1));
    carol.quiet().await;
    drop(deaf);
    // Bob himself is still signed in.
    bob.quiet().await;
}

#[tokio::test]
async fn a_sender_waits_for_the_only_one_that_hears_it() {
    // More than the system's buffers take, and the queue.
    const MESSAGES: usize = 16_000;
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let (mut seat, mut slow) = slow_guest(&mut alice, &mut bob).await;
    let (sent, mut progress) = tokio::sync::watch::channel(0);
    let flood = tokio::spawn(async move {
        for number in 1..=MESSAGES {
            seat.msg(7, 'U', &[b'x'; 1600]).await;
            sent.send_replace(number);
        }
        seat
    });
    for number in 1..=MESSAGES {
        // Always behind by two thirds of what the queue holds back at.
        progress.wait_for(|sent| *sent >= MESSAGES.min(number + 900)).await.expect("the flood goes on");
        assert_eq!(slow.receive(ALICE).await.len(), 1600, "message {number}");
    }
    let mut seat = flood.await.expect("no panic");
    seat.quiet().await;
    slow.quiet().await;
}

#[tokio::test]
async fn a_client_on_a_slow_line_is_not_one_that_does_not_read() {
    // 80 KB a second.
    hear_over_a_slow_line(Duration::from_secs(2), Duration::from_millis(20)).await;
}

#[tokio::test]
async fn a_client_with_a_modem_is_not_one_that_does_not_read() {
    // 5.3 KB a second, with a fifth of the time in which a client has to take something: as 1.1 KB with the usual time.
    hear_over_a_slow_line(Duration::from_secs(6), Duration::from_millis(300)).await;
}

/// A client takes a message of 1600 bytes every `pause`, for twice the time in which it has to take something, while a
/// sender has more to say than everything on the way holds.
async fn hear_over_a_slow_line(stall: Duration, pause: Duration) {
    const MESSAGES: usize = 2_500;
    let server = TestServer::with(|config| config.timeouts.write_stall = stall).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let (mut seat, mut slow) = slow_guest(&mut alice, &mut bob).await;
    let flood = tokio::spawn(async move {
        for _ in 0..MESSAGES {
            seat.msg(7, 'U', &[b'x'; 1600]).await;
        }
        seat
    });
    let mut line = tokio::time::interval(pause);
    let end = tokio::time::Instant::now() + 2 * stall;
    let mut heard = 0;
    while tokio::time::Instant::now() < end {
        line.tick().await;
        slow.receive(ALICE).await;
        heard += 1;
    }
    for _ in heard..MESSAGES {
        slow.receive(ALICE).await;
    }
    let mut seat = flood.await.expect("no panic");
    seat.quiet().await;
    slow.quiet().await;
}

/// A conversation in which more has been said than its only other client takes.
struct Flood {
    /// The place of the sender.
    seat: Sb,
    /// The place of the client that reads nothing, the sign-ins of both, and the service.
    _rest: (Sb, [Ns; 2], TestServer),
}

impl Flood {
    /// Sends ten megabytes in messages of this class, to a client that has so long to take something.
    async fn begin(stall: Duration, class: char) -> Self {
        let server = TestServer::with(|config| {
            config.timeouts.write_stall = stall;
            config.limits.outbox_bytes = 256 << 20;
        })
        .await;
        let mut alice = Ns::online(&server, ALICE, 9).await;
        let mut bob = Ns::online(&server, BOB, 9).await;
        let (mut seat, deaf) = slow_guest(&mut alice, &mut bob).await;
        let burst: Vec<u8> = (0..20).flat_map(|_| message(7, class, &[b'x'; 1600])).collect();
        for _ in 0..300 {
            seat.send_raw(&burst).await;
        }
        Self { seat, _rest: (deaf, [alice, bob], server) }
    }
}

#[tokio::test]
async fn who_takes_nothing_for_too_long_is_dropped() {
    let mut flood = Flood::begin(Duration::from_millis(500), 'U').await;
    flood.seat.expect(&format!("BYE {BOB}")).await;
    flood.seat.quiet().await;
}

#[tokio::test]
async fn a_client_that_leaves_is_let_go_at_once_although_its_messages_still_wait() {
    let mut flood = Flood::begin(Duration::from_secs(600), 'N').await;
    flood.seat.send("OUT").await;
    flood.seat.closed().await;
}

#[tokio::test]
async fn too_many_connections_are_turned_away_and_there_is_room_again_later() {
    let server = TestServer::with(|config| config.limits.connections = 3).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::connect(server.addresses.msnp).await;
        wire.send("VER 1 MSNP9 CVR0").await;
        wire.expect("VER 1 MSNP9 CVR0").await;
        held.push(wire);
    }
    Wire::connect(server.addresses.msnp).await.closed().await;
    for wire in &mut held[..2] {
        wire.send("OUT").await;
        wire.closed().await;
    }
    // The service counts a connection until it has seen the client's side close, too.
    drop(held);
    let admitted = async {
        loop {
            let mut wire = Wire::connect(server.addresses.msnp).await;
            wire.send("VER 1 MSNP9 CVR0").await;
            if wire.next_line().await.is_some() {
                return;
            }
        }
    };
    tokio::time::timeout(DEADLINE, admitted).await.expect("there is room again");
}
