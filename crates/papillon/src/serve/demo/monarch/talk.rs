//! Monarch's messages, sent at the pace of a typist.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use msnp_client::{Conversation, SendError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::pace::Pace;

/// The most sayings that wait.
const WAITING: usize = 4;
/// So many sayings are known again when they come back.
const REMEMBERED: usize = 8;
/// The interval of notices of typing.
const KEY: Duration = Duration::from_secs(2);
/// The time of typing for a contact that asks to see it.
const LONG: Duration = Duration::from_secs(8);

/// One conversation and the voice in it. It falls silent when this is dropped.
pub(super) struct Talk {
    /// The conversation.
    pub(super) conversation: Conversation,
    /// The way to say something.
    pub(super) voice: Voice,
    speaker: AbortHandle,
}

/// Says things in one conversation, one after the other.
#[derive(Clone)]
pub(super) struct Voice {
    queue: mpsc::Sender<Saying>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The latest texts, the last one first.
    said: VecDeque<String>,
    pace: Pace,
}

struct Saying {
    words: String,
    typing: Duration,
    spoken: oneshot::Sender<()>,
}

/// Ends when something has been said, or cannot be said any more.
pub(super) type Spoken = oneshot::Receiver<()>;

impl Talk {
    /// The speaker is one of `tasks`.
    pub(super) fn new(conversation: Conversation, tasks: &mut JoinSet<()>) -> Self {
        let (queue, sayings) = mpsc::channel(WAITING);
        let speaker = tasks.spawn(speak(conversation.clone(), sayings));
        Self { conversation, voice: Voice { queue, state: Arc::default() }, speaker }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.speaker.abort();
    }
}

impl Voice {
    /// Says this after the time it takes to type it. `None` when it is too much to be said.
    pub(super) fn say(&self, words: String) -> Option<Spoken> {
        let letters = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let typing = Duration::from_millis(10).saturating_mul(letters);
        self.queue(words, typing.clamp(Duration::from_millis(500), Duration::from_secs(2)))
    }

    /// Like [`Voice::say`], after a long time of typing.
    pub(super) fn say_slowly(&self, words: String) -> Option<Spoken> {
        self.queue(words, LONG)
    }

    /// The latest texts.
    pub(super) fn said(&self) -> Vec<String> {
        self.state().said.iter().cloned().collect()
    }

    fn queue(&self, words: String, typing: Duration) -> Option<Spoken> {
        let mut state = self.state();
        // The place first: a saying for which there is none must not count against the pace.
        let Some(place) = self.queue.try_reserve().ok().filter(|_| state.pace.allows(Instant::now())) else {
            tracing::debug!("Monarch has too much to say");
            return None;
        };
        state.said.truncate(REMEMBERED - 1);
        // Before it is sent: an echo may come back at once, and must be known.
        state.said.push_front(words.clone());
        let (spoken, heard) = oneshot::channel();
        place.send(Saying { words, typing, spoken });
        Some(heard)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn speak(conversation: Conversation, mut sayings: mpsc::Receiver<Saying>) {
    while let Some(Saying { words, typing, spoken }) = sayings.recv().await {
        let sent = match type_for(typing, &conversation).await {
            Ok(()) => conversation.send(words).await,
            Err(error) => Err(error),
        };
        // Not everybody waits for it.
        let _ = spoken.send(());
        if let Err(error) = sent {
            tracing::debug!(%error, "nobody heard Monarch");
        }
    }
}

async fn type_for(time: Duration, conversation: &Conversation) -> Result<(), SendError> {
    let mut left = time;
    while !left.is_zero() {
        conversation.typing().await?;
        let pause = left.min(KEY);
        tokio::time::sleep(pause).await;
        left -= pause;
    }
    Ok(())
}
