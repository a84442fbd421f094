//! The session of a client of the gateway: the order of its requests, and their answers.
//!
//! Each answer brings a new SessionID, and the next request has to bear it. One request at a time
//! is answered; a second one is refused, and the first goes on.
//!
//! A poll that is held would keep the client from sending. So, beyond the original, while a poll
//! with a `Lifespan` is held, a request that brings something may bear the same SessionID as that
//! poll: the poll is answered first and at once, then the other. The two may also cross: until the
//! client has used the SessionID that came with the poll's answer, it may send, once, with the one
//! that the poll bore. The lines of the poll's answer come before those of the other's, and only the SessionID of the
//! latter counts from then on.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;
use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::query::Id;
use crate::delivery::{ANSWER_BYTES, Taken, Tunnel, Waiting};

/// The longest wait of an answer until the request's bytes have had their effect. An effect that takes longer
/// is answered later: polls find it.
const EFFECT: Duration = Duration::from_secs(1);
/// The longest wait of an answer for the delivery of a message which the request brought: a recipient that polls every
/// other second (Pidgin), and is held for one (`LIVELY_HOLD`), asks again within this.
const DELIVERY: Duration = Duration::from_millis(1500);
/// The time for which a poll without a `Lifespan` is held while messages are under way whose sender awaits a
/// confirmation.
const LIVELY_HOLD: Duration = Duration::from_secs(1);
/// The time after a message has come into a held answer in which the next one of the same sender still comes into it.
const NEXT: Duration = Duration::from_millis(250);

/// The reason for which a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    /// Never there, over, or the SessionID is not the latest. A client that guesses numbers must not tell these apart.
    #[error("There is no such session, or its SessionID is another by now.")]
    Unknown,
    #[error("A request of this session is still being answered.")]
    Overlapping,
    #[error("There are too many connections. Try again later.")]
    Full,
}

impl Denied {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Unknown | Self::Overlapping => StatusCode::BAD_REQUEST,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The answer to a client.
#[derive(Debug)]
pub(super) struct Answer {
    /// The number that the next request has to bear.
    pub(super) id: Id,
    pub(super) lines: Bytes,
    /// The session ends with this answer.
    pub(super) last: bool,
}

/// One client's connection by the gateway.
pub(super) struct GatewaySession {
    number: u64,
    tunnel: Arc<Tunnel>,
    state: Mutex<State>,
    /// Told when a request has been answered.
    freed: Notify,
}

struct State {
    /// The number that the next request has to bear.
    nonce: u64,
    /// The number that the last held poll bore; one request that brings something may still bear it.
    crossing: Option<u64>,
    turn: Occupied,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Occupied {
    Free,
    /// A request is being answered.
    Busy,
    /// A poll is held, and may be released.
    Held,
    /// It has been.
    Released,
}

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It brings something.
    Send,
    /// It takes the lines that are there.
    Poll,
    /// It waits until there are lines.
    LongPoll,
}

/// The one request that is being answered. Dropped without an answer, it leaves a poll's SessionID as it was: its
/// client has got no other.
struct Turn<'a> {
    session: &'a GatewaySession,
    kind: Kind,
    borne: u64,
}

impl GatewaySession {
    /// A session, and the number that its first request has to bear.
    pub(super) fn new(tunnel: Arc<Tunnel>) -> (Arc<Self>, u64) {
        let nonce = rand::random();
        let state = Mutex::new(State { nonce, crossing: None, turn: Occupied::Free });
        (Arc::new(Self { number: rand::random(), tunnel, state, freed: Notify::new() }), nonce)
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Answers a request that bears `nonce`; one that brings nothing waits up to `hold` for
    /// something to be said.
    pub(super) async fn exchange(&self, nonce: u64, body: Bytes, hold: Duration) -> Result<Answer, Denied> {
        let kind = match (body.is_empty(), hold.is_zero()) {
            (false, _) => Kind::Send,
            (true, true) => Kind::Poll,
            (true, false) => Kind::LongPoll,
        };
        let turn = self.turn(nonce, kind).await?;
        match kind {
            Kind::Send => {
                self.tunnel.bring(body);
                // First the effect, then the delivery: so the answer has the reply, and the `ACK` of a message. When
                // they take longer, polls find the rest.
                let _ = timeout(EFFECT, self.effect()).await;
                let _ = timeout(DELIVERY, self.delivery()).await;
            }
            Kind::Poll => {
                // The lines that have come by then are the answer.
                let _ = timeout(LIVELY_HOLD, self.gather()).await;
            }
            Kind::LongPoll => {
                // Nothing has been said, then.
                let _ = timeout(hold, self.something_to_say()).await;
            }
        }
        turn.answer()
    }

    /// Takes the turn, after a poll that is held has been released where that is allowed.
    async fn turn(&self, nonce: u64, kind: Kind) -> Result<Turn<'_>, Denied> {
        // Waiting before the state is looked at: `notify_waiters` keeps nothing for a wait that begins later.
        let mut freed = pin!(self.freed.notified());
        freed.as_mut().enable();
        if let Some(turn) = self.begin(nonce, kind)? {
            return Ok(turn);
        }
        timeout(EFFECT, freed).await.map_err(|_| Denied::Overlapping)?;
        // Once more only: when a third request has taken the turn in between, this one is refused.
        self.begin(nonce, kind)?.ok_or(Denied::Overlapping)
    }

    /// `None` when a held poll has been asked to end.
    fn begin(&self, nonce: u64, kind: Kind) -> Result<Option<Turn<'_>>, Denied> {
        let mut state = self.state.lock();
        let latest = same(nonce, state.nonce);
        let crosses = kind == Kind::Send && state.crossing.is_some_and(|crossing| same(nonce, crossing));
        if !latest && !crosses {
            return Err(Denied::Unknown);
        }
        match state.turn {
            Occupied::Free => {}
            // Released, not free: the poll ends by itself, and its drop wakes this request. A third one is refused.
            Occupied::Held if kind == Kind::Send => {
                state.turn = Occupied::Released;
                self.tunnel.nudge();
                return Ok(None);
            }
            Occupied::Busy | Occupied::Held | Occupied::Released => return Err(Denied::Overlapping),
        }
        // The client may use the older number once, and not at all after the newer one.
        state.crossing = None;
        state.turn = if kind == Kind::LongPoll { Occupied::Held } else { Occupied::Busy };
        if kind == Kind::Send {
            // Before the answer: a command is brought once, also when its client gets no answer and repeats it.
            state.nonce = rand::random();
        }
        self.tunnel.attend(true);
        Ok(Some(Turn { session: self, kind, borne: nonce }))
    }

    /// Waits until the bytes of the request have had their effect. Here and below, `news` stores one wake-up, so one
    /// that comes between the look and the wait is not lost.
    async fn effect(&self) {
        while !self.tunnel.is_processed() {
            self.tunnel.news().await;
        }
    }

    /// Waits for word of the client's messages, or for any other line: another client may wait for the delivery of
    /// that.
    async fn delivery(&self) {
        while self.tunnel.awaits() && !self.tunnel.has_news() {
            self.tunnel.news().await;
        }
    }

    /// Collects messages for the answer to a poll. A sender that waits for the `ACK` of each message before it sends
    /// the next would else bring one into each answer. Without such a sender there is nothing to collect.
    async fn gather(&self) {
        let mut counted = false;
        loop {
            match self.tunnel.promise() {
                Waiting::Enough => return,
                // An ordinary poll is answered at once.
                Waiting::Nothing if !self.tunnel.is_lively() => return,
                Waiting::Nothing => self.tunnel.news().await,
                // Lines that no sender waits for: holding them back would gain nothing.
                Waiting::Lines if !counted => return,
                Waiting::Lines | Waiting::Counted => {
                    counted = true;
                    if timeout(NEXT, self.tunnel.news()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    async fn something_to_say(&self) {
        while !self.tunnel.has_news() && self.state.lock().turn != Occupied::Released {
            self.tunnel.news().await;
        }
    }
}

impl Turn<'_> {
    /// Takes the waiting lines. From here to the answer nothing is awaited, so no drop can lose them.
    fn answer(self) -> Result<Answer, Denied> {
        let session = self.session;
        let Some(Taken { lines, last }) = session.tunnel.take(ANSWER_BYTES) else {
            return Err(Denied::Unknown);
        };
        let mut state = session.state.lock();
        // A send has changed it at its beginning.
        if self.kind != Kind::Send {
            state.nonce = rand::random();
        }
        state.crossing = (self.kind == Kind::LongPoll).then_some(self.borne);
        Ok(Answer { id: Id { session: session.number, nonce: state.nonce }, lines, last })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Before the turn is free: the next request marks the tunnel as attended, and this must not undo that.
        self.session.tunnel.attend(false);
        self.session.state.lock().turn = Occupied::Free;
        self.session.freed.notify_waiters();
    }
}

/// In constant time: the numbers are the session's only secret.
fn same(one: u64, other: u64) -> bool {
    one.ct_eq(&other).into()
}

#[cfg(test)]
mod tests;
