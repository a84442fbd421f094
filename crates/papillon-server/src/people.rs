//! The people of this node: sessions, lists, presence and conversations. It knows no sockets, and no lines of presence
//! and lists.
//!
//! | to find | look in |
//! |---|---|
//! | the events that a person can be told of | `change.rs` |
//! | signed-in people, and telling them | `sessions.rs`, `directory.rs` |
//! | the rules of visibility, without locks | `visibility.rs` |
//! | telling watchers | `directory/watchers.rs` |
//! | which contacts a session is told of | `watch.rs` |
//! | lists in memory, and changing them | `lists.rs`, `apply.rs` |
//! | conversations | `conversations/` |
//! | how often an account may do what | `rates.rs` |
//!
//! Locks are taken in this order: the turn of an account (`account_locks.rs`, the only lock that is held across an
//! await), a conversation, the state of one session, the map of sessions, the contacts that a session awaits, an
//! outbox.

pub(crate) mod account_changes;
mod account_locks;
mod apply;
pub(crate) mod broadcast;
pub(crate) mod change;
pub(crate) mod conversations;
mod directory;
mod gaps;
mod invitee;
mod line;
mod lists;
mod rates;
mod sessions;
pub(crate) mod store_watch;
#[cfg(test)]
mod tests;
pub(crate) mod visibility;
mod watch;

pub(crate) use account_locks::AccountLocks;
pub(crate) use directory::{Callee, Directory, SignedIn};
pub(crate) use invitee::Invitee;
pub(crate) use rates::{AccountRates, Class};
pub(crate) use sessions::{Session, SignIn};
