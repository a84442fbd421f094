//! Passport: the authentication of accounts, by a password once and by a ticket afterwards.
//!
//! A client gets the address of the login from the nexus, sends its name and password to the login, gets a ticket,
//! and shows the ticket to the notification server. [`Passport`] knows no HTTP; `nexus` and `login` put it into the
//! requests of legacy clients.

mod attempts;
mod failures;
mod new_password;
mod passwords;
mod sign_in_queue;
mod stored_accounts;
mod ticket;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use msnp::Handle;
use papillon_store::AccountId;
use zeroize::Zeroizing;

use attempts::Limited;
pub(crate) use failures::{Failures, Reason};
pub use new_password::{
    LONGEST_EVERYWHERE, LONGEST_PASSWORD, RANDOM_PASSWORD_BITS, SHORTEST_PASSWORD, UnfitPassword,
    check_new_password, random_password, works_everywhere,
};
pub use passwords::{Crowded, HashError, Passwords, VerifyError, hash_password};
use sign_in_queue::SignInQueue;
pub(crate) use stored_accounts::StoredAccounts;
pub(crate) use ticket::to_hex;
pub use ticket::{Claims, TicketError, TicketMint, t_part};

use crate::bans::{Banned, Bans};
use crate::counts::{Counts, Outcome, Way};
use crate::{Limits, counted, moment};

/// The source of passwords. Public for `tests/passport.rs`.
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// The stored credentials of an account; `None` when there is no such account.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn credentials(&self, handle: &Handle) -> Result<Option<StoredCredentials>, CredentialError>;
}

/// The facts about an account that a sign-in needs. Public for `tests/passport.rs`.
#[derive(Clone)]
pub struct StoredCredentials {
    /// The account's number.
    pub account: i64,
    /// The number of changes of its password; it is part of its tickets.
    pub epoch: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// The password's hash as a PHC string.
    pub password_hash: String,
}

/// Hides the hash.
impl fmt::Debug for StoredCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredCredentials")
            .field("account", &self.account)
            .field("epoch", &self.epoch)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// The store could not be asked. Its error goes to the log and not to clients.
#[derive(Debug, thiserror::Error)]
#[error("the accounts cannot be read: {0}")]
pub struct CredentialError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The failure of a sign-in, in words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// There is no such account, or its password is another.
    #[error("The address or the password is not right.")]
    Wrong,
    /// The password is right, and the account is closed.
    #[error("This account has been disabled. Please ask the people who run this service.")]
    Disabled,
    /// The password is right, and the account is banned.
    #[error("This account is banned{}. Please ask the people who run this service.", end(*until))]
    Banned {
        /// When the ban ends, in seconds since 1970; `None` for never.
        until: Option<i64>,
    },
    /// Too many failures from this address or for this account.
    #[error("There were too many attempts to sign in. Please wait a minute and try again, in {} at the earliest.", seconds(*wait))]
    Limited {
        /// The time until the next attempt is judged, if none fails in the meantime.
        wait: Duration,
    },
    /// Too many people are signing in at this moment.
    #[error("The service is busy. Please try again in a moment.")]
    Busy,
    /// The store does not answer, or holds something that cannot be read.
    #[error("The service cannot sign you in at the moment. Please try again later.")]
    Unavailable,
}

/// The end of a ban in words.
fn end(until: Option<i64>) -> String {
    until.map_or_else(String::new, |until| format!(" until {} (UTC)", moment(until)))
}

impl LoginError {
    /// What it counts as.
    fn outcome(&self) -> Outcome {
        match self {
            Self::Wrong => Outcome::Wrong,
            Self::Banned { .. } => Outcome::Banned,
            Self::Disabled => Outcome::Disabled,
            Self::Limited { .. } => Outcome::Limited,
            Self::Busy => Outcome::Busy,
            Self::Unavailable => Outcome::Unavailable,
        }
    }
}

/// A time to wait in words, in whole seconds.
fn seconds(wait: Duration) -> String {
    counted(whole_seconds(wait), "second", "seconds")
}

/// A time to wait in whole seconds, at least one.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    let part = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + part).max(1)
}

/// Signs accounts in. Public for `tests/passport.rs`.
pub struct Passport {
    credentials: Arc<dyn CredentialSource>,
    mint: Arc<TicketMint>,
    passwords: Passwords,
    queue: SignInQueue,
    failures: Failures,
    bans: Arc<Bans>,
    counts: Arc<Counts>,
}

impl Passport {
    /// A Passport over these accounts. The mint is shared with the verifiers of its tickets.
    pub fn new(
        credentials: Arc<dyn CredentialSource>,
        mint: Arc<TicketMint>,
        passwords: Passwords,
        limits: &Limits,
    ) -> Self {
        Self {
            credentials,
            mint,
            passwords,
            queue: SignInQueue::new(limits),
            failures: Failures::default(),
            bans: Arc::default(),
            counts: Arc::default(),
        }
    }

    /// With bans of accounts.
    #[must_use]
    pub(crate) fn with_bans(self, bans: Arc<Bans>) -> Self {
        Self { bans, ..self }
    }

    /// The same, with the counts of a service.
    #[must_use]
    pub(crate) fn with_counts(mut self, counts: Arc<Counts>) -> Self {
        self.counts = counts;
        self
    }

    /// Signs an account in and returns a ticket. A name that is no address is a name that no account
    /// has, and costs no hash: it tells nothing about accounts.
    ///
    /// # Errors
    /// A [`LoginError`]. [`LoginError::Wrong`] does not tell, in words or in time, whether there is such
    /// an account. Only a client with the right password gets [`LoginError::Disabled`] and [`LoginError::Banned`].
    pub async fn sign_in(
        &self,
        name: &str,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<String, LoginError> {
        let stored = self.check(name, password, from).await?;
        Ok(self.mint.issue(stored.account, stored.epoch, SystemTime::now()))
    }

    /// Checks a password, within the same limits as a sign-in, and returns its account. It may wait, at most ten
    /// seconds, for attempts of the same address that are being judged.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in).
    pub async fn check(
        &self,
        name: &str,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<StoredCredentials, LoginError> {
        let outcome = self.check_in_turn(name, password, from).await;
        self.counts
            .sign_ins
            .note(Way::Password, outcome.as_ref().map_or_else(LoginError::outcome, |_| Outcome::Ok));
        outcome
    }

    async fn check_in_turn(
        &self,
        name: &str,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<StoredCredentials, LoginError> {
        let handle = Handle::parse(name).ok();
        let account = handle.as_ref().map(Handle::as_str);
        // Counted as a failure before a hash is spent: guesses at the same moment cannot slip through together.
        let attempt = self.queue.begin(account, from).await.map_err(|Limited { wait }| {
            self.failures.note(Reason::Limited, from, handle.as_ref());
            LoginError::Limited { wait }
        })?;
        let Some(handle) = handle else {
            self.failures.note(Reason::Wrong, from, None);
            return Err(LoginError::Wrong);
        };
        // When the caller goes away in the middle, the attempt stays counted: an attacker could else hang up early.
        let outcome = self.judge(&handle, password, from).await;
        match outcome {
            // `attempt` is dropped unforgiven.
            Err(LoginError::Wrong) => self.failures.note(Reason::Wrong, from, Some(&handle)),
            Err(LoginError::Disabled) => {
                self.failures.note(Reason::Disabled, from, Some(&handle));
                attempt.forgive();
            }
            // It stays counted as a failure: so a banned account costs a few hashes a minute, and is then refused before any,
            // in the words that an account gets that does not exist.
            Err(LoginError::Banned { .. }) => self.failures.note(Reason::Banned, from, Some(&handle)),
            // A success, or no judgement at all: neither tells a guesser anything.
            _ => attempt.forgive(),
        }
        outcome
    }

    /// Makes a new password into a hash, on the same bounded pool that checks passwords.
    ///
    /// # Errors
    /// [`LoginError::Busy`] and [`LoginError::Unavailable`].
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, LoginError> {
        match self.passwords.hash(password).await {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => {
                tracing::error!(%error, "a new password could not be kept");
                Err(LoginError::Unavailable)
            }
            Err(Crowded) => Err(LoginError::Busy),
        }
    }

    /// The passwords that are being worked out.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The log of failed sign-ins, those at the notification server as well.
    pub(crate) fn failures(&self) -> &Failures {
        &self.failures
    }

    async fn judge(
        &self,
        handle: &Handle,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<StoredCredentials, LoginError> {
        let stored = self.credentials.credentials(handle).await.map_err(|error| {
            tracing::error!(%handle, %error, "sign-in impossible");
            LoginError::Unavailable
        })?;
        // Without an account the same work is done: the time tells nothing.
        let hash = stored.as_ref().map(|stored| &*stored.password_hash);
        let right = self.passwords.verify(password, hash).await.map_err(|error| match error {
            VerifyError::Busy => LoginError::Busy,
            VerifyError::BadHash => {
                // The row in the store is damaged, or was brought from elsewhere with another kind of hash.
                tracing::error!(%handle, %error, "sign-in impossible: give the account a new password");
                LoginError::Unavailable
            }
        })?;
        // Disabled only after the password: whether an account is disabled is for its owner.
        match stored.filter(|_| right) {
            None => Err(LoginError::Wrong),
            Some(stored) if !stored.enabled => Err(LoginError::Disabled),
            // A ban that showed before the password is known to be right would tell anybody that there is the account.
            Some(stored) => match self.bans.refuses_account(AccountId(stored.account), from, handle) {
                Some(Banned { until }) => Err(LoginError::Banned { until }),
                None => Ok(stored),
            },
        }
    }
}

impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passport").field("passwords", &self.passwords).finish_non_exhaustive()
    }
}
