//! Memory that is made the same as the store, and what clients are told of it.

use msnp::{FriendlyName, Privacy, Status};
use papillon_store::{PrivacyList, Roster};

use super::node::Client;
use super::{Node, handle};
use crate::delivery::Deliveries;

impl Node {
    /// Takes over what is stored of somebody.
    async fn reconcile(&self, name: &str) -> bool {
        let stored = self.roster(name).await;
        self.reconcile_with(name, &stored, false).await
    }

    async fn reconcile_with(&self, name: &str, stored: &Roster, may_go_back: bool) -> bool {
        let account = self.account(name).await;
        let out = &mut Deliveries::new();
        self.directory.reconcile(account.id, &account.name, stored, may_go_back, out)
    }

    async fn privacy_behind(&self, name: &str, privacy: Privacy) {
        self.store.set_privacy(self.account(name).await.id, privacy).await.unwrap();
    }
}

impl Client {
    fn has(&self, stored: &Roster) -> bool {
        self.session.read(|state| state.lists.roster() == stored)
    }
}

#[tokio::test]
async fn nothing_is_told_of_lists_that_are_the_same_or_of_people_who_are_not_here() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add("bob", "alice").await;
    assert!(node.reconcile("alice").await);
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    assert!(node.reconcile("alice").await);
    assert_eq!([alice.told(), bob.told()], ["", ""]);
    assert!(!alice.session.has_left());
}

/// The lists were read before another change, which has been told meanwhile.
#[tokio::test]
async fn older_lists_are_not_taken_over_unless_the_store_has_gone_back() {
    let node = Node::with(&["alice", "bob"]).await;
    let alice = node.sign_in("alice").await;
    let old = node.roster("alice").await;
    node.add("bob", "alice").await;
    assert_eq!(alice.told(), "> bob@example.com new");
    assert!(!node.reconcile_with("alice", &old, false).await);
    assert!(alice.has(&node.roster("alice").await));
    assert!(node.reconcile_with("alice", &old, true).await);
    assert!(alice.has(&old));
    // A client never goes back: it reads its lists anew.
    assert_eq!(alice.told(), "END");
}

#[tokio::test]
async fn a_client_is_told_who_lists_it_now_and_stays() {
    let node = Node::with(&["alice", "bob", "carol", "dave"]).await;
    node.add("alice", "bob").await;
    node.add("dave", "alice").await;
    let alice = node.sign_in("alice").await;
    node.add_behind("bob", "alice").await;
    node.add_behind("carol", "alice").await;
    let dave = node.account("dave").await.id;
    node.store.remove_from_forward(dave, &handle("alice"), msnp::GroupArgument::Absent).await.unwrap();
    assert!(node.reconcile("alice").await);
    // Bob was on a list of hers before; carol was on none.
    assert_eq!(alice.told(), "< dave@example.com, > bob@example.com, > carol@example.com new");
    assert!(alice.has(&node.roster("alice").await));
    assert!(!alice.session.has_left());
    assert!(node.reconcile("alice").await);
    assert_eq!(alice.told(), "");
}

/// No line tells a client of its own change: it comes back, and reads its lists.
#[tokio::test]
async fn a_client_that_does_not_know_its_own_change_is_disconnected() {
    let node = Node::with(&["alice", "bob"]).await;
    let alice = node.sign_in("alice").await;
    node.add_behind("alice", "bob").await;
    assert!(node.reconcile("alice").await);
    assert_eq!(alice.told(), "END");
    assert!(alice.session.has_left());

    let alice = node.sign_in("alice").await;
    let name = FriendlyName::parse("Al").unwrap();
    node.store.rename(alice.session.account, &name).await.unwrap();
    assert!(node.reconcile("alice").await);
    assert_eq!(alice.told(), "END");
}

#[tokio::test]
async fn contacts_are_told_whom_the_stored_lists_show_and_hide() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    for watcher in ["bob", "carol"] {
        node.add(watcher, "alice").await;
    }
    let block = async |contact: &str| {
        let (owner, name) = (node.account("alice").await.id, FriendlyName::from(&handle(contact)));
        node.store.add_to_privacy(owner, PrivacyList::Block, &handle(contact), &name, 9).await.unwrap()
    };
    let (alice, bob, carol) =
        (node.sign_in("alice").await, node.sign_in("bob").await, node.sign_in("carol").await);
    block("bob").await;
    assert!(node.reconcile("alice").await);
    // The block list was her own doing: so she is signed out, which carol alone could still see.
    assert_eq!(
        [alice.told(), bob.told(), carol.told()],
        ["END", "- alice@example.com", "- alice@example.com"]
    );

    let _alice = node.sign_in("alice").await;
    assert_eq!([bob.told(), carol.told()], ["", "+ alice@example.com alice@example.com"]);
    let owner = node.account("alice").await.id;
    node.store.remove_from_privacy(owner, PrivacyList::Block, &handle("bob")).await.unwrap();
    assert!(node.reconcile("alice").await);
    let came_and_went = "+ alice@example.com alice@example.com, - alice@example.com";
    assert_eq!([bob.told(), carol.told()], [came_and_went, "- alice@example.com"]);
}

#[tokio::test]
async fn of_somebody_who_is_hidden_nothing_is_told() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add("bob", "alice").await;
    node.privacy_behind("alice", Privacy::BlockUnlisted).await;
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    node.appear(&alice, Status::Hidden);
    node.privacy_behind("alice", Privacy::AllowUnlisted).await;
    assert!(node.reconcile("alice").await);
    assert_eq!([alice.told(), bob.told()], ["END", ""]);
}
