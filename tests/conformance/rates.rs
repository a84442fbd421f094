//! Rate limits are those of an account: another connection, or another sign-in, has no more of them. Each test is an
//! attack by one account, or by several at one.

use msnp_testkit::{Admission, Ns, Sb, TestServer, Wire};

use crate::support::{ALICE, BOB, CAROL, friends};

/// More sign-ins than any limit lets through at once.
const SIGN_INS: usize = 60;

/// Signs an account in again by the ticket that it has; `None` when the service refuses (910).
async fn again(server: &TestServer, before: &Ns) -> Option<Ns> {
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(&before.handle, before.dialect).await;
    ns.ticket.clone_from(&before.ticket);
    let answer = ns.ask(&format!("USR 904 TWN S {}", before.ticket)).await;
    if answer == "910 904" {
        ns.closed().await;
        return None;
    }
    assert!(answer.starts_with(&format!("USR 904 OK {} ", before.handle)), "{answer}");
    ns.message().await;
    Some(ns)
}

/// The cookies that an account gets when it asks for eight in one write.
async fn eight(ns: &mut Ns) -> Vec<Admission> {
    ns.send_raw("XFR 5 SB\r\n".repeat(8).as_bytes()).await;
    let lines = ns.fence().await;
    let (given, refused): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("XFR "));
    assert!(refused.iter().all(|line| *line == "800 5"), "{refused:?}");
    given.into_iter().map(|line| Admission::of_xfr(line)).collect()
}

/// As many messages wait to be mailed.
fn mails(server: &TestServer) -> usize {
    std::fs::read_dir(server.folder().join("mail")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_sign_in_brings_no_new_switchboards() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut given = eight(&mut alice).await.len();
    for _ in 0..10 {
        alice = again(&server, &alice).await.expect("ten sign-ins");
        alice.chg("NLN").await;
        given += eight(&mut alice).await.len();
    }
    // One more for each seven and a half seconds that the test takes.
    assert!((8..20).contains(&given), "{given} cookies of one account");
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    Sb::open(&mut bob).await.invite(&mut carol).await.quiet().await;
}

#[tokio::test]
async fn a_sign_in_brings_no_new_calls() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    for _ in 0..10 {
        for door in eight(&mut alice).await {
            let mut seat = Wire::connect(door.address).await;
            seat.send(&format!("USR 1 {ALICE} {}\r\nCAL 2 {BOB}", door.cookie)).await;
            seat.expect_prefix("USR 1 OK ").await;
            let answer = seat.line().await;
            assert!(answer.starts_with("CAL 2 RINGING ") || answer == "713 2", "{answer}");
        }
        alice = again(&server, &alice).await.expect("ten sign-ins");
        alice.chg("NLN").await;
    }
    let calls = bob.fence().await.iter().filter(|line| line.starts_with("RNG ")).count();
    assert!((8..20).contains(&calls), "{calls} calls at one person");
}

#[tokio::test]
async fn a_sign_in_brings_no_new_invitations_by_mail() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for sign_in in 0..5 {
        for number in 0..10 {
            let answer =
                alice.ask(&format!("SND 5 new{sign_in}-{number}@example.org 0x409 MSMSGS MSMSGS")).await;
            assert_eq!(answer, if sign_in == 0 { "SND 5 OK" } else { "800 5" });
        }
        alice = again(&server, &alice).await.expect("five sign-ins");
    }
    assert_eq!(mails(&server), 10);
}

#[tokio::test]
async fn one_contact_put_on_and_off_the_list_is_a_few_pushes() {
    let server = TestServer::start().await;
    server.account(CAROL).await;
    for blocked in [false, true] {
        let mut alice = Ns::online(&server, ALICE, 9).await;
        let mut bob = Ns::online(&server, BOB, 8).await;
        if blocked {
            bob.send(&format!("ADD 1 BL {CAROL} x")).await;
            bob.expect_prefix("ADD 1 BL ").await;
            alice = Ns::online(&server, CAROL, 9).await;
        }
        // And another sign-in brings no more of them.
        for _ in 0..2 {
            let lines = format!("ADD 5 FL {BOB} Bob 0\r\nREM 6 FL {BOB}\r\n").repeat(100);
            alice.send_raw(lines.as_bytes()).await;
            let lines = alice.fence().await;
            let refused = lines.iter().filter(|line| *line == "800 5").count();
            assert!(refused > 80, "{refused} of 100 were refused");
            alice = again(&server, &alice).await.expect("two sign-ins");
        }
        let pushes = bob.fence().await.iter().filter(|line| line.starts_with("ADD 0 RL ")).count();
        assert!((5..15).contains(&pushes), "{pushes} pushes; blocked: {blocked}");
    }
}

#[tokio::test]
async fn a_contact_can_always_be_taken_off_and_blocked() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    server.account(BOB).await;
    let mut added = 0;
    for _ in 0..50 {
        let answer = alice.ask(&format!("ADD 5 FL {BOB} Bob 0")).await;
        if answer == "800 5" {
            break;
        }
        assert!(answer.starts_with("ADD 5 FL "), "{answer}");
        // Those that MOB and BPR announce come before the fence.
        alice.fence().await;
        added += 1;
        alice.send(&format!("REM 6 FL {BOB}")).await;
        alice.expect_prefix("REM 6 FL ").await;
    }
    assert!(added < 50, "no limit");
    for _ in 0..50 {
        alice.send(&format!("ADD 7 BL {BOB} Bob")).await;
        alice.expect_prefix("ADD 7 BL ").await;
        let answer = alice.ask(&format!("REM 8 BL {BOB}")).await;
        if answer == "800 8" {
            return;
        }
        assert!(answer.starts_with("REM 8 BL "), "{answer}");
    }
    panic!("no limit for showing oneself again");
}

#[tokio::test]
async fn an_account_that_signs_in_all_the_time_is_refused_and_nobody_is_told() {
    let server = TestServer::start().await;
    let (first, mut bob) = friends(&server, 9).await;
    let mut accepted = 0;
    for _ in 0..SIGN_INS {
        let Some(mut alice) = again(&server, &first).await else { continue };
        alice.chg("NLN").await;
        accepted += 1;
    }
    assert!((10..SIGN_INS - 10).contains(&accepted), "{accepted} sign-ins");
    let told = bob.fence().await;
    assert!(told.len() <= 2 * accepted + 2, "{} lines for {accepted} sign-ins", told.len());
    bob.quiet().await;
}

/// The same at 50 people, who have the account on their lists.
#[tokio::test]
async fn an_account_with_50_watchers_tells_them_of_few_sign_ins() {
    const WATCHERS: usize = 50;
    const TRIES: usize = 126;
    let server = TestServer::start().await;
    let mut watchers = Vec::new();
    for number in 0..WATCHERS {
        let watcher = format!("watcher{number}@example.com");
        server.list(&watcher, ALICE).await;
        watchers.push(Ns::online(&server, &watcher, 9).await);
    }
    let first = Ns::online(&server, ALICE, 9).await;
    let mut accepted = 1;
    for _ in 0..TRIES {
        let Some(mut alice) = again(&server, &first).await else { continue };
        alice.chg("NLN").await;
        accepted += 1;
    }
    // 20 at once, and one more for each three seconds that the test takes.
    assert!((10..TRIES / 2).contains(&accepted), "{accepted} of {TRIES} sign-ins");
    let mut told = 0;
    for watcher in &mut watchers {
        told += watcher.fence().await.len();
    }
    let each_sign_in = 2 * WATCHERS;
    assert!(told <= each_sign_in * accepted, "{told} lines for {accepted} sign-ins");
}

#[tokio::test]
async fn a_sign_in_that_is_refused_leaves_the_session_that_is_there() {
    let server = TestServer::with(|config| config.limits.sign_ins_per_minute = 1).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    assert!(again(&server, &alice).await.is_none());
    alice.quiet().await;
    Sb::open(&mut alice).await.quiet().await;
}

#[tokio::test]
async fn a_ticket_that_is_void_uses_up_no_sign_ins() {
    let server = TestServer::with(|config| config.limits.sign_ins_per_minute = 2).await;
    let alice = Ns::online(&server, ALICE, 9).await;
    server.store().void_tickets(&ALICE.parse().expect("a handle")).await.expect("signed out");
    for _ in 0..10 {
        let mut thief = Ns::connect(server.addresses.msnp).await;
        thief.identify(ALICE, 9).await;
        assert_eq!(thief.ask(&format!("USR 904 TWN S {}", alice.ticket)).await, "911 904");
    }
    Ns::online(&server, ALICE, 9).await.quiet().await;
}

/// Few cookies, so that one account would have them all.
#[tokio::test]
async fn one_account_does_not_take_all_cookies() {
    let server = TestServer::with(|config| {
        (config.limits.cookies, config.limits.cookies_per_account) = (40, 16);
        config.limits.switchboards_per_minute = 1_000;
        config.limits.calls_per_minute = 1_000;
        config.limits.calls_per_pair = 1_000;
        config.timeouts.ringing = std::time::Duration::ZERO;
    })
    .await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    // Cookies of sign-ins that are over are gone: only those of the last count.
    for _ in 0..5 {
        assert_eq!(eight(&mut alice).await.len(), 8);
        alice = again(&server, &alice).await.expect("five sign-ins");
        alice.chg("NLN").await;
        bob.fence().await;
    }
    let mut seat = Sb::open(&mut alice).await;
    // Calls are charged to the caller.
    let mut called = 0;
    while seat.ask(&format!("CAL 5 {BOB}")).await != "713 5" {
        called += 1;
        assert!(called <= 16, "no limit");
    }
    assert_eq!((called, alice.ask("XFR 6 SB").await.as_str()), (16, "714 6"));
    assert_eq!(bob.fence().await.len(), 16);
    assert_eq!(eight(&mut bob).await.len(), 8, "the callee has its own");
    let mut carol = Ns::online(&server, CAROL, 9).await;
    Sb::open(&mut bob).await.invite(&mut carol).await.quiet().await;
}

#[tokio::test]
async fn one_caller_and_all_callers_have_a_limit_for_one_callee() {
    let server = TestServer::with(|config| {
        (config.limits.calls_per_pair, config.limits.calls_per_callee) = (3, 5);
        config.timeouts.ringing = std::time::Duration::ZERO;
    })
    .await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut rung = Vec::new();
    for caller in [ALICE, CAROL] {
        let mut ns = Ns::online(&server, caller, 9).await;
        // Another conversation is no way around it.
        for _ in 0..2 {
            let mut seat = Sb::open(&mut ns).await;
            for _ in 0..3 {
                rung.push(seat.ask(&format!("CAL 5 {BOB}")).await);
            }
        }
    }
    let refused = rung.iter().filter(|answer| *answer == "713 5").count();
    assert_eq!((refused, rung.len() - refused), (7, 5), "{rung:?}");
    assert_eq!(bob.fence().await.iter().filter(|line| line.starts_with("RNG ")).count(), 5);
    // The callee calls, and the others can be called.
    let mut alice = Ns::online(&server, ALICE, 9).await;
    Sb::open(&mut bob).await.invite(&mut alice).await.quiet().await;
}

#[tokio::test]
async fn a_mailbox_gets_few_invitations_however_many_invite() {
    let server = TestServer::start().await;
    let mut answers = Vec::new();
    for handle in [ALICE, BOB, CAROL] {
        let mut ns = Ns::sign_in(&server, handle, 9).await;
        for _ in 0..2 {
            answers.push(ns.ask("SND 5 new@example.org 0x409 MSMSGS MSMSGS").await);
        }
        assert_eq!(ns.ask(&format!("SND 6 new-{handle} 0x409 MSMSGS MSMSGS")).await, "SND 6 OK");
    }
    assert_eq!(answers, ["SND 5 OK", "SND 5 OK", "SND 5 OK", "800 5", "800 5", "800 5"]);
    assert_eq!(mails(&server), 6);
}

#[tokio::test]
async fn each_class_has_its_error() {
    let server = TestServer::with(|config| {
        config.limits.synchronisations_per_minute = 1;
        config.limits.changes_per_ten_seconds = 1;
        config.limits.list_changes_per_hour = 1;
        config.limits.groups_per_minute = 1;
        config.limits.queries_per_minute = 1;
    })
    .await;
    server.account(BOB).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let first = [
        "SYN 1 0".into(),
        "BLP 1 BL".into(),
        format!("ADD 1 AL {BOB} x"),
        "ADG 1 New 0".into(),
        "URL 1 INBOX".into(),
    ];
    for line in first {
        alice.send(&line).await;
        let answers = alice.fence().await;
        assert!(answers[0].starts_with(&line[..5]), "{line}: {answers:?}");
    }
    let more = [
        "SYN 2 0",
        "CHG 2 NLN 0",
        "PRP 2 PHH 1",
        "BLP 2 AL",
        "REA 2 alice@example.com Al",
        "GTC 2 N",
        "REM 2 AL bob@example.com",
        "REA 2 bob@example.com Robert",
        "REG 2 1 Other 0",
        "RMG 2 1",
        "IMS 2 OFF",
        "FND 2 fname=Al lname=* city=* state=* country=US",
    ];
    for line in more {
        assert_eq!(alice.ask(line).await, "800 2", "{line}");
    }
    alice.quiet().await;
}
