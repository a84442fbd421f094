//! The part of the store for lists, groups, settings, names and properties.

use std::sync::Arc;

use async_trait::async_trait;
use msnp::{
    AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, Privacy, PropertyKey, PropertyValue,
};

use super::connections::reading;
use super::kept_lists::KeptLists;
use super::transaction::in_transaction;
use super::{SqlStore, contact_rows, doubts, forward, groups, privacy, properties, roster, settings};
use crate::measures::measured;
use crate::{Account, AccountId, Committed, ListStore, PrivacyList, Result, Roster};

impl SqlStore {
    /// Reads an account with its lists, of which those in `kept` are not read again.
    async fn roster(&self, account: AccountId, kept: &Arc<KeptLists>) -> Result<Option<(Account, Roster)>> {
        let Some(lists) = &self.lists else {
            return reading!(self, reader => roster::read_from_server(reader, &self.cards, kept, account));
        };
        let (cards, kept) = (Arc::clone(&self.cards), Arc::clone(kept));
        let read = lists.read(move |file| roster::read_from_file(file, &cards, &kept, account));
        measured(&self.measures.reads, async { Ok(read.await?) }).await
    }
}

#[async_trait]
impl ListStore for SqlStore {
    async fn sign_in(&self, account: AccountId) -> Result<Option<(Account, Roster)>> {
        self.roster(account, &self.kept).await
    }

    fn in_doubt(&self) -> Vec<AccountId> {
        self.doubts.all()
    }

    async fn look_into(&self, account: AccountId) -> Result<Option<(Account, Roster)>> {
        // The lock waits for a change that is still under way.
        let settled: Result<()> = in_transaction!(self, tx, [] => doubts::wait(tx, account));
        settled?;
        // From the database alone: what is known of the account is what is in doubt.
        let found = self.roster(account, &Arc::default()).await;
        // Only now: a change that comes between is refused, and would else be made on top of lists that are not known.
        if found.is_ok() {
            self.doubts.remove(account);
        }
        found
    }

    async fn rename(&self, account: AccountId, name: &FriendlyName) -> Result<Committed> {
        in_transaction!(self, tx, [name] => settings::rename(tx, account, name))
    }

    async fn add_to_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
        group: GroupArgument,
        limit: usize,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [contact, name] => forward::add(tx, owner, contact, name, group, limit))
    }

    async fn add_to_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
        name: &FriendlyName,
        limit: usize,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [contact, name] => privacy::add(tx, owner, list, contact, name, limit))
    }

    async fn remove_from_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        group: GroupArgument,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [contact] => forward::remove(tx, owner, contact, group))
    }

    async fn remove_from_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [contact] => privacy::remove(tx, owner, list, contact))
    }

    async fn rename_contact(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [contact, name] => contact_rows::rename(tx, owner, contact, name))
    }

    async fn set_prompt(&self, owner: AccountId, prompt: AddPrompt) -> Result<Committed> {
        in_transaction!(self, tx, [] => settings::set_prompt(tx, owner, prompt))
    }

    async fn set_privacy(&self, owner: AccountId, privacy: Privacy) -> Result<Committed> {
        in_transaction!(self, tx, [] => settings::set_privacy(tx, owner, privacy))
    }

    async fn add_group(&self, owner: AccountId, name: &GroupName) -> Result<Committed> {
        in_transaction!(self, tx, [name] => groups::add(tx, owner, name))
    }

    async fn rename_group(&self, owner: AccountId, group: GroupId, name: &GroupName) -> Result<Committed> {
        in_transaction!(self, tx, [name] => groups::rename(tx, owner, group, name))
    }

    async fn remove_group(&self, owner: AccountId, group: GroupId) -> Result<Committed> {
        in_transaction!(self, tx, [] => groups::remove(tx, owner, group))
    }

    async fn set_property(
        &self,
        owner: AccountId,
        key: PropertyKey,
        value: &PropertyValue,
    ) -> Result<Committed> {
        in_transaction!(self, tx, [value] => properties::set(tx, owner, key, value))
    }
}
