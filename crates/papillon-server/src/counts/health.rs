//! The health of a service: whether it serves, and whether its database answers.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The watch over the store looks every five seconds and after each change. After this long without an outcome the database counts as
/// silent.
const SILENCE: Duration = Duration::from_secs(10);

/// The facts about the health of a service that its tasks have found.
#[derive(Debug)]
pub(crate) struct Health {
    started: Instant,
    stage: AtomicU8,
    answers: AtomicBool,
    /// Milliseconds from the start to the latest outcome of a look at the database.
    looked: AtomicU64,
}

/// The stage of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its listeners do not accept yet.
    Starting,
    /// It accepts clients.
    Serving,
    /// It was told to stop.
    Stopping,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            stage: AtomicU8::new(Stage::Starting as u8),
            // A service that is made has read its keys from the database.
            answers: AtomicBool::new(true),
            looked: AtomicU64::new(0),
        }
    }
}

impl Health {
    /// That of something that serves already.
    pub(crate) fn of_serving() -> Self {
        let health = Self::default();
        health.reached(Stage::Serving);
        health
    }

    /// Notes the stage.
    pub(crate) fn reached(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    /// Notes the outcome of a look at the database.
    pub(crate) fn looked(&self, answers: bool) {
        self.answers.store(answers, Ordering::Relaxed);
        self.looked.store(self.milliseconds(), Ordering::Relaxed);
    }

    /// The time since the start.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The stage of now.
    pub(crate) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Starting,
            1 => Stage::Serving,
            _ => Stage::Stopping,
        }
    }

    /// Whether the database answers.
    pub(crate) fn has_database(&self) -> bool {
        let silence = self.milliseconds().saturating_sub(self.looked.load(Ordering::Relaxed));
        self.answers.load(Ordering::Relaxed) && u128::from(silence) < SILENCE.as_millis()
    }

    /// Whether clients may be sent here.
    pub(crate) fn is_ready(&self) -> bool {
        self.stage() == Stage::Serving && self.has_database()
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.uptime().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_ready_while_it_serves_and_its_database_answers() {
        let health = Health::default();
        assert!(!health.is_ready() && health.has_database());
        health.reached(Stage::Serving);
        assert!(health.is_ready());
        health.looked(false);
        assert!(!health.is_ready() && health.stage() == Stage::Serving);
        health.looked(true);
        assert!(health.is_ready());
        health.reached(Stage::Stopping);
        assert!(!health.is_ready() && health.has_database());
    }
}
