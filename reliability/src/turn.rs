//! The turns of cases. In a long run one case runs after the other. In a short run the next one begins as soon as the one
//! before only waits: for a time limit of the service, or until memory is back.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use parking_lot::Mutex;

use crate::cases::Case;
use crate::ground::Arena;
use crate::report::{Report, Table};

/// Cases at once in a short run: one at work, and those that wait.
const AT_ONCE: usize = 4;
/// The interval at which the cases that wait are counted.
const LOOK: Duration = Duration::from_millis(50);

/// The turn of a case. It ends with the case, or when the case passes it on.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<Mutex<Option<Sender<()>>>>);

impl Turn {
    /// A turn, and the receiver that tells of its end.
    fn begin() -> (Self, Receiver<()>) {
        let (sender, ended) = mpsc::channel();
        (Self(Arc::new(Mutex::new(Some(sender)))), ended)
    }

    /// From now on the case only waits: the next one may begin.
    pub fn pass(&self) {
        drop(self.0.lock().take());
    }
}

/// The outcome of a case, and the time that it took.
type Outcome = (Result<Report>, Duration);

/// Runs the cases in their order, and returns the table of them.
pub fn run(cases: &[&Case], arena: &Arena) -> Table {
    let at_once = at_once(arena);
    let mut table = Table::default();
    thread::scope(|scope| {
        let mut running: Vec<(&Case, ScopedJoinHandle<'_, Outcome>)> = Vec::new();
        for case in cases {
            while running.iter().filter(|(_, thread)| !thread.is_finished()).count() >= at_once {
                thread::sleep(LOOK);
            }
            eprintln!("{} …", case.name);
            let begun = Instant::now();
            let (turn, ended) = Turn::begin();
            let arena = Arena { turn, ..arena.clone() };
            running.push((*case, scope.spawn(move || perform(case, &arena))));
            // Nothing is ever sent: it ends with the turn.
            let _ = ended.recv();
            eprintln!("  {}: a turn of {:.1} s", case.name, begun.elapsed().as_secs_f64());
        }
        for (case, thread) in running {
            let lost = |_| (Err(anyhow!("the thread of the case has ended")), Duration::ZERO);
            let (outcome, took) = thread.join().unwrap_or_else(lost);
            table.add(case, outcome, took);
        }
    });
    table
}

/// The number of cases that may run at once.
fn at_once(arena: &Arena) -> usize {
    // An address that was chosen shows the metrics of one service.
    let is_shared = arena.metrics.is_some_and(|address| address.port() != 0);
    if arena.short && !is_shared { AT_ONCE } else { 1 }
}

fn perform(case: &Case, arena: &Arena) -> Outcome {
    let begun = Instant::now();
    let outcome = case.perform(arena);
    let took = begun.elapsed();
    eprintln!("  {}: {:.1} s", case.name, took.as_secs_f64());
    // Tasks of its runtime may hold the turn for a moment longer.
    arena.turn.pass();
    (outcome, took)
}
