//! The queue of sign-in attempts: attempts that are being judged, and attempts that wait for them.
//!
//! An attempt counts as a failure until it is judged. Behind one address there may be a whole school
//! that signs in at the same moment, with the right passwords: an attempt that finds the budget taken by
//! attempts of that same address waits until one of them is judged, and tries again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::attempts::{Attempts, Limited, Reservation};
use crate::Limits;
use crate::limits::Network;

/// The longest wait for other attempts that are being judged.
const PATIENCE: Duration = Duration::from_secs(10);

/// The attempts that failed, and those whose outcome is not known yet.
#[derive(Debug)]
pub(super) struct SignInQueue(Mutex<State>);

#[derive(Debug)]
struct State {
    attempts: Attempts,
    /// By network; none is kept without an attempt in it.
    in_flight: HashMap<Network, InFlight>,
}

#[derive(Debug, Default)]
struct InFlight {
    count: usize,
    /// Wakes the waiting sign-ins when one of these is judged.
    judged: Arc<Notify>,
}

/// An attempt that is being judged. Dropped, it is so no longer, and stays counted as a failure unless
/// it was [forgiven](Self::forgive).
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt<'a> {
    queue: &'a SignInQueue,
    network: Network,
    reservation: Option<Reservation>,
    forgiven: bool,
}

impl SignInQueue {
    pub(super) fn new(limits: &Limits) -> Self {
        Self(Mutex::new(State { attempts: Attempts::new(limits), in_flight: HashMap::new() }))
    }

    /// Counts an attempt as failed, for now. It waits for attempts of the same address that are being
    /// judged when the budget is used up, and does not wait when there are none.
    ///
    /// # Errors
    /// [`Limited`] as of [`Attempts::reserve`].
    pub(super) async fn begin(&self, account: Option<&str>, from: IpAddr) -> Result<Attempt<'_>, Limited> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let (judged, limited) = {
                let mut state = self.state();
                match state.reserve(account, from) {
                    Ok(reservation) => return Ok(self.attempt(from, reservation)),
                    // Made while the lock is held: `notify_waiters` wakes only waits that exist, and no attempt can be
                    // judged between the count and this. Without any of this network the refusal is final.
                    Err(limited) => {
                        let judged = &state.in_flight.get(&Network::of(from)).ok_or(limited)?.judged;
                        (judged.clone().notified_owned(), limited)
                    }
                }
            };
            // All that wait are woken by each outcome; those that find no token wait again, up to the same deadline.
            timeout_at(deadline, judged).await.map_err(|_| limited)?;
        }
    }

    fn attempt(&self, from: IpAddr, reservation: Reservation) -> Attempt<'_> {
        Attempt { queue: self, network: Network::of(from), reservation: Some(reservation), forgiven: false }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn reserve(&mut self, account: Option<&str>, from: IpAddr) -> Result<Reservation, Limited> {
        let reservation = self.attempts.reserve(account, from, Instant::now())?;
        self.in_flight.entry(Network::of(from)).or_default().count += 1;
        Ok(reservation)
    }
}

impl Attempt<'_> {
    /// It succeeded, or was never judged: it costs nothing.
    pub(super) fn forgive(mut self) {
        self.forgiven = true;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        // The token goes back before the others are woken, so that one of them finds it.
        if let Some(reservation) = self.reservation.take().filter(|_| self.forgiven) {
            state.attempts.give_back(reservation);
        }
        let Some(others) = state.in_flight.get_mut(&self.network) else { return };
        others.count -= 1;
        let judged = Arc::clone(&others.judged);
        if others.count == 0 {
            state.in_flight.remove(&self.network);
        }
        // They take the lock at once.
        drop(state);
        judged.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn judging(per_account: u32, per_address: u32) -> SignInQueue {
        SignInQueue::new(&Limits {
            sign_in_failures_per_account: per_account,
            sign_in_failures_per_address: per_address,
            ..Limits::default()
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// The outcome without waiting; the paused clock of a test does not move.
    fn now<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_that_others_hold_is_waited_for() {
        let judging = judging(10, 2);
        let first = judging.begin(Some("a@b.c"), ip("2001:db8::1")).await.unwrap();
        let second = judging.begin(Some("b@b.c"), ip("2001:db8::2")).await.unwrap();
        let mut third = pin!(judging.begin(Some("c@b.c"), ip("2001:db8::3")));
        let mut fourth = pin!(judging.begin(None, ip("2001:db8::4")));
        assert!(now(third.as_mut()).is_none() && now(fourth.as_mut()).is_none());
        assert!(now(pin!(judging.begin(Some("c@b.c"), ip("10.0.0.1")))).unwrap().is_ok(), "elsewhere");
        first.forgive();
        let third = now(third.as_mut()).unwrap().unwrap();
        assert!(now(fourth.as_mut()).is_none(), "one token, one attempt");
        // A failure frees nothing, but others are still being judged.
        drop(second);
        assert!(now(fourth.as_mut()).is_none());
        third.forgive();
        drop(now(fourth.as_mut()).unwrap().unwrap());
        assert!(judging.state().in_flight.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn with_nobody_in_flight_the_refusal_comes_at_once() {
        let judging = judging(1, 10);
        let failing = judging.begin(Some("a@b.c"), ip("10.0.0.1")).await.unwrap();
        let elsewhere = now(pin!(judging.begin(Some("a@b.c"), ip("10.0.0.2"))));
        assert!(elsewhere.unwrap().is_err());
        let mut waiting = pin!(judging.begin(Some("a@b.c"), ip("10.0.0.1")));
        assert!(now(waiting.as_mut()).is_none());
        drop(failing);
        assert!(now(waiting).unwrap().is_err());
        let limited = now(pin!(judging.begin(Some("a@b.c"), ip("10.0.0.1")))).unwrap().unwrap_err();
        assert!(
            limited.wait > Duration::from_secs(50) && limited.wait <= Duration::from_secs(60),
            "{limited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_has_an_end() {
        let judging = judging(10, 1);
        let slow = judging.begin(Some("a@b.c"), ip("10.0.0.1")).await.unwrap();
        let start = tokio::time::Instant::now();
        assert!(judging.begin(Some("b@b.c"), ip("10.0.0.1")).await.is_err());
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
        slow.forgive();
        assert!(judging.begin(Some("b@b.c"), ip("10.0.0.1")).await.is_ok());
    }
}
