//! The load: clients that sign in, and traffic between them.

pub mod client;
pub mod conversation;
pub mod crowd;
pub mod form;
pub mod gateway;
pub mod lines;
pub mod list_changes;
pub mod passwords;
pub mod presence;
pub mod sign_in;
pub mod traffic;
pub mod transfer;
