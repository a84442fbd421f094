//! Account changes that are made while people are signed in.

use std::sync::atomic::{AtomicBool, Ordering};

use msnp::{FriendlyName, List, ListFlags};
use papillon_store::PasswordHash;

use super::{Node, handle};
use crate::people::account_changes::{catch_up, rename};

impl Node {
    async fn look(&self, seen: Option<i64>) -> i64 {
        catch_up(&*self.store, &self.locks, &self.directory, seen).await.expect("an answer")
    }
}

#[tokio::test]
async fn the_first_look_only_learns_where_to_begin() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let alice = node.sign_in("alice").await;
    node.store.set_enabled(&handle("alice"), false).await.unwrap();
    let seen = node.look(None).await;
    assert_eq!((seen, seen), (node.store.last_change().await.unwrap(), node.look(Some(seen)).await));
    assert!(seen >= 4, "three accounts were made, and one was disabled");
    assert_eq!(alice.told(), "");
}

#[tokio::test]
async fn disabled_and_signed_out_people_are_disconnected_and_others_stay() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let (alice, bob, carol) =
        (node.sign_in("alice").await, node.sign_in("bob").await, node.sign_in("carol").await);
    let seen = node.look(None).await;
    node.store.set_enabled(&handle("alice"), false).await.unwrap();
    node.store.void_tickets(&handle("bob")).await.unwrap();
    // The open session is that of a client that knew the old password.
    node.store.set_password(&handle("carol"), PasswordHash::new("new")).await.unwrap();
    node.look(Some(seen)).await;
    assert_eq!([alice.told(), bob.told(), carol.told()], ["closed, END", "closed, END", ""]);
    assert!(alice.session.has_left() && !carol.session.has_left());
}

#[tokio::test]
async fn a_removed_account_is_disconnected_and_leaves_the_lists_of_those_who_are_here() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    node.add("bob", "alice").await;
    node.add("carol", "bob").await;
    let (alice, bob, carol) =
        (node.sign_in("alice").await, node.sign_in("bob").await, node.sign_in("carol").await);
    assert_eq!(bob.told(), "");
    let account = node.account("alice").await.id;
    let holders = node.directory.holders(account);
    let forward = ListFlags::NONE.with(List::Forward);
    assert_eq!(holders, [(bob.session.account, handle("bob"), forward)]);
    let seen = node.look(None).await;
    node.store.remove_account(&handle("alice")).await.unwrap();
    node.look(Some(seen)).await;
    assert_eq!(alice.told(), "closed, END");
    assert_eq!(bob.told(), "- alice@example.com, gone alice@example.com");
    assert_eq!(carol.told(), "");
    let stored = node.roster("bob").await;
    bob.session.read(|state| assert_eq!(*state.lists.roster(), stored));
    assert!(bob.session.state().lists.gaps.is_none(), "no change is missing");
}

#[tokio::test]
async fn a_new_name_from_the_pages_is_stored_and_seen_at_once() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add("bob", "alice").await;
    let (_alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    let name = FriendlyName::parse("Al").unwrap();
    let alice = node.account("alice").await;
    rename(&*node.store, &node.locks, &node.directory, &alice, &name).await.unwrap();
    assert_eq!(bob.told(), "+ alice@example.com Al");
    assert_eq!(node.account("alice").await.name, name);
}

/// A sign-in reads either all of a change or nothing of it: it has the account's turn.
#[tokio::test]
async fn changes_of_one_account_or_of_two_wait_for_each_other() {
    let node = Node::with(&[]).await;
    let (alice, bob) = (handle("alice"), handle("bob"));
    for waits_for in [[&alice, &bob], [&bob, &alice]] {
        let turn = node.locks.two(waits_for[0], waits_for[1]).await;
        let over = AtomicBool::new(false);
        let others = async {
            for handle in waits_for {
                let _turn = node.locks.one(handle).await;
                assert!(over.load(Ordering::Relaxed), "{handle}");
            }
            let _turn = node.locks.two(&alice, &alice).await;
        };
        tokio::join!(biased; others, async {
            over.store(true, Ordering::Relaxed);
            drop(turn);
        });
    }
}

/// Else one slow change would hold up everybody.
#[tokio::test]
async fn changes_of_different_accounts_seldom_wait_for_each_other() {
    let node = Node::with(&[]).await;
    let mut turns = Vec::new();
    for number in 0..64 {
        let handle = handle(&format!("p{number}"));
        tokio::select! {
            biased;
            turn = async { turns.push(node.locks.one(&handle).await) } => turn,
            () = std::future::ready(()) => {}
        }
    }
    assert!(turns.len() > 32, "{} of 64 had their turn at once", turns.len());
}
