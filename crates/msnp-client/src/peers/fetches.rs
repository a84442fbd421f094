//! The objects that were fetched, and the pace of fetching.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use msnp::object::MsnObject;
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The most bytes of objects that are kept to be shown again.
const MAX_BYTES: usize = 8 << 20;
/// The most fetches at once.
const MAX_AT_ONCE: usize = 8;
/// The most switchboards that may be opened for pictures at once, and the time until the
/// next. The service refuses to open many in a burst (error 800); libpurple spaces its fetches
/// over 20 s for that reason.
const BURST: u32 = 3;
const INTERVAL: Duration = Duration::from_secs(10);

/// The kept objects, and the queue of fetches.
pub(super) struct Fetches {
    kept: Mutex<VecDeque<(String, Bytes)>>,
    slots: Semaphore,
    /// The time at which the next switchboard may be opened for a picture.
    pace: tokio::sync::Mutex<Option<Instant>>,
}

impl Default for Fetches {
    fn default() -> Self {
        let (kept, pace) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { kept, slots: Semaphore::new(MAX_AT_ONCE), pace }
    }
}

impl Fetches {
    /// The bytes of an object, when they are here.
    pub(super) fn known(&self, object: &MsnObject) -> Option<Bytes> {
        let kept = self.kept.lock();
        kept.iter().find(|(sha1d, _)| *sha1d == object.sha1d).map(|(_, data)| data.clone())
    }

    pub(super) fn keep(&self, object: &MsnObject, data: &Bytes) {
        let mut kept = self.kept.lock();
        if kept.iter().any(|(sha1d, _)| *sha1d == object.sha1d) {
            return;
        }
        kept.push_back((object.sha1d.clone(), data.clone()));
        while kept.iter().map(|(_, data)| data.len()).sum::<usize>() > MAX_BYTES {
            // The oldest first. One object is far smaller than the limit, so the new one stays.
            kept.pop_front();
        }
    }

    /// Waits until one more object may be fetched; `opens` when a switchboard has to be opened
    /// for it.
    pub(super) async fn turn(&self, opens: bool) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        let slot = self.slots.acquire().await.ok();
        if opens {
            // Kept during the sleep on purpose. The lock is fair, so fetches wait in order, and each counts from the
            // time of the one before it.
            let mut next = self.pace.lock().await;
            wait(&mut next).await;
        }
        slot
    }
}

/// A virtual time that runs ahead of the clock by the used part of the burst.
async fn wait(next: &mut MutexGuard<'_, Option<Instant>>) {
    let now = Instant::now();
    let free = next.unwrap_or(now).max(now);
    // At the steady pace the next turn is at `free`. It may come earlier by the burst less the turn itself.
    let ahead = INTERVAL * (BURST - 1);
    if free > now + ahead {
        tokio::time::sleep_until(free - ahead).await;
    }
    **next = Some(free + INTERVAL);
}

#[cfg(test)]
mod tests {
    use super::*;
    use msnp::object::ObjectKind;

    fn object(data: &[u8]) -> MsnObject {
        MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "0", "", data)
    }

    #[test]
    fn the_oldest_give_way() {
        let fetches = Fetches::default();
        let large = |byte| Bytes::from(vec![byte; MAX_BYTES / 2]);
        for byte in 0..3 {
            fetches.keep(&object(&large(byte)), &large(byte));
        }
        assert_eq!(fetches.known(&object(&large(0))), None);
        assert_eq!(fetches.known(&object(&large(2))), Some(large(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_and_then_one_in_ten_seconds() {
        let fetches = Fetches::default();
        let start = Instant::now();
        for _ in 0..BURST {
            drop(fetches.turn(true).await);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        drop(fetches.turn(true).await);
        assert_eq!(start.elapsed().as_secs(), 10);
        drop(fetches.turn(false).await);
        assert_eq!(start.elapsed().as_secs(), 10);
    }
}
