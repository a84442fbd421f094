//! Account changes that other processes, other nodes or the pages make while the service runs.

use msnp::{FriendlyName, Handle};
use papillon_store::{Account, AccountChange, AccountChangeKind, AccountId, Person, Store, StoreError};

use super::change::Change;
use super::{AccountLocks, Directory};
use crate::delivery::Deliveries;

/// The log's words for a change by `papillon account`, the pages or another node.
const FROM_OUTSIDE: &str = " from outside";

/// Carries out the changes since `seen`; the first time there is nothing to carry out.
pub(super) async fn catch_up(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    seen: Option<i64>,
) -> Result<i64, StoreError> {
    // At the start there is no session that earlier changes could concern.
    let Some(mut sequence) = seen else { return store.last_change().await };
    for change in store.changes_after(sequence).await? {
        sequence = sequence.max(change.sequence);
        let AccountChange { account, handle, kind, .. } = change;
        match kind {
            AccountChangeKind::Disabled | AccountChangeKind::SignedOut => {
                close(locks, directory, &handle, account, FROM_OUTSIDE).await;
            }
            AccountChangeKind::Removed => {
                // First its own session, so that it is not told of the rest.
                close(locks, directory, &handle, account, FROM_OUTSIDE).await;
                forget(store, locks, directory, Person { account, handle }).await?;
            }
            // A new password voids the tickets and leaves the session that is open. No other kind concerns a session.
            _ => {}
        }
    }
    Ok(sequence)
}

/// Gives a person another display name. Contacts that are online see it at once; the person's own
/// client does after its next sign-in, because no line is known that tells it.
///
/// # Errors
/// When the store fails.
pub(crate) async fn rename(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    account: &Account,
    name: &FriendlyName,
) -> Result<(), StoreError> {
    let _turn = locks.one(&account.handle).await;
    let renamed = store.rename(account.id, name).await?;
    let mut out = Deliveries::new();
    for (person, change) in renamed.changes {
        directory.tell(person, &Change::Lists(change), &mut out);
    }
    Ok(())
}

/// Ends the session and the conversations of an account, and logs that with `why`. A sign-in that is under way is over
/// before, or reads the change afterwards.
pub(super) async fn close(
    locks: &AccountLocks,
    directory: &Directory,
    handle: &Handle,
    account: AccountId,
    why: &'static str,
) {
    let _turn = locks.one(handle).await;
    if directory.tell(account, &Change::AccountClosed, &mut Deliveries::new()) {
        tracing::info!(account = %handle, "signed out{why}");
    }
}

/// Takes a removed account off the lists of signed-in people.
async fn forget(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    contact: Person,
) -> Result<(), StoreError> {
    for (person, handle, lists) in directory.holders(contact.account) {
        // A turn for each holder, not for all: people that are not concerned do not wait.
        let _turn = locks.one(&handle).await;
        let Some((_, stored)) = store.sign_in(person).await? else { continue };
        let change = Change::ContactGone { contact: contact.clone(), lists, version: stored.version };
        directory.tell(person, &change, &mut Deliveries::new());
        directory.confirm(person, &stored);
    }
    Ok(())
}
