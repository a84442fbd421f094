//! A signed-in client, and its events.

use std::ops::Deref;

use msnp_client::msnp::Handle;
use msnp_client::msnp::message::{Emoticon, Text};
use msnp_client::{Client, ConversationId, Event, Events, Trust};
use msnp_testkit::{DEADLINE, PASSWORD, TestServer, person};
use tokio::time::timeout;

/// A signed-in client with its events.
pub struct Somebody {
    pub client: Client,
    pub events: Events,
}

impl Deref for Somebody {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

pub fn handle(name: &str) -> Handle {
    Handle::parse(&person(name)).unwrap()
}

/// The events of conversations, in a form that tests can compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    Joined(ConversationId, Handle),
    Left(ConversationId, Handle),
    Closed(ConversationId),
    Typing(ConversationId, Handle),
    Said(ConversationId, Handle, Text, Vec<Emoticon>),
}

impl Somebody {
    /// Signs in the account of this first name.
    pub async fn online(server: &TestServer, name: &str) -> Self {
        server.account(&person(name)).await;
        let authority = std::fs::read(server.folder().join("tls/ca.pem")).unwrap();
        let builder = Client::builder(handle(name), PASSWORD)
            .server(server.addresses.msnp.to_string())
            .nexus(format!("https://{}/rdr/pprdr.asp", server.addresses.https))
            .trust(Trust::Authorities(authority));
        let (client, events) = timeout(DEADLINE, builder.sign_in()).await.unwrap().unwrap();
        Self { client, events }
    }

    /// The next thing that happens in a conversation.
    pub async fn next(&mut self) -> Happened {
        loop {
            let event = timeout(DEADLINE, self.events.next()).await.expect("no event in time");
            match event.expect("the events have ended") {
                Event::Joined { conversation, who, .. } => return Happened::Joined(conversation.id(), who),
                Event::Left { conversation, who } => return Happened::Left(conversation.id(), who),
                Event::ConversationClosed { conversation } => return Happened::Closed(conversation.id()),
                Event::Typing { conversation, from } => return Happened::Typing(conversation.id(), from),
                Event::Message { conversation, from, text, emoticons, .. } => {
                    return Happened::Said(conversation.id(), from, text, emoticons);
                }
                _ => {}
            }
        }
    }

    /// The next event is that an account joins; returns the conversation.
    pub async fn joined(&mut self, name: &str) -> ConversationId {
        match self.next().await {
            Happened::Joined(conversation, who) if who == handle(name) => conversation,
            other => panic!("expected {name} to join: {other:?}"),
        }
    }

    /// The next thing is this text; returns the conversation.
    pub async fn said(&mut self, name: &str, words: &str) -> ConversationId {
        match self.next().await {
            Happened::Said(conversation, from, text, _) if from == handle(name) && text.body == words => {
                conversation
            }
            other => panic!("expected {name} to say {words:?}: {other:?}"),
        }
    }
}
