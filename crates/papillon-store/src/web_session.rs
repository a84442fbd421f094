//! Who is signed in to the pages.

use crate::AccountId;

/// A browser in which somebody is signed in to the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    /// A digest of what the browser has to show.
    pub id: String,
    /// Who is signed in.
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
