//! Accounts and their passwords.

use async_trait::async_trait;
use msnp::Handle;

use crate::{Account, AccountId, Credentials, InvitationCode, NewAccount, PasswordHash, People, Result};

#[cfg(doc)]
use crate::Refusal;

/// The store of accounts, one part of [`Store`](crate::Store).
#[async_trait]
pub trait AccountStore: Send + Sync + 'static {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Refusal::AccountExists`].
    async fn create_account(&self, new: NewAccount) -> Result<Account>;

    /// Makes many accounts, all in one transaction. An account whose handle is taken, also by one before it among
    /// these, is `None` and left as it is.
    async fn create_accounts(&self, new: &[NewAccount]) -> Result<Vec<Option<Account>>>;

    /// Makes an account and uses the invitation once, at the account's `created_at`.
    ///
    /// # Errors
    /// In this order: [`Refusal::InvitationInvalid`], [`Refusal::AccountExists`].
    async fn create_invited_account(&self, new: NewAccount, code: &InvitationCode) -> Result<Account>;

    /// The account with this handle.
    async fn account(&self, handle: &Handle) -> Result<Option<Account>>;

    /// The account with this number.
    async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>>;

    /// The account with this handle, and its password hash.
    async fn credentials(&self, handle: &Handle) -> Result<Option<Credentials>>;

    /// Every account, ordered by handle.
    async fn accounts(&self) -> Result<Vec<Account>>;

    /// Accounts whose handle or name holds `search` (all, when it is empty), ordered by handle: at
    /// most `most`, after the first `skip`.
    async fn people(&self, search: &str, skip: u32, most: u32) -> Result<People>;

    /// Sets a new password and voids all tickets.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn set_password(&self, handle: &Handle, hash: PasswordHash) -> Result<()>;

    /// Lets an account sign in or no longer; the latter also voids all tickets. Where nothing changes, nothing is
    /// done or logged.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn set_enabled(&self, handle: &Handle, enabled: bool) -> Result<()>;

    /// Sets or removes the mark of an administrator.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn set_admin(&self, handle: &Handle, admin: bool) -> Result<()>;

    /// Voids all tickets: a sign-in takes the password again.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn void_tickets(&self, handle: &Handle) -> Result<()>;

    /// Removes an account, also from all lists, whose versions grow.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn remove_account(&self, handle: &Handle) -> Result<()>;
}
