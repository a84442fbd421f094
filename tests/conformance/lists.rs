//! `ADD`, `REM`, `REA` (5.1 to 5.3, 5.5).

use msnp_testkit::{Ns, TestServer, person};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, ends, friends};

async fn alice_and_bob(server: &TestServer, dialect: u32) -> (Ns, Ns) {
    let mut alice = Ns::sign_in(server, ALICE, dialect).await;
    let bob = Ns::sign_in(server, BOB, dialect).await;
    alice.quiet().await;
    (alice, bob)
}

#[tokio::test]
async fn a_new_contact_is_confirmed_and_told() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = alice_and_bob(&server, dialect).await;
        let (mine, his) = (alice.version().await + 1, bob.version().await + 1);
        alice.send(&format!("ADD 10 FL {BOB} {BOB} 0")).await;
        alice.expect(&format!("ADD 10 FL {mine} {BOB} {BOB} 0")).await;
        // No line tells of properties that are not set: a `BPR` for a contact that it has only just
        // added ends Twisted's client.
        alice.quiet().await;
        bob.expect(&format!("ADD 0 RL {his} {ALICE} Alice")).await;
        bob.quiet().await;
        assert_eq!(bob.version().await, his);
    }
}

#[tokio::test]
async fn without_syn_a_new_contact_is_not_described() {
    let server = TestServer::start().await;
    let mut bob = Ns::sign_in(&server, BOB, 9).await;
    bob.send("PRP 1 PHH 555").await;
    bob.expect_prefix("PRP 1 ").await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send(&format!("ADD 10 FL {BOB} Bob 0")).await;
    alice.expect_prefix("ADD 10 FL ").await;
    alice.quiet().await;
    bob.expect_prefix("ADD 0 RL ").await;
}

#[tokio::test]
async fn without_a_group_a_contact_is_in_group_0() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = alice_and_bob(&server, 9).await;
    alice.send(&format!("ADD 10 FL {BOB} Bob")).await;
    alice.expect_prefix("ADD 10 FL ").await;
    assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com Bob 1 0"));
    assert_eq!(alice.ask(&format!("ADD 11 FL {BOB} Bob")).await, "215 11");
    assert_eq!(alice.ask(&format!("ADD 12 FL {BOB} Bob 0")).await, "215 12");
}

#[tokio::test]
async fn one_more_group_is_told_to_nobody_else() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = alice_and_bob(&server, dialect).await;
        alice.send("ADG 1 Work 0").await;
        alice.expect_prefix("ADG 1 ").await;
        alice.send(&format!("ADD 2 FL {BOB} Bob 0")).await;
        alice.expect_prefix("ADD 2 ").await;
        bob.expect_prefix("ADD 0 RL ").await;
        let version = alice.version().await + 1;
        assert_eq!(
            alice.ask(&format!("ADD 3 FL {BOB} Bob 1")).await,
            format!("ADD 3 FL {version} {BOB} Bob 1")
        );
        alice.quiet().await;
        bob.quiet().await;
        assert_eq!(alice.ask(&format!("ADD 4 FL {BOB} Bob 1")).await, "215 4");
        assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com Bob 1 0,1"));
    }
}

#[tokio::test]
async fn allow_and_block_are_confirmed_and_told_to_nobody() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = alice_and_bob(&server, dialect).await;
        let version = alice.version().await;
        for (n, list) in [(1, "AL"), (3, "BL")] {
            let (added, removed) = (version + n, version + n + 1);
            assert_eq!(
                alice.ask(&format!("ADD 10 {list} {BOB} Bob%20B")).await,
                format!("ADD 10 {list} {added} {BOB} Bob%20B")
            );
            assert_eq!(alice.ask(&format!("ADD 11 {list} {BOB} Bob")).await, "215 11");
            assert_eq!(
                alice.ask(&format!("REM 12 {list} {BOB}")).await,
                format!("REM 12 {list} {removed} {BOB}")
            );
            assert_eq!(alice.ask(&format!("REM 13 {list} {BOB}")).await, "216 13");
        }
        alice.quiet().await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn nobody_is_on_the_allow_and_the_block_list_at_once() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = alice_and_bob(&server, 9).await;
    for (list, opposite) in [("AL", "BL"), ("BL", "AL")] {
        alice.send(&format!("ADD 1 {list} {BOB} Bob")).await;
        alice.expect_prefix("ADD 1 ").await;
        assert_eq!(alice.ask(&format!("ADD 2 {opposite} {BOB} Bob")).await, "219 2");
        alice.send(&format!("REM 3 {list} {BOB}")).await;
        alice.expect_prefix("REM 3 ").await;
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_201_and_those_of_nobody_205() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        let long = format!("{}@example.com", "a".repeat(118));
        for list in ["FL", "AL", "BL"] {
            for bad in ["a@b", "bob", "@example.com", "bob@", &long] {
                assert_eq!(alice.ask(&format!("ADD 5 {list} {bad} Bob")).await, "201 5", "{list} {bad}");
            }
            // One byte less is an address, if no account's.
            assert_eq!(alice.ask(&format!("ADD 6 {list} {} Bob", &long[1..])).await, "205 6", "{list}");
            assert_eq!(alice.ask(&format!("ADD 6 {list} nobody@example.com Bob")).await, "205 6", "{list}");
            assert_eq!(alice.ask(&format!("REM 7 {list} nobody@example.com")).await, "205 7", "{list}");
        }
    }
}

#[tokio::test]
async fn of_several_errors_the_address_comes_first_then_the_group_then_the_list() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = alice_and_bob(&server, 9).await;
    alice.send(&format!("ADD 1 FL {BOB} Bob 0")).await;
    alice.expect_prefix("ADD 1 ").await;
    for (line, code) in [
        ("ADD 5 FL a@b Bob 29", "201"),
        ("ADD 5 FL nobody@example.com Bob 29", "205"),
        ("ADD 5 FL bob@example.com Bob 29", "224"),
        ("ADD 5 FL bob@example.com Bob 0", "215"),
        ("REM 5 FL nobody@example.com 29", "205"),
        ("REM 5 FL bob@example.com 29", "224"),
    ] {
        assert_eq!(alice.ask(line).await, format!("{code} 5"), "{line}");
    }
    alice.quiet().await;
}

#[tokio::test]
async fn an_unknown_group_is_224() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = alice_and_bob(&server, 9).await;
    for group in ["1", "29", "30", "999999999999", "Work"] {
        assert_eq!(alice.ask(&format!("ADD 5 FL {BOB} Bob {group}")).await, "224 5", "{group}");
    }
    assert_eq!(alice.syn().await.contact(BOB), None);
    bob.quiet().await;
}

#[tokio::test]
async fn a_full_list_is_210() {
    let server = TestServer::with(|config| {
        config.limits.forward_list = 2;
        config.limits.privacy_list = 1;
    })
    .await;
    for name in [BOB, CAROL, "dave@example.com"] {
        server.account(name).await;
    }
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for name in [BOB, CAROL] {
        alice.send(&format!("ADD 1 FL {name} X 0")).await;
        alice.expect_prefix("ADD 1 FL ").await;
    }
    assert_eq!(alice.ask("ADD 2 FL dave@example.com Dave 0").await, "210 2");
    assert_eq!(alice.ask(&format!("ADD 2 FL {BOB} Bob 0")).await, "215 2");
    for list in ["AL", "BL"] {
        let (first, second) = if list == "AL" { (BOB, CAROL) } else { (CAROL, "dave@example.com") };
        alice.send(&format!("ADD 3 {list} {first} X")).await;
        alice.expect_prefix("ADD 3 ").await;
        assert_eq!(alice.ask(&format!("ADD 4 {list} {second} X")).await, "210 4");
        assert_eq!(alice.ask(&format!("ADD 4 {list} {first} X")).await, "215 4");
    }
    // There is room again for as many as go.
    alice.send(&format!("REM 5 FL {BOB}")).await;
    alice.expect_prefix("REM 5 ").await;
    alice.send("ADD 6 FL dave@example.com Dave 0").await;
    alice.expect_prefix("ADD 6 FL ").await;
}

#[tokio::test]
async fn only_the_service_writes_the_reverse_list() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    for dialect in DIALECTS {
        for line in ["ADD 1 RL bob@example.com Bob", "REM 1 RL bob@example.com"] {
            ends(Ns::sign_in(&server, ALICE, dialect).await, line).await;
        }
    }
}

#[tokio::test]
async fn a_name_of_387_bytes_is_kept_and_a_longer_one_ends_the_connection() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let name = "%41".repeat(129);
    for line in
        [format!("ADD 1 FL {BOB} {name}"), format!("REA 1 {BOB} {name}"), format!("REA 1 {ALICE} {name}")]
    {
        let mut alice = Ns::sign_in(&server, ALICE, 9).await;
        let reply = alice.ask(&line).await;
        assert!(reply.contains(&name), "{reply}");
        ends(Ns::sign_in(&server, ALICE, 9).await, &line.replace(&name, &format!("{name}x"))).await;
    }
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    assert_eq!(alice.syn().await.contact(BOB), Some(&*format!("LST {BOB} {name} 1 0")));
}

#[tokio::test]
async fn who_goes_off_the_forward_list_is_told() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let (mine, his) = (alice.version().await + 1, bob.version().await + 1);
        assert_eq!(alice.ask(&format!("REM 5 FL {BOB}")).await, format!("REM 5 FL {mine} {BOB}"));
        bob.expect(&format!("REM 0 RL {his} {ALICE}")).await;
        assert_eq!(alice.ask(&format!("REM 6 FL {BOB}")).await, "216 6");
        // Nothing more is seen of the contact that is gone.
        bob.chg("BSY").await;
        alice.quiet().await;
        assert_eq!(bob.syn().await.contact(ALICE), Some("LST alice@example.com alice@example.com 1 0"));
        assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com bob@example.com 8"));
    }
}

#[tokio::test]
async fn who_leaves_a_group_stays_on_the_list() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        alice.send("ADG 1 Work 0").await;
        alice.expect_prefix("ADG 1 ").await;
        assert_eq!(alice.ask(&format!("REM 2 FL {BOB} 1")).await, "225 2");
        alice.send(&format!("ADD 3 FL {BOB} {BOB} 1")).await;
        alice.expect_prefix("ADD 3 ").await;
        let version = alice.version().await;
        assert_eq!(
            alice.ask(&format!("REM 4 FL {BOB} 0")).await,
            format!("REM 4 FL {} {BOB} 0", version + 1)
        );
        assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com bob@example.com 9 1"));
        bob.quiet().await;
        bob.chg("AWY").await;
        alice.expect_prefix("NLN AWY ").await;
    }
}

/// Gaim, Pidgin and aMSN remove a contact in no other way.
#[tokio::test]
async fn out_of_the_last_group_is_off_the_list() {
    for dialect in DIALECTS {
        for group in [0, 1] {
            let server = TestServer::start().await;
            server.account(BOB).await;
            let mut alice = Ns::online(&server, ALICE, dialect).await;
            let mut bob = Ns::online(&server, BOB, dialect).await;
            alice.ask("ADG 1 Work 0").await;
            alice.send(&format!("ADD 2 AL {BOB} Bob")).await;
            alice.send(&format!("ADD 3 FL {BOB} Bob {group}")).await;
            alice.fence().await;
            bob.expect_prefix("ADD 0 RL ").await;
            let (mine, his) = (alice.version().await + 1, bob.version().await + 1);
            assert_eq!(
                alice.ask(&format!("REM 4 FL {BOB} {group}")).await,
                format!("REM 4 FL {mine} {BOB} {group}")
            );
            bob.expect(&format!("REM 0 RL {his} {ALICE}")).await;
            bob.chg("BSY").await;
            alice.quiet().await;
            assert_eq!(alice.ask(&format!("REM 5 FL {BOB} {group}")).await, "216 5");
            let live = alice.syn().await;
            assert_eq!(live.contact(BOB), Some("LST bob@example.com Bob 2"));
            alice = Ns::online(&server, ALICE, dialect).await;
            assert_eq!(alice.syn().await, live, "the next session has the same lists");
            assert_eq!(bob.syn().await.contact(ALICE), None);
        }
    }
}

/// Pidgin moves a contact by `REM` and `ADD` in one write.
#[tokio::test]
async fn a_contact_that_is_moved_stays_allowed() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        alice.ask("ADG 1 Work 0").await;
        for (ns, other) in [(&mut alice, BOB), (&mut bob, ALICE)] {
            ns.ask(&format!("ADD 2 AL {other} {other}")).await;
        }
        alice.send(&format!("REM 19 FL {BOB} 0\r\nADD 20 FL {BOB} Bobby 1")).await;
        alice.expect_prefix("REM 19 FL ").await;
        alice.expect_prefix("ADD 20 FL ").await;
        alice.expect_prefix(&format!("ILN 20 NLN {BOB} ")).await;
        bob.expect_prefix("REM 0 RL ").await;
        bob.expect_prefix("ADD 0 RL ").await;
        // Bob's client asks him about people that are on neither of his privacy lists.
        assert_eq!(bob.syn().await.contact(ALICE), Some("LST alice@example.com alice@example.com 11 0"));
        assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com Bobby 11 1"));
        bob.chg("AWY").await;
        alice.expect_prefix("NLN AWY ").await;
    }
}

/// MSN Messenger 6 prints a name before every line of its owner.
#[tokio::test]
async fn a_name_that_cannot_be_shown_is_209() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        for bad in [
            "Bob%0D%0ACarol%20says:",
            "%00",
            "A%1B%5B2J",
            "A%7F",
            "A%C2%85B",
            "A%E2%80%A8B",
            "%20",
            "%C2%A0%E3%80%80",
            "%E2%80%8B",
            "A%E2%80%8BB",
            "A%E2%80%AEB",
            "A%E2%81%A6B",
            "A%E2%81%A0B",
            "A%EF%BB%BFB",
            "%E2%80%8D",
            "%E2%A0%80",
        ] {
            assert_eq!(alice.ask(&format!("REA 5 {ALICE} {bad}")).await, "209 5", "{bad}");
            assert_eq!(alice.ask(&format!("REA 6 {BOB} {bad}")).await, "209 6", "{bad}");
            assert_eq!(alice.ask(&format!("ADD 7 AL {BOB} {bad}")).await, "209 7", "{bad}");
            assert_eq!(alice.ask(&format!("ADG 8 {bad} 0")).await, "229 8", "{bad}");
            assert_eq!(alice.ask(&format!("REG 9 0 {bad} 0")).await, "229 9", "{bad}");
        }
        bob.quiet().await;
        for good in [
            "%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85",
            "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB",
            "%D7%A9%D7%9C%D7%95%D7%9D",
            "Alice",
        ] {
            assert!(alice.ask(&format!("REA 5 {ALICE} {good}")).await.starts_with("REA 5 "), "{good}");
            bob.expect_prefix("NLN ").await;
        }
    }
}

#[tokio::test]
async fn renaming_a_contact_is_between_its_owner_and_the_service() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let version = alice.version().await + 1;
        let name = "B%C3%B6b%20%28work%29";
        assert_eq!(alice.ask(&format!("REA 5 {BOB} {name}")).await, format!("REA 5 {version} {BOB} {name}"));
        alice.quiet().await;
        bob.quiet().await;
        assert_eq!(alice.syn().await.contact(BOB), Some(&*format!("LST {BOB} {name} 9 0")));
        // Others see the name that a person has chosen.
        bob.chg("BSY").await;
        alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
    }
}

#[tokio::test]
async fn who_is_on_no_list_cannot_be_renamed() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = alice_and_bob(&server, 9).await;
    assert_eq!(alice.ask(&format!("REA 5 {BOB} Bob")).await, "216 5");
    assert_eq!(alice.ask("REA 6 bob Bob").await, "201 6");
}

#[tokio::test]
async fn a_new_name_of_ones_own_is_seen_by_all_who_watch() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        bob.chg("LUN").await;
        alice.expect_prefix("NLN LUN ").await;
        let version = bob.version().await + 1;
        assert_eq!(
            bob.ask(&format!("REA 5 {BOB} Robert%21")).await,
            format!("REA 5 {version} {BOB} Robert%21")
        );
        alice.expect(&format!("NLN LUN {BOB} Robert%21 268435492")).await;
        alice.quiet().await;
        bob.quiet().await;
        // It is there at the next sign-in.
        let ticket = bob.ticket.clone();
        drop(bob);
        let mut bob = Ns::connect(server.addresses.msnp).await;
        bob.identify(BOB, dialect).await;
        assert_eq!(bob.ask(&format!("USR 4 TWN S {ticket}")).await, format!("USR 4 OK {BOB} Robert%21 1 0"));
    }
}

#[tokio::test]
async fn a_hidden_person_is_renamed_in_silence() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    bob.chg("HDN").await;
    alice.expect(&format!("FLN {BOB}")).await;
    bob.send(&format!("REA 5 {BOB} Robert")).await;
    bob.expect_prefix("REA 5 ").await;
    alice.quiet().await;
}

#[tokio::test]
async fn case_does_not_matter_in_a_contacts_address() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = alice_and_bob(&server, 9).await;
    alice.send("ADD 1 FL Bob@Example.COM Bob 0").await;
    let reply = alice.expect_prefix("ADD 1 FL ").await;
    assert!(reply.to_lowercase().contains(" bob@example.com "), "{reply}");
    bob.expect_prefix("ADD 0 RL ").await;
    assert_eq!(alice.ask("ADD 2 FL bob@EXAMPLE.com Bob 0").await, "215 2");
    alice.send("REM 3 FL BOB@example.com").await;
    alice.expect_prefix("REM 3 FL ").await;
    bob.expect_prefix("REM 0 RL ").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_made_at_once_from_both_sides_agree() {
    let server = TestServer::start().await;
    let names: Vec<_> = (0..6).map(|number| person(&format!("p{number}"))).collect();
    let start = Ns::sign_in(&server, CAROL, 9).await.version().await;
    let mut tasks = Vec::new();
    for name in &names {
        server.account(name).await;
    }
    for name in names.clone() {
        let (others, addresses) = (names.clone(), server.addresses);
        tasks.push(tokio::spawn(async move {
            let mut ns = Ns::enter(&addresses, &name, 9).await;
            for other in others.iter().filter(|other| **other != name) {
                ns.send(&format!("ADD 1 FL {other} X 0")).await;
                ns.send(&format!("REM 2 FL {other}")).await;
                ns.send(&format!("ADD 3 FL {other} X 0")).await;
            }
            let lines = ns.fence().await;
            let replies = lines.iter().filter(|line| line.split(' ').nth(1) != Some("0")).count();
            assert_eq!(replies, 15, "{lines:#?}");
            ns
        }));
    }
    let mut people = Vec::new();
    for task in tasks {
        people.push(task.await.expect("no panic"));
    }
    for ns in &mut people {
        ns.fence().await;
        let lists = ns.syn().await;
        assert_eq!(lists.of("LST").len(), 5);
        assert!(lists.of("LST").iter().all(|line| line.ends_with(" X 9 0")), "{lists:#?}");
        // 10 additions and 5 removals of one's own, and as many by others.
        assert_eq!(lists.version, start + 30, "{}", ns.handle);
    }
}

/// Clients send the address in the name's place when they allow or block an account.
#[tokio::test]
async fn allowing_or_blocking_a_contact_leaves_the_name() {
    let server = TestServer::start().await;
    for list in ["AL", "BL"] {
        let (mut alice, _bob) = alice_and_bob(&server, 9).await;
        alice.send(&format!("ADD 1 FL {BOB} Bobby 0")).await;
        alice.expect_prefix("ADD 1 FL ").await;
        alice.send(&format!("ADD 2 {list} {BOB} {BOB}")).await;
        alice.expect_prefix(&format!("ADD 2 {list} ")).await;
        let bits = if list == "AL" { 3 } else { 5 };
        let expected = format!("LST {BOB} Bobby {bits} 0");
        assert_eq!(alice.syn().await.contact(BOB), Some(expected.as_str()));
        let (mut alice, _bob) = alice_and_bob(&server, 9).await;
        assert_eq!(alice.syn().await.contact(BOB), Some(expected.as_str()), "in the next session too");
        for (number, list) in [(3, "FL"), (4, list)] {
            alice.send(&format!("REM {number} {list} {BOB}")).await;
            alice.expect_prefix(&format!("REM {number} {list} ")).await;
        }
    }
}
