//! The rest of the notification server: `PNG`, `URL`, `SND`, `SDC`, `FND`, `PAG`, `PGD`, `IMS`, `OUT`
//! and lines that are no command (1.5, 8).

use msnp_testkit::{Ns, TestServer, person, words};

use crate::support::{ALICE, BOB, DIALECTS, ends, friends};

#[tokio::test]
async fn a_ping_is_answered_and_msnp9_is_told_when_to_ping_next() {
    let server = TestServer::start().await;
    for (dialect, pong) in [(8, "QNG"), (9, "QNG 50")] {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        for _ in 0..3 {
            assert_eq!(ns.ask("PNG").await, pong);
        }
    }
}

#[tokio::test]
async fn every_page_has_an_address() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        for service in [
            "INBOX",
            "FOLDERS",
            "COMPOSE",
            "COMPOSE bob@example.com",
            "CHGMOB",
            "MOBILE",
            "PROFILE 0x0409",
            "PERSON 0x0409",
            "CHAT 0x0409",
            "ADDRBOOK",
            "ADVSEARCH",
            "INTSEARCH",
        ] {
            let reply = ns.ask(&format!("URL 15 {service}")).await;
            let parts = words(&reply);
            assert_eq!((parts.len(), &parts[..2]), (5, &["URL", "15"][..]), "{service}: {reply}");
            assert!(parts[2].starts_with('/') && parts[3].starts_with("http"), "{service}: {reply}");
            assert!(parts[4].parse::<u32>().is_ok(), "{service}: {reply}");
        }
        ns.quiet().await;
    }
}

/// The texts of the messages that wait to be mailed.
fn mail(server: &TestServer) -> Vec<String> {
    let folder = server.folder().join("mail");
    let files = std::fs::read_dir(folder).expect("a mail folder").map(|entry| entry.expect("a file").path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| std::fs::read_to_string(path).expect("a message in UTF-8"))
        .collect()
}

#[tokio::test]
async fn an_invitation_is_left_to_be_mailed() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        assert_eq!(ns.ask("SND 22 new@example.org 0x409 MSMSGS MSMSGS").await, "SND 22 OK");
        let messages = mail(&server);
        assert_eq!(messages.len(), 1);
        assert!(messages[0].contains("To: new@example.org\r\n"), "{}", messages[0]);
        assert!(messages[0].contains(ALICE), "{}", messages[0]);
    }
}

#[tokio::test]
async fn an_invitation_carries_the_senders_words_and_nothing_that_is_a_header() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        let text = "Come & see ✓\r\n.\r\nBcc: all@example.com\r\nMSG 1 N 3\r\n";
        let line = format!("SDC 23 new@example.org 0x0409 MSMSGS MSMSGS X X Al {}", text.len());
        ns.send_with(&line, text.as_bytes()).await;
        ns.expect("SDC 23 OK").await;
        ns.quiet().await;
        let messages = mail(&server);
        assert!(messages[0].contains("Come & see ✓"), "{}", messages[0]);
        assert!(messages[0].lines().all(|line| !line.starts_with("Bcc") && line != "."), "{}", messages[0]);
    }
}

#[tokio::test]
async fn invitations_to_nobody_are_refused() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    for address in ["nobody", "a@b", "@example.com", "a%0D%0ABcc:x@example.com"] {
        assert_eq!(ns.ask(&format!("SND 5 {address} 0x409")).await, "201 5", "{address}");
    }
    assert!(!server.folder().join("mail").exists() || mail(&server).is_empty());
}

#[tokio::test]
async fn searching_people_is_switched_off() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        for line in ["FND 5 fname=Bob lname=* city= state= country=US", "FND 5", "FND 5 x"] {
            assert_eq!(ns.ask(line).await, "502 5", "{line}");
        }
        ns.quiet().await;
    }
}

const PAGE: &str = "<TEXT xml:space=\"preserve\" enc=\"utf-8\">Call me</TEXT>";

#[tokio::test]
async fn pages_cannot_be_delivered_and_bad_ones_are_refused() {
    let server = TestServer::start().await;
    server.list(ALICE, BOB).await;
    for (dialect, middle) in [(8, "PAG 5 bob@example.com"), (9, "PGD 5 bob@example.com 1")] {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        let long = PAGE.replace("Call me", &"x".repeat(114));
        let longest = PAGE.replace("Call me", &"&lt;".repeat(113));
        let stranger = middle.replace("bob@", "stranger@");
        for (line, page, code) in [
            (middle, PAGE, "800"),
            (middle, &*longest, "800"),
            (middle, &*long, "220"),
            (middle, "Call me", "220"),
            (middle, "<TEXT>Call me", "220"),
            (&*stranger, PAGE, "220"),
        ] {
            ns.send_with(&format!("{line} {}", page.len()), page.as_bytes()).await;
            ns.expect(&format!("{code} 5")).await;
            ns.quiet().await;
        }
    }
}

#[tokio::test]
async fn msnp9_has_no_pag_and_msnp8_no_pgd() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    ns.send_with(&format!("PAG 5 {BOB} {}", PAGE.len()), PAGE.as_bytes()).await;
    ns.expect("715 5").await;
    ns.quiet().await;
    let mut ns = Ns::sign_in(&server, ALICE, 8).await;
    ns.send_with(&format!("PGD 5 {BOB} 1 {}", PAGE.len()), PAGE.as_bytes()).await;
    ns.closed().await;
}

#[tokio::test]
async fn who_takes_no_calls_makes_none() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        assert_eq!(bob.ask("IMS 5 OFF").await, "IMS 5 0 OFF");
        assert_eq!(bob.ask("XFR 6 SB").await, "913 6");
        let mut seat = msnp_testkit::Sb::open(&mut alice).await;
        assert_eq!(seat.ask(&format!("CAL 7 {BOB}")).await, "217 7");
        bob.quiet().await;
        assert_eq!(bob.ask("IMS 8 ON").await, "IMS 8 0 ON");
        seat.call(BOB).await;
        bob.ring().await;
        bob.send("XFR 9 SB").await;
        bob.expect_prefix("XFR 9 SB ").await;
    }
}

#[tokio::test]
async fn out_is_answered_by_the_end() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        ends(Ns::online(&server, ALICE, dialect).await, "OUT").await;
    }
}

#[tokio::test]
async fn what_is_no_command_ends_the_connection() {
    let server = TestServer::without_rates().await;
    server.account(&person("bob")).await;
    for dialect in DIALECTS {
        for line in [
            "XYZ 5",
            "png",
            "INF 5",
            "LST 5 FL",
            "LSG 5",
            "ADC 5 FL N=bob@example.com F=Bob",
            "SBP 5 x MFN y",
            "QNG",
            "RNG 5",
            "NLN NLN bob@example.com Bob 0",
            "CAL 5 bob@example.com",
            "ANS 5 a b c",
            "GCF 5 x",
            "ADL 5 0",
            "UUX 5 0",
            "201 5",
            "PNGX",
        ] {
            ends(Ns::sign_in(&server, ALICE, dialect).await, line).await;
        }
        // A message cannot be sent to the notification server, and its body is not read as lines.
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        ns.send_with("MSG 5 N 5", b"PNG\r\n").await;
        ns.closed().await;
    }
}

#[tokio::test]
async fn replies_carry_the_transaction_id_of_the_request() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    for id in ["0", "1", "4294967295"] {
        assert_eq!(ns.ask(&format!("GTC {id} A")).await, format!("GTC {id} 1 A"));
        assert_eq!(words(&ns.ask(&format!("URL {id} INBOX")).await)[1], id);
    }
    for id in ["4294967296", "-1", "x", "1.0", "0x10"] {
        ends(Ns::sign_in(&server, ALICE, 9).await, &format!("GTC {id} A")).await;
    }
}

#[tokio::test]
async fn blanks_and_line_ends_may_vary_in_what_is_read_and_not_in_what_is_written() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    for bytes in ["GTC 5 A \r\n", "GTC  5   A\r\n", "GTC\t5 A\n", "GTC 5 A\t \n"] {
        ns.send_raw(bytes.as_bytes()).await;
        ns.expect("GTC 5 1 A").await;
    }
    ns.send_raw(b"PNG \r\n").await;
    ns.expect("QNG 50").await;
}

#[tokio::test]
async fn words_after_a_ping_or_a_goodbye_say_nothing() {
    let server = TestServer::start().await;
    for (dialect, pong) in [(8, "QNG"), (9, "QNG 50")] {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        for line in ["PNG 1", "PNG x y z", "PNG\t0 ", "PNG \u{e9}"] {
            assert_eq!(ns.ask(line).await, pong, "{line:?}");
        }
        ends(ns, "OUT x").await;
    }
}

#[tokio::test]
async fn empty_lines_between_commands_are_passed_over() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut ns = Ns::over(msnp_testkit::Wire::connect(server.addresses.msnp).await);
        ns.send_raw(b"\r\n\n \t\r\n").await;
        let challenge = ns.identify(ALICE, dialect).await;
        assert!(!challenge.is_empty());
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        ns.send_raw(b"\r\n\r\nPNG\r\n\n\nPNG\n  \r\nPNG\r\n\r\n").await;
        for _ in 0..3 {
            ns.expect(if dialect == 8 { "QNG" } else { "QNG 50" }).await;
        }
        ns.quiet().await;
    }
}

#[tokio::test]
async fn a_flood_of_empty_lines_ends_the_connection() {
    let server = TestServer::start().await;
    let mut stranger = Ns::connect(server.addresses.msnp).await;
    stranger.send_raw(&b"\r\n".repeat(2_000)).await;
    stranger.closed().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    ns.send_raw(&b"\n".repeat(2_000)).await;
    ns.closed().await;
}
