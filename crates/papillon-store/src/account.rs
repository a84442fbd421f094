//! Accounts and their passwords.

use std::fmt;

use msnp::{FriendlyName, Handle};

/// An account's number. No other account ever gets it, even after the account is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The number that everything else refers to.
    pub id: AccountId,
    /// The name to sign in with; it never changes.
    pub handle: Handle,
    /// The display name.
    pub name: FriendlyName,
    /// Grows whenever tickets given out before have to stop working.
    pub credential_epoch: i64,
    /// Whether the account may sign in.
    pub enabled: bool,
    /// Whether the address is known to be the person's.
    pub verified: bool,
    /// When the account was made, in seconds since 1970.
    pub created_at: i64,
    /// Whether the person may use the administrators' pages.
    pub admin: bool,
}

/// Some accounts out of all that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The accounts, ordered by handle.
    pub accounts: Vec<Account>,
    /// The number of accounts in all.
    pub total: u64,
}

/// A password in its hashed form. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes the hash as its algorithm writes it.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash itself, for the code that verifies a password.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// An account and the hash of its password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub account: Account,
    /// The hashed password.
    pub password_hash: PasswordHash,
}

/// A new account. It starts out enabled and verified.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name to sign in with.
    pub handle: Handle,
    /// The display name.
    pub name: FriendlyName,
    /// The hashed password.
    pub password_hash: PasswordHash,
    /// Now, in seconds since 1970.
    pub created_at: i64,
    /// Whether the person may use the administrators' pages.
    pub admin: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_digits_and_a_hash_not_at_all() {
        assert_eq!(AccountId(42).to_string(), "42");
        assert_eq!(format!("{:>4}", AccountId(42)), "  42");
        assert_eq!(format!("{:?}", PasswordHash::new("$argon2id$secret")), "PasswordHash(…)");
    }
}
