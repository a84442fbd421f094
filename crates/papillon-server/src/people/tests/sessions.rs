//! The map of sessions, and what is asked of one of them.

use msnp::{FriendlyName, GroupArgument, PropertyKey, PropertyValue, Status};
use papillon_store::PrivacyList;

use super::{Node, handle};
use crate::delivery::Deliveries;

#[tokio::test]
async fn people_are_counted_and_found_while_they_are_here() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    let handles = |skip, most| {
        let (people, all) = node.directory.all_signed_in(skip, most);
        (people.into_iter().map(|person| person.handle).collect::<Vec<_>>(), all)
    };
    assert_eq!((node.directory.count(), handles(0, 9)), (0, (vec![], 0)));
    let carol = node.sign_in_at("carol", "192.0.2.3").await;
    let older = node.sign_in_at("alice", "192.0.2.7").await;
    let alice = node.sign_in_at("alice", "192.0.2.1").await;
    assert_eq!((node.directory.count(), handles(0, 9)), (2, (vec![handle("alice"), handle("carol")], 2)));
    assert_eq!(handles(1, 1), (vec![handle("carol")], 2));
    let at = node.directory.signed_in_at(|address| address.to_string() == "192.0.2.3");
    assert_eq!(at.into_iter().map(|person| person.account).collect::<Vec<_>>(), [carol.session.account]);

    // The task of a session that was replaced ends later, and takes nothing away.
    node.directory.leave(&older.session, &mut Deliveries::new());
    assert!(node.directory.has(alice.session.account));
    assert!(node.directory.callee(&handle("alice"), carol.session.account).is_ok());
    node.directory.leave(&alice.session, &mut Deliveries::new());
    assert!(!node.directory.has(alice.session.account));
    assert!(node.directory.callee(&handle("alice"), carol.session.account).is_err());
    assert_eq!(node.directory.count(), 1);
}

/// The handle of a removed account can be given to another one.
#[tokio::test]
async fn a_session_of_a_removed_account_leaves_that_of_the_next_with_its_handle() {
    let node = Node::with(&["alice", "bob"]).await;
    let removed = node.sign_in("alice").await;
    node.store.remove_account(&handle("alice")).await.unwrap();
    let new = node.make("alice").await;
    let alice = node.sign_in("alice").await;
    assert_ne!(alice.session.account, removed.session.account);
    node.directory.leave(&removed.session, &mut Deliveries::new());
    assert_eq!(node.directory.count(), 1);
    let callee = node.directory.callee(&handle("alice"), node.account("bob").await.id).ok();
    assert_eq!(callee.map(|callee| callee.person.account), Some(new));
}

#[tokio::test]
async fn only_those_who_watch_are_told_of_others() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add("bob", "alice").await;
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    node.appear(&alice, Status::Busy);
    assert_eq!(bob.told(), "+ alice@example.com alice@example.com");
    assert!(bob.session.is_watching());
    bob.session.watch.end();
    assert!(!bob.session.is_watching());
    node.appear(&alice, Status::Away);
    let introduce = || {
        node.directory.introduce(&bob.session, super::node::TRANSACTION, &mut Deliveries::new());
    };
    introduce();
    assert_eq!(bob.told(), "");
    bob.session.watch.begin(vec![alice.session.clone()]);
    introduce();
    assert_eq!(bob.told(), "= alice@example.com");
}

#[tokio::test]
async fn a_new_name_is_told_once_and_only_of_somebody_who_can_be_seen() {
    let node = Node::with(&["alice", "bob"]).await;
    node.add("bob", "alice").await;
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    let rename = async |name| {
        let name = FriendlyName::parse(name).unwrap();
        node.store.rename(alice.session.account, &name).await.unwrap()
    };
    let renamed = rename("Al").await;
    node.tell(renamed.clone());
    node.tell(renamed);
    assert_eq!(bob.told(), "+ alice@example.com Al");
    node.appear(&alice, Status::Hidden);
    assert_eq!(bob.told(), "- alice@example.com");
    node.tell(rename("Ally").await);
    assert_eq!(bob.told(), "");
}

/// What a reader of the lists learns from memory, without asking the store.
#[tokio::test]
async fn the_lists_in_memory_tell_contacts_properties_and_their_weight() {
    let node = Node::with(&["alice", "bob", "carol", "a"]).await;
    let alice = node.sign_in("alice").await;
    let weight = || alice.session.read(|state| state.lists.weight());
    assert_eq!(weight(), 0);
    node.add("alice", "bob").await;
    let one = weight();
    // A contact weighs its entry, its texts and a little for each of their places.
    let texts = 2 * "bob@example.com".len();
    assert_eq!(one, size_of::<papillon_store::Contact>() + 112 + texts);
    node.add("alice", "a").await;
    assert_eq!(weight(), 2 * one - 2 * "bo".len());

    let carol = handle("carol");
    let name = FriendlyName::from(&carol);
    let block = node.store.add_to_privacy(alice.session.account, PrivacyList::Block, &carol, &name, 9);
    node.tell(block.await.unwrap());
    let has_forward = |name| alice.session.read(|state| state.lists.has_forward(&handle(name)));
    assert_eq!(["bob", "a", "carol", "dave"].map(has_forward), [true, true, false, false]);

    // Bob shows the number of his phone to those whom he allows to see him.
    let before = weight();
    let (bob, phone) = (node.account("bob").await.id, PropertyKey::ALL[0]);
    let number = PropertyValue::parse(phone, "555-0100").unwrap();
    node.tell(node.store.set_property(bob, phone, &number).await.unwrap());
    let allow = node.store.add_to_privacy(bob, PrivacyList::Allow, &alice.session.handle, &name, 9);
    node.tell(allow.await.unwrap());
    assert_eq!(weight(), before + number.as_wire().len());

    node.tell(node.store.set_property(alice.session.account, phone, &number).await.unwrap());
    alice.session.read(|state| assert_eq!(state.lists.properties(), [(phone, number.clone())]));
    let contact = handle("bob");
    let removed = node.store.remove_from_forward(alice.session.account, &contact, GroupArgument::Absent);
    node.tell(removed.await.unwrap());
    assert!(!has_forward("bob"));
}
