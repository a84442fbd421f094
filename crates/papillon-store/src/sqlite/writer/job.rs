//! A change that waits for its turn, and then for the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::sync::oneshot;

use crate::sql::{Fault, Raised, Tx};

/// A change, as the thread sees it.
pub(super) trait Job: Send {
    /// Whether its caller still waits for it. One that was given up before its turn does not happen.
    fn is_wanted(&self) -> bool;

    /// Makes the change, and keeps its result. It is made again where the transaction was lost by another one.
    ///
    /// # Errors
    /// When the transaction cannot go on.
    fn run(&mut self, tx: Tx<'_>) -> Result<Done, Fault>;

    /// The versions that the change has raised.
    fn raised(&self) -> &Raised;

    /// Answers with the result.
    fn answer(self: Box<Self>);

    /// Answers with a failure.
    fn fail(self: Box<Self>, fault: Fault);
}

/// The effect of a change on the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Changed,
    /// It was refused, and has to be undone.
    Refused,
}

/// A change with its result: the value, and the versions that were raised.
pub(super) struct Change<W, T> {
    work: W,
    answer: oneshot::Sender<Result<(T, Raised), Fault>>,
    result: Option<Result<T, Fault>>,
    raised: Raised,
}

impl<W, T> Change<W, T> {
    pub(super) fn new(work: W, answer: oneshot::Sender<Result<(T, Raised), Fault>>) -> Self {
        Self { work, answer, result: None, raised: Raised::new() }
    }
}

impl<W, T> Job for Change<W, T>
where
    W: AsyncFn(&mut Tx<'_>) -> Result<T, Fault> + Send,
    T: Send,
{
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn run(&mut self, mut tx: Tx<'_>) -> Result<Done, Fault> {
        // One change that panics must not end the thread. Its transaction is lost, and with it all that it left behind.
        let result = catch_unwind(AssertUnwindSafe(|| now((self.work)(&mut tx))));
        let result = result.map_err(|_| Fault::Outage("the change panicked; please report this".into()))?;
        self.raised = tx.into_raised();
        let done = match &result {
            Ok(_) => Done::Changed,
            Err(fault) if fault.is_of_connection() => return result.map(|_| Done::Refused),
            Err(_) => Done::Refused,
        };
        self.result = Some(result);
        Ok(done)
    }

    fn raised(&self) -> &Raised {
        &self.raised
    }

    fn answer(self: Box<Self>) {
        let Self { answer, result: Some(result), raised, .. } = *self else { return };
        // Its caller is gone if it does not hear.
        let _ = answer.send(result.map(|value| (value, raised)));
    }

    fn fail(self: Box<Self>, fault: Fault) {
        let _ = self.answer.send(Err(fault));
    }
}

/// Finishes what waits for nothing but SQLite, which answers at once.
pub(super) fn now<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Fault::Outage("a change waits for more than the database".into())),
    }
}
