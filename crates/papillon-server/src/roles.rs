//! What a verb does: the notification server and the switchboard, and the task that serves a connection.

pub(crate) mod connection;
pub(crate) mod notification;
mod refusal;
mod switchboard;
mod verb_table;
