//! The line that tells what is going on, on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

/// The progress of a run.
#[derive(Debug)]
pub struct Progress {
    rows: usize,
    row: usize,
    name: &'static str,
    since: Instant,
    begun: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Of so many rows.
    pub fn new(rows: usize) -> Self {
        let is_terminal = stderr().is_terminal();
        Self { rows, row: 0, name: "", since: Instant::now(), begun: Instant::now(), is_terminal }
    }

    /// The next row begins.
    pub fn begin(&mut self, name: &'static str) {
        (self.row, self.name, self.since) = (self.row + 1, name, Instant::now());
        self.say("begins");
    }

    /// Tells what the row does, where a terminal can show it in place.
    pub fn say(&mut self, what: &str) {
        if self.is_terminal {
            // Nobody is told that telling has failed.
            let _ = write!(stderr(), "\r\x1b[K[{}/{}] {}: {what}", self.row, self.rows, self.name);
            let _ = stderr().flush();
        }
    }

    /// The row is over; its figures.
    pub fn end(&mut self, figures: &str) {
        let start = if self.is_terminal { "\r\x1b[K" } else { "" };
        let took = self.since.elapsed().as_secs_f64();
        let all = self.begun.elapsed().as_secs_f64();
        eprintln!(
            "{start}[{}/{}] {}: {figures} ({took:.1} s, {all:.0} s in all)",
            self.row, self.rows, self.name
        );
    }
}
