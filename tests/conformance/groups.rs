//! `ADG`, `REG`, `RMG` (5.4).

use msnp_testkit::{Ns, TestServer};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, ends};

#[tokio::test]
async fn a_group_is_added_renamed_and_removed() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        let version = alice.version().await;
        let (added, renamed, removed) = (version + 1, version + 2, version + 3);
        assert_eq!(alice.ask("ADG 5 My%20Work 0").await, format!("ADG 5 {added} My%20Work 1 0"));
        assert_eq!(alice.ask("REG 6 1 Play 0").await, format!("REG 6 {renamed} 1 Play 0"));
        assert_eq!(alice.syn().await.of("LSG")[1], "LSG 1 Play 0");
        assert_eq!(alice.ask("RMG 7 1").await, format!("RMG 7 {removed} 1"));
        assert_eq!(alice.syn().await.of("LSG").len(), 1);
    }
}

#[tokio::test]
async fn thirty_groups_are_enough_and_numbers_are_used_again() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let version = alice.version().await;
    for number in 1..30 {
        let reply = format!("ADG 5 {} G{number} {number} 0", version + number);
        assert_eq!(alice.ask(&format!("ADG 5 G{number} 0")).await, reply);
    }
    assert_eq!(alice.ask("ADG 6 More 0").await, "223 6");
    for number in [17, 4] {
        alice.send(&format!("RMG 7 {number}")).await;
        alice.expect_prefix("RMG 7 ").await;
    }
    for number in [4, 17] {
        alice.send("ADG 8 Again 0").await;
        let reply = alice.line().await;
        assert!(reply.ends_with(&format!(" Again {number} 0")), "{reply}");
    }
    assert_eq!(alice.ask("ADG 9 More 0").await, "223 9");
    assert_eq!(alice.syn().await.of("LSG").len(), 30);
}

#[tokio::test]
async fn a_name_has_61_coded_bytes_at_most() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 8).await;
    let coded = "%41".repeat(20) + "x";
    for name in ["n".repeat(61), coded] {
        assert_eq!(name.len(), 61);
        alice.send(&format!("ADG 1 {name} 0")).await;
        alice.expect_prefix("ADG 1 ").await;
        alice.send(&format!("REG 2 1 {name} 0")).await;
        alice.expect_prefix("REG 2 ").await;
        assert_eq!(alice.ask(&format!("ADG 3 {name}y 0")).await, "229 3");
        assert_eq!(alice.ask(&format!("REG 4 1 {name}y 0")).await, "229 4");
    }
    alice.quiet().await;
    ends(alice, &format!("ADG 5 {} 0", "n".repeat(20_000))).await;
}

#[tokio::test]
async fn two_groups_may_have_one_name() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for number in [1, 2] {
        let reply = alice.ask("ADG 1 Work 0").await;
        assert!(reply.ends_with(&format!(" Work {number} 0")), "{reply}");
    }
}

#[tokio::test]
async fn group_0_can_be_renamed_and_not_removed() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    assert_eq!(alice.ask("RMG 1 0").await, "230 1");
    alice.send("REG 2 0 Everybody 0").await;
    alice.expect_prefix("REG 2 ").await;
    assert_eq!(alice.syn().await.of("LSG"), ["LSG 0 Everybody 0"]);
}

#[tokio::test]
async fn groups_that_are_not_there_are_224_and_those_that_cannot_be_end_the_connection() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        for number in [1, 29] {
            assert_eq!(alice.ask(&format!("REG 1 {number} X 0")).await, "224 1");
            assert_eq!(alice.ask(&format!("RMG 2 {number}")).await, "224 2");
        }
        for line in ["RMG 1 30", "REG 1 30 X 0", "RMG 1 255"] {
            ends(Ns::sign_in(&server, ALICE, dialect).await, line).await;
        }
    }
}

#[tokio::test]
async fn a_number_too_long_to_count_with_is_one_that_cannot_be() {
    let server = TestServer::start().await;
    for line in ["RMG 1 99999999999999999999", "REG 1 99999999999999999999 X 0"] {
        ends(Ns::sign_in(&server, ALICE, 9).await, line).await;
    }
}

/// MSN 7.0 sends the name in place of the number (5.4); it is no reason to part.
#[tokio::test]
async fn a_name_in_place_of_a_number_is_224() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    assert_eq!(alice.ask("RMG 1 New%20Group").await, "224 1");
    alice.quiet().await;
}

#[tokio::test]
async fn who_is_only_in_a_removed_group_leaves_the_list_with_it() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut alice = Ns::online(&server, ALICE, dialect).await;
        let mut bob = Ns::online(&server, BOB, dialect).await;
        let mut carol = Ns::online(&server, CAROL, dialect).await;
        for line in [
            "ADG 1 Work 0",
            "ADG 1 Play 0",
            "ADD 1 FL bob@example.com Bob 1",
            "ADD 1 FL carol@example.com C 1",
            "ADD 1 FL carol@example.com C 2",
        ] {
            alice.send(line).await;
        }
        alice.fence().await;
        bob.expect_prefix("ADD 0 RL ").await;
        carol.expect_prefix("ADD 0 RL ").await;
        let (mine, his) = (alice.version().await + 1, bob.version().await + 1);
        assert_eq!(alice.ask("RMG 2 1").await, format!("RMG 2 {mine} 1"));
        alice.quiet().await;
        bob.expect(&format!("REM 0 RL {his} {ALICE}")).await;
        carol.quiet().await;
        let lists = alice.syn().await;
        assert_eq!(lists.contact(BOB), None);
        assert_eq!(lists.contact(CAROL), Some("LST carol@example.com C 1 2"));
        assert_eq!(bob.syn().await.contact(ALICE), None);
        // Nothing more is seen of the contact that is gone.
        bob.chg("BSY").await;
        alice.quiet().await;
    }
}
