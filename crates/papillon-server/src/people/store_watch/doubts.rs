//! List changes with an unknown outcome: they were refused, and may be stored all the same. Memory is made the same as
//! the store, and the client is told.

use papillon_store::{AccountId, Store, StoreError};

use crate::delivery::Deliveries;
use crate::people::{AccountLocks, Directory};

/// The number of readings of lists that other changes are told of at the same time.
const ATTEMPTS: u32 = 3;

/// Looks into all accounts in doubt.
pub(in crate::people) async fn settle(
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
    // A removed account has no lists and no session; the store only has to forget its doubt.
    let Some(person) = store.account_by_id(account).await? else {
        return store.look_into(account).await.map(drop);
    };
    // A sign-in reads the lists either before, and is here then, or afterwards.
    let _turn = locks.one(&person.handle).await;
    for attempt in 1..=ATTEMPTS {
        let Some((person, stored)) = store.look_into(account).await? else { break };
        // A change that others have made meanwhile can have been told already: then the lists are read again. But
        // a store can also have gone back, when it was restored. It is right at last.
        let may_go_back = attempt == ATTEMPTS;
        if directory.reconcile(account, &person.name, &stored, may_go_back, &mut Deliveries::new()) {
            break;
        }
    }
    Ok(())
}
