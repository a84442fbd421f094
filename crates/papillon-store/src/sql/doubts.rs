//! Changes in doubt: changes of which it is not known whether they were stored.
//!
//! A commit whose answer never comes, or comes as an error, may have happened all the same. The lists of those accounts
//! in memory can then be wrong: until they have been looked into, the accounts take no further change.

use std::collections::BTreeSet;
use std::time::Duration;

use msnp::ListVersion;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::connections::in_time;
use super::statement::statement;
use super::transaction::{Raised, Tx, Writers, roll_back};
use super::{Fault, SqlStore, lock, packed};
use crate::AccountId;

/// The additional time for which a request waits for the truth.
const PATIENCE: Duration = Duration::from_secs(1);

/// The accounts.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    accounts: Mutex<BTreeSet<AccountId>>,
    noted: Notify,
}

impl Doubts {
    pub(crate) fn all(&self) -> Vec<AccountId> {
        self.accounts.lock().iter().copied().collect()
    }

    pub(super) fn remove(&self, account: AccountId) {
        self.accounts.lock().remove(&account);
    }

    /// Notes a commit that has failed, with what was stored then of the first of the versions that it would have raised.
    /// Unless that is an older one, the accounts are in doubt.
    pub(crate) fn note(&self, raised: &Raised, stored: Result<Option<ListVersion>, Fault>) {
        // One account tells for all: a transaction is stored wholly or not at all.
        let Some((_, version)) = raised.first() else { return };
        if matches!(stored, Ok(Some(stored)) if stored < *version) {
            return;
        }
        tracing::warn!(changes = raised.len(), "a change that was refused may be stored all the same");
        self.accounts.lock().extend(raised.iter().map(|(account, _)| *account));
        self.noted.notify_one();
    }

    /// Waits until an account has come to be in doubt since the last call.
    pub(super) async fn noted(&self) {
        self.noted.notified().await;
    }

    /// Refuses a change of an account that is in doubt.
    pub(super) fn see(&self, account: AccountId) -> Result<(), Fault> {
        if self.accounts.lock().contains(&account) {
            return Err(Fault::Outage("an earlier change of this account is still being looked into".into()));
        }
        Ok(())
    }
}

impl SqlStore {
    /// Notes that a commit has failed that would have raised these versions. Unless it can be seen now that nothing
    /// was stored, the accounts are in doubt.
    pub(super) async fn doubt(&self, raised: &Raised) {
        let Some((account, _)) = raised.first() else { return };
        let stored = in_time(Some(Instant::now() + PATIENCE), self.look_for_version(*account)).await;
        self.doubts.note(raised, stored);
    }

    /// An account's version once no change of it is under way any more: the lock waits for a commit that the server is
    /// still at, and SQLite makes one change after the other.
    async fn look_for_version(&self, account: AccountId) -> Result<Option<ListVersion>, Fault> {
        match &self.writers {
            Writers::File(writer) => {
                Ok(writer.write(async move |tx: &mut Tx<'_>| stored_version(tx, account).await).await?.0)
            }
            Writers::Server(connections) => {
                let mut lent = self.begin(connections).await?;
                let found = stored_version(&mut Tx::on_server(&mut lent, &self.doubts), account).await;
                roll_back(lent, found).await
            }
        }
    }
}

/// The version of an account, after the change of it that is under way.
pub(crate) async fn stored_version(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<ListVersion>, Fault> {
    lock::one(tx, account).await?;
    let query = statement("SELECT list_version FROM accounts WHERE id = $1").bind(account.0);
    let row = query.fetch_optional(tx).await?;
    row.map(|row| packed::version(row.try_get(0)?)).transpose()
}

/// Waits until no change of an account is under way any more.
pub(super) async fn wait(tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
    match lock::one(tx, account).await {
        // Nothing can be under way.
        Err(Fault::Refused(_)) => Ok(()),
        outcome => outcome,
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

        store.doubt(&vec![]).await;
        // It has version 1, so the change that would have raised it to 2 was not stored.
        store.doubt(&vec![(account, ListVersion(2))]).await;
        assert_eq!(store.in_doubt(), []);
        // One account tells for all.
        let other = AccountId(account.0 + 1);
        store.doubt(&vec![(account, ListVersion(1)), (other, ListVersion(5))]).await;
        assert_eq!(store.in_doubt(), [account, other]);
        assert!(store.doubts.see(other).is_err());
        store.doubts.remove(other);
        assert!(store.doubts.see(other).is_ok() && store.doubts.see(account).is_err());
    }
}
