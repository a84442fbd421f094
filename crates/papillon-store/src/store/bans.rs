//! Bans of addresses and accounts.

use async_trait::async_trait;

use crate::{Ban, BanRefusals, BanTarget, NewBan, Result};

#[cfg(doc)]
use crate::Refusal;

/// Where bans are kept. One part of [`Store`](crate::Store).
#[async_trait]
pub trait BanStore: Send + Sync + 'static {
    /// Makes a ban, or changes the reason and the end of the one that the target has; those that have ended go.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`] (the target or its maker), [`Refusal::TooManyBans`].
    async fn add_ban(&self, new: NewBan) -> Result<()>;

    /// Lifts a ban.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::NotBanned`].
    async fn lift_ban(&self, target: &BanTarget) -> Result<()>;

    /// All bans that are in force at `now`, in seconds since 1970, the latest first.
    async fn bans(&self, now: i64) -> Result<Vec<Ban>>;

    /// A number that grows whenever a ban is made, changed or lifted.
    async fn ban_version(&self) -> Result<i64>;

    /// Adds to the refusals of bans. One of a ban that is gone is no error.
    async fn count_ban_refusals(&self, refusals: &[BanRefusals]) -> Result<()>;
}
