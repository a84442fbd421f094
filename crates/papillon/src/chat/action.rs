//! Actions, which the state asks for, and their outcomes.

use std::path::PathBuf;

use msnp::{Handle, Status};
use msnp_client::{ConversationId, SendError, TransferError, TransferId};

/// The number of a tab. It is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TabId(pub(crate) u64);

/// The number of an entry in a transcript, unique in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryId(pub(crate) u64);

/// Something to do outside of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Ask the client for people, groups, the own name and status.
    Refresh,
    /// Ring the terminal's bell.
    Bell,
    /// Draw everything anew.
    Redraw,
    /// Get the conversation with one person for a tab.
    Open {
        /// The tab.
        tab: TabId,
        /// The person.
        with: Handle,
    },
    /// Say something.
    Say {
        /// The tab.
        tab: TabId,
        /// Its conversation.
        conversation: ConversationId,
        /// The entry that shows it.
        entry: EntryId,
        /// The words, lines parted by `\n`.
        text: String,
    },
    /// Nudge everybody in a conversation.
    Nudge {
        /// The tab.
        tab: TabId,
        /// Its conversation.
        conversation: ConversationId,
    },
    /// Tell that the user is typing.
    Typing(ConversationId),
    /// Invite one more person.
    Invite {
        /// The tab.
        tab: TabId,
        /// Its conversation.
        conversation: ConversationId,
        /// The contact.
        who: Handle,
    },
    /// Leave a conversation whose tab is closed.
    Leave(ConversationId),
    /// Offer a file.
    SendFile {
        /// The receiver.
        to: Handle,
        /// As the user wrote it.
        path: PathBuf,
    },
    /// Take an offered file.
    AcceptFile(TransferId),
    /// Refuse one.
    DeclineFile(TransferId),
    /// Stop one.
    CancelFile(TransferId),
    /// Change something at the service.
    Do(Request),
    /// Sign out and leave.
    SignOut,
    /// Leave now.
    Exit,
}

/// A change at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Add a person to the list.
    Add(Handle),
    /// Remove a person.
    Remove(Handle),
    /// Block a person.
    Block(Handle),
    /// Stop doing so.
    Unblock(Handle),
    /// Show a person under another name.
    Rename(Handle, String),
    /// Put a person into the group of that name, which may be new.
    Group(Handle, String),
    /// Take a person out of it.
    Ungroup(Handle, String),
    /// Remove an empty group.
    DropGroup(String),
    /// The own status.
    Status(Status),
    /// The own name.
    Name(String),
    /// The own display picture.
    Picture(Option<PathBuf>),
    /// A picture for letters in the own texts.
    Emoticon(String, PathBuf),
}

/// The outcome of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A tab has its conversation.
    Opened {
        /// The tab.
        tab: TabId,
        /// The conversation.
        conversation: ConversationId,
    },
    /// Something was said, or was not delivered.
    Said {
        /// The tab.
        tab: TabId,
        /// The entry that shows it.
        entry: EntryId,
        /// The outcome.
        result: Result<(), SendError>,
    },
    /// Everybody was nudged, or was not.
    Nudged {
        /// The tab.
        tab: TabId,
        /// The outcome.
        result: Result<(), SendError>,
    },
    /// The outcome of a call.
    Invited {
        /// The tab.
        tab: TabId,
        /// The contact.
        who: Handle,
        /// The error, in words.
        result: Result<(), String>,
    },
    /// A change was made, or was not.
    Done {
        /// The change.
        request: Request,
        /// The error, in words.
        result: Result<(), String>,
    },
    /// The outcome of an offer.
    FileOffered {
        /// The receiver.
        to: Handle,
        /// As the user wrote it.
        path: PathBuf,
        /// Its number and size.
        result: Result<(TransferId, u64), TransferError>,
    },
    /// A transfer could not be accepted, declined or stopped.
    TransferRefused {
        /// The transfer.
        transfer: TransferId,
        /// The reason.
        error: TransferError,
    },
}

impl Request {
    /// The words for success.
    pub(crate) fn done(&self) -> String {
        match self {
            Self::Add(who) => format!("{who} is on your list"),
            Self::Remove(who) => format!("{who} is off your list"),
            Self::Block(who) => format!("{who} is blocked"),
            Self::Unblock(who) => format!("{who} is not blocked any more"),
            Self::Rename(who, name) => format!("{who} is now shown as {name}"),
            Self::Group(who, group) => format!("{who} is in the group {group}"),
            Self::Ungroup(who, group) => format!("{who} is no more in the group {group}"),
            Self::DropGroup(group) => format!("the group {group} is gone"),
            Self::Status(status) => format!("you are {}", super::status::words(*status)),
            Self::Name(name) => format!("your name is {name}"),
            Self::Picture(Some(_)) => String::from("others see your new picture"),
            Self::Picture(None) => String::from("your picture is taken off"),
            Self::Emoticon(shortcut, _) => format!("{shortcut} in your texts stands for the picture"),
        }
    }

    /// The words for failure.
    pub(crate) fn failed(&self) -> String {
        match self {
            Self::Add(who) => format!("{who} was not added"),
            Self::Remove(who) => format!("{who} was not removed"),
            Self::Block(who) => format!("{who} was not blocked"),
            Self::Unblock(who) => format!("{who} is still blocked"),
            Self::Rename(who, _) => format!("{who} was not renamed"),
            Self::Group(who, group) => format!("{who} was not put into the group {group}"),
            Self::Ungroup(who, group) => format!("{who} was not taken out of the group {group}"),
            Self::DropGroup(group) => format!("the group {group} was not removed"),
            Self::Status(_) => String::from("your status was not changed"),
            Self::Name(_) => String::from("your name was not changed"),
            Self::Picture(_) => String::from("your picture was not changed"),
            Self::Emoticon(shortcut, _) => format!("{shortcut} has no new picture"),
        }
    }
}
