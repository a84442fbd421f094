//! The people on this node: who is signed in, who sees whom, who talks with whom. It knows no sockets.

pub(crate) mod account_changes;
mod account_locks;
pub(crate) mod announce;
pub(crate) mod broadcast;
pub(crate) mod conversations;
pub(crate) mod roster;
mod sessions;
pub(crate) mod store_watch;
pub(crate) mod visibility;

pub(crate) use account_locks::AccountLocks;
pub(crate) use sessions::{Session, Sessions, State};
