//! Cookies, which let clients into switchboards. A cookie belongs to the session it was given to, and ends with it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use msnp::{Cookie, Handle, SessionId};
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::Conversation;
use crate::config::Limits;
use crate::people::{Invitee, Session, SignIn};
use crate::refusals::Refusal;

/// Cookies that were never used are cleared away this often.
const SWEEP: Duration = Duration::from_secs(10);

/// The cookies of all conversations on this node.
pub(crate) struct Switchboards {
    cookies: Mutex<Cookies>,
    lifetime: Duration,
    /// No more are out at once.
    most: usize,
    /// No more of one account are.
    most_per_account: usize,
}

struct Cookies {
    issued: HashMap<Arc<str>, Grant>,
    /// The cookies by the account that asked for them: for itself, or to call another person. So a caller uses up its
    /// own, not the callee's. One that has been taken in stands here until its account is looked at.
    asked: HashMap<AccountId, Vec<Arc<str>>>,
    swept: Instant,
}

struct Grant {
    person: Invitee,
    sign_in: SignIn,
    /// The conversation to which the person was called; `None` opens a new one.
    conversation: Option<Arc<Conversation>>,
    until: Instant,
}

/// The reason for which there is no cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCookie {
    /// As many are out as the node may have.
    Node,
    /// As many are out as the account may have.
    Account,
}

impl NoCookie {
    /// The reason under which a refusal is counted.
    pub(crate) const fn refusal(self) -> Refusal {
        match self {
            Self::Node => Refusal::Cookies,
            Self::Account => Refusal::CookiesOfAccount,
        }
    }
}

impl Switchboards {
    /// Cookies are good for `lifetime`.
    pub(crate) fn new(lifetime: Duration, limits: &Limits) -> Self {
        let cookies = Cookies { issued: HashMap::new(), asked: HashMap::new(), swept: Instant::now() };
        Self {
            cookies: Mutex::new(cookies),
            lifetime,
            most: limits.cookies,
            most_per_account: limits.cookies_per_account,
        }
    }

    /// Makes a cookie with 128 random bits for a person, good while the sign-in lasts. It counts as one of the account
    /// that `asked` for it.
    ///
    /// # Errors
    /// When too many are out.
    pub(crate) fn issue(
        &self,
        asked: AccountId,
        person: Invitee,
        sign_in: SignIn,
        conversation: Option<Arc<Conversation>>,
    ) -> Result<Cookie, NoCookie> {
        let now = Instant::now();
        // The shape the original had: three numbers, the middle one the time.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let text = format!("{}.{unix}.{}", rand::random::<u64>(), rand::random::<u64>());
        // Numbers and dots are a cookie.
        let cookie = Cookie::parse(&text).map_err(|_| NoCookie::Node)?;
        let mut cookies = self.cookies.lock();
        // Here, where the map grows: so no task of its own has to do it.
        cookies.sweep(now);
        if cookies.of(asked, now) >= self.most_per_account {
            return Err(NoCookie::Account);
        }
        if cookies.issued.len() >= self.most {
            return Err(NoCookie::Node);
        }
        let key: Arc<str> = text.into();
        cookies.asked.entry(asked).or_default().push(Arc::clone(&key));
        cookies.issued.insert(key, Grant { person, sign_in, conversation, until: now + self.lifetime });
        Ok(cookie)
    }

    /// A cookie to open a conversation with.
    ///
    /// # Errors
    /// When too many are out.
    pub(crate) fn admit(&self, session: &Arc<Session>) -> Result<Cookie, NoCookie> {
        self.issue(session.account, session.invitee(), session.sign_in(), None)
    }

    /// Takes a cookie in: once, in time, from the person it was made for, for the conversation it was made for, and
    /// while the session it was made for lasts. Any other attempt leaves it as it is.
    ///
    /// `owned` is told its account before the session is looked at: so a task that ends a session, and then the
    /// connections of its account, misses none that came in by it.
    pub(crate) fn redeem(
        &self,
        cookie: &Cookie,
        handle: &Handle,
        session: Option<SessionId>,
        owned: impl FnOnce(AccountId),
    ) -> Option<(Invitee, Option<Arc<Conversation>>)> {
        let mut cookies = self.cookies.lock();
        // Looked at before it is taken out: an attempt with another handle must not use up the cookie of a person.
        let grant = cookies.issued.get(cookie.as_str())?;
        let fits = grant.person.handle == *handle
            && grant.until > Instant::now()
            && grant.conversation.as_ref().map(|conversation| conversation.id()) == session;
        if !fits {
            return None;
        }
        let grant = cookies.issued.remove(cookie.as_str())?;
        // `owned` takes the lock of all connections, and `lasts` that of a session: not under the one of all cookies.
        drop(cookies);
        owned(grant.person.account);
        grant.sign_in.lasts().then_some((grant.person, grant.conversation))
    }
}

impl Cookies {
    /// The number of an account's cookies that are good. Those that are not are cleared away: a sign-in that is over
    /// must not count for the next one. An account has few, so this is cheap.
    fn of(&mut self, account: AccountId, now: Instant) -> usize {
        let Some(asked) = self.asked.get_mut(&account) else { return 0 };
        asked.retain(|key| {
            let is_good = self.issued.get(key).is_some_and(|grant| grant.is_good(now));
            if !is_good {
                self.issued.remove(key);
            }
            is_good
        });
        asked.len()
    }

    fn sweep(&mut self, now: Instant) {
        if now.duration_since(self.swept) >= SWEEP {
            self.swept = now;
            self.issued.retain(|_, grant| grant.is_good(now));
            self.asked.retain(|_, asked| {
                asked.retain(|key| self.issued.contains_key(key));
                !asked.is_empty()
            });
        }
    }
}

impl Grant {
    fn is_good(&self, now: Instant) -> bool {
        // `is_remembered` and not `lasts`, which takes the lock of every session.
        self.until > now && self.sign_in.is_remembered()
    }
}
