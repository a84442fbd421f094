//! Commands as JSON lines, one object a line: what a bot writes to `papillon listen`, and what the other
//! commands say to a `listen` or `chat` of the same account. `docs/bots.md` tells them.
//!
//! [`session`] carries out what comes from one place. That is standard input ([`standard_input`]), a connection
//! to the local socket (`socket`), or this program itself ([`Asker`]).

mod answer;
mod asker;
mod body;
mod carry_out;
mod command;
mod failure;
mod file_path;
mod files;
mod lines;
mod refusal;
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
pub(crate) use failure::{Failure, outcome_as_json};
pub(crate) use file_path::FilePath;
pub(crate) use refusal::Refusal;
#[cfg(unix)]
pub(crate) use socket::{Door, Name, knock};
pub(crate) use standard_input::{StandardInput, Step, is_for_us};

/// The names of all commands.
pub(crate) fn names() -> String {
    Command::NAMES.join(", ")
}

/// For whom commands are carried out.
#[derive(Clone)]
pub(crate) struct Context {
    /// The account.
    pub(crate) client: Client,
    /// Where accepted files go unless told.
    pub(crate) folder: PathBuf,
    /// For whoever shows what is said.
    pub(crate) said: Option<mpsc::Sender<Said>>,
}

/// A text that was said and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Where.
    pub(crate) conversation: ConversationId,
    /// To whom.
    pub(crate) with: Vec<Handle>,
    /// What.
    pub(crate) text: String,
}
