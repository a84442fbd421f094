//! List changes with an unknown outcome: stored, and refused all the same.

use std::fs;

use msnp::{FriendlyName, GroupArgument};

use super::{Node, handle};
use crate::people::store_watch::doubts::settle;

impl Node {
    /// A change that is committed into a file which has been moved away meanwhile, and is brought back.
    async fn add_in_doubt(&self, owner: &str, contact: &str) {
        let (owner, contact) = (self.account(owner).await.id, handle(contact));
        let name = FriendlyName::from(&contact);
        let change = self.store.add_to_forward(owner, &contact, &name, GroupArgument::Absent, 9);
        tokio::pin!(change);
        // The transaction has begun with this, and the files have been looked at.
        tokio::select! {
            biased;
            _ = &mut change => panic!("the change did not wait for the database"),
            () = std::future::ready(()) => {}
        }
        let (file, moved) = self.files();
        fs::rename(&file, &moved).unwrap();
        change.await.unwrap_err();
        fs::rename(&moved, &file).unwrap();
    }

    async fn settle(&self) {
        settle(&*self.store, &self.locks, &self.directory).await.unwrap();
    }
}

#[tokio::test]
async fn people_in_doubt_are_told_and_nobody_else() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let (alice, bob, carol) =
        (node.sign_in("alice").await, node.sign_in("bob").await, node.sign_in("carol").await);
    node.add_in_doubt("alice", "bob").await;
    assert_eq!(node.store.in_doubt(), [alice.session.account, bob.session.account]);
    node.settle().await;
    assert_eq!(node.store.in_doubt(), []);
    assert_eq!([alice.told(), bob.told(), carol.told()], ["END", "> alice@example.com new", ""]);
    let stored = node.roster("bob").await;
    bob.session.read(|state| assert_eq!(*state.lists.roster(), stored));
}

#[tokio::test]
async fn the_doubt_about_an_account_ends_with_the_account() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add_in_doubt("alice", "bob").await;
    node.store.remove_account(&handle("bob")).await.unwrap();
    node.settle().await;
    assert_eq!(node.store.in_doubt(), []);
}

/// A change that comes between the reading and the taking over is told already. A store that was restored stays behind.
#[tokio::test]
async fn lists_that_stay_older_than_memory_are_read_again_before_they_are_believed() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let bob = node.sign_in("bob").await;
    node.add_in_doubt("alice", "bob").await;
    // Memory is ahead by as many versions.
    for _ in 0..5 {
        let version = bob.session.read(|state| state.lists.version());
        bob.session.state().lists.reach(msnp::ListVersion(version.0 + 1));
    }
    let begun = node.store.measures().writes().by_duration.iter().sum::<u64>();
    node.settle().await;
    let read = node.store.measures().writes().by_duration.iter().sum::<u64>() - begun;
    assert_eq!(read, 1 + 3, "alice once, bob three times");
    let stored = node.roster("bob").await;
    bob.session.read(|state| assert_eq!(*state.lists.roster(), stored));
}
