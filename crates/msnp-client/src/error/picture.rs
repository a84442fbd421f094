//! The errors of publishing a picture.

/// The reason for which a picture or an emoticon of this account's cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// It has more bytes than other clients would take.
    #[error("the picture has {size} bytes, and may have {limit}: make it smaller")]
    TooLarge {
        /// The size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// An emoticon's shortcut is empty, longer than 50 characters, or has control characters.
    #[error("an emoticon cannot be called {0:?}: use 1 to 50 characters without control characters")]
    Shortcut(String),
}
