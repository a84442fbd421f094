//! The log of account changes.

use std::pin::Pin;
use std::time::{Duration, Instant};

use papillon_store::{AccountChangeKind, BanReason, NewBan, PasswordHash};
use tokio::time::timeout;

use crate::place::*;

pub async fn each_change_is_logged_once_and_in_order(place: Place) {
    let (store, watcher) = (place.open().await, place.open().await);
    assert_eq!(watcher.last_change().await.unwrap(), 0);
    assert!(watcher.changes_after(0).await.unwrap().is_empty());
    let alice = person(&store, "alice").await;
    let seen = watcher.last_change().await.unwrap();
    store.set_password(&handle("alice"), PasswordHash::new("x")).await.unwrap();
    for enabled in [true, false, false, true] {
        store.set_enabled(&handle("alice"), enabled).await.unwrap();
    }
    let bob = person(&store, "bob").await;
    store.remove_account(&handle("alice")).await.unwrap();

    let all = watcher.changes_after(0).await.unwrap();
    let told: Vec<_> = all.iter().map(|change| (change.account, change.handle.clone(), change.kind)).collect();
    let kinds = [
        (alice, "alice", AccountChangeKind::Created),
        (alice, "alice", AccountChangeKind::Password),
        (alice, "alice", AccountChangeKind::Disabled),
        (alice, "alice", AccountChangeKind::Enabled),
        (bob, "bob", AccountChangeKind::Created),
        (alice, "alice", AccountChangeKind::Removed),
    ];
    assert_eq!(told, kinds.map(|(id, name, kind)| (id, handle(name), kind)));
    assert!(all.is_sorted_by(|one, next| one.sequence < next.sequence));
    assert_eq!(watcher.changes_after(seen).await.unwrap(), all[1..]);
    let last = watcher.last_change().await.unwrap();
    assert_eq!(last, all.last().unwrap().sequence);
    assert!(watcher.changes_after(last).await.unwrap().is_empty());
}

/// A watcher that only ever asks for new entries misses none, however the writers overlap.
pub async fn numbers_become_visible_in_order(place: Place) {
    const PEOPLE: usize = 40;
    let (store, watcher) = (place.open().await, place.open().await);
    let mut makers = tokio::task::JoinSet::new();
    for number in 0..PEOPLE {
        let store = store.clone();
        makers.spawn(async move { person(&store, &format!("p{number}")).await });
    }
    let watch = async {
        let (mut last, mut seen) = (0, 0);
        while seen < PEOPLE {
            for change in watcher.changes_after(last).await.unwrap() {
                assert!(change.sequence > last);
                (last, seen) = (change.sequence, seen + 1);
            }
        }
    };
    timeout(Duration::from_secs(60), watch).await.expect("a change was missed");
    makers.join_all().await;
}

pub async fn entries_older_than_a_day_go(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    person(&store, "bob").await;
    place.tamper("UPDATE account_changes SET at = at - 100000 WHERE handle = 'alice@example.com'").await;
    person(&store, "carol").await;
    let left: Vec<_> = store.changes_after(0).await.unwrap().into_iter().map(|change| change.handle).collect();
    assert_eq!(left, ["bob", "carol"].map(handle));
    place.tamper("UPDATE account_changes SET at = 0").await;
    store.remove_account(&handle("bob")).await.unwrap();
    assert_eq!(store.changes_after(0).await.unwrap().len(), 1);
    assert_eq!(store.last_change().await.unwrap(), 4);
}

/// Without a change it lasts as long as it may, and with one of another store it is over.
pub async fn a_wait_ends_with_a_change(place: Place) {
    const AT_MOST: Duration = Duration::from_secs(60);
    let (store, watcher) = (place.open().await, place.open().await);
    person(&store, "alice").await;
    let quiet = async {
        let longest = Duration::from_millis(600);
        loop {
            let begun = Instant::now();
            watcher.wait_for_change(longest).await;
            if begun.elapsed() >= longest {
                return;
            }
        }
    };
    timeout(AT_MOST, quiet).await.expect("it ends early again and again");

    let ban = NewBan {
        target: "192.0.2.7".parse().unwrap(),
        reason: BanReason::default(),
        made_by: None,
        made_at: 5,
        ends_at: None,
    };
    let bob = async {
        person(&store, "bob").await;
    };
    let changes: [BoxedChange<'_>; 2] =
        [Box::pin(bob), Box::pin(async { store.add_ban(ban).await.unwrap() })];
    for change in changes {
        let wait = watcher.wait_for_change(AT_MOST * 10);
        let ((), ended) = tokio::join!(change, timeout(AT_MOST, wait));
        ended.expect("the change is not noticed");
    }
}

type BoxedChange<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
