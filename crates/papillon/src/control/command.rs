//! The commands and their keys.

use msnp::Handle;
use serde::{Deserialize, Serialize};

use super::FilePath;
use super::body::Encoding;

/// A command, as it stands in an object whose `command` is its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Says something, to one person or in a conversation.
    Send {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Address>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
        text: String,
        /// For this text alone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        emoticons: Vec<EmoticonPicture>,
        /// Answers when those in the conversation have the pictures of its emoticons, after 10 s at most.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        until_fetched: bool,
    },
    /// Tells that this account is typing.
    Typing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Address>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
    },
    /// Nudges everybody in a conversation.
    Nudge {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Address>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
    },
    /// Sends a message of any type.
    SendRaw {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Address>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
        content_type: String,
        /// Names and values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<(String, String)>,
        body: String,
        /// The encoding of the body in this command.
        #[serde(default, skip_serializing_if = "is_text")]
        encoding: Encoding,
    },
    /// Calls one more person into a conversation.
    Invite { conversation: u64, who: Address },
    /// Leaves a conversation.
    Leave { conversation: u64 },
    /// Offers a file; answered when they have all of it.
    SendFile {
        to: Address,
        path: FilePath,
        /// Whether it may go over a direct connection where those are allowed.
        #[serde(default = "yes")]
        direct: bool,
    },
    /// Takes an offered file; answered when all of it is here.
    Accept {
        transfer: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folder: Option<FilePath>,
    },
    /// Refuses an offered file.
    Decline { transfer: u64 },
    /// Ends a transfer.
    Cancel { transfer: u64 },
    /// Fetches a display picture, into a file or into the answer.
    Picture {
        who: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<FilePath>,
    },
    /// Puts on a display picture; `null` takes it off.
    SetPicture {
        #[serde(deserialize_with = "Option::deserialize")]
        path: Option<FilePath>,
    },
    /// Tells the contact list.
    Contacts {},
    /// Adds a person to the contact list.
    Add { who: Address },
    /// Removes a person from it.
    Remove { who: Address },
    /// Blocks a person.
    Block { who: Address },
    /// Unblocks a person.
    Unblock { who: Address },
    /// Changes the own status; tells it.
    Status {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
    },
    /// Changes the own name.
    Name { name: String },
    /// Signs out and ends, when all that was asked before is answered.
    Quit {},
}

impl Command {
    /// The names of all of them.
    pub(super) const NAMES: [&'static str; 20] = [
        "send",
        "typing",
        "nudge",
        "send-raw",
        "invite",
        "leave",
        "send-file",
        "accept",
        "decline",
        "cancel",
        "picture",
        "set-picture",
        "contacts",
        "add",
        "remove",
        "block",
        "unblock",
        "status",
        "name",
        "quit",
    ];
}

const fn yes() -> bool {
    true
}

fn is_text(encoding: &Encoding) -> bool {
    *encoding == Encoding::Text
}

/// A picture for letters in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmoticonPicture {
    pub(crate) shortcut: String,
    pub(crate) path: FilePath,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Address(pub(crate) Handle);

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        crate::names::handle(&text).map(Self).map_err(|expected| format!("{text:?} is {expected}"))
    }
}

impl From<Address> for String {
    fn from(Address(handle): Address) -> Self {
        handle.to_string()
    }
}
