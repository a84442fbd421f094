//! Long runs of list changes by several people at once: the lists in memory equal those on the disk, the two sides of
//! every relation agree, and every client was told.

use std::collections::HashMap;

use msnp_testkit::{Lists, Ns, TestServer, person, words};

use crate::support::Dice;

const NAMES: [&str; 4] = ["ann", "ben", "cat", "dan"];

/// A change to the lists, the groups or the settings; many of them are refused.
fn change(dice: &mut Dice) -> String {
    let handle = person(dice.one_of(&NAMES));
    let group = dice.below(4);
    // One name for each person: the effect of an addition on a name is tested by itself.
    match dice.below(12) {
        0..=2 => format!("ADD 1 FL {handle} {handle} {group}"),
        3 => format!("ADD 1 {} {handle} {handle}", dice.one_of(&["AL", "BL"])),
        4 => format!("REM 1 {} {handle}", dice.one_of(&["AL", "BL"])),
        5 => format!("REM 1 FL {handle}"),
        6 => format!("REM 1 FL {handle} {group}"),
        7 => format!("ADG 1 G{group} 0"),
        8 => format!("RMG 1 {group}"),
        9 => format!("REG 1 {group} R{} 0", dice.below(100)),
        10 => format!("GTC 1 {}", dice.one_of(&["A", "N"])),
        _ => format!("BLP 1 {}", dice.one_of(&["AL", "BL"])),
    }
}

/// The list version that a line carries.
fn version_in(line: &str) -> Option<u64> {
    let parts = words(line);
    let at = match parts[0] {
        "ADD" | "REM" => 3,
        "ADG" | "REG" | "RMG" | "GTC" | "BLP" | "REA" | "PRP" => 2,
        "BPR" => 1,
        _ => return None,
    };
    parts[at].parse().ok()
}

/// Takes the lines, and checks that versions never go back.
fn follow(version: &mut u64, lines: &[String], handle: &str) {
    for told in lines.iter().filter_map(|line| version_in(line)) {
        assert!(told >= *version, "{handle} was told {told} after {version}: {lines:#?}");
        *version = told;
    }
}

/// The bits of the lists that an account is on.
fn bits(lists: &Lists, handle: &str) -> u8 {
    lists.contact(handle).map_or(0, |line| words(line)[3].parse().expect("bits"))
}

async fn run(seed: u64, changes: usize, dialect: u32) {
    let server = TestServer::start().await;
    let mut dice = Dice::new(seed);
    let mut people = Vec::new();
    for name in NAMES {
        // The name of a reverse entry is the person's own, of an entry of one's own the handle.
        let mut ns = Ns::online(&server, &person(name), dialect).await;
        ns.send(&format!("REA 1 {} {}", person(name), person(name))).await;
        ns.expect_prefix("REA 1 ").await;
        let version = ns.version().await;
        people.push((ns, version));
    }
    for _ in 0..changes {
        let (ns, version) = &mut people[dice.below(NAMES.len())];
        let line = change(&mut dice);
        ns.send(&line).await;
        let lines = ns.fence().await;
        follow(version, &lines, &ns.handle);
    }
    let mut live = HashMap::new();
    for (ns, version) in &mut people {
        let lines = ns.fence().await;
        follow(version, &lines, &ns.handle);
        let lists = ns.syn().await;
        assert_eq!(lists.version, *version, "{} has not been told everything", ns.handle);
        live.insert(ns.handle.clone(), lists);
    }
    for one in NAMES.map(person) {
        for other in NAMES.map(person) {
            let (mine, theirs) = (bits(&live[&one], &other), bits(&live[&other], &one));
            assert_eq!(mine & 1 != 0, theirs & 8 != 0, "seed {seed}: {one} lists {other}");
            assert_ne!(mine & 6, 6, "seed {seed}: {one} allows and blocks {other}");
        }
    }
    for name in NAMES.map(person) {
        let stored = Ns::sign_in(&server, &name, dialect).await.syn().await;
        assert_eq!(live[&name], stored, "seed {seed}: {name} in memory and on the disk");
    }
}

#[tokio::test]
async fn memory_disk_both_sides_and_clients_agree_after_many_changes() {
    for (seed, dialect) in [(1, 8), (2, 9), (3, 9)] {
        run(seed, 300, dialect).await;
    }
}

/// Blocking hides one's numbers. A contact's lists have to show the same of them in this session and in the next, whose
/// list version is the same.
async fn numbers_shown_after(changes: [&str; 2]) {
    let server = TestServer::start().await;
    server.list(&person("ben"), &person("ann")).await;
    let mut ann = Ns::online(&server, &person("ann"), 9).await;
    let mut ben = Ns::online(&server, &person("ben"), 9).await;
    ann.send("PRP 1 PHH 555").await;
    ann.expect_prefix("PRP 1 ").await;
    for line in changes {
        ann.send(line).await;
        ann.expect_prefix(&line[..6]).await;
        ben.fence().await;
        let live = ben.syn().await;
        ben = Ns::online(&server, &person("ben"), 9).await;
        assert_eq!(live, ben.syn().await, "after {line}");
    }
}

#[tokio::test]
async fn numbers_of_somebody_who_blocks_are_the_same_in_this_session_and_the_next() {
    numbers_shown_after(["ADD 2 BL ben@example.com Ben", "REM 3 BL ben@example.com"]).await;
}

#[tokio::test]
async fn numbers_of_somebody_strict_are_the_same_in_this_session_and_the_next() {
    numbers_shown_after(["BLP 2 BL", "BLP 3 AL"]).await;
}
