//! `SYN`: the whole of the lists, or nothing when the client's copy is right (4.1, 4.2).

use msnp_testkit::{Ns, TestServer, words};

use crate::support::{ALICE, BOB, CAROL, DIALECTS};

#[tokio::test]
async fn a_new_account_has_one_group_and_nobody() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        let lists = alice.syn().await;
        assert_eq!(lists.head, format!("SYN 905 {} 0 1", lists.version));
        assert_eq!(lists.lines[..2], ["GTC A", "BLP AL"]);
        assert_eq!(lists.lines.len(), 3, "{lists:?}");
        let group = words(&lists.lines[2]);
        assert_eq!((group[..2].to_vec(), group[3]), (vec!["LSG", "0"], "0"));
        assert!(["Other%20Contacts", "~"].contains(&group[2]), "{group:?}");
    }
}

#[tokio::test]
async fn the_version_that_the_client_has_is_answered_by_one_line() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
        let version = alice.version().await;
        assert_eq!(alice.ask(&format!("SYN 8 {version}")).await, format!("SYN 8 {version}"));
        alice.quiet().await;
    }
}

#[tokio::test]
async fn any_other_version_is_answered_by_everything() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let version = alice.version().await;
    for other in [version + 1, 4_294_967_295] {
        assert_eq!(alice.ask(&format!("SYN 8 {other}")).await, format!("SYN 8 {version} 0 1"));
        assert_eq!(alice.fence().await.len(), 3);
    }
}

#[tokio::test]
async fn the_version_is_kept_from_one_sign_in_to_the_next() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let version = alice.version().await;
    let mut alice = Ns::sign_in(&server, ALICE, 8).await;
    assert_eq!(alice.version().await, version);
}

#[tokio::test]
async fn every_list_shows_in_one_line_a_contact() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let alice = format!("alice{dialect}@example.com");
        for name in ["fl", "al", "bl", "rl", "all"] {
            server.account(&format!("{name}{dialect}@example.com")).await;
        }
        for name in ["rl", "all"] {
            server.list(&format!("{name}{dialect}@example.com"), &alice).await;
        }
        let mut ns = Ns::sign_in(&server, &alice, dialect).await;
        for (list, name) in [("FL", "fl"), ("AL", "al"), ("BL", "bl"), ("FL", "all"), ("AL", "all")] {
            ns.send(&format!("ADD 1 {list} {name}{dialect}@example.com {name}%20x")).await;
            ns.expect_prefix(&format!("ADD 1 {list} ")).await;
        }
        ns.fence().await;
        let lists = ns.syn().await;
        for (name, expected) in
            [("fl", "fl%20x 1 0"), ("al", "al%20x 2"), ("bl", "bl%20x 4"), ("all", "all%20x 11 0")]
        {
            let handle = format!("{name}{dialect}@example.com");
            assert_eq!(lists.contact(&handle), Some(&*format!("LST {handle} {expected}")));
        }
        let handle = format!("rl{dialect}@example.com");
        assert_eq!(lists.contact(&handle), Some(&*format!("LST {handle} Rl{dialect} 8")));
        assert_eq!(lists.of("LST").len(), 5);
    }
}

#[tokio::test]
async fn the_parts_come_in_their_order_each_contact_before_its_properties() {
    let server = TestServer::start().await;
    for name in [BOB, CAROL] {
        server.list(ALICE, name).await;
    }
    for (name, phone) in [(BOB, "11"), (CAROL, "22")] {
        let mut ns = Ns::sign_in(&server, name, 9).await;
        ns.send(&format!("PRP 1 PHH {phone}")).await;
        ns.expect_prefix("PRP 1 ").await;
        ns.send(&format!("PRP 2 PHM {phone}%2033")).await;
        ns.expect_prefix("PRP 2 ").await;
        server.account(ALICE).await;
        ns.send(&format!("ADD 3 AL {ALICE} Alice")).await;
        ns.expect_prefix("ADD 3 AL ").await;
    }
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send("PRP 1 PHW 555-1234").await;
    alice.expect_prefix("PRP 1 ").await;
    alice.send("ADG 2 Work 0").await;
    alice.expect_prefix("ADG 2 ").await;
    alice.send(&format!("ADD 3 FL {BOB} {BOB} 1")).await;
    alice.expect_prefix("ADD 3 ").await;
    let lists = alice.syn().await;
    let verbs: Vec<_> = lists.lines.iter().map(|line| words(line)[0]).collect();
    let expected = ["GTC", "BLP", "PRP", "LSG", "LSG", "LST", "BPR", "BPR", "LST", "BPR", "BPR"];
    assert_eq!(verbs, expected, "{lists:#?}");
    assert!(lists.lines.contains(&"PRP PHW 555-1234".to_owned()));
    assert_eq!(lists.of("LSG")[1], "LSG 1 Work 0");
    assert_eq!(lists.contact(BOB), Some(&*format!("LST {BOB} {BOB} 1 0,1")));
    for (name, phone) in [(BOB, "11"), (CAROL, "22")] {
        let at =
            lists.lines.iter().position(|line| line.starts_with(&format!("LST {name} "))).expect("listed");
        let mut properties = lists.lines[at + 1..at + 3].to_vec();
        properties.sort();
        assert_eq!(properties, [format!("BPR PHH {phone}"), format!("BPR PHM {phone}%2033")]);
    }
}

#[tokio::test]
async fn properties_that_are_not_set_are_left_out() {
    let server = TestServer::start().await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for (line, answer) in [("PRP 1 PHH 5", " PHH 5"), ("PRP 2 PHH", " PHH")] {
        alice.send(line).await;
        assert!(alice.line().await.trim_end().ends_with(answer));
    }
    assert_eq!(alice.syn().await.of("PRP"), Vec::<&str>::new());
}

#[tokio::test]
async fn every_change_raises_the_version_by_one_and_shows_in_the_lists() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    server.account(CAROL).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let mut version = alice.version().await;
    for line in [
        "GTC 1 N",
        "BLP 1 BL",
        "PRP 1 PHH 5",
        "ADG 1 Work 0",
        "REG 1 1 Play 0",
        "ADD 1 FL bob@example.com B 0",
        "ADD 1 FL bob@example.com B 1",
        "REA 1 bob@example.com Bobby",
        "REM 1 FL bob@example.com 1",
        "ADD 1 AL carol@example.com C",
        "REM 1 AL carol@example.com",
        "ADD 1 BL carol@example.com C",
        "REM 1 BL carol@example.com",
        "REA 1 alice@example.com Al",
        "RMG 1 1",
        "REM 1 FL bob@example.com",
    ] {
        alice.send(line).await;
        let reply = alice.line().await;
        alice.fence().await;
        version += 1;
        assert!(words(&reply).contains(&&*version.to_string()), "{line} brought {reply}, not {version}");
        assert_eq!(alice.ask(&format!("SYN 8 {version}")).await, format!("SYN 8 {version}"), "{line}");
    }
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_the_version_alone() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    let version = alice.version().await;
    for line in ["RMG 1 0", "REM 1 FL bob@example.com", "ADD 1 FL x@example.com X 0"] {
        alice.send(line).await;
        assert_eq!(alice.line().await.len(), "230 1".len());
        assert_eq!(alice.ask(&format!("SYN 8 {version}")).await, format!("SYN 8 {version}"), "{line}");
    }
}

#[tokio::test]
async fn who_is_added_while_offline_learns_it_at_the_next_sign_in() {
    let server = TestServer::start().await;
    let mut bob = Ns::sign_in(&server, BOB, 9).await;
    let before = bob.version().await;
    drop(bob);
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send(&format!("ADD 1 FL {BOB} Bob 0")).await;
    alice.expect_prefix("ADD 1 FL ").await;
    let mut bob = Ns::sign_in(&server, BOB, 9).await;
    let lists = bob.syn().await;
    assert_eq!(lists.version, before + 1);
    assert_eq!(lists.contact(ALICE), Some("LST alice@example.com Alice 8"));
}

/// The lists of this session are those of the next, which have the same version, with any name that comes with an
/// addition.
async fn same_in_the_next_session(first: &str, second: &str) {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for line in ["ADG 1 Work 0", first, second] {
        alice.send(line).await;
        alice.expect_prefix(&line[..6]).await;
    }
    alice.fence().await;
    let now = alice.syn().await;
    assert_eq!(now, Ns::sign_in(&server, ALICE, 9).await.syn().await);
}

#[tokio::test]
async fn one_more_group_brings_one_name_to_this_session_and_the_next() {
    same_in_the_next_session("ADD 1 FL bob@example.com Bob 0", "ADD 2 FL bob@example.com Robert 1").await;
}

#[tokio::test]
async fn an_allowed_contact_has_one_name_in_this_session_and_the_next() {
    same_in_the_next_session("ADD 1 FL bob@example.com Bob 0", "ADD 2 AL bob@example.com Robert").await;
}

#[tokio::test]
async fn a_blocked_contact_has_one_name_in_this_session_and_the_next() {
    same_in_the_next_session("ADD 1 BL bob@example.com Bob", "ADD 2 FL bob@example.com Robert 0").await;
}

#[tokio::test]
async fn who_is_listed_before_being_added_has_one_name_in_this_session_and_the_next() {
    let server = TestServer::start().await;
    server.list(BOB, ALICE).await;
    for line in
        ["ADD 1 FL bob@example.com Robert 0", "REM 2 FL bob@example.com", "ADD 3 AL bob@example.com Rob"]
    {
        let mut alice = Ns::sign_in(&server, ALICE, 9).await;
        alice.send(line).await;
        alice.expect_prefix(&line[..6]).await;
        alice.fence().await;
        let now = alice.syn().await;
        assert_eq!(now, Ns::sign_in(&server, ALICE, 9).await.syn().await, "{line}");
    }
}

#[tokio::test]
async fn who_goes_off_all_lists_but_the_reverse_has_one_name_in_this_session_and_the_next() {
    let server = TestServer::start().await;
    server.list(BOB, ALICE).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    for line in ["ADD 1 FL bob@example.com Robert 0", "REM 2 FL bob@example.com"] {
        alice.send(line).await;
        alice.expect_prefix(&line[..6]).await;
    }
    alice.fence().await;
    let now = alice.syn().await;
    assert_eq!(now, Ns::sign_in(&server, ALICE, 9).await.syn().await);
}
