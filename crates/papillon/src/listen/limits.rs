//! The limits of `--auto-accept`.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use msnp::Handle;
use msnp_client::TransferId;

use crate::size;

/// The time for which a file counts for its sender.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The least that a file takes on a disk.
const BLOCK: u64 = 4096;

/// The options that limit it.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Limits {
    /// The largest file that --auto-accept takes.
    #[arg(long, value_name = "SIZE", value_parser = size::parse, default_value = "100M", requires = "auto_accept")]
    accept_size: u64,
    /// The most that all files in its folder may have together, those on their way included.
    #[arg(long, value_name = "SIZE", value_parser = size::parse, default_value = "2G", requires = "auto_accept")]
    accept_total: u64,
    /// The most files that it takes from one person in 24 hours.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "auto_accept")]
    accept_files: usize,
    /// The most files that it takes from one person at once.
    #[arg(long, value_name = "N", default_value_t = 4, requires = "auto_accept")]
    accept_at_once: usize,
}

/// The decision about the files for one folder.
pub(super) struct Admission {
    folder: PathBuf,
    limits: Limits,
    /// The sender and the size of each.
    under_way: HashMap<TransferId, (Handle, u64)>,
    /// The times at which each person's files of the last day were admitted, oldest first.
    admitted: HashMap<Handle, VecDeque<Instant>>,
}

impl Admission {
    pub(super) fn new(folder: PathBuf, limits: Limits) -> Self {
        Self { folder, limits, under_way: HashMap::new(), admitted: HashMap::new() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Admits a file, or tells why not. Its place is taken until [`Self::ended`].
    pub(super) fn admit(
        &mut self,
        transfer: TransferId,
        from: &Handle,
        size: u64,
        now: Instant,
    ) -> Result<(), String> {
        let Limits { accept_size, accept_total, accept_files, accept_at_once } = self.limits;
        if size > accept_size {
            return Err(format!("it is larger than {} (--accept-size)", size::bytes(accept_size)));
        }
        let at_once = self.under_way.values().filter(|(who, _)| who == from).count();
        if at_once >= accept_at_once {
            return Err(format!("{at_once} files of theirs are on their way already (--accept-at-once)"));
        }
        // For all people, not only this one: the map would keep everybody that ever sent a file.
        self.admitted.retain(|_, times| {
            while times.front().is_some_and(|time| now.saturating_duration_since(*time) >= DAY) {
                times.pop_front();
            }
            !times.is_empty()
        });
        let today = self.admitted.get(from).map_or(0, VecDeque::len);
        if today >= accept_files {
            return Err(format!("{today} files came from them within 24 hours (--accept-files)"));
        }
        // Part of it is on the disk already and counted twice: the limit holds early rather than late.
        let promised = self.promised().saturating_add(size.max(BLOCK));
        let unreadable =
            |error| format!("the folder {} cannot be looked into: {error}", self.folder.display());
        if contents(&self.folder).map_err(unreadable)?.saturating_add(promised) > accept_total {
            let total = size::bytes(accept_total);
            return Err(format!("the folder would hold more than {total} with it (--accept-total)"));
        }
        if free(&self.folder).is_some_and(|free| promised > free) {
            return Err(String::from("the disk has no room for it"));
        }
        self.under_way.insert(transfer, (from.clone(), size));
        self.admitted.entry(from.clone()).or_default().push_back(now);
        Ok(())
    }

    /// A file is here, or will not come.
    pub(super) fn ended(&mut self, transfer: TransferId) {
        self.under_way.remove(&transfer);
    }

    /// The most bytes that the files on their way may take.
    fn promised(&self) -> u64 {
        self.under_way.values().fold(0, |sum, (_, size)| sum.saturating_add((*size).max(BLOCK)))
    }
}

/// The bytes that the files in the folder take. A file on its way counts with the bytes that are here, and with
/// those that were promised.
fn contents(folder: &Path) -> io::Result<u64> {
    let mut sum = 0_u64;
    for entry in std::fs::read_dir(folder)? {
        // It may have been taken away at this moment.
        let Ok(about) = entry?.metadata() else { continue };
        sum = sum.saturating_add(about.len().max(BLOCK));
    }
    Ok(sum)
}

/// The free space of the disk; `None` where that is not known.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(name: &str) -> Handle {
        Handle::parse(&format!("{name}@example.com")).unwrap()
    }

    fn admission(folder: &tempfile::TempDir) -> Admission {
        let limits =
            Limits { accept_size: 100_000, accept_total: 250_000, accept_files: 5, accept_at_once: 2 };
        Admission::new(folder.path().to_owned(), limits)
    }

    #[test]
    fn a_file_that_is_too_large_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut admission = admission(&folder);
        let now = Instant::now();
        for (number, size) in [(1, 100_001), (2, u64::MAX)] {
            let why = admission.admit(TransferId(number), &handle("ada"), size, now).unwrap_err();
            assert_eq!(why, "it is larger than 100 kB (--accept-size)");
        }
        assert_eq!(admission.admit(TransferId(3), &handle("ada"), 100_000, now), Ok(()));
    }

    #[test]
    fn one_person_has_so_many_files_at_once_and_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let mut admission = admission(&folder);
        let now = Instant::now();
        let mut admit = |number, who: &str, now| {
            let admitted = admission.admit(TransferId(number), &handle(who), 0, now);
            if number % 2 == 0 {
                admission.ended(TransferId(number));
            }
            admitted
        };
        assert_eq!([admit(1, "ada", now), admit(3, "ada", now)], [Ok(()), Ok(())]);
        assert!(admit(5, "ada", now).unwrap_err().contains("--accept-at-once"));
        assert_eq!(admit(7, "bob", now), Ok(()));
        for number in [10, 12, 14, 16] {
            assert_eq!(admit(number, "bob", now), Ok(()));
        }
        assert!(admit(18, "bob", now).unwrap_err().contains("24 hours"));
        assert_eq!(admit(20, "carol", now), Ok(()));
        assert_eq!(admit(22, "bob", now + DAY), Ok(()));
    }

    #[test]
    fn the_folder_holds_so_much() {
        let folder = tempfile::tempdir().unwrap();
        let mut admission = admission(&folder);
        let now = Instant::now();
        std::fs::write(folder.path().join("old"), vec![0; 60_000]).unwrap();
        let mut admit =
            |number, size| admission.admit(TransferId(number), &handle(&format!("p{number}")), size, now);
        assert_eq!([admit(1, 100_000), admit(2, 80_000)], [Ok(()), Ok(())]);
        assert!(admit(3, 20_000).unwrap_err().contains("--accept-total"));
        assert_eq!(admit(4, 0), Ok(()), "an empty file takes a block");
        assert!(admit(5, 6_000).is_err());
        admission.ended(TransferId(1));
        assert_eq!(admission.admit(TransferId(6), &handle("ada"), 20_000, now), Ok(()));
        drop(folder);
        let why = admission.admit(TransferId(7), &handle("ada"), 1, now).unwrap_err();
        assert!(why.contains("cannot be looked into"), "{why}");
    }
}
