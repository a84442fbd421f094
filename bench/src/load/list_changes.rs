//! Clients that change their lists, all at the same time, each with one change on its way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::client::Client;
use crate::population::friend;
use crate::service::Service;

/// The most changes of a client at a time: of seven such times it may make 3,000 in an hour.
const MOST: usize = 400;

/// Clients that are signed in, and the next contact of each.
pub struct Changers {
    clients: Vec<Changer>,
    contacts: usize,
}

struct Changer {
    client: Client,
    next: usize,
}

impl Changers {
    /// Signs in so many users, which add and remove friends.
    pub fn sign_in(service: &Service, clients: usize, contacts: usize) -> Result<Self> {
        let sign_in = |number| Ok(Changer { client: Client::sign_in(service, number)?.0, next: number * 7 });
        Ok(Self { clients: (0..clients).map(sign_in).collect::<Result<_>>()?, contacts })
    }

    /// Adds and removes for about this long; returns the number of changes that were acknowledged, and the time.
    ///
    /// # Errors
    /// When a change is refused.
    pub fn change(&mut self, time: Duration) -> Result<(usize, Duration)> {
        let begun = Instant::now();
        let stop = AtomicBool::new(false);
        let (stop, contacts) = (&stop, self.contacts);
        let changes = thread::scope(|scope| {
            let threads: Vec<_> = self
                .clients
                .iter_mut()
                .map(|changer| scope.spawn(move || changer.work(contacts, stop, begun + time)))
                .collect();
            let mut changes = 0;
            for thread in threads {
                changes += thread.join().ok().context("a client panicked")??;
            }
            Ok::<usize, anyhow::Error>(changes)
        })?;
        Ok((changes, begun.elapsed()))
    }
}

impl Changer {
    /// Works until the end, or until anybody is done with all that a client may do: then they are no longer all there.
    fn work(&mut self, contacts: usize, stop: &AtomicBool, end: Instant) -> Result<usize> {
        let mut changes = 0;
        while changes < MOST && Instant::now() < end && !stop.load(Ordering::Relaxed) {
            let contact = friend(self.next % contacts);
            self.next += 1;
            self.client.send(&format!("ADD 10 FL {contact} {contact} 0\r\n"))?;
            self.client.until("ADD 10 FL ")?;
            self.client.send(&format!("REM 11 FL {contact}\r\n"))?;
            self.client.until("REM 11 FL ")?;
            changes += 2;
        }
        stop.store(true, Ordering::Relaxed);
        Ok(changes)
    }
}
