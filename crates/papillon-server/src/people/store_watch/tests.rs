//! The looks at the store: account changes, bans, and refusals on their way back.

use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use papillon_store::{BanTarget, NewBan};

use super::bans::{Follower, PAUSE, keep_refusals};
use super::*;
use crate::bans::now;
use crate::people::tests::{Node, handle, told};

impl Node {
    async fn ban(&self, target: &str) {
        let target: BanTarget = target.parse().expect("a target");
        let new =
            NewBan { target, reason: "".parse().unwrap(), made_by: None, made_at: now(), ends_at: None };
        self.store.add_ban(new).await.expect("a ban");
    }

    /// The refusals that the store knows of, by ban, the newest first.
    async fn refused(&self) -> Vec<i64> {
        self.store.bans(now()).await.unwrap().iter().map(|ban| ban.refused).collect()
    }

    async fn follow(&self, follower: &mut Follower) -> Result<(), StoreError> {
        follower.look(&*self.store, &self.locks, &self.directory).await
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[tokio::test]
async fn the_watch_goes_on_after_a_failure_and_says_how_it_is() {
    let node = Node::with(&["alice"]).await;
    let alice = node.sign_in("alice").await;
    let (file, moved) = node.files();
    fs::rename(&file, &moved).unwrap();
    let health = Arc::<Health>::default();
    let (store, locks) = (Arc::clone(&node.store), Arc::clone(&node.locks));
    let watch =
        tokio::spawn(watch(store, locks, Arc::clone(&node.directory), Arc::default(), Arc::clone(&health)));
    let seen = async {
        while health.has_database() {
            tokio::task::yield_now().await;
        }
        fs::rename(&moved, &file).unwrap();
        node.ban("alice@example.com").await;
        while !alice.session.has_left() {
            tokio::task::yield_now().await;
        }
        while !health.has_database() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("it does not look");
    assert_eq!(alice.told(), "closed, END");
    watch.abort();
}

#[tokio::test]
async fn one_look_sees_account_changes_bans_and_doubts() {
    let node = Node::with(&["alice", "bob"]).await;
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    let (mut seen, mut follower) = (None, Follower::new(Arc::default()));
    for expected in [["", ""], ["closed, END", "closed, END"]] {
        look(&*node.store, &node.locks, &node.directory, &mut seen, &mut follower).await.unwrap();
        assert_eq!([alice.told(), bob.told()], expected);
        assert_eq!(seen, Some(node.store.last_change().await.unwrap()));
        node.store.set_enabled(&handle("alice"), false).await.unwrap();
        node.ban("bob@example.com").await;
    }
}

#[tokio::test]
async fn those_who_are_banned_now_are_disconnected_once() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let (alice, bob, carol) = (
        node.sign_in_at("alice", "192.0.2.1").await,
        node.sign_in_at("bob", "192.0.2.2").await,
        node.sign_in_at("carol", "192.0.2.3").await,
    );
    let (_place, stranger) = node.stranger("192.0.2.2");
    let (_other_place, neighbour) = node.stranger("192.0.2.3");
    let bans = Arc::<Bans>::default();
    let mut follower = Follower::new(Arc::clone(&bans));
    node.ban("alice@example.com").await;
    node.ban("192.0.2.2").await;
    node.follow(&mut follower).await.unwrap();
    assert_eq!([alice.told(), bob.told(), carol.told()], ["closed, END", "closed, END", ""]);
    assert_eq!([told(&stranger), told(&neighbour)], ["END", ""]);
    assert!(bans.has_address(address("192.0.2.2")) && !bans.has_address(address("192.0.2.3")));
    // A ban of others does not end the connection that this one has now, at another address.
    let bob = node.sign_in_at("bob", "192.0.2.4").await;
    node.ban("192.0.2.9").await;
    node.follow(&mut follower).await.unwrap();
    assert_eq!([bob.told(), carol.told()], ["", ""]);
    assert!(bans.has_address(address("192.0.2.9")));
}

#[tokio::test(start_paused = true)]
async fn refusals_reach_the_store_now_and_then() {
    let node = Node::with(&[]).await;
    node.ban("192.0.2.2").await;
    let bans = Arc::<Bans>::default();
    let mut follower = Follower::new(Arc::clone(&bans));
    node.follow(&mut follower).await.unwrap();
    let refuse = || assert!(bans.refuses_address(address("192.0.2.2")));
    for (wait, refused) in
        [(Duration::ZERO, 1), (PAUSE - Duration::from_millis(1), 1), (Duration::from_millis(1), 3)]
    {
        tokio::time::advance(wait).await;
        refuse();
        node.follow(&mut follower).await.unwrap();
        assert_eq!(node.refused().await, [refused], "after {wait:?}");
    }
}

#[tokio::test]
async fn refusals_that_the_store_does_not_take_are_told_later_and_all_at_the_end() {
    let node = Node::with(&[]).await;
    for target in ["192.0.2.1", "192.0.2.2"] {
        node.ban(target).await;
    }
    let bans = Bans::default();
    bans.replace(&node.store.bans(now()).await.unwrap());
    for refused in ["192.0.2.1", "192.0.2.2", "192.0.2.2"] {
        assert!(bans.refuses_address(address(refused)));
    }
    let (file, moved) = node.files();
    fs::rename(&file, &moved).unwrap();
    keep_refusals(&*node.store, &bans).await;
    fs::rename(&moved, &file).unwrap();
    assert_eq!(node.refused().await, [0, 0]);
    keep_refusals(&*node.store, &bans).await;
    assert_eq!(node.refused().await, [2, 1]);
    assert_eq!(bans.take_refusals(9), []);
}
