//! The events of a client.

use std::path::PathBuf;

use bytes::Bytes;
use msnp::message::{Emoticon, Headers, Text};
use msnp::{FriendlyName, Handle};

use crate::{Contact, Conversation, Presence, TransferError, TransferId, TransferProgress};

/// One thing that happened.
///
/// Events of a conversation carry it: what is answered there is heard by everybody in it.
///
/// ```no_run
/// # async fn example(mut events: msnp_client::Events) -> Result<(), msnp_client::SendError> {
/// use msnp_client::Event;
///
/// while let Some(event) = events.next().await {
///     if let Event::Message { conversation, text, .. } = event {
///         conversation.send(text.body).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// Programs can make events to try themselves out: see [`Conversation::detached`]. Match the fields with `..`, because
/// some may be added.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Signed in again after the connection broke (the first sign-in is what `sign_in` returns).
    SignedIn,
    /// A contact came online, or is online when this account signs in.
    Online {
        /// The contact.
        who: Handle,
        /// The name they have now.
        name: FriendlyName,
        /// Their status, the features of their client, and their picture.
        presence: Presence,
        /// Whether they were online before: the service lists these contacts at sign-in.
        already: bool,
    },
    /// An online contact changed the status, the name or the picture.
    Presence {
        /// The contact.
        who: Handle,
        /// The name they have now.
        name: FriendlyName,
        /// The same of now.
        presence: Presence,
    },
    /// A contact went offline, or appears so.
    Offline {
        /// The contact.
        who: Handle,
        /// The name they had.
        name: FriendlyName,
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
        /// The person.
        who: Handle,
        /// Whether they removed this account.
        by_them: bool,
    },
    /// Groups, names, privacy or blocks changed: ask the client.
    RosterChanged,
    /// Somebody joined a conversation (or was there when this account joined).
    Joined {
        /// The conversation.
        conversation: Conversation,
        /// The person.
        who: Handle,
        /// Their name.
        name: FriendlyName,
    },
    /// Somebody left a conversation.
    Left {
        /// The conversation.
        conversation: Conversation,
        /// The person.
        who: Handle,
    },
    /// Somebody said something.
    Message {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// Their name.
        name: FriendlyName,
        /// The text, with its look.
        text: Text,
        /// The custom emoticons that it uses; their pictures come as [`Event::Emoticon`].
        emoticons: Vec<Emoticon>,
    },
    /// Somebody is typing; shown for 6 s or until the message.
    Typing {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
    },
    /// Somebody nudges: their client wants this window to shake. It is not asked for any answer.
    Nudge {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// Their name.
        name: FriendlyName,
    },
    /// A message came of a type without an event of its own in this library, such as ink
    /// (`application/x-ms-ink`), a wink (`text/x-msnmsgr-datacast` but for nudges), the features of a client
    /// (`text/x-clientcaps`) or an invitation to another program (`text/x-msmsgsinvite` but for files).
    /// [`Conversation::send_raw`] sends one.
    ///
    /// Where the sender believes that it is seen here, an [`Event::NotShown`] for people follows.
    Raw {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// Their name.
        name: FriendlyName,
        /// The media type, in lower case, without its parameters.
        content_type: String,
        /// All headers in order, `Content-Type` with its parameters among them.
        headers: Headers,
        /// The bytes after the headers.
        body: Bytes,
    },
    /// Something came of which the sender believes that it is seen here, and it cannot be shown: a message of an
    /// unknown type (which is an [`Event::Raw`] before), or one that is not what its type says.
    NotShown {
        /// The conversation, if it belongs to one.
        conversation: Option<Conversation>,
        /// The sender; `None`: the service, or somebody whose address cannot be read.
        from: Option<Handle>,
        /// Its type; empty when it has none.
        content_type: String,
        /// The reason, in words.
        reason: String,
    },
    /// A custom emoticon's picture is here, verified.
    Emoticon {
        /// The sender.
        from: Handle,
        /// The shortcut and the description.
        emoticon: Emoticon,
        /// The picture.
        data: Bytes,
    },
    /// A display picture is here, verified (after `fetch_picture` by anybody of this client).
    Picture {
        /// The person that it shows.
        of: Handle,
        /// The picture.
        data: Bytes,
    },
    /// Somebody offers a file: accept or decline it.
    FileOffered {
        /// The number of the transfer: for [`Client::accept_file`](crate::Client::accept_file) and
        /// [`Client::decline_file`](crate::Client::decline_file).
        transfer: TransferId,
        /// The sender.
        from: Handle,
        /// A name for it without folders and control characters.
        name: String,
        /// In bytes.
        size: u64,
        /// A small picture of it.
        preview: Option<Bytes>,
    },
    /// A transfer got further (at most a few times a second).
    FileProgress {
        /// The number of the transfer.
        transfer: TransferId,
        /// Its bytes, and their way.
        progress: TransferProgress,
    },
    /// A file is here.
    FileReceived {
        /// The number of the transfer.
        transfer: TransferId,
        /// The sender.
        from: Handle,
        /// The path here.
        path: PathBuf,
    },
    /// A file is with them.
    FileSent {
        /// The number of the transfer.
        transfer: TransferId,
        /// The recipient.
        to: Handle,
    },
    /// A transfer, either way, ended without success.
    FileFailed {
        /// The number of the transfer.
        transfer: TransferId,
        /// The other side.
        peer: Handle,
        /// The reason.
        error: TransferError,
    },
    /// Everybody else left, or the connection of the conversation broke.
    ConversationClosed {
        /// The conversation.
        conversation: Conversation,
    },
    /// The service announces something.
    ServiceMessage {
        /// The kind of thing.
        kind: ServiceMessageKind,
        /// In words.
        text: String,
    },
    /// Events were lost because nobody read them.
    Missed {
        /// Their number.
        count: u64,
    },
    /// Something went wrong that no call was waiting for.
    Error {
        /// In words.
        text: String,
    },
    /// Signed out. Unless `will_retry`, the last event.
    SignedOut {
        /// The reason.
        reason: SignedOut,
        /// Whether the reconnection policy tries again.
        will_retry: bool,
    },
}

/// The kind of an announcement of the service.
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
#[non_exhaustive]
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
