//! The effects of verbs: the notification server and the switchboard, and the task that serves a connection.

mod caught;
mod command_error;
pub(crate) mod connection;
pub(crate) mod notification;
mod switchboard;
mod verb_table;
