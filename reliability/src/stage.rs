//! The stage of a case: a service of its own, with bystanders on it, and the judgement at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::bystanders::{self, Bystanders};
use crate::counts::{self, Counts};
use crate::figures::{Figures, mebibytes};
use crate::ground::{Arena, Ground, Setup};
use crate::people::People;
use crate::program::Program;
use crate::report::Report;
use crate::turn::Turn;

/// Until the bystanders have talked a little: the service has its one-time allocations behind it then. In short there are
/// fewer of them.
const WARM_UP: Duration = Duration::from_secs(2);
const SHORT_WARM_UP: Duration = Duration::from_secs(1);
/// The time within which the memory has to be back.
const SETTLE: Duration = Duration::from_secs(30);
/// The same where passwords were checked: the memory for that rests for a minute before it is freed.
const SETTLE_AFTER_PASSWORDS: Duration = Duration::from_secs(90);
/// The memory of a hash, in KiB.
const HASH: u64 = 19 * 1024;
/// Free pages are back with the system after it.
const DECAY: Duration = Duration::from_secs(12);
/// The service writes of refusals once a second.
const LOG: Duration = Duration::from_millis(1_200);

/// A service with bystanders.
pub struct Stage {
    /// The service.
    pub program: Program,
    /// The accounts.
    pub people: Arc<People>,
    /// What is told of the case at its end.
    pub report: Report,
    pairs: usize,
    bystanders: Bystanders,
    before: Figures,
    settle: Duration,
    /// The memory of hashes that may still rest at the end, in KiB: in short, nobody waits until it is freed.
    resting: u64,
    counted: Counts,
    expected: Vec<(&'static [&'static str], u64)>,
    panics: usize,
    turn: Turn,
    /// Removed at the end.
    _folder: TempDir,
}

impl Stage {
    /// Starts a service in the surroundings of the setup, and the bystanders.
    pub async fn set(arena: &Arena, mut setup: Setup) -> Result<Self> {
        let pairs = arena.pairs();
        bystanders::populate(&mut setup.population, pairs);
        let Ground { people, launch, folder } = Ground::lay(arena, &setup).await?;
        let program = launch.start().await?;
        let bystanders = Bystanders::start(program.doors.msnp, &people, pairs).await?;
        let checks_passwords = setup.population.has_password();
        let settle = if checks_passwords { arena.pick(SETTLE, SETTLE_AFTER_PASSWORDS) } else { SETTLE };
        let resting = if checks_passwords { arena.pick(hashes(), 0) } else { 0 };
        sleep(arena.pick(SHORT_WARM_UP, WARM_UP)).await;
        let before = program.figures()?;
        let counted = count(&program).await;
        Ok(Self {
            program,
            people,
            report: Report::default(),
            pairs,
            bystanders,
            before,
            settle,
            resting,
            counted,
            expected: Vec::new(),
            panics: 0,
            turn: arena.turn.clone(),
            _folder: folder,
        })
    }

    /// Adds a figure to what is told.
    pub fn done(&mut self, figure: impl Into<String>) {
        self.report.done.push(figure.into());
    }

    /// The case fails unless this holds.
    pub fn check(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.report.failures.push(otherwise());
        }
    }

    /// The case fails unless the program counts at least so many under a name that holds one of these words.
    pub fn expect_counted(&mut self, words: &'static [&'static str], least: u64) {
        self.expected.push((words, least));
    }

    /// So many panics are the case's own.
    pub fn expect_panics(&mut self, panics: usize) {
        self.panics = panics;
    }

    /// Takes the figures before the attack once more: the service has by now what it keeps of many people, such as the
    /// pages of its database, of which each of its connections to SQLite keeps 2 MiB at most.
    ///
    /// # Errors
    /// When the service has ended.
    pub async fn begin_anew(&mut self) -> Result<()> {
        sleep(DECAY).await;
        self.before = self.program.figures()?;
        Ok(())
    }

    /// From now on the case only waits: in a short run the next one may begin.
    pub fn only_waits(&self) {
        self.turn.pass();
    }

    /// The figures of the service before the attack.
    pub fn before(&self) -> Figures {
        self.before
    }

    /// Judges the service: the attack is over, and the bystanders are still talking.
    pub async fn judge(mut self) -> Report {
        self.only_waits();
        sleep(LOG).await;
        let mut report = std::mem::take(&mut self.report);
        if !self.program.is_alive() {
            report.alive = "no".into();
            report
                .failures
                .push(format!("the service has ended: {}", counts::last_line(&self.program.log())));
            return report;
        }
        let base = Figures { memory: self.before.memory + self.resting, ..self.before };
        let after = settle(&self.program, &base, self.settle).await;
        report.memory = format!("{} → {}", mebibytes(self.before.memory), mebibytes(after.memory));
        if !after.is_back(&base) {
            report.failures.push(format!("memory is not back after {} s", self.settle.as_secs()));
        }
        let counted = count(&self.program).await.since(&self.counted);
        for (words, least) in &self.expected {
            let found = counted.of(words);
            if found < *least {
                report.failures.push(format!("{found} counted as {words:?}, not {least}"));
            }
        }
        report.counted = counted.told();
        let (tally, failures) = self.bystanders.stop().await;
        let lost = failures.len();
        report.bystanders = format!(
            "{} = {} in order, {} acknowledged, {} statuses; p50 {:.1} ms, p99 {:.1} ms",
            tally.sent,
            tally.received,
            tally.acknowledged,
            tally.statuses,
            tally.percentile(50).as_secs_f64() * 1e3,
            tally.percentile(99).as_secs_f64() * 1e3,
        );
        report.failures.extend(failures.into_iter().take(3));
        if lost > 3 {
            report.failures.push(format!("{} bystanders more", lost - 3));
        }
        if tally.pairs + lost != self.pairs
            || tally.sent != tally.received
            || tally.sent != tally.acknowledged
        {
            report.failures.push("the bystanders' messages do not add up".into());
        }
        let log = self.program.log();
        let panics = counts::panics(&log);
        report.alive = format!("yes, {} threads, {} files", after.threads, after.files);
        if panics.len() != self.panics {
            let first = panics.first().copied().unwrap_or("none");
            report.failures.push(format!("{} panics, the first: {first}", panics.len()));
        }
        report
    }
}

async fn count(program: &Program) -> Counts {
    let log = Counts::of_log(&program.log());
    match program.doors.metrics {
        Some(address) => Counts::of_metrics(address).await.and(log),
        None => log,
    }
}

/// The memory of as many hashes as are computed at once, in KiB.
fn hashes() -> u64 {
    let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    HASH * at_once as u64
}

/// Waits until the memory is back, or long enough.
async fn settle(program: &Program, before: &Figures, longest: Duration) -> Figures {
    let begun = Instant::now();
    loop {
        let now = program.figures().unwrap_or_default();
        if now.is_back(before) || begun.elapsed() > longest {
            return now;
        }
        sleep(Duration::from_millis(200)).await;
    }
}
