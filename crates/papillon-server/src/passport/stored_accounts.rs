//! The accounts of the store, as Passport asks for them.

use std::sync::Arc;

use async_trait::async_trait;
use msnp::Handle;
use papillon_store::Store;

use super::{CredentialError, CredentialSource, StoredCredentials};

/// The store's accounts as Passport asks for them.
pub(crate) struct StoredAccounts(pub(crate) Arc<dyn Store>);

#[async_trait]
impl CredentialSource for StoredAccounts {
    async fn credentials(&self, handle: &Handle) -> Result<Option<StoredCredentials>, CredentialError> {
        let found = self.0.credentials(handle).await.map_err(|error| CredentialError(error.into()))?;
        Ok(found.map(|found| StoredCredentials {
            account: found.account.id.0,
            epoch: found.account.credential_epoch,
            enabled: found.account.enabled,
            password_hash: found.password_hash.expose().to_owned(),
        }))
    }
}
