use msnp::{ErrorCode, FriendlyName, List, Privacy, Status};
use msnp_client::{CommandError, Event};
use msnp_testkit::TestServer;

use crate::who::{ALICE, BOB, CAROL, handle, online, wait};

#[tokio::test]
async fn adding_is_heard_on_the_other_side_and_answered() {
    let server = TestServer::start().await;
    for who in [ALICE, BOB] {
        server.account(who).await;
    }
    let (alice, mut alice_hears) = online(&server, ALICE).await;
    let (bob, mut bob_hears) = online(&server, BOB).await;
    alice.add_contact(&handle(BOB)).await.unwrap();
    let bobs = alice.contact(&handle(BOB)).unwrap();
    assert!(bobs.lists.contains(List::Forward) && bobs.lists.contains(List::Allow));
    let added = wait(&mut bob_hears, |event| match event {
        Event::ContactAdded { contact, by_them: true } => Some(contact.handle),
        _ => None,
    });
    assert_eq!(added.await, handle(ALICE));
    bob.add_contact(&handle(ALICE)).await.unwrap();
    let seen = wait(&mut alice_hears, |event| match event {
        Event::ContactAdded { contact, by_them: true } => Some(contact.lists.contains(List::Reverse)),
        _ => None,
    });
    assert!(seen.await);
    assert_eq!(alice.add_contact(&handle(BOB)).await, Err(CommandError::Refused(ErrorCode::AlreadyThere)));
    assert_eq!(
        alice.add_contact(&handle(CAROL)).await,
        Err(CommandError::Refused(ErrorCode::InvalidPrincipal))
    );
    alice.remove_contact(&handle(BOB)).await.unwrap();
    let removed = wait(&mut bob_hears, |event| {
        matches!(event, Event::ContactRemoved { by_them: true, .. }).then_some(())
    });
    removed.await;
    assert!(!alice.contact(&handle(BOB)).unwrap().lists.contains(List::Forward));
}

#[tokio::test]
async fn who_is_there_already_does_not_come_online() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (alice, mut alice_hears) = online(&server, ALICE).await;
    let (bob, mut bob_hears) = online(&server, BOB).await;
    let presence = async |hears: &mut msnp_client::Events| {
        wait(hears, |event| match event {
            Event::Online { who, already, .. } => Some((who, Some(already))),
            Event::Presence { who, .. } => Some((who, None)),
            Event::Offline { who, .. } => panic!("{who} is online"),
            _ => None,
        })
        .await
    };
    assert_eq!(presence(&mut bob_hears).await, (handle(ALICE), Some(true)), "she was there");
    assert_eq!(presence(&mut alice_hears).await, (handle(BOB), Some(false)), "he came");
    bob.set_status(Status::Busy).await.unwrap();
    assert_eq!(presence(&mut alice_hears).await, (handle(BOB), None), "he changed");
    drop(alice);
}

#[tokio::test]
async fn status_name_and_blocks_are_seen() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (alice, _) = online(&server, ALICE).await;
    let (bob, mut bob_hears) = online(&server, BOB).await;
    let next = async |hears: &mut msnp_client::Events| {
        wait(hears, |event| match event {
            Event::Online { who, name, presence, .. } | Event::Presence { who, name, presence }
                if who == handle(ALICE) =>
            {
                Some((name.text().into_owned(), Some(presence.status)))
            }
            Event::Offline { who, name } if who == handle(ALICE) => Some((name.text().into_owned(), None)),
            _ => None,
        })
        .await
    };
    assert_eq!(next(&mut bob_hears).await, ("Alice".into(), Some(Status::Online)));
    alice.set_status(Status::Away).await.unwrap();
    assert_eq!((alice.status(), next(&mut bob_hears).await.1), (Status::Away, Some(Status::Away)));
    alice.set_name(FriendlyName::from_text("Alice L.").unwrap()).await.unwrap();
    assert_eq!(next(&mut bob_hears).await.0, "Alice L.");
    assert_eq!(alice.name().text(), "Alice L.");
    alice.block(&handle(BOB)).await.unwrap();
    assert_eq!(next(&mut bob_hears).await.1, None);
    let lists = alice.contact(&handle(BOB)).unwrap().lists;
    assert!(lists.contains(List::Block) && !lists.contains(List::Allow));
    assert_eq!(bob.contact(&handle(ALICE)).unwrap().presence, None);
    alice.unblock(&handle(BOB)).await.unwrap();
    assert_eq!(next(&mut bob_hears).await.1, Some(Status::Away));
    alice.set_privacy(Privacy::BlockUnlisted).await.unwrap();
    assert_eq!(alice.privacy(), Privacy::BlockUnlisted);
}

#[tokio::test]
async fn groups() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (alice, _events) = online(&server, ALICE).await;
    let friends = alice.add_group("Old friends").await.unwrap();
    alice.rename_group(friends, "Older friends").await.unwrap();
    assert!(alice.groups().iter().any(|group| group.id == friends && group.name == "Older friends"));
    alice.add_to_group(&handle(BOB), friends).await.unwrap();
    assert!(alice.contact(&handle(BOB)).unwrap().groups.contains(&friends));
    alice.remove_from_group(&handle(BOB), friends).await.unwrap();
    assert!(!alice.contact(&handle(BOB)).unwrap().groups.contains(&friends));
    alice.remove_group(friends).await.unwrap();
    assert!(!alice.groups().iter().any(|group| group.id == friends));
    assert!(matches!(alice.add_group(&"x".repeat(400)).await, Err(CommandError::Invalid(_))));
    // Another sign-in gets the same list.
    let before = (alice.contacts().len(), alice.groups());
    alice.sign_out().await;
    let (again, _events) = online(&server, ALICE).await;
    assert_eq!((again.contacts().len(), again.groups()), before);
}
