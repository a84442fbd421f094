//! The people on this node: who is signed in, who sees whom, who talks with whom. It knows no sockets, and no lines of
//! the protocol.
//!
//! | to find | look in |
//! |---|---|
//! | what can happen to somebody | `change.rs` |
//! | who is signed in, and how they are told | `directory.rs`, `sessions.rs` |
//! | who sees whom | `visibility.rs`, without locks; who is told of it, `directory/watchers.rs` |
//! | lists in memory, and what changes them | `lists.rs`, `apply.rs` |
//! | conversations | `conversations/` |

pub(crate) mod account_changes;
mod account_locks;
mod apply;
pub(crate) mod broadcast;
pub(crate) mod change;
pub(crate) mod conversations;
mod directory;
mod gaps;
mod line;
mod lists;
mod sessions;
pub(crate) mod store_watch;
pub(crate) mod visibility;

pub(crate) use account_locks::AccountLocks;
pub(crate) use directory::{Callee, Directory, SignedIn};
pub(crate) use sessions::{Session, SignIn};
