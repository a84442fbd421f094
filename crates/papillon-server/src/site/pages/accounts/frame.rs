//! The frame of the pages for accounts: the values that all of them need.

use crate::Operator;

/// The values that every page of a caller needs.
pub(in crate::site::pages) struct Frame {
    /// Whether the caller is signed in.
    pub(in crate::site::pages) signed_in: bool,
    /// Whether the caller is an administrator.
    pub(in crate::site::pages) admin: bool,
    /// The token for the page's forms.
    pub(in crate::site::pages) token: String,
    /// The operator of the service.
    pub(in crate::site::pages) operator: Operator,
}

impl Frame {
    /// For a page that is the same for every caller.
    pub(in crate::site::pages) fn of_anybody(operator: Operator) -> Self {
        Self { signed_in: false, admin: false, token: String::new(), operator }
    }
}
