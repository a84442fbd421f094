//! The visibility of accounts, and the moments at which contacts are told: each row of the table in 6.4, and 6.1 to
//! 6.3.

use msnp_testkit::{Ns, TestServer};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, OBJECT, friends};

const ALICE_ONLINE: &str = "NLN NLN alice@example.com Alice 268435492";
const ALICE_OFFLINE: &str = "FLN alice@example.com";

/// Sends Alice's line, takes her own reply, and checks that Bob sees these lines of it and nothing else.
async fn seen(alice: &mut Ns, line: &str, bob: &mut Ns, expected: &[&str]) {
    alice.send(line).await;
    let verb = line.split(' ').next().unwrap_or_default();
    alice.expect_prefix(verb).await;
    alice.quiet().await;
    for line in expected {
        bob.expect(line).await;
    }
    bob.quiet().await;
}

#[tokio::test]
async fn coming_online_is_seen_once_each_way() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        server.befriend(ALICE, BOB).await;
        let mut bob = Ns::online(&server, BOB, dialect).await;
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        // A sign-in alone shows no contact.
        alice.syn().await;
        bob.quiet().await;
        let seen = alice.chg("NLN").await;
        assert_eq!(seen, [format!("ILN 906 NLN {BOB} Bob 268435492")]);
        bob.expect(ALICE_ONLINE).await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn every_visible_status_is_seen() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        for status in ["BSY", "IDL", "BRB", "AWY", "PHN", "LUN", "NLN"] {
            seen(
                &mut alice,
                &format!("CHG 5 {status} 268435492"),
                &mut bob,
                &[&format!("NLN {status} {ALICE} Alice 268435492")],
            )
            .await;
        }
    }
}

#[tokio::test]
async fn new_capabilities_and_pictures_are_seen_though_the_status_stays() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    seen(&mut alice, "CHG 5 NLN 36", &mut bob, &[&format!("NLN NLN {ALICE} Alice 36")]).await;
    let with_object = format!("CHG 6 NLN 36 {OBJECT}");
    seen(&mut alice, &with_object, &mut bob, &[&format!("NLN NLN {ALICE} Alice 36 {OBJECT}")]).await;
    // Without the object the picture is gone.
    seen(&mut alice, "CHG 7 NLN 36", &mut bob, &[&format!("NLN NLN {ALICE} Alice 36")]).await;
}

#[tokio::test]
async fn hiding_and_showing_again_are_seen_once() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        seen(&mut alice, "CHG 5 HDN 268435492", &mut bob, &[ALICE_OFFLINE]).await;
        seen(&mut alice, "CHG 6 HDN 268435492", &mut bob, &[]).await;
        seen(&mut alice, "CHG 7 NLN 268435492", &mut bob, &[ALICE_ONLINE]).await;
    }
}

#[tokio::test]
async fn who_hides_sees_the_others() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        server.befriend(ALICE, BOB).await;
        let mut bob = Ns::online(&server, BOB, dialect).await;
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        assert_eq!(alice.chg("HDN").await, [format!("ILN 906 NLN {BOB} Bob 268435492")]);
        bob.quiet().await;
        bob.chg("AWY").await;
        alice.expect(&format!("NLN AWY {BOB} Bob 268435492")).await;
        alice.send("OUT").await;
        alice.closed().await;
        // No contact saw the hidden one come, and none sees it go.
        bob.quiet().await;
    }
}

#[tokio::test]
async fn going_is_seen_once() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        alice.send("OUT").await;
        alice.closed().await;
        bob.expect(ALICE_OFFLINE).await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn losing_the_connection_is_seen_once() {
    let server = TestServer::start().await;
    for reset in [false, true] {
        server.account(ALICE).await;
        let mut bob = Ns::online(&server, BOB, 9).await;
        if !reset {
            server.befriend(ALICE, BOB).await;
            bob = Ns::online(&server, BOB, 9).await;
        }
        let alice = Ns::online(&server, ALICE, 9).await;
        bob.expect(ALICE_ONLINE).await;
        if reset {
            alice.reset_when_dropped();
        }
        drop(alice);
        bob.expect(ALICE_OFFLINE).await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn a_blocked_contact_sees_one_goes_offline_once() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let block = format!("ADD 5 BL {BOB} Bob");
        seen(&mut alice, &block, &mut bob, &[ALICE_OFFLINE]).await;
        // From now on nothing is seen of the other, in any state.
        seen(&mut alice, "CHG 6 BSY 268435492", &mut bob, &[]).await;
        seen(&mut alice, &format!("REA 6 {ALICE} Alicia"), &mut bob, &[]).await;
        seen(&mut alice, &format!("REA 6 {ALICE} Alice"), &mut bob, &[]).await;
        // Blocking a contact does not keep one from seeing it.
        bob.chg("LUN").await;
        alice.expect(&format!("NLN LUN {BOB} Bob 268435492")).await;
        seen(&mut alice, "CHG 6 NLN 268435492", &mut bob, &[]).await;
        seen(&mut alice, &format!("REM 7 BL {BOB}"), &mut bob, &[ALICE_ONLINE]).await;
        seen(&mut alice, &block, &mut bob, &[ALICE_OFFLINE]).await;
        alice.send("OUT").await;
        alice.closed().await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn who_is_hidden_blocks_and_unblocks_in_silence() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    seen(&mut alice, "CHG 5 HDN 268435492", &mut bob, &[ALICE_OFFLINE]).await;
    seen(&mut alice, &format!("ADD 6 BL {BOB} Bob"), &mut bob, &[]).await;
    seen(&mut alice, &format!("REM 7 BL {BOB}"), &mut bob, &[]).await;
    seen(&mut alice, "CHG 8 NLN 268435492", &mut bob, &[ALICE_ONLINE]).await;
}

#[tokio::test]
async fn who_blocks_is_not_seen_at_a_sign_in_either() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    alice.send(&format!("ADD 5 BL {BOB} Bob")).await;
    alice.expect_prefix("ADD 5 ").await;
    let mut bob = Ns::sign_in(&server, BOB, 9).await;
    assert_eq!(bob.chg("NLN").await, Vec::<String>::new());
    alice.expect_prefix("NLN NLN bob@example.com ").await;
    // Nor by taking the other off the list and on again.
    for line in [format!("REM 6 FL {ALICE}"), format!("ADD 7 FL {ALICE} A 0")] {
        bob.send(&line).await;
        bob.expect_prefix(&line[..6]).await;
        assert!(bob.fence().await.iter().all(|line| line.starts_with("BPR ")));
    }
}

#[tokio::test]
async fn the_privacy_setting_shows_and_hides_from_those_on_neither_list() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        seen(&mut alice, "BLP 5 BL", &mut bob, &[ALICE_OFFLINE]).await;
        seen(&mut alice, "CHG 6 NLN 268435492", &mut bob, &[]).await;
        seen(&mut alice, "BLP 7 AL", &mut bob, &[ALICE_ONLINE]).await;
    }
}

#[tokio::test]
async fn under_a_strict_setting_the_allow_list_shows_and_hides() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        seen(&mut alice, "BLP 5 BL", &mut bob, &[ALICE_OFFLINE]).await;
        seen(&mut alice, &format!("ADD 6 AL {BOB} Bob"), &mut bob, &[ALICE_ONLINE]).await;
        seen(&mut alice, "BLP 7 AL", &mut bob, &[]).await;
        seen(&mut alice, "BLP 8 BL", &mut bob, &[]).await;
        seen(&mut alice, &format!("REM 9 AL {BOB}"), &mut bob, &[ALICE_OFFLINE]).await;
        seen(&mut alice, &format!("ADD 10 BL {BOB} Bob"), &mut bob, &[]).await;
        seen(&mut alice, &format!("REM 11 BL {BOB}"), &mut bob, &[]).await;
        seen(&mut alice, "BLP 12 AL", &mut bob, &[ALICE_ONLINE]).await;
    }
}

#[tokio::test]
async fn a_new_contact_is_seen_in_the_answer() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut bob = Ns::online(&server, BOB, dialect).await;
        bob.chg("PHN").await;
        let mut alice = Ns::online(&server, ALICE, dialect).await;
        alice.send(&format!("ADD 77 FL {BOB} Bob 0")).await;
        alice.expect_prefix("ADD 77 FL ").await;
        let mut lines = alice.fence().await;
        lines.retain(|line| !line.starts_with("BPR "));
        assert_eq!(lines, [format!("ILN 77 PHN {BOB} Bob 268435492")]);
        bob.expect_prefix("ADD 0 RL ").await;
        bob.quiet().await;
        // From now on every change is seen.
        bob.chg("NLN").await;
        alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
    }
}

#[tokio::test]
async fn a_new_contact_who_hides_or_blocks_is_not_seen() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    bob.chg("HDN").await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    carol.send(&format!("ADD 1 BL {ALICE} Alice")).await;
    carol.expect_prefix("ADD 1 BL ").await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    for name in [BOB, CAROL] {
        alice.send(&format!("ADD 5 FL {name} X 0")).await;
        alice.expect_prefix("ADD 5 FL ").await;
        assert!(alice.fence().await.iter().all(|line| line.starts_with("BPR ")));
    }
}

#[tokio::test]
async fn each_dialect_sees_what_it_can_read() {
    let server = TestServer::start().await;
    for watcher in [BOB, CAROL] {
        server.list(watcher, ALICE).await;
    }
    let mut bob = Ns::online(&server, BOB, 8).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.chg("NLN").await;
    bob.expect(ALICE_ONLINE).await;
    carol.expect(ALICE_ONLINE).await;
    let change = format!("CHG 5 BSY 268435492 {OBJECT}");
    assert_eq!(alice.ask(&change).await, change);
    bob.expect(&format!("NLN BSY {ALICE} Alice 268435492")).await;
    carol.expect(&format!("NLN BSY {ALICE} Alice 268435492 {OBJECT}")).await;

    let mut bob = Ns::sign_in(&server, BOB, 8).await;
    assert_eq!(bob.chg("NLN").await, [format!("ILN 906 BSY {ALICE} Alice 268435492")]);
    let mut carol = Ns::sign_in(&server, CAROL, 9).await;
    assert_eq!(carol.chg("NLN").await, [format!("ILN 906 BSY {ALICE} Alice 268435492 {OBJECT}")]);
}

#[tokio::test]
async fn a_0_in_place_of_a_picture_is_no_picture() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    alice.send("CHG 5 AWY 268435492 0").await;
    alice.expect_prefix("CHG 5 AWY 268435492").await;
    bob.expect(&format!("NLN AWY {ALICE} Alice 268435492")).await;
}

#[tokio::test]
async fn a_status_that_is_none_is_201_and_changes_nothing() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        for status in ["FLN", "XYZ", "nln", "NLNX"] {
            assert_eq!(alice.ask(&format!("CHG 5 {status} 0")).await, "201 5", "{status}");
        }
        alice.quiet().await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn contacts_that_are_offline_or_strangers_are_not_seen() {
    let server = TestServer::start().await;
    server.list(ALICE, BOB).await;
    server.list(CAROL, ALICE).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    assert_eq!(alice.chg("NLN").await, Vec::<String>::new());
    // Carol has Alice on her list, Alice does not have Carol.
    carol.expect(ALICE_ONLINE).await;
    carol.chg("BSY").await;
    alice.quiet().await;
}

#[tokio::test]
async fn who_changes_too_often_is_told_so() {
    let server = TestServer::with(|config| config.limits.changes_per_ten_seconds = 5).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for _ in 0..5 {
        alice.send("CHG 5 NLN 0").await;
    }
    alice.fence().await;
    for line in ["CHG 6 NLN 0", "PRP 6 PHH 1", &format!("REA 6 {ALICE} Al")] {
        assert_eq!(alice.ask(line).await, "800 6", "{line}");
    }
    alice.quiet().await;
}
