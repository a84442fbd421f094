//! The people of the pages: the state that the pages for accounts share, with the sessions of their visitors.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use papillon_store::{Account, AccountId, StoreError, WebSession};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::error::PageError;
use super::keys::{self, Keys};
use super::unix_time::unix_time;
use crate::limits::{HOUR, MINUTE, Network, RateLimiter};
use crate::passport::{Passport, to_hex};
use crate::refusals::Refusal;
use crate::service::Service;

/// The most changes of name and picture of an account in a minute. A new password and signing out everywhere are never
/// refused for them: these are what the owner does against a thief, and each costs a password.
const CHANGES_PER_MINUTE: u32 = 20;
/// The state that these pages share.
pub(crate) struct People {
    pub(in crate::site::pages) service: Arc<Service>,
    pub(in crate::site::pages) passport: Arc<Passport>,
    pub(super) keys: Keys,
    registrations: Mutex<RateLimiter<Network>>,
    changes: Mutex<RateLimiter<AccountId>>,
    /// The permit to paint an uploaded picture. There is one: it takes up to 48 MiB and a thread.
    pub(super) painter: Arc<Semaphore>,
}

impl People {
    /// Pages of this service. Passwords go through `passport`, within its limits.
    pub(crate) fn new(service: Arc<Service>, passport: Arc<Passport>, keys: Keys) -> Self {
        let registrations = RateLimiter::new(service.config.limits.registrations_per_hour, HOUR);
        Self {
            service,
            passport,
            keys,
            registrations: Mutex::new(registrations),
            changes: Mutex::new(RateLimiter::new(CHANGES_PER_MINUTE, MINUTE)),
            painter: Arc::new(Semaphore::new(1)),
        }
    }

    /// The account of this cookie's session; none when it is not ours, has ended, or was voided: by signing out, by a
    /// new password, by signing out everywhere or because the account was disabled; and none while it is banned.
    pub(super) async fn account_of(&self, cookie: &str, from: IpAddr) -> Result<Option<Account>, StoreError> {
        let now = SystemTime::now();
        // A cookie that this service has not signed costs no look-up.
        let Ok(claims) = self.keys.sessions().verify(cookie, now) else { return Ok(None) };
        let account = self.service.store.account_of_web_session(&digest(cookie), unix_time(now)).await?;
        // Also here, although the store ends the sessions of such accounts: one may be begun with an old password while
        // another request voids all, and only the epoch tells.
        Ok(account.filter(|account| {
            account.id.0 == claims.account
                && account.enabled
                && account.credential_epoch == claims.epoch
                && self.service.bans.refuses_account(account.id, from, &account.handle).is_none()
        }))
    }

    /// Begins a session in place of the one `before` in the caller's browser, if there is one, and returns its cookie,
    /// with which the account is signed in until `epoch` has passed.
    pub(super) async fn begin_session(
        &self,
        before: Option<&str>,
        account: AccountId,
        epoch: i64,
    ) -> Result<String, StoreError> {
        // A new cookie for each sign-in: a copy of the one before is worth nothing from now on.
        if let Some(before) = before {
            self.end_session(before).await?;
        }
        let now = SystemTime::now();
        let cookie = self.keys.sessions().issue(account.0, epoch, now);
        let (id, begun_at, expires_at) = (digest(&cookie), unix_time(now), unix_time(now + keys::SESSION));
        self.service.store.begin_web_session(&WebSession { id, account, begun_at, expires_at }).await?;
        Ok(cookie)
    }

    /// Ends the session of this cookie: a browser with a copy of it is signed in no more.
    pub(super) async fn end_session(&self, cookie: &str) -> Result<(), StoreError> {
        self.service.store.end_web_session(&digest(cookie)).await
    }

    /// Whether one more account may be made from this address; it counts then.
    pub(super) fn may_register(&self, from: IpAddr) -> bool {
        let may = self.registrations.lock().take_one(Network::of(from), Instant::now());
        if !may {
            self.service.refusals.note(Refusal::Registrations, Some(from), None);
        }
        may
    }

    /// Lets an account make one more change that others see, and counts it.
    ///
    /// # Errors
    /// [`PageError::Limited`] beyond the rate of the account.
    pub(super) fn count_change(&self, account: &Account, from: IpAddr) -> Result<(), PageError> {
        if self.changes.lock().take_one(account.id, Instant::now()) {
            return Ok(());
        }
        self.service.refusals.note(Refusal::PageChanges, Some(from), Some(&account.handle));
        Err(PageError::Limited)
    }
}

/// The key of a session in the store: a reader of the store learns no cookie.
fn digest(cookie: &str) -> String {
    to_hex(&Sha256::digest(cookie))
}
