//! Sessions of the pages.

use async_trait::async_trait;

use crate::{Account, Result, WebSession};

#[cfg(doc)]
use crate::Refusal;

/// The store of the sessions of the pages, one part of [`Store`](crate::Store).
#[async_trait]
pub trait WebSessionStore: Send + Sync + 'static {
    /// Begins a session of the pages; those that have ended by then go, and of the account's own no more than
    /// [`WebSession::MOST`] are kept.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn begin_web_session(&self, session: &WebSession) -> Result<()>;

    /// The account of this session; `None` when it has ended. `now` is in seconds since 1970.
    async fn account_of_web_session(&self, id: &str, now: i64) -> Result<Option<Account>>;

    /// Ends a session of the pages. One that does not exist is no error: it is as good as ended. Voiding all tickets
    /// of an account ends all of its sessions.
    async fn end_web_session(&self, id: &str) -> Result<()>;
}
