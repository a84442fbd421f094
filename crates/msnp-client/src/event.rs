//! What happens, in one stream.

use std::any::Any;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use msnp::message::{Emoticon, Text};
use msnp::{FriendlyName, Handle};
use tokio::sync::mpsc;

use crate::{Contact, ConversationId, Presence, TransferError, TransferId, TransferProgress};

/// One thing that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Signed in again after the connection broke (the first sign-in is what `sign_in` returns).
    SignedIn,
    /// Somebody came online, changed, or went offline (`None`).
    Presence {
        /// Who.
        who: Handle,
        /// The name they have now.
        name: FriendlyName,
        /// `None`: offline.
        presence: Option<Presence>,
    },
    /// Somebody was added to one of the lists, by this account or by somebody else (reverse list).
    ContactAdded {
        /// As they are now.
        contact: Contact,
        /// Whether *they* added this account, who may want to answer by adding them.
        by_them: bool,
    },
    /// Somebody was taken off one of the lists.
    ContactRemoved {
        /// Who.
        who: Handle,
        /// Whether they removed this account.
        by_them: bool,
    },
    /// Groups, names, privacy or blocks changed: ask the client.
    RosterChanged,
    /// Somebody joined a conversation (or was there when this account joined).
    Joined {
        /// Which.
        conversation: ConversationId,
        /// Who.
        who: Handle,
        /// Under which name.
        name: FriendlyName,
    },
    /// Somebody left a conversation.
    Left {
        /// Which.
        conversation: ConversationId,
        /// Who.
        who: Handle,
    },
    /// Somebody said something.
    Message {
        /// Where.
        conversation: ConversationId,
        /// Who.
        from: Handle,
        /// Under which name.
        name: FriendlyName,
        /// What.
        text: Text,
        /// The custom emoticons that it uses; their pictures come as [`Event::Emoticon`].
        emoticons: Vec<Emoticon>,
    },
    /// Somebody is typing; shown for 6 s or until the message.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        from: Handle,
    },
    /// Somebody nudges: their client wants this window to shake. It is not asked for any answer.
    Nudge {
        /// Where.
        conversation: ConversationId,
        /// Who.
        from: Handle,
        /// Under which name.
        name: FriendlyName,
    },
    /// Something came of which the sender believes that it is seen here, and it cannot be shown: a message of an
    /// unknown type, or one that is not what its type says.
    NotShown {
        /// Where, if it belongs to a conversation.
        conversation: Option<ConversationId>,
        /// Who sent it; `None`: the service, or somebody whose address cannot be read.
        from: Option<Handle>,
        /// Of what type it is; empty when it has none.
        content_type: String,
        /// Why it cannot be shown, in words.
        reason: String,
    },
    /// A custom emoticon's picture is here, verified.
    Emoticon {
        /// Whose.
        from: Handle,
        /// The shortcut and the description.
        emoticon: Emoticon,
        /// The picture.
        data: Bytes,
    },
    /// A display picture is here, verified (after `fetch_picture` by anybody of this client).
    Picture {
        /// Whose.
        of: Handle,
        /// The picture.
        data: Bytes,
    },
    /// Somebody offers a file: accept or decline it.
    FileOffered {
        /// Its number.
        transfer: TransferId,
        /// Who.
        from: Handle,
        /// A safe name.
        name: String,
        /// Bytes.
        size: u64,
        /// A small picture of it.
        preview: Option<Bytes>,
    },
    /// A transfer got further (at most a few times a second).
    FileProgress {
        /// Which.
        transfer: TransferId,
        /// How far.
        progress: TransferProgress,
    },
    /// A file is here.
    FileReceived {
        /// Which.
        transfer: TransferId,
        /// From whom.
        from: Handle,
        /// Where it was written.
        path: PathBuf,
    },
    /// A file is with them.
    FileSent {
        /// Which.
        transfer: TransferId,
        /// To whom.
        to: Handle,
    },
    /// A transfer, either way, ended without success.
    FileFailed {
        /// Which.
        transfer: TransferId,
        /// The other side.
        peer: Handle,
        /// Why.
        error: TransferError,
    },
    /// Everybody else left, or the connection of the conversation broke.
    ConversationClosed {
        /// Which.
        conversation: ConversationId,
    },
    /// The service announces something.
    ServiceMessage {
        /// What kind of thing.
        kind: ServiceMessageKind,
        /// In words.
        text: String,
    },
    /// Events were lost because nobody read them.
    Missed {
        /// How many.
        count: u64,
    },
    /// Something went wrong that no call was waiting for.
    Error {
        /// In words.
        text: String,
    },
    /// Signed out. Unless `will_retry`, the last event.
    SignedOut {
        /// Why.
        reason: SignedOut,
        /// Whether the reconnection policy tries again.
        will_retry: bool,
    },
}

/// What the service announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceMessageKind {
    /// A text of its operator's, or an alert (`NOT`): the words are theirs.
    Announcement,
    /// A text from somebody's mobile (`IPG`): the words are theirs.
    Page,
    /// The service goes down for maintenance.
    Maintenance {
        /// In so many minutes; `None` when it does not say.
        minutes: Option<u32>,
    },
    /// There is mail.
    Mail,
    /// Something that has no words here.
    Other,
}

/// Why a client is signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOut {
    /// By [`crate::Client::sign_out`].
    Asked,
    /// The account signed in elsewhere, or the service signed it out: disabled, removed, signed out everywhere.
    Elsewhere,
    /// The service is going down.
    ServiceClosing,
    /// The connection broke.
    ConnectionLost,
}

/// How many events wait to be read.
const MAX_EVENTS: usize = 1024;

/// Where tasks tell what happens. It never blocks.
pub(crate) struct EventSender {
    queue: mpsc::Sender<Event>,
    missed: AtomicU64,
}

impl EventSender {
    pub(crate) fn new() -> (Self, Events) {
        let (queue, events) = mpsc::channel(MAX_EVENTS);
        (Self { queue, missed: AtomicU64::new(0) }, Events { queue: events, client: None })
    }

    /// Tells of an event, or counts it as missed when too many wait to be read.
    pub(crate) fn emit(&self, event: Event) {
        let missed = self.missed.swap(0, Ordering::Relaxed);
        if missed > 0 && self.queue.try_send(Event::Missed { count: missed }).is_err() {
            self.missed.fetch_add(missed + 1, Ordering::Relaxed);
            return;
        }
        if self.queue.try_send(event).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Tells of the last event; it is waited for a little, because a program may wait for it.
    pub(crate) async fn last(&self, event: Event) {
        let told = self.queue.send_timeout(event, Duration::from_secs(1)).await;
        if told.is_err() {
            tracing::debug!("nobody reads the events");
        }
    }
}

/// The events of one client, in order. At most 1024 wait to be read; then the newest are dropped
/// and counted in [`Event::Missed`].
pub struct Events {
    queue: mpsc::Receiver<Event>,
    /// The client lives as long as somebody listens to it.
    client: Option<Arc<dyn Any + Send + Sync>>,
}

impl Events {
    pub(crate) fn keeping(self, client: Arc<dyn Any + Send + Sync>) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The next event; `None` after the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.queue.recv().await;
        self.end_after(event.as_ref());
        event
    }

    /// Nothing follows the end.
    fn end_after(&mut self, event: Option<&Event>) {
        if matches!(event, Some(Event::SignedOut { will_retry: false, .. })) {
            self.queue.close();
            self.client = None;
        }
    }
}

impl futures_core::Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let event = std::task::ready!(self.queue.poll_recv(cx));
        self.end_after(event.as_ref());
        Poll::Ready(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_nobody_reads_is_counted() {
        let (sender, mut events) = EventSender::new();
        for _ in 0..MAX_EVENTS + 5 {
            sender.emit(Event::RosterChanged);
        }
        assert!(matches!(events.next().await, Some(Event::RosterChanged)));
        assert!(matches!(events.next().await, Some(Event::RosterChanged)));
        sender.emit(Event::SignedIn);
        let mut rest = Vec::new();
        while let Ok(event) = events.queue.try_recv() {
            rest.push(event);
        }
        assert!(matches!(rest[MAX_EVENTS - 2..], [Event::Missed { count: 5 }, Event::SignedIn]));
    }

    #[tokio::test]
    async fn nothing_follows_the_end() {
        let (sender, mut events) = EventSender::new();
        sender.emit(Event::SignedOut { reason: SignedOut::Asked, will_retry: false });
        assert!(events.next().await.is_some());
        sender.emit(Event::RosterChanged);
        assert!(events.next().await.is_none());
    }
}
