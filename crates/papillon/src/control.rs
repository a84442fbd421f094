//! Commands as JSON lines, one object a line: the input of `papillon listen`, and the requests of the other
//! commands to a `listen` or `chat` of the same account. They are documented in `docs/bots.md`.
//!
//! [`session`] carries out the commands of one place. That is standard input ([`standard_input`]), a connection
//! to the local socket (`socket`), or this program itself ([`Asker`]).

mod answer;
mod asker;
mod body;
mod carry_out;
mod command;
mod contact_entry;
mod desk;
mod failure;
mod file_path;
mod files;
mod lines;
mod picture_file;
mod rejection;
mod request;
mod session;
#[cfg(unix)]
mod socket;
mod standard_input;
mod talking;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use msnp::Handle;
use msnp_client::{Client, ConversationId};
use tokio::sync::mpsc;

pub(crate) use answer::progress;
pub(crate) use asker::{Asker, outcome};
pub(crate) use body::Body;
pub(crate) use command::{Address, Command, EmoticonPicture};
pub(crate) use contact_entry::{ContactEntry, list_names};
pub(crate) use failure::{Failure, outcome_as_json};
pub(crate) use file_path::FilePath;
pub(crate) use rejection::Rejection;
#[cfg(unix)]
pub(crate) use socket::{LocalSocket, SocketName, knock};
pub(crate) use standard_input::{StandardInput, Step, is_for_us};

/// The names of all commands.
pub(crate) fn names() -> String {
    Command::NAMES.join(", ")
}

/// The client for which commands are carried out.
#[derive(Clone)]
pub(crate) struct Context {
    /// The account.
    pub(crate) client: Client,
    /// The folder for accepted files, unless a command names one.
    pub(crate) folder: PathBuf,
    /// The receiver that shows messages.
    pub(crate) said: Option<mpsc::Sender<Said>>,
}

/// A text that was said and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// The conversation.
    pub(crate) conversation: ConversationId,
    /// The other members.
    pub(crate) with: Vec<Handle>,
    /// The text.
    pub(crate) text: String,
}
