//! Conversations in events.

use msnp_client::{Event, SendError};
use msnp_testkit::{DEADLINE, TestServer};
use tokio::time::timeout;

use crate::people::{Somebody, handle};

#[tokio::test]
async fn one_if_let_is_an_echo() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let talk = alice.client.conversation(&handle("bob"));
    talk.send("hello").await.unwrap();
    let mut events = alice.events;
    while let Some(event) = timeout(DEADLINE, bob.events.next()).await.expect("no event in time") {
        if let Event::Message { conversation, from, text, .. } = event {
            assert_eq!(conversation.participants(), [from]);
            conversation.send(text).await.unwrap();
            break;
        }
    }
    loop {
        let event = timeout(DEADLINE, events.next()).await.expect("no event in time").expect("they go on");
        if let Event::Message { conversation, text, .. } = event {
            assert_eq!((conversation, text.body.as_str()), (talk, "hello"));
            return;
        }
    }
}

#[tokio::test]
async fn an_event_keeps_its_conversation_and_not_the_client() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    alice.client.send(&handle("bob"), "hello").await.unwrap();
    let conversation = loop {
        let event = timeout(DEADLINE, bob.events.next()).await.unwrap().unwrap();
        if let Event::Message { conversation, .. } = event {
            break conversation;
        }
    };
    // It is over, and still the one that is known by its number.
    conversation.leave().await;
    assert_eq!(bob.client.conversation_by_id(conversation.id()).as_ref(), Some(&conversation));
    drop((bob.client, bob.events));
    assert_eq!(conversation.send("anybody?").await, Err(SendError::Disconnected));
    let again = alice.client.send(&handle("bob"), "are you there?").await;
    assert!(matches!(again, Err(SendError::NotOnline | SendError::NotDelivered)), "{again:?}");
}
