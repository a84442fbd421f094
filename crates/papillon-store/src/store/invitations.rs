//! Invitations to make an account.

use async_trait::async_trait;

use crate::{Invitation, NewInvitation, Result};

#[cfg(doc)]
use crate::Refusal;

/// The store of invitations, one part of [`Store`](crate::Store).
#[async_trait]
pub trait InvitationStore: Send + Sync + 'static {
    /// Makes an invitation; those that have expired go.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`] (its maker), [`Refusal::TooManyInvitations`].
    async fn create_invitation(&self, new: NewInvitation) -> Result<()>;

    /// All invitations, the latest first: also those that are used up or have expired, until they go.
    async fn invitations(&self) -> Result<Vec<Invitation>>;

    /// Takes an invitation back. One that does not exist is no error: it is as good as taken back.
    async fn revoke_invitation(&self, id: i64) -> Result<()>;
}
