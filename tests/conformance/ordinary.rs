//! The default limits do not touch ordinary people, however much they do.

use msnp_testkit::{Ns, Sb, Table, TestServer};

use crate::support::{ALICE, BOB, friends};

/// As many contacts as a list takes.
const CONTACTS: usize = 600;

/// The lines of `verb` among those that came.
fn count(lines: &[String], verb: &str) -> usize {
    lines.iter().filter(|line| line.starts_with(verb)).count()
}

#[tokio::test]
async fn a_bot_allows_and_adds_600_contacts_in_one_go() {
    let server = TestServer::start().await;
    let mut bot = Ns::online(&server, "bot@example.com", 9).await;
    let contact = |number: usize| format!("contact{number}@example.com");
    for number in 0..CONTACTS {
        server.account(&contact(number)).await;
    }
    for chunk in (0..CONTACTS).collect::<Vec<_>>().chunks(50) {
        let lines: String = chunk
            .iter()
            .map(|number| {
                let contact = contact(*number);
                format!("ADD 5 AL {contact} x\r\nADD 6 FL {contact} x 0\r\n")
            })
            .collect();
        bot.send_raw(lines.as_bytes()).await;
        let lines = bot.fence().await;
        let added = (count(&lines, "ADD 5 AL "), count(&lines, "ADD 6 FL "));
        assert_eq!(added, (chunk.len(), chunk.len()), "{lines:?}");
    }
    let lists = bot.syn().await;
    assert_eq!(lists.of("LST").len(), CONTACTS);
    // The names of all of them are new to it after the sign-in.
    let lines: String = (0..CONTACTS).map(|number| format!("REA 7 {} New\r\n", contact(number))).collect();
    bot.send_raw(lines.as_bytes()).await;
    assert_eq!(count(&bot.fence().await, "REA 7 "), CONTACTS);
}

#[tokio::test]
async fn a_line_that_breaks_ten_times_a_minute_comes_back_ten_times() {
    // Here the minute passes within seconds: the changes of a minute are those of ten seconds.
    let server = TestServer::with(|config| config.limits.changes_per_ten_seconds *= 6).await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    for _ in 0..10 {
        drop(alice);
        bob.expect(&format!("FLN {ALICE}")).await;
        alice = Ns::online(&server, ALICE, 9).await;
        bob.expect_prefix(&format!("NLN NLN {ALICE} ")).await;
        // The lines of MSN Messenger at each sign-in.
        for line in ["GTC 5 A", "BLP 5 AL", "URL 5 INBOX", "URL 5 PROFILE", "PRP 5 PHH 1"] {
            let answer = alice.ask(line).await;
            assert!(answer.starts_with(&line[..5]), "{line}: {answer}");
        }
    }
    Sb::open(&mut alice).await.invite(&mut bob).await.quiet().await;
}

#[tokio::test]
async fn a_chatty_person_talks_to_everybody() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    // As many conversations in a minute as there were in the days of the original, with somebody new in each.
    for number in 0..8 {
        let mut friend = Ns::online(&server, &format!("friend{number}@example.com"), 9).await;
        let mut hers = Sb::open(&mut alice).await;
        let mut theirs = hers.invite(&mut friend).await;
        // The client closes its window, and is called again when there is more to say.
        for _ in 0..2 {
            theirs.send("OUT").await;
            theirs.closed().await;
            hers.expect(&format!("BYE {}", friend.handle)).await;
            theirs = hers.invite(&mut friend).await;
        }
        for text in 0..100 {
            hers.msg(text, 'A', b"and another thing").await;
            assert_eq!(theirs.receive(ALICE).await, b"and another thing");
            hers.expect(&format!("ACK {text}")).await;
        }
    }
}

#[tokio::test]
async fn a_party_of_thirty_is_called_at_once() {
    let server = TestServer::start().await;
    let names: Vec<_> = (0..30).map(|number| format!("guest{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut party = Table::of(&server, &names, 9).await;
    let (host, guest) = party.two();
    host.msg(1, 'A', b"welcome").await;
    assert_eq!(guest.receive("guest0@example.com").await, b"welcome");
}

#[tokio::test]
async fn a_contact_is_moved_blocked_and_taken_back_some_times() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = friends(&server, 9).await;
    for _ in 0..5 {
        for (line, answer) in [
            // Pidgin moves somebody like this, by way of no group at all.
            (format!("REM 5 FL {BOB} 0"), "REM 5 FL "),
            (format!("ADD 6 FL {BOB} Bob 0"), "ADD 6 FL "),
            (format!("ADD 7 BL {BOB} Bob"), "ADD 7 BL "),
            (format!("REM 8 BL {BOB}"), "REM 8 BL "),
            (format!("ADD 9 AL {BOB} Bob"), "ADD 9 AL "),
            (format!("REM 10 AL {BOB}"), "REM 10 AL "),
        ] {
            alice.send(&line).await;
            let lines = alice.fence().await;
            assert_eq!(count(&lines, answer), 1, "{line}: {lines:?}");
        }
    }
}
