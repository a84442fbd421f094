//! The stream of events, from the tasks of a client to the program.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use msnp::Handle;
use msnp::message::Text;
use tokio::sync::mpsc;

use crate::{Conversation, Event};

/// The number of events that may wait to be read.
pub(crate) const MAX_EVENTS: usize = 1024;

/// The sender of events, held by the tasks of a client. It never blocks.
pub(crate) struct EventSender {
    queue: mpsc::Sender<Event>,
    missed: AtomicU64,
}

impl EventSender {
    pub(crate) fn new() -> (Self, Events) {
        let (queue, events) = mpsc::channel(MAX_EVENTS);
        (Self { queue, missed: AtomicU64::new(0) }, Events { queue: events, client: None })
    }

    /// Sends an event, or counts it as missed when too many wait to be read.
    pub(crate) fn emit(&self, event: Event) {
        // The gap is told where it is: before the first event for which there is room again. `Relaxed` is enough, since
        // no other data hangs on the counter.
        let missed = self.missed.swap(0, Ordering::Relaxed);
        if missed > 0 && self.queue.try_send(Event::Missed { count: missed }).is_err() {
            // The earlier ones, and the event of this call.
            self.missed.fetch_add(missed + 1, Ordering::Relaxed);
            return;
        }
        if self.queue.try_send(event).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends the last event. It waits a little for room, because a program may wait for this event.
    pub(crate) async fn last(&self, event: Event) {
        let told = self.queue.send_timeout(event, Duration::from_secs(1)).await;
        if told.is_err() {
            tracing::debug!("the events are not read");
        }
    }
}

/// The events of one client, in order. At most 1024 wait to be read; then the newest are dropped
/// and counted in [`Event::Missed`]. It is also a [`Stream`](futures_core::Stream).
///
/// ```no_run
/// # async fn example(mut events: msnp_client::Events) {
/// use msnp_client::Event;
///
/// while let Some(event) = events.next().await {
///     match event {
///         Event::Online { name, already: false, .. } => println!("{} comes online", name.text()),
///         Event::Message { from, text, .. } => println!("{from}: {}", text.body),
///         Event::SignedOut { reason, will_retry: true } => println!("signed out: {reason:?}, but not for long"),
///         Event::SignedIn => println!("and here again"),
///         _ => {}
///     }
/// }
/// # }
/// ```
pub struct Events {
    queue: mpsc::Receiver<Event>,
    /// The client lives as long as its events are read.
    client: Option<Arc<dyn Any + Send + Sync>>,
}

impl Events {
    pub(crate) fn keeping(self, client: Arc<dyn Any + Send + Sync>) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The next event; `None` after the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.queue.recv().await;
        self.end_after(event.as_ref());
        event
    }

    /// The next text that comes in, with its conversation and sender; all other events are dropped. `None` after
    /// the last. Cancel-safe. For programs that only answer.
    pub async fn next_text(&mut self) -> Option<(Conversation, Handle, Text)> {
        loop {
            if let Event::Message { conversation, from, text, .. } = self.next().await? {
                return Some((conversation, from, text));
            }
        }
    }

    /// Nothing follows the end.
    fn end_after(&mut self, event: Option<&Event>) {
        if matches!(event, Some(Event::SignedOut { will_retry: false, .. })) {
            // Events that other tasks still send are refused from here on. With the client gone as well, these tasks
            // end.
            self.queue.close();
            self.client = None;
        }
    }
}

impl futures_core::Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let event = std::task::ready!(self.queue.poll_recv(cx));
        self.end_after(event.as_ref());
        Poll::Ready(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SignedOut;

    #[tokio::test]
    async fn what_nobody_reads_is_counted() {
        let (sender, mut events) = EventSender::new();
        for _ in 0..MAX_EVENTS + 5 {
            sender.emit(Event::RosterChanged);
        }
        assert!(matches!(events.next().await, Some(Event::RosterChanged)));
        assert!(matches!(events.next().await, Some(Event::RosterChanged)));
        sender.emit(Event::SignedIn);
        let mut rest = Vec::new();
        while let Ok(event) = events.queue.try_recv() {
            rest.push(event);
        }
        assert!(matches!(rest[MAX_EVENTS - 2..], [Event::Missed { count: 5 }, Event::SignedIn]));
    }

    #[tokio::test]
    async fn nothing_follows_the_end() {
        let (sender, mut events) = EventSender::new();
        sender.emit(Event::SignedOut { reason: SignedOut::Asked, will_retry: false });
        assert!(events.next().await.is_some());
        sender.emit(Event::RosterChanged);
        assert!(events.next().await.is_none());
    }
}
