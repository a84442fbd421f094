//! The queue of sign-ins: turns at the pool of hashes go round the addresses.
//!
//! A hash is the dearest thing a stranger can ask for. So no more sign-ins are judged at once than the pool can keep
//! up with, and all others wait here, where an address with many of them delays its own only. A sign-in that would
//! fail too often, should all those in flight fail, waits for their outcomes: the right password is not refused because
//! others are signing in at the same moment.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::attempts::{Attempt, Attempts, KNOWN, LANES, STRANGERS};
use crate::Limits;
use crate::counts::{Level, Raised};
use crate::limits::{FairQueue, Network, Standing};

/// The longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The sign-ins that wait, and the limits on those that fail.
pub(super) struct SignInQueue {
    state: Mutex<State>,
    /// The number of those that wait.
    level: Arc<Level>,
}

struct State {
    attempts: Attempts,
    waiting: FairQueue<Network, Waiter>,
    /// The turns that are not given away.
    free: usize,
}

struct Waiter {
    work: Work,
    answer: oneshot::Sender<Answer>,
}

/// The reason for a turn.
#[derive(Debug, Clone)]
enum Work {
    /// A password is judged.
    Attempt(Arc<Attempt>),
    /// A new password is hashed. It cannot fail.
    NewPassword,
}

#[derive(Debug)]
enum Answer {
    /// It has a turn.
    Turn,
    /// The limits were used up while it waited.
    UsedUp { wait: Duration },
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTurn {
    /// Too many failures.
    Limited {
        /// The time until the next attempt is judged, if none fails in the meantime.
        wait: Duration,
    },
    /// Too many wait, or it waited for too long.
    Busy,
}

/// A turn at the pool; it ends with this. A caller that goes away leaves it with the work, so that giving up
/// does not make room for more.
#[must_use]
pub(super) struct Turn(Arc<SignInQueue>);

/// An attempt that is being judged. Dropped, it is so no longer, and counts as a failure unless it was
/// [forgiven](Self::forgive).
#[must_use]
pub(super) struct Judging {
    queue: Arc<SignInQueue>,
    attempt: Arc<Attempt>,
    is_forgiven: bool,
}

/// One that waits for a turn. Dropped, it waits no longer, and gives back a turn that it got in that very moment.
struct Waiting<'a> {
    queue: &'a SignInQueue,
    network: Network,
    number: u64,
    work: Work,
    answer: oneshot::Receiver<Answer>,
    has_turn: bool,
    _counted: Raised,
}

impl SignInQueue {
    /// An empty queue for a pool that keeps up with so many turns at once.
    pub(super) fn new(limits: &Limits, turns: usize, level: Arc<Level>) -> Arc<Self> {
        let (most, most_of_address) = (limits.sign_ins_waiting, limits.sign_ins_waiting_per_address);
        let state = Mutex::new(State {
            attempts: Attempts::new(limits),
            waiting: FairQueue::new(&LANES, most.max(1), most_of_address.max(1)),
            free: turns.max(1),
        });
        Arc::new(Self { state, level })
    }

    /// Waits until an attempt may be judged.
    ///
    /// # Errors
    /// [`NoTurn::Limited`] when the limits on failures are used up, [`NoTurn::Busy`] when too many wait already, or after
    /// ten seconds.
    pub(super) async fn begin(self: &Arc<Self>, attempt: Attempt) -> Result<(Judging, Turn), NoTurn> {
        let attempt = Arc::new(attempt);
        // A refusal that is certain takes no place in the queue.
        if let Standing::UsedUp { wait } = self.state.lock().attempts.standing(&attempt, now()) {
            return Err(NoTurn::Limited { wait });
        }
        let work = Work::Attempt(Arc::clone(&attempt));
        let turn = self.turn(attempt.is_known(), attempt.network(), work).await?;
        Ok((Judging { queue: Arc::clone(self), attempt, is_forgiven: false }, turn))
    }

    /// Waits for a turn to hash a new password. A client that is signed in waits with the known places.
    ///
    /// # Errors
    /// [`NoTurn::Busy`] as of [`begin`](Self::begin).
    pub(super) async fn begin_new_password(
        self: &Arc<Self>,
        network: Network,
        is_signed_in: bool,
    ) -> Result<Turn, NoTurn> {
        self.turn(is_signed_in, network, Work::NewPassword).await
    }

    /// Counts an attempt with a name that is no address. There is nothing to judge.
    ///
    /// # Errors
    /// [`NoTurn::Limited`] when the address has failed too often already.
    pub(super) fn fail_without_account(&self, network: Network) -> Result<(), NoTurn> {
        match self.state.lock().fail_without_account(network, now()) {
            Standing::UsedUp { wait } => Err(NoTurn::Limited { wait }),
            Standing::Free | Standing::Held => Ok(()),
        }
    }

    /// The number of sign-ins that wait for a turn.
    pub(super) fn waiting(&self) -> usize {
        self.state.lock().waiting.len()
    }

    async fn turn(self: &Arc<Self>, is_known: bool, network: Network, work: Work) -> Result<Turn, NoTurn> {
        let mut waiting = self.enter(is_known, network, work).ok_or(NoTurn::Busy)?;
        match timeout(PATIENCE, &mut waiting.answer).await {
            Ok(Ok(Answer::Turn)) => {
                waiting.has_turn = true;
                Ok(Turn(Arc::clone(self)))
            }
            Ok(Ok(Answer::UsedUp { wait })) => Err(NoTurn::Limited { wait }),
            // It was displaced, or has waited for too long.
            Ok(Err(_)) | Err(_) => Err(NoTurn::Busy),
        }
    }

    fn enter(&self, is_known: bool, network: Network, work: Work) -> Option<Waiting<'_>> {
        let (sender, answer) = oneshot::channel();
        let now = now();
        let mut state = self.state.lock();
        let lane = if is_known { KNOWN } else { state.settle(network, true, now) };
        let waiter = Waiter { work: work.clone(), answer: sender };
        // A waiter that made room is dropped here, which tells it.
        let number = state.waiting.push(lane, network, waiter)?.number;
        state.give_turns(now);
        Some(Waiting {
            queue: self,
            network,
            number,
            work,
            answer,
            has_turn: false,
            _counted: self.level.enter(),
        })
    }
}

impl State {
    /// Gives the free turns to those that wait. Has to follow each change that may let one of
    /// them go on: more turns, an outcome, a newcomer.
    fn give_turns(&mut self, now: Instant) {
        while self.free > 0 {
            let attempts = &mut self.attempts;
            let next = self.waiting.pop(|waiter| match &waiter.work {
                Work::Attempt(attempt) => attempts.standing(attempt, now) != Standing::Held,
                Work::NewPassword => true,
            });
            let Some(Waiter { work, answer }) = next else { return };
            if let Work::Attempt(attempt) = &work {
                if let Standing::UsedUp { wait } = self.attempts.standing(attempt, now) {
                    // It is gone if it does not hear.
                    let _ = answer.send(Answer::UsedUp { wait });
                    continue;
                }
                self.attempts.begin(attempt);
            }
            self.free -= 1;
            if answer.send(Answer::Turn).is_err() {
                self.take_back(&work, now);
            }
        }
    }

    /// Takes a turn back that was not used.
    fn take_back(&mut self, work: &Work, now: Instant) {
        self.free += 1;
        if let Work::Attempt(attempt) = work {
            self.attempts.end(attempt, false, now);
        }
    }

    fn end(&mut self, attempt: &Attempt, has_failed: bool, now: Instant) {
        self.attempts.end(attempt, has_failed, now);
        self.settle(attempt.network(), false, now);
    }

    fn fail_without_account(&mut self, network: Network, now: Instant) -> Standing {
        let standing = self.attempts.fail_without_account(network, now);
        self.settle(network, false, now);
        standing
    }

    /// Moves the strangers of this network to their present lane, with one more that comes or without, and returns it: a
    /// burst of guesses does not stay where it came in.
    fn settle(&mut self, network: Network, one_comes: bool, now: Instant) -> usize {
        let waiting = self.waiting.len_of(&network, STRANGERS);
        let besides_one = if one_comes { waiting } else { waiting.saturating_sub(1) };
        let lane = self.attempts.lane_of_strangers(&network, besides_one, now);
        self.waiting.gather(&network, STRANGERS, lane);
        lane
    }
}

impl Judging {
    /// It succeeded, or was never judged: it costs nothing.
    pub(super) fn forgive(mut self) {
        self.is_forgiven = true;
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        let now = now();
        state.end(&self.attempt, !self.is_forgiven, now);
        state.give_turns(now);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.free += 1;
        state.give_turns(now());
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.has_turn {
            return;
        }
        let mut state = self.queue.state.lock();
        let is_waiting = state.waiting.remove(&self.network, self.number).is_some();
        if !is_waiting && matches!(self.answer.try_recv(), Ok(Answer::Turn)) {
            let now = now();
            state.take_back(&self.work, now);
            state.give_turns(now);
        }
    }
}

impl fmt::Debug for SignInQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInQueue").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// The runtime's clock, which tests can move.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests;
