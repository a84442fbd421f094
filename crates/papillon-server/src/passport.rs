//! Passport: the authentication of accounts, by a password once and by a ticket afterwards.
//!
//! A client gets the address of the login from the nexus, sends its name and password to the login, gets a ticket,
//! and shows the ticket to the notification server. [`Passport`] knows no HTTP; `nexus` and `login` put it into the
//! requests of legacy clients.

mod attempts;
mod background;
mod device;
mod failures;
mod known_places;
mod new_password;
mod passwords;
mod sign_in_queue;
mod stored_accounts;
mod ticket;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use msnp::Handle;
use msnp::passport::Failure;
use papillon_store::AccountId;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use attempts::Attempt;
#[cfg(feature = "fuzzing")]
pub use device::fuzzing::device_mark;
pub(crate) use device::{Device, DeviceMint};
pub(crate) use failures::{Failures, Reason};
use known_places::KnownPlaces;
pub use new_password::{
    LONGEST_EVERYWHERE, LONGEST_PASSWORD, RANDOM_PASSWORD_BITS, SHORTEST_PASSWORD, UnfitPassword,
    check_new_password, random_password, works_everywhere,
};
#[cfg(feature = "fuzzing")]
pub use passwords::fuzzing::stored_hash;
pub use passwords::{Crowded, HashError, Passwords, VerifyError, hash_password};
use sign_in_queue::{NoTurn, SignInQueue, Turn};
pub(crate) use stored_accounts::StoredAccounts;
pub(crate) use ticket::to_hex;
pub use ticket::{Claims, TicketError, TicketMint, t_part};

use crate::bans::{Banned, Bans};
use crate::counts::{Counts, Outcome, Way};
use crate::limits::Network;
use crate::refusals::{Refusal, Refusals};
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
    #[error("{}", Failure::WRONG_PASSWORD)]
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
    queue: Arc<SignInQueue>,
    known: Mutex<KnownPlaces>,
    failures: Failures,
    refusals: Arc<Refusals>,
    bans: Arc<Bans>,
    counts: Arc<Counts>,
}

/// Where a sign-in comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    /// The address of the client.
    pub(crate) address: IpAddr,
    /// The browser, if the account has signed in with it before.
    pub(crate) device: Option<Device>,
}

impl Passport {
    /// A Passport over these accounts. The mint is shared with the verifiers of its tickets.
    pub fn new(
        credentials: Arc<dyn CredentialSource>,
        mint: Arc<TicketMint>,
        passwords: Passwords,
        limits: &Limits,
    ) -> Self {
        let queue = SignInQueue::new(limits, passwords.turns(), Arc::clone(&passwords.waiting));
        Self {
            credentials,
            mint,
            passwords,
            queue,
            known: Mutex::default(),
            failures: Failures::default(),
            refusals: Arc::default(),
            bans: Arc::default(),
            counts: Arc::default(),
        }
    }

    /// Counts refusals with those of the service.
    #[must_use]
    pub(crate) fn counting(self, refusals: Arc<Refusals>) -> Self {
        Self { refusals, ..self }
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
        let stored = self.check(name, password, Source { address: from, device: None }).await?;
        Ok(self.mint.issue(stored.account, stored.epoch, SystemTime::now()))
    }

    /// Checks a password, within the same limits as a sign-in, and returns its account. It may wait for its turn, at most
    /// ten seconds.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in).
    pub(crate) async fn check(
        &self,
        name: &str,
        password: Zeroizing<String>,
        from: Source,
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
        from: Source,
    ) -> Result<StoredCredentials, LoginError> {
        let network = Network::of(from.address);
        let Ok(handle) = Handle::parse(name) else {
            let counted = self.queue.fail_without_account(network);
            counted.map_err(|no_turn| self.refused(no_turn, from.address, None))?;
            self.failures.note(Reason::Wrong, from.address, None);
            return Err(LoginError::Wrong);
        };
        let place = self.known.lock().place(handle.as_str(), network, from.device, Instant::now());
        let attempt = Attempt::new(handle.as_str(), from.address, place);
        let begun = self.queue.begin(attempt).await;
        let (judging, turn) = begun.map_err(|no_turn| self.refused(no_turn, from.address, Some(&handle)))?;
        // When the caller goes away in the middle, the attempt counts as a failure: an attacker could else hang up early.
        let outcome = self.judge(&handle, password, from.address, turn).await;
        match &outcome {
            Err(LoginError::Wrong) => {
                self.failures.note(Reason::Wrong, from.address, Some(&handle));
                // `judging` is dropped unforgiven.
                return outcome;
            }
            // It counts as a failure: so a banned account costs a few hashes a minute, and is then refused before any, in
            // the words that an account gets that does not exist.
            Err(LoginError::Banned { .. }) => {
                self.failures.note(Reason::Banned, from.address, Some(&handle));
                return outcome;
            }
            Err(LoginError::Disabled) => self.failures.note(Reason::Disabled, from.address, Some(&handle)),
            Ok(stored) => self.remember(&handle, stored.epoch, from.address),
            // No judgement at all tells a guesser nothing.
            Err(_) => {}
        }
        judging.forgive();
        outcome
    }

    /// Remembers that an account has signed in from this address: failures of strangers do not concern it there.
    pub(crate) fn remember(&self, account: &Handle, epoch: i64, address: IpAddr) {
        self.known.lock().remember(account.as_str(), epoch, Network::of(address), Instant::now());
    }

    /// Makes a new password into a hash, in the same queue as those that are checked. A client that is
    /// signed in is served like a known place.
    ///
    /// # Errors
    /// [`LoginError::Busy`] and [`LoginError::Unavailable`].
    pub(crate) async fn hash(
        &self,
        password: Zeroizing<String>,
        from: IpAddr,
        is_signed_in: bool,
    ) -> Result<String, LoginError> {
        let turn = self.queue.begin_new_password(Network::of(from), is_signed_in).await;
        let turn = turn.map_err(|no_turn| self.refused(no_turn, from, None))?;
        match self.passwords.hash_holding(password, turn).await {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => {
                tracing::error!(%error, "a new password could not be kept");
                Err(LoginError::Unavailable)
            }
            Err(Crowded) => Err(LoginError::Busy),
        }
    }

    fn refused(&self, no_turn: NoTurn, from: IpAddr, account: Option<&Handle>) -> LoginError {
        match no_turn {
            NoTurn::Limited { wait } => {
                self.failures.note(Reason::Limited, from, account);
                self.refusals.note(Refusal::SignInFailures, Some(from), account);
                LoginError::Limited { wait }
            }
            NoTurn::Busy => {
                self.refusals.note(Refusal::SignInsWaiting, Some(from), account);
                LoginError::Busy
            }
        }
    }

    /// The sign-ins that wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting()
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
        turn: Turn,
    ) -> Result<StoredCredentials, LoginError> {
        let stored = self.credentials.credentials(handle).await.map_err(|error| {
            tracing::error!(%handle, %error, "sign-in impossible");
            LoginError::Unavailable
        })?;
        // Without an account the same work is done: the time tells nothing.
        let hash = stored.as_ref().map(|stored| &*stored.password_hash);
        let right = self.passwords.verify(password, hash, turn).await.map_err(|error| match error {
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
        f.debug_struct("Passport")
            .field("passwords", &self.passwords)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
