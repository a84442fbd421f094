//! The suggestion of a new password.

use zeroize::Zeroizing;

use crate::passport::{LONGEST_EVERYWHERE, RANDOM_PASSWORD_BITS, SHORTEST_PASSWORD, random_password};

/// The hint at the field for a new password: the passwords that work everywhere, and one that does.
pub(super) struct Suggestion {
    password: Zeroizing<String>,
}

impl Suggestion {
    /// Another one for each page.
    pub(super) fn new() -> Self {
        Self { password: random_password() }
    }

    /// The password.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// The number of random bits in it.
    pub(super) fn bits(&self) -> usize {
        RANDOM_PASSWORD_BITS
    }

    /// The shortest password that is taken, in characters.
    pub(super) fn least(&self) -> usize {
        SHORTEST_PASSWORD
    }

    /// The longest one that works in every client.
    pub(super) fn most(&self) -> usize {
        LONGEST_EVERYWHERE
    }
}
