//! The store over SQL. Both databases run the same statements.

mod account_store;
mod accounts;
mod bans;
mod cards;
mod changes;
mod connections;
mod contact_rows;
mod doubts;
mod fault;
mod forward;
mod groups;
mod invitations;
mod kept_lists;
mod list_store;
mod lock;
mod migrate;
mod news;
mod packed;
mod pair;
mod people;
mod pictures;
mod privacy;
mod properties;
mod reach;
mod roster;
mod secrets;
mod settings;
mod statement;
mod transaction;
mod web_sessions;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::cards::Cards;
use self::connections::reading;
pub(crate) use self::connections::{Connections, Source, in_time};
pub(crate) use self::doubts::{Doubts, stored_version};
pub(crate) use self::fault::Fault;
use self::kept_lists::KeptLists;
pub(crate) use self::migrate::{Migration, migrate};
pub(crate) use self::news::News;
pub(crate) use self::statement::Value;
#[cfg(test)]
pub(crate) use self::statement::statement;
use self::transaction::in_transaction;
pub(crate) use self::transaction::{ATTEMPTS, Raised, Tx, Writers, pause};
use crate::sqlite::Readers;
use crate::{
    Account, AccountChange, AccountId, AccountLog, Ban, BanRefusals, BanStore, BanTarget, Invitation,
    InvitationStore, Measured, Measures, NewBan, NewInvitation, Picture, PictureStore, Result, SecretStore,
    WebSession, WebSessionStore,
};

/// A store over SQL.
pub(crate) struct SqlStore {
    writers: Writers,
    readers: Arc<Connections>,
    /// For lists in a file.
    lists: Option<Readers>,
    doubts: Arc<Doubts>,
    cards: Arc<Cards>,
    kept: Arc<KeptLists>,
    news: News,
    measures: Measures,
}

impl SqlStore {
    pub(crate) fn new(
        writers: Writers,
        readers: Arc<Connections>,
        lists: Option<Readers>,
        doubts: Arc<Doubts>,
        news: News,
    ) -> Self {
        Self {
            writers,
            readers,
            lists,
            doubts,
            cards: Arc::default(),
            kept: Arc::default(),
            news,
            measures: Measures::default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn writers(&self) -> &Writers {
        &self.writers
    }
}

#[async_trait]
impl InvitationStore for SqlStore {
    async fn create_invitation(&self, new: NewInvitation) -> Result<()> {
        in_transaction!(self, tx, [new] => invitations::create(tx, new))
    }

    async fn invitations(&self) -> Result<Vec<Invitation>> {
        reading!(self, reader => invitations::all(reader))
    }

    async fn revoke_invitation(&self, id: i64) -> Result<()> {
        in_transaction!(self, tx, [] => invitations::revoke(tx, id))
    }
}

#[async_trait]
impl BanStore for SqlStore {
    async fn add_ban(&self, new: NewBan) -> Result<()> {
        in_transaction!(self, tx, [new] => bans::add(tx, new))
    }

    async fn lift_ban(&self, target: &BanTarget) -> Result<()> {
        in_transaction!(self, tx, [target] => bans::lift(tx, target))
    }

    async fn bans(&self, now: i64) -> Result<Vec<Ban>> {
        reading!(self, reader => bans::all(reader, now))
    }

    async fn ban_version(&self) -> Result<i64> {
        reading!(self, reader => bans::version(reader))
    }

    async fn count_ban_refusals(&self, refusals: &[BanRefusals]) -> Result<()> {
        in_transaction!(self, tx, [refusals] => bans::count(tx, refusals))
    }
}

#[async_trait]
impl PictureStore for SqlStore {
    async fn picture(&self, account: AccountId) -> Result<Option<Picture>> {
        reading!(self, reader => pictures::read(reader, account))
    }

    async fn set_picture(&self, account: AccountId, picture: &Picture) -> Result<()> {
        in_transaction!(self, tx, [picture] => pictures::set(tx, account, picture))
    }

    async fn remove_picture(&self, account: AccountId) -> Result<()> {
        in_transaction!(self, tx, [] => pictures::remove(tx, account))
    }
}

#[async_trait]
impl WebSessionStore for SqlStore {
    async fn begin_web_session(&self, session: &WebSession) -> Result<()> {
        in_transaction!(self, tx, [session] => web_sessions::begin(tx, session))
    }

    async fn account_of_web_session(&self, id: &str, now: i64) -> Result<Option<Account>> {
        reading!(self, reader => web_sessions::account_of(reader, id, now))
    }

    async fn end_web_session(&self, id: &str) -> Result<()> {
        in_transaction!(self, tx, [id] => web_sessions::end(tx, id))
    }
}

#[async_trait]
impl SecretStore for SqlStore {
    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>> {
        // Nearly always it is there, and a reader is enough. Two first requests at once settle it in the transaction.
        let known: Result<_> = reading!(self, reader => secrets::read(reader, name));
        if let Some(value) = known? {
            return Ok(value);
        }
        in_transaction!(self, tx, [name, candidate] => secrets::settle(tx, name, candidate))
    }
}

#[async_trait]
impl AccountLog for SqlStore {
    // A reader reads on from a file that was deleted. The service asks these, so it notices by their check.
    async fn last_change(&self) -> Result<i64> {
        self.readers.see_files()?;
        reading!(self, reader => changes::last(reader))
    }

    async fn wait_for_change(&self, longest: Duration) {
        self.wait_for_news(longest).await;
    }

    async fn changes_after(&self, sequence: i64) -> Result<Vec<AccountChange>> {
        self.readers.see_files()?;
        reading!(self, reader => changes::after(reader, sequence))
    }
}

impl Measured for SqlStore {
    fn measures(&self) -> &Measures {
        &self.measures
    }
}
