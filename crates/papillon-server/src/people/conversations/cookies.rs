//! Cookies, which let clients into switchboards. A cookie belongs to the session it was given to, and ends with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use msnp::{Cookie, Handle, SessionId};
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::Conversation;
use crate::people::{Invitee, Session, SignIn};

/// No more cookies than this are out at once.
const MAX_COOKIES: usize = 200_000;
/// Cookies that were never used are cleared away this often.
const SWEEP: Duration = Duration::from_secs(10);

/// The cookies of all conversations on this node.
pub(crate) struct Switchboards {
    cookies: Mutex<Cookies>,
    lifetime: Duration,
}

struct Cookies {
    issued: HashMap<Box<str>, Grant>,
    swept: Instant,
}

struct Grant {
    person: Invitee,
    sign_in: SignIn,
    /// The conversation to which the person was called; `None` opens a new one.
    conversation: Option<Arc<Conversation>>,
    until: Instant,
}

impl Switchboards {
    /// Cookies are good for `lifetime`.
    pub(crate) fn new(lifetime: Duration) -> Self {
        let cookies = Cookies { issued: HashMap::new(), swept: Instant::now() };
        Self { cookies: Mutex::new(cookies), lifetime }
    }

    /// Makes a cookie with 128 random bits for a person, good while the sign-in lasts. `None` when there are too
    /// many.
    pub(crate) fn issue(
        &self,
        person: Invitee,
        sign_in: SignIn,
        conversation: Option<Arc<Conversation>>,
    ) -> Option<Cookie> {
        let now = Instant::now();
        // The shape the original had: three numbers, the middle one the time.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let text = format!("{}.{unix}.{}", rand::random::<u64>(), rand::random::<u64>());
        let cookie = Cookie::parse(&text).ok()?;
        let mut cookies = self.cookies.lock();
        // Here, where the map grows: so no task of its own has to do it.
        cookies.sweep(now);
        if cookies.issued.len() >= MAX_COOKIES {
            return None;
        }
        let grant = Grant { person, sign_in, conversation, until: now + self.lifetime };
        cookies.issued.insert(text.into(), grant);
        Some(cookie)
    }

    /// A cookie to open a conversation with.
    pub(crate) fn admit(&self, session: &Arc<Session>) -> Option<Cookie> {
        self.issue(session.invitee(), session.sign_in(), None)
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
    fn sweep(&mut self, now: Instant) {
        if now.duration_since(self.swept) >= SWEEP {
            self.swept = now;
            // `is_remembered` and not `lasts`, which takes the lock of every session.
            self.issued.retain(|_, grant| grant.until > now && grant.sign_in.is_remembered());
        }
    }
}
