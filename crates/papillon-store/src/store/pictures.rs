//! The display pictures kept for people.

use async_trait::async_trait;

use crate::{AccountId, Picture, Result};

#[cfg(doc)]
use crate::Refusal;

/// The store of display pictures, one part of [`Store`](crate::Store).
#[async_trait]
pub trait PictureStore: Send + Sync + 'static {
    /// The display picture that is kept for a person.
    async fn picture(&self, account: AccountId) -> Result<Option<Picture>>;

    /// Keeps a display picture in place of the one before.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::PictureTooLarge`].
    async fn set_picture(&self, account: AccountId, picture: &Picture) -> Result<()>;

    /// Removes the display picture.
    ///
    /// # Errors
    /// [`Refusal::UnknownAccount`].
    async fn remove_picture(&self, account: AccountId) -> Result<()>;
}
