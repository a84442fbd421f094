//! The automatic reactions of `listen` to events.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use msnp::{ErrorCode, Handle, List};
use msnp_client::{Client, CommandError, Event, Presence, TransferId};
use serde_json::Value;
use tokio::task::JoinSet;

use super::declined::Declined;
use super::limits::Admission;
use super::{ListenArgs, json};
use crate::failures::{why_not_done, why_not_transferred};

/// The outcome of a reaction.
#[derive(Default)]
struct Ended {
    /// The line to print about it.
    line: Option<Value>,
    /// The transfer that is over with it.
    transfer: Option<TransferId>,
}

impl Ended {
    fn badly(complaint: &str) -> Self {
        Self { line: Some(json::error(complaint)), transfer: None }
    }
}

/// The reactions that the options ask for, and those under way.
pub(super) struct Reactions {
    client: Client,
    admission: Option<Admission>,
    add: bool,
    fetch: bool,
    /// The contact whose picture was fetched last, by the picture's hash.
    fetched: HashMap<Handle, String>,
    under_way: JoinSet<Ended>,
}

impl Reactions {
    pub(super) fn new(args: &ListenArgs, client: &Client) -> Self {
        let admission = |folder: &PathBuf| Admission::new(folder.clone(), args.limits.clone());
        Self {
            client: client.clone(),
            admission: args.auto_accept.as_ref().map(admission),
            add: args.auto_add,
            fetch: args.fetch_pictures,
            fetched: HashMap::new(),
            under_way: JoinSet::new(),
        }
    }

    /// Begins the reaction to this event.
    pub(super) fn react(&mut self, event: &Event) {
        match event {
            Event::FileOffered { transfer, from, name, size, .. } => {
                self.answer(*transfer, from, name, *size)
            }
            Event::ContactAdded { contact, by_them: true }
                if self.add && !contact.lists.contains(List::Forward) =>
            {
                self.add(contact.handle.clone());
            }
            Event::Online { who, presence, .. } | Event::Presence { who, presence, .. } if self.fetch => {
                self.fetch(who, presence);
            }
            _ => {}
        }
    }

    /// Waits for the next thing that there is to print about a reaction; for ever if there is nothing. Cancel-safe.
    pub(super) async fn line(&mut self) -> Value {
        loop {
            let ended = match self.under_way.join_next().await {
                Some(Ok(ended)) => ended,
                Some(Err(error)) => Ended::badly(&format!("a part of the program broke: {error}")),
                // Nothing is under way. The waiting task gives up when an event begins something.
                None => return std::future::pending().await,
            };
            if let (Some(admission), Some(transfer)) = (&mut self.admission, ended.transfer) {
                admission.ended(transfer);
            }
            if let Some(line) = ended.line {
                return line;
            }
        }
    }

    fn add(&mut self, who: Handle) {
        let client = self.client.clone();
        self.under_way.spawn(async move {
            match client.add_contact(&who).await {
                // Somebody was faster.
                Ok(()) | Err(CommandError::Refused(ErrorCode::AlreadyThere)) => Ended::default(),
                Err(error) => Ended::badly(&format!("{who} was not added: {}", why_not_done(&error))),
            }
        });
    }

    /// Takes an offered file, or declines it where it is too much.
    fn answer(&mut self, transfer: TransferId, from: &Handle, name: &str, size: u64) {
        let Some(admission) = &mut self.admission else { return };
        let client = self.client.clone();
        match admission.admit(transfer, from, size, Instant::now()) {
            Ok(()) => {
                let folder = admission.folder().to_owned();
                self.under_way.spawn(async move { accept(&client, transfer, &folder).await });
            }
            Err(reason) => {
                let declined = Declined { transfer, from: from.clone(), name: name.to_owned(), size, reason };
                self.under_way.spawn(async move {
                    // It may have been withdrawn.
                    let _ = client.decline_file(transfer).await;
                    Ended { line: Some(json::declined(&declined)), transfer: None }
                });
            }
        }
    }

    fn fetch(&mut self, who: &Handle, presence: &Presence) {
        let Some(picture) = &presence.picture else { return };
        // Presence changes more often than pictures do.
        if self.fetched.insert(who.clone(), picture.sha1d.clone()).as_ref() == Some(&picture.sha1d) {
            return;
        }
        let (client, who) = (self.client.clone(), who.clone());
        self.under_way.spawn(async move {
            match client.fetch_picture(&who).await {
                Ok(_) => Ended::default(),
                Err(error) => Ended::badly(&format!("the display picture of {who} was not fetched: {error}")),
            }
        });
    }
}

/// Takes a file, and waits until it is here or will not come.
async fn accept(client: &Client, transfer: TransferId, folder: &Path) -> Ended {
    match client.accept_file(transfer, folder).await {
        Ok(mut file) => {
            // An event tells how it went.
            let _ = file.finished().await;
            Ended { line: None, transfer: Some(transfer) }
        }
        Err(error) => {
            // It may have been withdrawn.
            let _ = client.decline_file(transfer).await;
            let line = json::error(&format!("a file was not taken: {}", why_not_transferred(&error)));
            Ended { line: Some(line), transfer: Some(transfer) }
        }
    }
}
