//! What `listen` does by itself when something happens.

use std::collections::HashMap;
use std::path::PathBuf;

use msnp::Handle;
use msnp_client::{Client, Event, Presence, TransferId};
use tokio::task::JoinSet;

use super::ListenArgs;
use crate::client::why_not_done;

/// The reactions that the options ask for, and those under way.
pub(super) struct Reactions {
    client: Client,
    accept_into: Option<PathBuf>,
    add: bool,
    fetch: bool,
    /// Whose picture was fetched last, by its hash.
    fetched: HashMap<Handle, String>,
    /// Each ends with what went wrong.
    under_way: JoinSet<Option<String>>,
}

impl Reactions {
    pub(super) fn new(args: &ListenArgs, client: &Client) -> Self {
        Self {
            client: client.clone(),
            accept_into: args.auto_accept.clone(),
            add: args.auto_add,
            fetch: args.fetch_pictures,
            fetched: HashMap::new(),
            under_way: JoinSet::new(),
        }
    }

    /// Begins to do what this event asks for.
    pub(super) fn react(&mut self, event: &Event) {
        match event {
            Event::FileOffered { transfer, .. } => self.accept(*transfer),
            Event::ContactAdded { contact, by_them: true } if self.add => {
                let (client, who) = (self.client.clone(), contact.handle.clone());
                self.under_way.spawn(async move {
                    let error = client.add_contact(&who).await.err()?;
                    Some(format!("{who} was not added: {}", why_not_done(&error)))
                });
            }
            Event::Presence { who, presence: Some(presence), .. } if self.fetch => self.fetch(who, presence),
            _ => {}
        }
    }

    /// Waits for the next thing that went wrong; for ever if all goes well. Cancel-safe.
    pub(super) async fn complaint(&mut self) -> String {
        loop {
            match self.under_way.join_next().await {
                Some(Ok(Some(complaint))) => return complaint,
                Some(Ok(None)) => {}
                Some(Err(error)) => return format!("a part of the program broke: {error}"),
                // Nothing is under way. Whoever waits here gives up when an event begins something.
                None => return std::future::pending().await,
            }
        }
    }

    fn accept(&mut self, transfer: TransferId) {
        let Some(folder) = self.accept_into.clone() else { return };
        let client = self.client.clone();
        self.under_way.spawn(async move {
            let error = client.accept_file(transfer, &folder).await.err()?;
            // It may have been withdrawn.
            let _ = client.decline_file(transfer).await;
            Some(format!("a file was not taken: {error}"))
        });
    }

    fn fetch(&mut self, who: &Handle, presence: &Presence) {
        let Some(picture) = &presence.picture else { return };
        // Presence changes more often than pictures do.
        if self.fetched.insert(who.clone(), picture.sha1d.clone()).as_ref() == Some(&picture.sha1d) {
            return;
        }
        let (client, who) = (self.client.clone(), who.clone());
        self.under_way.spawn(async move {
            let error = client.fetch_picture(&who).await.err()?;
            Some(format!("the display picture of {who} was not fetched: {error}"))
        });
    }
}
