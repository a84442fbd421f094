//! `GTC`, `BLP`, `PRP` and the `BPR` that follow (4.5, 5.6).

use msnp::{PropertyKey, PropertyValue};
use msnp_testkit::{Ns, TestServer, words};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, ends, friends};

#[tokio::test]
async fn the_two_settings_are_kept_and_what_they_are_already_changes_nothing() {
    let server = TestServer::start().await;
    for (verb, first, other) in [("GTC", "A", "N"), ("BLP", "AL", "BL")] {
        for dialect in DIALECTS {
            let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
            let version = alice.version().await;
            let reply = alice.ask(&format!("{verb} 1 {first}")).await;
            assert_eq!(reply, format!("{verb} 1 {version} {first}"));
            assert_eq!(
                alice.ask(&format!("{verb} 2 {other}")).await,
                format!("{verb} 2 {} {other}", version + 1)
            );
            let reply = alice.ask(&format!("{verb} 3 {other}")).await;
            assert_eq!(reply, format!("{verb} 3 {} {other}", version + 1));
            assert_eq!(alice.syn().await.of(verb), [format!("{verb} {other}")]);
            assert_eq!(
                alice.ask(&format!("{verb} 4 {first}")).await,
                format!("{verb} 4 {} {first}", version + 2)
            );
            alice.quiet().await;
        }
    }
}

#[tokio::test]
async fn settings_that_do_not_exist_end_the_connection() {
    let server = TestServer::start().await;
    for line in ["GTC 1 X", "GTC 1 a", "BLP 1 XL", "BLP 1 al", "GTC 1", "BLP 1"] {
        ends(Ns::sign_in(&server, ALICE, 9).await, line).await;
    }
}

#[tokio::test]
async fn phone_numbers_are_set_changed_and_cleared() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        for key in ["PHH", "PHW", "PHM"] {
            let version = alice.version().await;
            for (n, value) in [(1, "555%20123"), (2, "%2B44")] {
                let reply = format!("PRP 5 {} {key} {value}", version + n);
                assert_eq!(alice.ask(&format!("PRP 5 {key} {value}")).await, reply);
            }
            assert_eq!(alice.syn().await.of("PRP"), [format!("PRP {key} %2B44")]);
            assert_eq!(alice.ask(&format!("PRP 6 {key}")).await, format!("PRP 6 {} {key}", version + 3));
            // Some clients leave a blank where the value was.
            assert_eq!(alice.ask(&format!("PRP 7 {key} ")).await, format!("PRP 7 {} {key}", version + 4));
            assert_eq!(alice.syn().await.of("PRP"), Vec::<&str>::new());
        }
    }
}

#[tokio::test]
async fn a_phone_number_has_95_coded_bytes_at_most() {
    let server = TestServer::start().await;
    for key in ["PHH", "PHW", "PHM"] {
        let number = "%20".repeat(30) + "12345";
        let mut alice = Ns::sign_in(&server, ALICE, 9).await;
        let reply = alice.ask(&format!("PRP 5 {key} {number}")).await;
        assert!(reply.ends_with(&number), "{reply}");
        ends(alice, &format!("PRP 6 {key} {number}6")).await;
    }
}

#[tokio::test]
async fn unknown_properties_are_715_and_impossible_ones_end_the_connection() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        for key in ["XYZ", "phh", "MFN", "HSB", "AB", "X"] {
            assert_eq!(alice.ask(&format!("PRP 5 {key} 1")).await, "715 5", "{key}");
        }
        for line in ["PRP 6 PHHX 1", "PRP 6 ABCDE"] {
            ends(Ns::sign_in(&server, ALICE, dialect).await, line).await;
        }
    }
}

#[tokio::test]
async fn web_watches_came_with_msnp9() {
    let server = TestServer::start().await;
    let account = server.account(ALICE).await;
    let value = PropertyValue::parse(PropertyKey::WebWatch, "2").expect("a value");
    server.store().set_property(account, PropertyKey::WebWatch, &value).await.expect("stored");
    for (dialect, shown) in [(9, vec!["PRP WWE 2"]), (8, vec![])] {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        // Whether there is one is for the service to say.
        for value in [" 0", " 2", " 1", " Y", ""] {
            assert_eq!(alice.ask(&format!("PRP 6 WWE{value}")).await, "715 6", "{value:?}");
        }
        assert_eq!(alice.syn().await.of("PRP"), shown);
    }
}

#[tokio::test]
async fn without_a_mobile_device_nobody_may_page_it() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        let version = alice.version().await;
        assert_eq!(alice.ask("PRP 5 MOB Y").await, format!("PRP 5 {version} MOB N"));
        assert_eq!(alice.version().await, version);
        // Whether there is one is for the service to say.
        for value in [" Y", " N", " 1", ""] {
            assert_eq!(alice.ask(&format!("PRP 6 MBE{value}")).await, "715 6", "{value:?}");
        }
        assert!(alice.syn().await.of("PRP").is_empty());
    }
}

#[tokio::test]
async fn those_who_may_know_are_told_a_new_number() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        alice.send(&format!("ADD 4 AL {BOB} Bob")).await;
        alice.expect_prefix("ADD 4 AL ").await;
        let mut version = bob.version().await;
        for (sent, told) in [("PHH 555", "PHH 555"), ("PHW 1%202", "PHW 1%202"), ("PHH", "PHH")] {
            alice.send(&format!("PRP 5 {sent}")).await;
            alice.expect_prefix("PRP 5 ").await;
            version += 1;
            bob.expect(&format!("BPR {version} {ALICE} {told}")).await;
        }
        alice.quiet().await;
        bob.quiet().await;
        let lists = bob.syn().await;
        assert_eq!((lists.version, lists.of("BPR")), (version, vec!["BPR PHW 1%202"]));
    }
}

#[tokio::test]
async fn who_is_blocked_or_not_watching_is_told_no_number() {
    let server = TestServer::start().await;
    server.list(BOB, ALICE).await;
    server.account(CAROL).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    alice.send(&format!("ADD 1 BL {BOB} Bob")).await;
    alice.expect_prefix("ADD 1 BL ").await;
    bob.expect(&format!("FLN {ALICE}")).await;
    let version = bob.version().await;
    alice.send("PRP 5 PHH 555").await;
    alice.expect_prefix("PRP 5 ").await;
    bob.quiet().await;
    carol.quiet().await;
    assert_eq!(bob.version().await, version);
}

/// `BLP AL` lets strangers see and call an account; it does not give them telephone numbers.
#[tokio::test]
async fn a_stranger_is_told_no_number() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let mut bob = Ns::online(&server, BOB, dialect).await;
        let mut alice = Ns::online(&server, ALICE, dialect).await;
        bob.ask("PRP 1 PHH 555").await;
        alice.send(&format!("ADD 3 FL {BOB} Bob 0")).await;
        alice.expect_prefix("ADD 3 FL ").await;
        alice.expect_prefix(&format!("ILN 3 NLN {BOB} ")).await;
        alice.quiet().await;
        assert!(alice.syn().await.of("BPR").is_empty());
        bob.expect_prefix("ADD 0 RL ").await;
        for line in ["PRP 2 PHW 777", "BLP 3 BL", "BLP 4 AL"] {
            bob.send(line).await;
            bob.expect_prefix(&line[..5]).await;
        }
        let seen = alice.fence().await;
        assert!(!seen.iter().any(|line| line.starts_with("BPR")), "{seen:#?}");
        // Allowed, she is told; taken off again, she is not.
        bob.send(&format!("ADD 5 AL {ALICE} Alice")).await;
        bob.expect_prefix("ADD 5 AL ").await;
        let told: Vec<_> = alice.fence().await.iter().map(|line| words(line)[2..].join(" ")).collect();
        assert_eq!(told, [format!("{BOB} PHH 555"), format!("{BOB} PHW 777")]);
        assert_eq!(alice.syn().await.of("BPR"), ["BPR PHH 555", "BPR PHW 777"]);
        bob.send(&format!("REM 6 AL {ALICE}")).await;
        bob.expect_prefix("REM 6 AL ").await;
        bob.ask("PRP 7 PHH 999").await;
        alice.quiet().await;
        assert!(alice.syn().await.of("BPR").is_empty());
    }
}

#[tokio::test]
async fn a_new_contact_who_allows_it_is_described_with_numbers() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    for line in ["PRP 1 PHH 555", "ADD 2 AL alice@example.com Alice"] {
        server.account(ALICE).await;
        bob.send(line).await;
        bob.line().await;
    }
    let mut alice = Ns::online(&server, ALICE, 9).await;
    alice.send(&format!("ADD 3 FL {BOB} Bob 0")).await;
    let reply = alice.expect_prefix("ADD 3 FL ").await;
    let version = reply.split(' ').nth(3).expect("a version").to_owned();
    alice.expect(&format!("BPR {version} {BOB} PHH 555")).await;
    alice.expect_prefix(&format!("ILN 3 NLN {BOB} ")).await;
    alice.quiet().await;
}
