//! Changes in doubt: changes of which it is not known whether they were stored.
//!
//! A commit whose answer never comes, or comes as an error, may have happened all the same. The lists of those accounts
//! in memory can then be wrong: until they have been looked into, the accounts take no further change.

use std::collections::BTreeSet;
use std::time::Duration;

use msnp::ListVersion;
use parking_lot::Mutex;
use sqlx::Row;
use tokio::time::Instant;

use super::cards::Cards;
use super::connections::in_time;
use super::kept_lists::KeptLists;
use super::transaction::Tx;
use super::{Fault, SqlStore, lock, packed, roster};
use crate::{Account, AccountId, Roster};

/// The additional time for which a request waits for the truth.
const PATIENCE: Duration = Duration::from_secs(1);

/// The accounts.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<BTreeSet<AccountId>>);

impl Doubts {
    pub(super) fn all(&self) -> Vec<AccountId> {
        self.0.lock().iter().copied().collect()
    }

    pub(super) fn remove(&self, account: AccountId) {
        self.0.lock().remove(&account);
    }

    /// Refuses a change of an account that is in doubt.
    pub(super) fn see(&self, account: AccountId) -> Result<(), Fault> {
        if self.0.lock().contains(&account) {
            return Err(Fault::Outage("an earlier change of this account is still being looked into".into()));
        }
        Ok(())
    }
}

impl SqlStore {
    /// Notes that a commit has failed that would have raised these versions. Unless it can be seen now that nothing
    /// was stored, the accounts are in doubt.
    pub(super) async fn doubt(&self, raised: &[(AccountId, ListVersion)]) {
        // One account tells for all: a transaction is stored wholly or not at all.
        let Some((account, version)) = raised.first() else { return };
        let stored = in_time(Some(Instant::now() + PATIENCE), self.stored_version(*account)).await;
        if matches!(stored, Ok(Some(stored)) if stored < *version) {
            return;
        }
        tracing::warn!(accounts = raised.len(), "a change that was refused may be stored all the same");
        self.doubts.0.lock().extend(raised.iter().map(|(account, _)| *account));
    }

    /// An account's version once no change of it is under way any more: the lock waits for a commit that the server is
    /// still at.
    async fn stored_version(&self, account: AccountId) -> Result<Option<ListVersion>, Fault> {
        let mut tx = self.begin().await?;
        let found = version(&mut tx, account).await;
        tx.roll_back(found).await
    }
}

async fn version(tx: &mut Tx, account: AccountId) -> Result<Option<ListVersion>, Fault> {
    lock::one(tx, account).await?;
    let query = sqlx::query("SELECT list_version FROM accounts WHERE id = $1").bind(account.0);
    let row = query.fetch_optional(&mut **tx).await?;
    row.map(|row| packed::version(row.try_get(0)?)).transpose()
}

/// Reads an account once no change of it is under way any more.
pub(super) async fn look(
    tx: &mut Tx,
    cards: &Cards,
    account: AccountId,
) -> Result<Option<(Account, Roster)>, Fault> {
    match lock::one(tx, account).await {
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
        // From the database alone: what is known of the account is what is in doubt.
        Ok(()) => roster::read(tx.lent(), cards, &KeptLists::default(), account).await,
    }
}

#[cfg(test)]
mod tests {
    use msnp::{FriendlyName, Handle};

    use super::*;
    use crate::{AccountStore, ListStore, NewAccount, PasswordHash, SqliteStore};

    #[tokio::test]
    async fn what_can_be_seen_not_to_be_stored_is_in_no_doubt() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_sql(&folder.path().join("papillon.db")).await.unwrap();
        let handle = Handle::parse("ada@example.com").unwrap();
        let name = FriendlyName::from(&handle);
        let password_hash = PasswordHash::new("none");
        let new = NewAccount { handle, name, password_hash, created_at: 0, admin: false };
        let account = store.create_account(new).await.unwrap().id;

        store.doubt(&[]).await;
        // It has version 1, so the change that would have raised it to 2 was not stored.
        store.doubt(&[(account, ListVersion(2))]).await;
        assert_eq!(store.in_doubt(), []);
        // One account tells for all.
        let other = AccountId(account.0 + 1);
        store.doubt(&[(account, ListVersion(1)), (other, ListVersion(5))]).await;
        assert_eq!(store.in_doubt(), [account, other]);
        assert!(store.doubts.see(other).is_err());
        store.doubts.remove(other);
        assert!(store.doubts.see(other).is_ok() && store.doubts.see(account).is_err());
    }
}
