//! The pages for accounts, of their owners and of administrators.
//!
//! They work in Internet Explorer 6: plain forms, no script. The session of a visitor is told by a cookie
//! (`keys.rs`) that is void as soon as the account's tickets are. Every form carries a token that
//! another site cannot know (`forms.rs`).

mod account;
mod avatar;
pub(super) mod caller;
pub(super) mod complaint;
mod cookies;
mod deletion;
pub(super) mod error;
pub(super) mod forms;
mod guard;
mod keys;
mod picture;
pub(super) mod register;
mod sign_in;
mod suggestion;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use msnp::Handle;
use papillon_store::{Account, AccountId, StoreError, WebSession};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::limits::{HOUR, MINUTE, Network, RateLimiter};
use crate::passport::{Passport, to_hex};
use crate::service::Service;
use caller::Caller;
use error::PageError;

pub(crate) use keys::{KeyError, Keys};

/// Changes of name and picture a minute and account.
const CHANGES_PER_MINUTE: u32 = 20;
/// Uploaded pictures that are worked on at once.
const PAINTERS: usize = 2;

/// The state that these pages share.
pub(crate) struct People {
    pub(super) service: Arc<Service>,
    pub(super) passport: Arc<Passport>,
    keys: Keys,
    registrations: Mutex<RateLimiter<Network>>,
    changes: Mutex<RateLimiter<AccountId>>,
    painters: Semaphore,
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
            painters: Semaphore::new(PAINTERS),
        }
    }

    /// The account of this cookie's session; none when it is not ours, has ended, or was voided: by signing out, by a
    /// new password, by signing out everywhere or because the account was disabled.
    async fn account_of(&self, cookie: &str) -> Result<Option<Account>, StoreError> {
        let now = SystemTime::now();
        // No look-up for what cannot be a session.
        let Ok(claims) = self.keys.sessions().verify(cookie, now) else { return Ok(None) };
        let account = self.service.store.account_of_web_session(&digest(cookie), unix_time(now)).await?;
        Ok(account.filter(|account| {
            account.id.0 == claims.account && account.enabled && account.credential_epoch == claims.epoch
        }))
    }

    /// Signs an account in, in the caller's browser, until `epoch` has passed, and goes on to a page. The browser and its
    /// address are known for the account from now on.
    async fn sign_in(
        &self,
        caller: &Caller,
        handle: &Handle,
        account: AccountId,
        epoch: i64,
        to: &'static str,
    ) -> Result<Response, PageError> {
        let session = self.begin_session(caller, account, epoch).await?;
        self.passport.remember(handle, epoch, caller.visitor.peer.ip());
        let mark = self.keys.devices().issue(handle, epoch, SystemTime::now());
        Ok(caller.signed_in(&session, &mark, to))
    }

    /// Begins a session in place of the one in the caller's browser, if there is one, and returns its cookie, with
    /// which the account is signed in until `epoch` has passed.
    async fn begin_session(
        &self,
        caller: &Caller,
        account: AccountId,
        epoch: i64,
    ) -> Result<String, StoreError> {
        if let Some(before) = caller.session() {
            self.end_session(before).await?;
        }
        let now = SystemTime::now();
        let cookie = self.keys.sessions().issue(account.0, epoch, now);
        let (id, begun_at, expires_at) = (digest(&cookie), unix_time(now), unix_time(now + keys::SESSION));
        self.service.store.begin_web_session(&WebSession { id, account, begun_at, expires_at }).await?;
        Ok(cookie)
    }

    /// Ends the session of this cookie: a browser with a copy of it is signed in no more.
    async fn end_session(&self, cookie: &str) -> Result<(), StoreError> {
        self.service.store.end_web_session(&digest(cookie)).await
    }

    /// Whether one more account may be made from this address; it counts then.
    fn may_register(&self, from: IpAddr) -> bool {
        self.registrations.lock().take_one(Network::of(from), Instant::now())
    }

    /// Whether this person may change one more thing that others see; it counts then.
    fn may_change(&self, account: AccountId) -> bool {
        self.changes.lock().take_one(account, Instant::now())
    }
}

/// The key of a session in the store: a reader of the store learns no cookie.
fn digest(cookie: &str) -> String {
    to_hex(&Sha256::digest(cookie))
}

/// In seconds since 1970.
fn unix_time(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// All these pages.
pub(crate) fn router(people: Arc<People>) -> Router {
    Router::new()
        .route("/register", get(register::show).post(register::submit))
        .route("/login", get(sign_in::show).post(sign_in::submit))
        .route("/logout", post(sign_in::sign_out))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/name", post(account::change_name))
        .route("/account/sign-out", post(account::sign_out_everywhere))
        // The front bounds it.
        .route(
            "/account/picture",
            get(picture::show).post(picture::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/account/picture/remove", post(picture::remove))
        .route("/account/delete", get(deletion::show).post(deletion::submit))
        .merge(super::administration::router())
        .layer(from_fn_with_state(Arc::clone(&people), guard::over_tls_only))
        .layer(map_response(guard::protect))
        .with_state(people)
}
