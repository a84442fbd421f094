//! A new account, as the store takes it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use msnp::{FriendlyName, Handle};
use papillon_server::passport::hash_password;
use papillon_store::{NewAccount, PasswordHash};
use zeroize::Zeroizing;

/// Makes the value, with a hashed password and the time of now.
pub(crate) async fn new_account(
    handle: Handle,
    name: FriendlyName,
    password: Zeroizing<String>,
) -> anyhow::Result<NewAccount> {
    Ok(NewAccount { handle, name, password_hash: hashed(password).await?, created_at: now(), admin: false })
}

/// In seconds since 1970; a clock that stands before that is as good as one at it.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Hashes the password; that takes its time.
pub(crate) async fn hashed(password: Zeroizing<String>) -> anyhow::Result<PasswordHash> {
    let hash = tokio::task::spawn_blocking(move || hash_password(&password)).await;
    let hash = hash.context("the password was not hashed")?;
    Ok(PasswordHash::new(hash?))
}
