//! Checks of bans.

use std::sync::Arc;

use papillon_store::{Ban, BanReason, BanRefusals, BanTarget, NewBan, Store};

use crate::place::*;

/// When bans are made here.
const NOW: i64 = 1_000_000;

fn target(text: &str) -> BanTarget {
    text.parse().unwrap()
}

fn new(text: &str, ends_at: Option<i64>) -> NewBan {
    NewBan { target: target(text), reason: BanReason::default(), made_by: None, made_at: NOW, ends_at }
}

async fn ban(store: &Arc<dyn Store>, text: &str, ends_at: Option<i64>) {
    store.add_ban(new(text, ends_at)).await.unwrap();
}

/// The bans at a time, the latest first.
async fn banned(store: &Arc<dyn Store>, now: i64) -> Vec<String> {
    store.bans(now).await.unwrap().iter().map(|ban| ban.target.to_string()).collect()
}

pub async fn a_ban_is_made_changed_and_lifted(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let (root, alice) = (person(&store, "root").await, person(&store, "alice").await);
    let reason = |text: &str| text.parse::<BanReason>().unwrap();
    let made = NewBan { reason: reason("spam, é"), made_by: Some(root), ..new("192.0.2.77/24", None) };
    store.add_ban(made).await.unwrap();
    ban(&store, "alice@example.com", Some(NOW + 10)).await;
    let bans = other.bans(NOW).await.unwrap();
    let whole = |ban: &Ban| Ban { id: 0, ..ban.clone() };
    let plain = Ban {
        id: 0,
        target: target("alice@example.com"),
        account: Some(alice),
        reason: BanReason::default(),
        made_by: None,
        made_at: NOW,
        ends_at: Some(NOW + 10),
        refused: 0,
        refused_at: None,
    };
    let range = Ban {
        target: target("192.0.2.0/24"),
        account: None,
        reason: reason("spam, é"),
        made_by: Some(handle("root")),
        ends_at: None,
        ..plain.clone()
    };
    assert_eq!(bans.iter().map(whole).collect::<Vec<_>>(), [plain.clone(), range.clone()]);

    // The same target again: another reason and another end, and the counts stay.
    let refusals = BanRefusals { ban: bans[1].id, count: 3, last_at: NOW + 1 };
    store.count_ban_refusals(&[refusals]).await.unwrap();
    let again = NewBan { made_at: NOW + 2, ..new("192.0.2.0/24", Some(NOW + 20)) };
    store.add_ban(again).await.unwrap();
    let changed = Ban {
        id: bans[1].id,
        reason: BanReason::default(),
        made_by: None,
        made_at: NOW + 2,
        ends_at: Some(NOW + 20),
        refused: 3,
        refused_at: Some(NOW + 1),
        ..range
    };
    assert_eq!(other.bans(NOW).await.unwrap(), [bans[0].clone(), changed]);

    store.lift_ban(&target("192.0.2.0/24")).await.unwrap();
    assert_eq!(banned(&other, NOW).await, ["alice@example.com"]);
    other.lift_ban(&target("Alice@example.com")).await.unwrap();
    assert!(banned(&store, NOW).await.is_empty());
}

pub async fn a_ban_ends_by_itself(place: Place) {
    let store = place.open().await;
    ban(&store, "192.0.2.1", Some(NOW + 10)).await;
    ban(&store, "2001:db8::/32", None).await;
    assert_eq!(banned(&store, NOW + 9).await, ["2001:db8::/32", "192.0.2.1"]);
    assert_eq!(banned(&store, NOW + 10).await, ["2001:db8::/32"]);
    // The next one sweeps.
    let later = NewBan { made_at: NOW + 10, ..new("192.0.2.2", None) };
    store.add_ban(later).await.unwrap();
    assert_eq!(banned(&store, NOW).await, ["192.0.2.2", "2001:db8::/32"]);
    // One that has ended can be made again, for good.
    ban(&store, "192.0.2.1", None).await;
    assert_eq!(banned(&store, i64::MAX).await, ["192.0.2.1", "192.0.2.2", "2001:db8::/32"]);
}

pub async fn a_ban_goes_with_its_account_and_outlives_its_maker(place: Place) {
    let store = place.open().await;
    let root = person(&store, "root").await;
    person(&store, "alice").await;
    for text in ["alice@example.com", "192.0.2.1"] {
        store.add_ban(NewBan { made_by: Some(root), ..new(text, None) }).await.unwrap();
    }
    store.remove_account(&handle("root")).await.unwrap();
    let makers: Vec<_> = store.bans(NOW).await.unwrap().into_iter().map(|ban| ban.made_by).collect();
    assert_eq!(makers, [None, None]);
    store.remove_account(&handle("alice")).await.unwrap();
    assert_eq!(banned(&store, NOW).await, ["192.0.2.1"]);
    // The next account of that name is another.
    person(&store, "alice").await;
    assert_eq!(banned(&store, NOW).await, ["192.0.2.1"]);
}

pub async fn refusals_of_bans_add_up(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    ban(&store, "192.0.2.1", None).await;
    ban(&store, "192.0.2.2", None).await;
    let ids: Vec<_> = store.bans(NOW).await.unwrap().iter().map(|ban| ban.id).collect();
    let version = store.ban_version().await.unwrap();
    let refusals = |ban, count, last_at| BanRefusals { ban, count, last_at };
    store.count_ban_refusals(&[refusals(ids[0], 2, 50), refusals(ids[1], 1, 60)]).await.unwrap();
    // What a slower node tells came before; a ban that is gone is no fault.
    other.count_ban_refusals(&[refusals(ids[0], 5, 40), refusals(999, 1, 60)]).await.unwrap();
    store.count_ban_refusals(&[]).await.unwrap();
    let bans = store.bans(NOW).await.unwrap();
    let counts: Vec<_> = bans.iter().map(|ban| (ban.refused, ban.refused_at)).collect();
    assert_eq!(counts, [(7, Some(50)), (1, Some(60))]);
    assert_eq!(store.ban_version().await.unwrap(), version, "a count is no change");
}

pub async fn the_version_tells_of_each_change(place: Place) {
    let (store, watcher) = (place.open().await, place.open().await);
    let mut seen = watcher.ban_version().await.unwrap();
    let mut has_grown = async || {
        let before = std::mem::replace(&mut seen, watcher.ban_version().await.unwrap());
        seen > before
    };
    ban(&store, "192.0.2.1", None).await;
    assert!(has_grown().await && !has_grown().await);
    ban(&store, "192.0.2.1", Some(NOW + 1)).await;
    assert!(has_grown().await);
    refused!(store.lift_ban(&target("192.0.2.2")), NotBanned);
    assert!(!has_grown().await);
    store.lift_ban(&target("192.0.2.1")).await.unwrap();
    assert!(has_grown().await);
}

pub async fn who_is_not_there_is_not_banned(place: Place) {
    let store = place.open().await;
    refused!(store.add_ban(new("nobody@example.com", None)), UnknownAccount);
    refused!(store.lift_ban(&target("nobody@example.com")), UnknownAccount);
    person(&store, "alice").await;
    refused!(store.lift_ban(&target("alice@example.com")), NotBanned);
    let by_nobody = NewBan { made_by: Some(papillon_store::AccountId(99)), ..new("192.0.2.1", None) };
    refused!(store.add_ban(by_nobody), UnknownAccount);
    assert!(banned(&store, NOW).await.is_empty());
    assert_eq!(store.ban_version().await.unwrap(), 0);
}

pub async fn one_target_has_one_ban_in_a_race(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    person(&store, "alice").await;
    let mut makers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        let text = if number % 4 < 2 { "192.0.2.0/24" } else { "alice@example.com" };
        makers.spawn(async move { ban(&store, text, Some(NOW + 1 + number)).await });
    }
    makers.join_all().await;
    let mut bans = banned(&store, NOW).await;
    bans.sort();
    assert_eq!(bans, ["192.0.2.0/24", "alice@example.com"]);
    assert_eq!(store.ban_version().await.unwrap(), 20);
}

pub async fn ten_thousand_bans_and_no_more(place: Place) {
    let store = place.open().await;
    ban(&store, "192.0.2.1", Some(NOW + 1)).await;
    place
        .tamper(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
             INSERT INTO bans (network, reason, made_at) \
             SELECT '10.0.' || (i / 256) || '.' || (i % 256) || '/32', '', 1 FROM n",
        )
        .await;
    assert_eq!(store.bans(NOW).await.unwrap().len(), 10_000);
    refused!(store.add_ban(new("192.0.2.2", None)), TooManyBans);
    // One that is there can be changed, and the place of one that has ended is free.
    ban(&store, "192.0.2.1", Some(NOW + 2)).await;
    let later = NewBan { made_at: NOW + 2, ..new("192.0.2.2", None) };
    store.add_ban(later).await.unwrap();
    assert_eq!(store.bans(NOW).await.unwrap().len(), 10_000);
}
