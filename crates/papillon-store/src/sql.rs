//! The store over SQL. Both databases run the same statements; `Dialect` holds the differences.

mod accounts;
mod changes;
mod connections;
mod contact_rows;
mod doubts;
mod fault;
mod forward;
mod groups;
mod invitations;
mod lock;
mod migrate;
mod packed;
mod people;
mod pictures;
mod privacy;
mod properties;
mod reach;
mod roster;
mod secrets;
mod settings;
mod transaction;
mod web_sessions;

use std::sync::Arc;

use async_trait::async_trait;
use msnp::{AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

use self::connections::reading;
pub(crate) use self::connections::{Connections, Source, in_time};
use self::doubts::Doubts;
pub(crate) use self::fault::Fault;
pub(crate) use self::migrate::{Migration, migrate};
use self::transaction::in_transaction;
use crate::{
    Account, AccountChange, AccountId, Credentials, ForwardAdded, ForwardRemoved, GroupRemoved, Invitation,
    InvitationCode, NewAccount, NewInvitation, PasswordHash, People, Picture, PrivacyChanged, PrivacyList,
    PropertySet, Result, Roster, Store, WebSession,
};

/// The differences between the databases once they are connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// How a writing transaction starts.
    pub(crate) begin: &'static str,
    /// Whether writers work side by side and have to lock the accounts they are about to change.
    pub(crate) locks_rows: bool,
}

/// A store over SQL.
pub(crate) struct SqlStore {
    dialect: Dialect,
    writers: Arc<Connections>,
    readers: Arc<Connections>,
    doubts: Arc<Doubts>,
}

impl SqlStore {
    pub(crate) fn new(dialect: Dialect, writers: Arc<Connections>, readers: Arc<Connections>) -> Self {
        Self { dialect, writers, readers, doubts: Arc::default() }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn create_account(&self, new: NewAccount) -> Result<Account> {
        in_transaction!(self, tx => accounts::create(tx, &new))
    }

    async fn create_accounts(&self, new: &[NewAccount]) -> Result<Vec<Option<Account>>> {
        in_transaction!(self, tx => accounts::create_all(tx, new))
    }

    async fn create_invited_account(&self, new: NewAccount, code: &InvitationCode) -> Result<Account> {
        in_transaction!(self, tx => invitations::create_account(tx, &new, code))
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
        in_transaction!(self, tx => accounts::set_password(tx, handle, &hash))
    }

    async fn set_enabled(&self, handle: &Handle, enabled: bool) -> Result<()> {
        in_transaction!(self, tx => accounts::set_enabled(tx, handle, enabled))
    }

    async fn set_admin(&self, handle: &Handle, admin: bool) -> Result<()> {
        in_transaction!(self, tx => accounts::set_admin(tx, handle, admin))
    }

    async fn void_tickets(&self, handle: &Handle) -> Result<()> {
        in_transaction!(self, tx => accounts::void_tickets(tx, handle))
    }

    async fn remove_account(&self, handle: &Handle) -> Result<()> {
        in_transaction!(self, tx => accounts::remove(tx, handle))
    }

    async fn rename(&self, account: AccountId, name: &FriendlyName) -> Result<ListVersion> {
        in_transaction!(self, tx => settings::rename(tx, account, name))
    }

    async fn picture(&self, account: AccountId) -> Result<Option<Picture>> {
        reading!(self, reader => pictures::read(reader, account))
    }

    async fn set_picture(&self, account: AccountId, picture: &Picture) -> Result<()> {
        in_transaction!(self, tx => pictures::set(tx, account, picture))
    }

    async fn remove_picture(&self, account: AccountId) -> Result<()> {
        in_transaction!(self, tx => pictures::remove(tx, account))
    }

    async fn create_invitation(&self, new: NewInvitation) -> Result<()> {
        in_transaction!(self, tx => invitations::create(tx, &new))
    }

    async fn invitations(&self) -> Result<Vec<Invitation>> {
        reading!(self, reader => invitations::all(reader))
    }

    async fn revoke_invitation(&self, id: i64) -> Result<()> {
        in_transaction!(self, tx => invitations::revoke(tx, id))
    }

    async fn begin_web_session(&self, session: &WebSession) -> Result<()> {
        in_transaction!(self, tx => web_sessions::begin(tx, session))
    }

    async fn account_of_web_session(&self, id: &str, now: i64) -> Result<Option<Account>> {
        reading!(self, reader => web_sessions::account_of(reader, id, now))
    }

    async fn end_web_session(&self, id: &str) -> Result<()> {
        in_transaction!(self, tx => web_sessions::end(tx, id))
    }

    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>> {
        let known: Result<_> = reading!(self, reader => secrets::read(reader, name));
        if let Some(value) = known? {
            return Ok(value);
        }
        in_transaction!(self, tx => secrets::settle(tx, name, candidate))
    }

    fn in_doubt(&self) -> Vec<AccountId> {
        self.doubts.all()
    }

    async fn look_into(&self, account: AccountId) -> Result<Option<(Account, Roster)>> {
        let found = in_transaction!(self, tx => doubts::look(tx, account));
        if found.is_ok() {
            self.doubts.remove(account);
        }
        found
    }

    async fn last_change(&self) -> Result<i64> {
        self.readers.see_files()?;
        reading!(self, reader => changes::last(reader))
    }

    async fn changes_after(&self, sequence: i64) -> Result<Vec<AccountChange>> {
        self.readers.see_files()?;
        reading!(self, reader => changes::after(reader, sequence))
    }

    async fn sign_in(&self, account: AccountId) -> Result<Option<(Account, Roster)>> {
        reading!(self, reader => roster::read(reader, account))
    }

    async fn add_to_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
        group: GroupArgument,
        limit: usize,
    ) -> Result<ForwardAdded> {
        in_transaction!(self, tx => forward::add(tx, owner, contact, name, group, limit))
    }

    async fn add_to_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
        name: &FriendlyName,
        limit: usize,
    ) -> Result<PrivacyChanged> {
        in_transaction!(self, tx => privacy::add(tx, owner, list, contact, name, limit))
    }

    async fn remove_from_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        group: GroupArgument,
    ) -> Result<ForwardRemoved> {
        in_transaction!(self, tx => forward::remove(tx, owner, contact, group))
    }

    async fn remove_from_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
    ) -> Result<PrivacyChanged> {
        in_transaction!(self, tx => privacy::remove(tx, owner, list, contact))
    }

    async fn rename_contact(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
    ) -> Result<ListVersion> {
        in_transaction!(self, tx => contact_rows::rename(tx, owner, contact, name))
    }

    async fn set_prompt(&self, owner: AccountId, prompt: AddPrompt) -> Result<ListVersion> {
        in_transaction!(self, tx => settings::set_prompt(tx, owner, prompt))
    }

    async fn set_privacy(&self, owner: AccountId, privacy: Privacy) -> Result<ListVersion> {
        in_transaction!(self, tx => settings::set_privacy(tx, owner, privacy))
    }

    async fn add_group(&self, owner: AccountId, name: &GroupName) -> Result<(GroupId, ListVersion)> {
        in_transaction!(self, tx => groups::add(tx, owner, name))
    }

    async fn rename_group(&self, owner: AccountId, group: GroupId, name: &GroupName) -> Result<ListVersion> {
        in_transaction!(self, tx => groups::rename(tx, owner, group, name))
    }

    async fn remove_group(&self, owner: AccountId, group: GroupId) -> Result<GroupRemoved> {
        in_transaction!(self, tx => groups::remove(tx, owner, group))
    }

    async fn set_property(
        &self,
        owner: AccountId,
        key: PropertyKey,
        value: &PropertyValue,
    ) -> Result<PropertySet> {
        in_transaction!(self, tx => properties::set(tx, owner, key, value))
    }
}
