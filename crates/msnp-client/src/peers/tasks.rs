//! The tasks of all peers.

use std::collections::HashMap;
use std::sync::Arc;

use msnp::Handle;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::driver::{Driver, Input, MAX_INPUTS, run};
use super::surroundings::Surroundings;

/// The most peers that may have a task at once.
const MAX_PEERS: usize = 512;

/// The ways to the tasks; each ends when its way is dropped.
#[derive(Default)]
pub(super) struct Tasks(Mutex<HashMap<Handle, mpsc::Sender<Input>>>);

impl Tasks {
    /// The task of a peer, if there is one.
    pub(super) fn find(&self, peer: &Handle) -> Option<mpsc::Sender<Input>> {
        self.0.lock().get(peer).cloned()
    }

    /// The task of a peer, started when there is none. `None` when there are too many.
    pub(super) fn of(
        self: &Arc<Self>,
        surroundings: &Arc<Surroundings>,
        peer: &Handle,
    ) -> Option<mpsc::Sender<Input>> {
        let mut tasks = self.0.lock();
        if let Some(task) = tasks.get(peer).filter(|task| !task.is_closed()) {
            return Some(task.clone());
        }
        // Tasks that ended with a panic stay on the list until here.
        tasks.retain(|_, task| !task.is_closed());
        if tasks.len() >= MAX_PEERS {
            tracing::warn!(%peer, "a peer gets no task: too many peers at once");
            return None;
        }
        let (sender, inputs) = mpsc::channel(MAX_INPUTS);
        tasks.insert(peer.clone(), sender.clone());
        let driver = Driver::new(surroundings, peer.clone(), sender.downgrade());
        let (all, peer) = (Arc::downgrade(self), peer.clone());
        let may_end =
            move |inputs: &mpsc::Receiver<Input>| all.upgrade().is_none_or(|all| all.retire(&peer, inputs));
        tokio::spawn(run(driver, inputs, may_end));
        Some(sender)
    }

    /// Takes a task off the list, unless an input waits for it or a caller is about to send one.
    fn retire(&self, peer: &Handle, inputs: &mpsc::Receiver<Input>) -> bool {
        // Under the lock under which callers get their sender. The list itself has one; every further one is a caller
        // between `of` or `find` and its input.
        let mut tasks = self.0.lock();
        let unwanted = inputs.is_empty() && inputs.sender_strong_count() == 1;
        if unwanted {
            tasks.remove(peer);
        }
        unwanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_stays_for_a_caller_that_has_yet_to_send() {
        let peer: Handle = "bob@example.com".parse().unwrap();
        let (sender, inputs) = mpsc::channel(MAX_INPUTS);
        let tasks = Tasks(Mutex::new(HashMap::from([(peer.clone(), sender)])));

        let caller = tasks.find(&peer).unwrap();
        assert!(!tasks.retire(&peer, &inputs));
        assert!(tasks.find(&peer).is_some());

        drop(caller);
        assert!(tasks.retire(&peer, &inputs));
        assert!(tasks.find(&peer).is_none());
    }
}
