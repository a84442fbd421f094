//! A process that is killed while it writes: it has lost no acknowledged change.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use papillon_store::{AccountId, PrivacyList, Store};

use crate::place::*;
use crate::sqlite_file::runtime;

/// Holds the path of the database in the process that gets killed.
const CHILD: &str = "PAPILLON_STORE_KILLED_CHILD";
const OWNERS: [&str; 2] = ["alice", "bob"];
const PEOPLE: u32 = 12;

/// The changes an owner makes, one after the other and round and round. None is ever refused, so
/// the number of changes made can be read from the list version, and the lists from that number.
async fn change(store: &Arc<dyn Store>, owner: AccountId, number: u32) -> u32 {
    let contact = handle(&format!("p{}", number % PEOPLE));
    let (name, block) = (friendly("x"), PrivacyList::Block);
    let version = match number / PEOPLE % 4 {
        0 => store.add_to_forward(owner, &contact, &name, Absent, 99).await.unwrap().own.version,
        1 => store.add_to_privacy(owner, block, &contact, &name, 99).await.unwrap().own.version,
        2 => store.remove_from_forward(owner, &contact, Absent).await.unwrap().own.version,
        _ => store.remove_from_privacy(owner, block, &contact).await.unwrap().own.version,
    };
    version.0
}

/// The lists after so many changes: FL 1, BL 4.
fn expected(changes: u32) -> BTreeMap<String, u8> {
    let mut lists = BTreeMap::new();
    for number in 0..changes {
        *lists.entry(format!("p{}", number % PEOPLE)).or_insert(0) ^= [1, 4][(number / PEOPLE % 2) as usize];
    }
    lists.retain(|_, bits| *bits != 0);
    lists
}

fn write_until_killed(path: &str) {
    runtime().block_on(async {
        let store = papillon_store::open(path).await.ok().unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for name in OWNERS {
            let store = store.clone();
            let owner = store.account(&handle(name)).await.unwrap().unwrap().id;
            let done = version(&store, owner).await - 1;
            tasks.spawn(async move {
                for number in done.. {
                    println!("\nacknowledged {name} {}", change(&store, owner, number).await);
                }
            });
        }
        tasks.join_all().await;
    });
}

/// Starts a process that writes, kills it after it has acknowledged `enough` changes, and returns
/// the last version it acknowledged to each owner.
fn kill_in_the_middle(path: &Path, enough: usize) -> BTreeMap<String, u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::what_was_acknowledged_survives", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut last = BTreeMap::new();
    let mut note = |line: String| {
        let mut words = line.strip_prefix("acknowledged ")?.split(' ');
        last.insert(words.next()?.to_owned(), words.next()?.parse().ok()?);
        Some(())
    };
    let mut seen = 0;
    while seen < enough {
        let line = lines.next().expect("the child ended by itself");
        seen += usize::from(line.starts_with("acknowledged "));
        note(line);
    }
    child.kill().unwrap();
    let mut rest: Vec<String> = lines.collect();
    // The last line may be cut short and then be another number.
    rest.pop();
    for line in rest {
        note(line);
    }
    child.wait().unwrap();
    last
}

#[test]
fn what_was_acknowledged_survives() {
    if let Ok(path) = std::env::var(CHILD) {
        return write_until_killed(&path);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.db");
    let place = Place { url: path.to_str().unwrap().to_owned() };
    runtime().block_on(async {
        let store = place.open().await;
        for name in OWNERS {
            person(&store, name).await;
        }
        for number in 0..PEOPLE {
            person(&store, &format!("p{number}")).await;
        }
    });
    for enough in [7, 31, 50, 111] {
        let acknowledged = kill_in_the_middle(&path, enough);
        runtime().block_on(check(&place, acknowledged));
    }
}

async fn check(place: &Place, acknowledged: BTreeMap<String, u32>) {
    let store = place.open().await;
    let mut mirrored = BTreeMap::new();
    for name in OWNERS {
        let id = store.account(&handle(name)).await.unwrap().unwrap().id;
        let roster = roster(&store, id).await;
        let last = acknowledged.get(name).copied().unwrap_or(1);
        assert!(roster.version.0 >= last, "{name} was told {last}, but the file has {}", roster.version);
        let found: BTreeMap<_, _> = roster
            .contacts
            .iter()
            .map(|contact| (contact.handle.as_str().replace("@example.com", ""), contact.lists.bits()))
            .collect();
        assert_eq!(found, expected(roster.version.0 - 1));
        mirrored.extend(found.into_iter().filter(|(_, bits)| bits & 1 != 0).map(|(who, _)| ((who, id), 8)));
    }
    let mut reverse = BTreeMap::new();
    for number in 0..PEOPLE {
        let name = format!("p{number}");
        let id = store.account(&handle(&name)).await.unwrap().unwrap().id;
        for contact in roster(&store, id).await.contacts.iter() {
            reverse.insert((name.clone(), contact.account), contact.lists.bits());
        }
    }
    assert_eq!(reverse, mirrored);
}
