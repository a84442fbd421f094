//! Why a picture cannot be shown to others.

/// Why a picture or an emoticon of this account's cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// It has more bytes than others would take.
    #[error("the picture has {size} bytes, and may have {limit}: make it smaller")]
    TooLarge {
        /// How many it has.
        size: u64,
        /// How many it may have.
        limit: u64,
    },
    /// An emoticon's shortcut is empty, longer than 50 characters, or has control characters.
    #[error("an emoticon cannot be called {0:?}: use 1 to 50 characters without control characters")]
    Shortcut(String),
}
