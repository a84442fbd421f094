//! Somebody who tries a demo.

use std::path::{Path, PathBuf};

use msnp_client::msnp::Handle;
use msnp_client::{Client, ConversationId, Event, Events, Presence};
use tokio::time::timeout;

use crate::running::DEADLINE;

/// A client and what happens to it.
pub struct Guest {
    pub client: Client,
    pub monarch: Handle,
    /// A folder for received files.
    pub folder: PathBuf,
    events: Events,
}

impl Guest {
    pub fn new((client, events): (Client, Events), folder: &Path) -> Self {
        let monarch = Handle::parse("monarch@papillon.test").unwrap();
        Self { client, monarch, folder: folder.to_owned(), events }
    }

    /// The first thing that happens from now on of which `pick` makes something.
    pub async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.next().await.unwrap_or_else(|| panic!("{what}: the events ended"));
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        };
        timeout(DEADLINE, found).await.unwrap_or_else(|_| panic!("{what}: it did not happen in time"))
    }

    /// Waits until Monarch is online.
    pub async fn sees_monarch(&mut self) -> Presence {
        let monarch = self.monarch.clone();
        if let Some(presence) = self.client.contact(&monarch).and_then(|contact| contact.presence) {
            return presence;
        }
        self.until("Monarch is online", |event| match event {
            Event::Online { who, presence, .. } if who == monarch => Some(presence),
            _ => None,
        })
        .await
    }

    /// Waits for Monarch to say something with `words` in it.
    pub async fn hears(&mut self, words: &str) -> (ConversationId, String) {
        let monarch = self.monarch.clone();
        self.until(words, |event| match event {
            Event::Message { conversation, from, text, .. }
                if from == monarch && text.body.contains(words) =>
            {
                Some((conversation.id(), text.body))
            }
            _ => None,
        })
        .await
    }

    /// Says something to Monarch.
    pub async fn says(&self, words: &str) {
        self.client.send(&self.monarch, words).await.unwrap();
    }
}
