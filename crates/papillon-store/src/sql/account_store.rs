//! The part of the store for accounts.

use async_trait::async_trait;
use msnp::Handle;

use super::connections::reading;
use super::transaction::in_transaction;
use super::{SqlStore, accounts, invitations, people};
use crate::{
    Account, AccountId, AccountStore, Credentials, InvitationCode, NewAccount, PasswordHash, People, Result,
};

#[async_trait]
impl AccountStore for SqlStore {
    async fn create_account(&self, new: NewAccount) -> Result<Account> {
        in_transaction!(self, tx, [new] => accounts::create(tx, new))
    }

    async fn create_accounts(&self, new: &[NewAccount]) -> Result<Vec<Option<Account>>> {
        in_transaction!(self, tx, [new] => accounts::create_all(tx, new))
    }

    async fn create_invited_account(&self, new: NewAccount, code: &InvitationCode) -> Result<Account> {
        in_transaction!(self, tx, [new, code] => invitations::create_account(tx, new, code))
    }

    async fn account(&self, handle: &Handle) -> Result<Option<Account>> {
        reading!(self, reader => accounts::by_handle(reader, handle))
    }

    async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>> {
        reading!(self, reader => accounts::by_id(reader, id))
    }

    async fn credentials(&self, handle: &Handle) -> Result<Option<Credentials>> {
        reading!(self, reader => accounts::credentials(reader, handle))
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        let mut accounts: Vec<Account> = Vec::new();
        // By handle and not by offset: accounts that come and go meanwhile make none appear twice or be left out.
        loop {
            let last = accounts.last().map_or(String::new(), |account| account.handle.to_string());
            let next: Result<Vec<_>> = reading!(self, reader => accounts::after(reader, &last));
            let next = next?;
            if next.is_empty() {
                return Ok(accounts);
            }
            accounts.extend(next);
        }
    }

    async fn people(&self, search: &str, skip: u32, most: u32) -> Result<People> {
        reading!(self, reader => people::page(reader, search, skip, most))
    }

    async fn set_password(&self, handle: &Handle, hash: PasswordHash) -> Result<()> {
        in_transaction!(self, tx, [handle, hash] => accounts::set_password(tx, handle, hash))
    }

    async fn set_enabled(&self, handle: &Handle, enabled: bool) -> Result<()> {
        in_transaction!(self, tx, [handle] => accounts::set_enabled(tx, handle, enabled))
    }

    async fn set_admin(&self, handle: &Handle, admin: bool) -> Result<()> {
        in_transaction!(self, tx, [handle] => accounts::set_admin(tx, handle, admin))
    }

    async fn void_tickets(&self, handle: &Handle) -> Result<()> {
        in_transaction!(self, tx, [handle] => accounts::void_tickets(tx, handle))
    }

    async fn remove_account(&self, handle: &Handle) -> Result<()> {
        in_transaction!(self, tx, [handle] => accounts::remove(tx, handle))
    }
}
