//! Sessions on the pages.

use crate::AccountId;

/// A session of a browser on the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    /// A digest of the credential in the browser's cookie.
    pub id: String,
    /// The account.
    pub account: AccountId,
    /// When it begins, in seconds since 1970.
    pub begun_at: i64,
    /// When it ends by itself, in seconds since 1970.
    pub expires_at: i64,
}

impl WebSession {
    /// The most that are kept of one account: the one that ends first makes room for a new one.
    pub const MOST: i64 = 64;
}
