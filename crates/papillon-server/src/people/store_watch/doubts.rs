//! Changes that were refused, and may be stored all the same: whoever is signed in keeps in memory what
//! is on the disk, and is told.

use papillon_store::{AccountId, Store, StoreError};

use crate::delivery::Deliveries;
use crate::people::{AccountLocks, Directory};

/// How often somebody's lists are read whom others are told of at the same time.
const ATTEMPTS: u32 = 3;

/// Looks into all that are known.
pub(super) async fn settle(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
) -> Result<(), StoreError> {
    for account in store.in_doubt() {
        settle_one(store, locks, directory, account).await?;
    }
    Ok(())
}

async fn settle_one(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    account: AccountId,
) -> Result<(), StoreError> {
    let Some(person) = store.account_by_id(account).await? else {
        return store.look_into(account).await.map(drop);
    };
    // A sign-in reads the lists either before, and is here then, or afterwards.
    let _turn = locks.one(&person.handle).await;
    for attempt in 1..=ATTEMPTS {
        let Some((person, stored)) = store.look_into(account).await? else { break };
        // A change that others have made meanwhile can have been told already. But if the store has gone back, as
        // one does that was restored, it is right.
        let may_go_back = attempt == ATTEMPTS;
        if directory.reconcile(account, &person.name, &stored, may_go_back, &mut Deliveries::new()) {
            break;
        }
    }
    Ok(())
}
