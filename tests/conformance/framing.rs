//! The same bytes bring the same replies, however they are cut into segments (1.2, 1.4).

use msnp_testkit::script::{Cut, all_cuts, replies, send};
use msnp_testkit::{Ns, Sb, Table, TestServer, message, words};

use crate::support::{ALICE, BOB, DIALECTS};

/// A line in which the words that differ from one sign-in to the next are made the same.
fn comparable(replies: &[u8]) -> String {
    let text = std::str::from_utf8(replies).expect("UTF-8");
    let mut lines = Vec::new();
    for line in text.split_inclusive("\r\n") {
        let changing = ["USR 3 TWN S ", "CHL 0 ", "LoginTime: ", "ClientPort: ", "MSG Hotmail Hotmail "];
        let kept = changing.iter().find(|start| line.starts_with(**start));
        lines.push(kept.map_or(line, |start| start.trim_end()));
    }
    lines.join("|")
}

#[tokio::test]
async fn a_sign_in_is_cut_at_every_byte() {
    let server = TestServer::start().await;
    let script = b"VER 1 MSNP9 MSNP8 CVR0\r\nCVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\n\
        \r\n\nUSR 3 TWN I alice@example.com \r\n \r\nOUT 1\r\n";
    let address = server.addresses.msnp;
    let whole = comparable(&replies(address, script, Cut::Whole).await);
    assert_eq!(whole.matches('|').count(), 2, "{whole}");
    for cut in all_cuts(script.len()) {
        assert_eq!(comparable(&replies(address, script, cut).await), whole, "{cut:?}");
    }
}

#[tokio::test]
async fn a_session_is_cut_at_every_byte() {
    for dialect in DIALECTS {
        let server = TestServer::without_rates().await;
        server.account(BOB).await;
        let ticket = Ns::sign_in(&server, ALICE, dialect).await.ticket.clone();
        let page = "<TEXT>x\r\n</TEXT>";
        let paging = if dialect == 8 {
            format!("PAG 10 {BOB} {}", page.len())
        } else {
            format!("PGD 10 {BOB} 1 {}", page.len())
        };
        let script = format!(
            "VER 1 MSNP{dialect} CVR0\r\nCVR 2 0x0409 winnt 5.1 i386 A 1 B c@d.ee\r\nUSR 3 TWN I {ALICE}\r\n\
             USR 4 TWN S {ticket}\r\nPNG\r\nSYN 5 0\r\nCHG 6 NLN 0\r\nURL 7 INBOX\r\nADD 8 FL a@b X 0\r\n\
             GTC 9 A\r\n\r\n{paging}\r\n{page}\r\nPNG x\r\nXFR 11 XX\r\nFND 12 x=y\r\nPNG\n\nBLP 13 AL\nOUT\r\n"
        );
        let address = server.addresses.msnp;
        let whole = comparable(&replies(address, script.as_bytes(), Cut::Whole).await);
        for expected in ["201 8\r\n", "GTC 9 1 A\r\n", "220 10\r\n", "502 12\r\n", "BLP 13 1 AL\r\n"] {
            assert!(whole.contains(expected), "{expected:?} in {whole}");
        }
        // The part before the ticket has been cut above.
        let from = script.find("&p=").expect("a ticket");
        let cuts = [Cut::Whole, Cut::Bytes, Cut::Lines].into_iter().chain((from..script.len()).map(Cut::At));
        for cut in cuts {
            assert_eq!(comparable(&replies(address, script.as_bytes(), cut).await), whole, "{cut:?}");
        }
    }
}

#[tokio::test]
async fn messages_are_cut_at_every_byte() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut table = Table::of(&server, &["alice", "bob"], dialect).await;
        let (alice, bob) = table.two();
        let payloads: [&[u8]; 4] = [b"", b"MSG 1 N 3\r\nabc\r\n", b"\xff\x00\r\n", b"last"];
        let mut script = Vec::new();
        for (number, payload) in payloads.into_iter().enumerate() {
            script.extend(message(number as u32, 'A', payload));
            script.extend(b"\r\n\n");
        }
        for cut in all_cuts(script.len()) {
            send(alice, &script, cut).await;
            for payload in payloads {
                assert_eq!(bob.receive(ALICE).await, payload, "{cut:?}");
            }
            for number in 0..payloads.len() {
                alice.expect(&format!("ACK {number}")).await;
            }
        }
        bob.quiet().await;
    }
}

#[tokio::test]
async fn coming_in_is_cut_at_every_byte() {
    let server = TestServer::without_rates().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let length = {
        let door = alice.door().await;
        format!("USR 1 {ALICE} {}\r\nCAL 2 {BOB}\r\nMSG 3 A 2\r\n\r\nCAL 4 {BOB}\r\n", door.cookie).len()
    };
    // Cookies differ a little in length: a cut beyond the end is one at the end.
    for cut in all_cuts(length) {
        let door = alice.door().await;
        let script =
            format!("USR 1 {ALICE} {}\r\nCAL 2 {BOB}\r\nMSG 3 A 2\r\n\r\nCAL 4 {BOB}\r\n", door.cookie);
        let cut = if let Cut::At(at) = cut { Cut::At(at.min(script.len())) } else { cut };
        let mut wire = msnp_testkit::Wire::connect(door.address).await;
        send(&mut wire, script.as_bytes(), cut).await;
        wire.expect(&format!("USR 1 OK {ALICE} Alice")).await;
        let ringing = wire.expect_prefix("CAL 2 RINGING ").await;
        wire.expect("NAK 3").await;
        wire.expect("215 4").await;
        assert_eq!(bob.ring().await.session, words(&ringing)[3], "{cut:?}");
    }
}

#[tokio::test]
async fn answering_and_speaking_in_one_write_works() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut first = Sb::open(&mut alice).await;
    first.call(BOB).await;
    let door = bob.ring().await;
    let mut script = format!("ANS 1 {BOB} {} {}\r\n", door.cookie, door.session).into_bytes();
    script.extend(message(2, 'A', b"hello"));
    let mut second = msnp_testkit::Wire::connect(door.address).await;
    second.send_raw(&script).await;
    second.expect(&format!("IRO 1 1 1 {ALICE} Alice")).await;
    second.expect("ANS 1 OK").await;
    second.expect("ACK 2").await;
    first.expect(&format!("JOI {BOB} Bob")).await;
    assert_eq!(first.receive(BOB).await, b"hello");
}

#[tokio::test]
async fn what_is_sent_before_a_goodbye_still_counts() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    let mut script = message(1, 'U', b"farewell");
    script.extend(b"OUT\r\n");
    alice.send_raw(&script).await;
    assert_eq!(bob.receive(ALICE).await, b"farewell");
    bob.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn half_a_message_is_none() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    alice.send_raw(b"MSG 1 A 10\r\n12345").await;
    alice.finish().await;
    bob.expect(&format!("BYE {ALICE}")).await;
    bob.quiet().await;
}
