//! The events of a client.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use msnp::message::{Emoticon, Headers, Text};
use msnp::{FriendlyName, Handle};

use crate::{Contact, Conversation, Presence, TransferError, TransferId, TransferProgress};

/// One event.
///
/// Events of a conversation carry it: a program that answers there reaches every member.
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
/// Programs can make events to test themselves: see [`Conversation::detached`]. Match the fields with `..`, because
/// some may be added.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Signed in again after the connection broke (`sign_in` returns after the first sign-in).
    SignedIn,
    /// A contact came online, or is online when this account signs in.
    Online {
        /// The contact.
        who: Handle,
        /// The contact's present name.
        name: FriendlyName,
        /// The contact's presence.
        presence: Presence,
        /// Whether the contact was online before: the service lists these contacts at sign-in.
        already: bool,
    },
    /// An online contact changed the status, the name or the picture.
    Presence {
        /// The contact.
        who: Handle,
        /// The contact's present name.
        name: FriendlyName,
        /// The contact's present state.
        presence: Presence,
    },
    /// A contact went offline, or appears so.
    Offline {
        /// The contact.
        who: Handle,
        /// The contact's last name.
        name: FriendlyName,
    },
    /// An account was added to one of the lists, by this account or by itself (reverse list).
    ContactAdded {
        /// The account's present state.
        contact: Contact,
        /// Whether *the other account* added this one, whose user may want to add it in return.
        by_them: bool,
    },
    /// An account was taken off one of the lists.
    ContactRemoved {
        /// The account.
        who: Handle,
        /// Whether the other account removed this one.
        by_them: bool,
    },
    /// Groups, names, privacy or blocks changed. [`crate::Client`] has the new state.
    RosterChanged,
    /// An account joined a conversation (or was there when this account joined).
    Joined {
        /// The conversation.
        conversation: Conversation,
        /// The account.
        who: Handle,
        /// The account's name.
        name: FriendlyName,
    },
    /// An account left a conversation.
    Left {
        /// The conversation.
        conversation: Conversation,
        /// The account.
        who: Handle,
    },
    /// A text came in.
    Message {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// The sender's name.
        name: FriendlyName,
        /// The text.
        text: Text,
        /// The custom emoticons that it uses; their pictures come as [`Event::Emoticon`].
        emoticons: Vec<Emoticon>,
    },
    /// A member is typing; shown for 6 s or until the message.
    Typing {
        /// The conversation.
        conversation: Conversation,
        /// The member.
        from: Handle,
    },
    /// A member sent a nudge: its client wants this window to shake. No answer is expected.
    Nudge {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// The sender's name.
        name: FriendlyName,
    },
    /// A message came of a type without an event of its own in this library, such as ink
    /// (`application/x-ms-ink`), a wink (`text/x-msnmsgr-datacast` but for nudges) or a client's abilities
    /// (`text/x-clientcaps`). [`Conversation::send_raw`] sends one.
    ///
    /// An [`Event::NotShown`] for users follows where the sender believes that the message is seen here.
    Raw {
        /// The conversation.
        conversation: Conversation,
        /// The sender.
        from: Handle,
        /// The sender's name.
        name: FriendlyName,
        /// The media type, in lower case, without its parameters.
        content_type: String,
        /// All headers in order, `Content-Type` with its parameters among them.
        headers: Headers,
        /// The bytes after the headers.
        body: Bytes,
    },
    /// A message came that the sender believes to be seen here, and it cannot be shown. It is of an
    /// unknown type (an [`Event::Raw`] comes before), or cannot be read as its type.
    NotShown {
        /// The conversation, if it belongs to one.
        conversation: Option<Conversation>,
        /// The sender; `None` for the service, or a sender whose address cannot be read.
        from: Option<Handle>,
        /// The media type; empty when it has none.
        content_type: String,
        /// The reason for which it cannot be shown, in words.
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
    /// A display picture is here, verified (after any `fetch_picture` of this client).
    Picture {
        /// The contact.
        of: Handle,
        /// The picture.
        data: Bytes,
    },
    /// A contact offers a file: accept or decline it.
    FileOffered {
        /// Its number.
        transfer: TransferId,
        /// The sender.
        from: Handle,
        /// A safe name.
        name: String,
        /// The size in bytes.
        size: u64,
        /// A small picture of it.
        preview: Option<Bytes>,
    },
    /// A transfer got further (at most a few times a second).
    FileProgress {
        /// The transfer.
        transfer: TransferId,
        /// The progress.
        progress: TransferProgress,
    },
    /// A file is complete here.
    FileReceived {
        /// The transfer.
        transfer: TransferId,
        /// The sender.
        from: Handle,
        /// The path of the file.
        path: PathBuf,
    },
    /// The receiver has all of a file.
    FileSent {
        /// The transfer.
        transfer: TransferId,
        /// The receiver.
        to: Handle,
    },
    /// A transfer, either way, ended without success.
    FileFailed {
        /// The transfer.
        transfer: TransferId,
        /// The other side.
        peer: Handle,
        /// The reason.
        error: TransferError,
    },
    /// Every other member left, or the connection of the conversation broke.
    ConversationClosed {
        /// The conversation.
        conversation: Conversation,
    },
    /// The service announces something.
    ServiceMessage {
        /// The kind of notice.
        kind: ServiceMessageKind,
        /// In words.
        text: String,
    },
    /// Events were lost because the program did not read them in time.
    Missed {
        /// The number of lost events.
        count: u64,
    },
    /// An error that no call was waiting for.
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

/// The kind of a notice of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceMessageKind {
    /// A text of its operator's, or an alert (`NOT`): the words are theirs.
    Announcement,
    /// A text from a mobile (`IPG`): the words are its sender's.
    Page,
    /// The service goes down for maintenance.
    Maintenance {
        /// The minutes until then; `None` when the service does not say.
        minutes: Option<u32>,
    },
    /// There is new mail.
    Mail,
    /// A notice without words here.
    Other,
}

/// The reason for which a client is signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedOut {
    /// By [`crate::Client::sign_out`].
    Asked,
    /// The account signed in elsewhere, or the service signed it out (`OUT OTH`): the account or its address is banned, or
    /// the account was disabled, removed or signed out everywhere. The protocol has one word for all of these; the next
    /// sign-in tells more.
    Elsewhere,
    /// The service is going down.
    ServiceClosing,
    /// The connection broke.
    ConnectionLost,
}

impl fmt::Display for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "this client has signed out",
            Self::Elsewhere => {
                "the service has signed this account out: it has signed in elsewhere, or was banned, disabled or removed"
            }
            Self::ServiceClosing => "the service is going down",
            Self::ConnectionLost => "the connection to the service is lost",
        })
    }
}
