//! The file transfers: offered, on their way, and over.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use msnp::Handle;
use msnp_client::{TransferId, TransferProgress, TransferRoute};

/// More transfers that are over than this are forgotten, the oldest first.
const MAX_OVER: usize = 500;
/// The speed is that of the last seconds.
const SPEED_OVER: Duration = Duration::from_secs(5);

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct File {
    /// The other side.
    pub(crate) peer: Handle,
    /// Its name, cleaned.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// Whether it goes to the other side.
    pub(crate) sending: bool,
    /// The progress of it.
    pub(crate) stage: Stage,
    /// The route, once it is known.
    pub(crate) route: Option<TransferRoute>,
    /// The bytes that were through, at some times of the last seconds.
    samples: VecDeque<(Duration, u64)>,
}

/// The progress of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// The receiver has not answered.
    Offered,
    /// Bytes come, or are about to.
    Running {
        /// So many are through.
        bytes: u64,
    },
    /// It is there; its path, when it was received.
    Done(Option<PathBuf>),
    /// It is not; the reason.
    Failed(String),
}

impl Stage {
    /// Whether nothing more will come.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

impl File {
    /// A file that is offered.
    pub(super) fn offered(peer: Handle, name: String, size: u64, sending: bool) -> Self {
        Self { peer, name, size, sending, stage: Stage::Offered, route: None, samples: VecDeque::new() }
    }

    /// Bytes a second, once there is something to tell it from.
    pub(crate) fn speed(&self) -> Option<u64> {
        let ((began, first), (ended, last)) = (self.samples.front()?, self.samples.back()?);
        let millis = u64::try_from(ended.checked_sub(*began)?.as_millis()).ok()?;
        // Bytes a millisecond times 1,000; no speed while there is no time between the two.
        last.saturating_sub(*first).saturating_mul(1_000).checked_div(millis)
    }

    fn progress(&mut self, now: Duration, progress: TransferProgress) {
        if self.stage.is_over() {
            return;
        }
        self.size = progress.total.max(self.size);
        self.stage = Stage::Running { bytes: progress.bytes };
        self.route = progress.route.or(self.route);
        self.samples.push_back((now, progress.bytes));
        // Two stay in any case: a slow file has one sample in many seconds.
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(then, _)| *then + SPEED_OVER < now)
        {
            self.samples.pop_front();
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    files: BTreeMap<TransferId, File>,
    /// The outcomes of files whose offer is not known yet: an event may come before the call that offers returns.
    early: BTreeMap<TransferId, Stage>,
}

impl Transfers {
    /// One of them.
    pub(crate) fn get(&self, id: TransferId) -> Option<&File> {
        self.files.get(&id)
    }

    /// Whether bytes are on their way.
    pub(crate) fn any_running(&self) -> bool {
        self.files.values().any(|file| matches!(file.stage, Stage::Running { .. }))
    }

    /// The number of files that are on their way, or wait for the other side to accept them.
    pub(super) fn open(&self) -> usize {
        let open = |file: &&File| match file.stage {
            Stage::Offered => file.sending,
            Stage::Running { .. } => true,
            Stage::Done(_) | Stage::Failed(_) => false,
        };
        self.files.values().filter(open).count()
    }

    pub(super) fn insert(&mut self, id: TransferId, mut file: File) {
        // It ended before its offer was known.
        if let Some(stage) = self.early.remove(&id) {
            file.stage = stage;
        }
        self.files.insert(id, file);
        let over: Vec<_> =
            self.files.iter().filter(|(_, file)| file.stage.is_over()).map(|(id, _)| *id).collect();
        for id in over.iter().take(over.len().saturating_sub(MAX_OVER)) {
            self.files.remove(id);
        }
    }

    pub(super) fn progress(&mut self, id: TransferId, now: Duration, progress: TransferProgress) {
        if let Some(file) = self.files.get_mut(&id) {
            file.progress(now, progress);
        }
    }

    /// It was accepted here; the bytes come soon.
    pub(super) fn begin(&mut self, id: TransferId) {
        if let Some(file) = self.files.get_mut(&id).filter(|file| file.stage == Stage::Offered) {
            file.stage = Stage::Running { bytes: 0 };
        }
    }

    /// It is over. Returns whether that is news.
    pub(super) fn end(&mut self, id: TransferId, stage: Stage) -> bool {
        match self.files.get_mut(&id) {
            Some(file) if file.stage.is_over() => false,
            Some(file) => {
                file.stage = stage;
                true
            }
            None => {
                self.early.insert(id, stage);
                while self.early.len() > MAX_OVER {
                    self.early.pop_first();
                }
                false
            }
        }
    }

    /// The latest file that a command without a number means.
    pub(super) fn latest(&self, fits: impl Fn(&File) -> bool) -> Option<TransferId> {
        self.files.iter().rev().find(|(_, file)| fits(file)).map(|(id, _)| *id)
    }
}

/// The last part of a path, for showing.
pub(super) fn file_name(path: &Path) -> String {
    crate::clean::line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        File::offered(Handle::parse("bob@example.com").unwrap(), "a.txt".into(), 10_000, true)
    }

    fn progress(bytes: u64) -> TransferProgress {
        TransferProgress { bytes, total: 10_000, route: Some(TransferRoute::Direct) }
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let mut file = file();
        assert_eq!(file.speed(), None);
        file.progress(Duration::from_secs(1), progress(0));
        assert_eq!(file.speed(), None);
        file.progress(Duration::from_secs(2), progress(100));
        assert_eq!(file.speed(), Some(100));
        for second in 3..20 {
            file.progress(Duration::from_secs(second), progress(100 + (second - 2) * 500));
        }
        assert_eq!(file.speed(), Some(500));
    }

    #[test]
    fn an_end_that_comes_before_the_beginning_counts() {
        let mut transfers = Transfers::default();
        assert!(!transfers.end(TransferId(7), Stage::Failed("declined".into())));
        transfers.insert(TransferId(7), file());
        assert_eq!(transfers.get(TransferId(7)).unwrap().stage, Stage::Failed("declined".into()));
        assert_eq!(transfers.open(), 0);
    }

    #[test]
    fn the_first_end_counts() {
        let mut transfers = Transfers::default();
        transfers.insert(TransferId(1), file());
        assert!(transfers.end(TransferId(1), Stage::Done(None)));
        assert!(!transfers.end(TransferId(1), Stage::Failed("late".into())));
        transfers.progress(TransferId(1), Duration::ZERO, progress(1));
        assert_eq!(transfers.get(TransferId(1)).unwrap().stage, Stage::Done(None));
    }

    #[test]
    fn what_is_over_is_forgotten_in_time() {
        let mut transfers = Transfers::default();
        for number in 0..=MAX_OVER as u64 + 5 {
            transfers.insert(TransferId(number), file());
            transfers.end(TransferId(number), Stage::Done(None));
        }
        assert!(transfers.get(TransferId(0)).is_none());
        assert!(transfers.files.len() <= MAX_OVER + 1);
    }
}
