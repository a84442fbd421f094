//! The interface of the store: one trait for each subject.

mod accounts;
mod bans;
mod change_log;
mod invitations;
mod lists;
mod measured;
mod pictures;
mod secrets;
mod web_sessions;

pub use accounts::AccountStore;
pub use bans::BanStore;
pub use change_log::AccountLog;
pub use invitations::InvitationStore;
pub use lists::ListStore;
pub use measured::Measured;
pub use pictures::PictureStore;
pub use secrets::SecretStore;
pub use web_sessions::WebSessionStore;

#[cfg(doc)]
use crate::{Refusal, StoreError};

/// The whole store.
///
/// Each method of its parts is one transaction: it happens wholly and is on the disk when it returns `Ok`, or
/// it does not happen at all. A future that is dropped leaves either the one or the other.
///
/// # Errors
/// Every method fails with a [`StoreError`] when the database does; the rest is said at the method. An owner that does
/// not exist is refused with [`Refusal::UnknownAccount`] everywhere.
pub trait Store:
    AccountStore
    + ListStore
    + InvitationStore
    + BanStore
    + PictureStore
    + WebSessionStore
    + SecretStore
    + AccountLog
    + Measured
{
}

impl<T> Store for T where
    T: AccountStore
        + ListStore
        + InvitationStore
        + BanStore
        + PictureStore
        + WebSessionStore
        + SecretStore
        + AccountLog
        + Measured
{
}
