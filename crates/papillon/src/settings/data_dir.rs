//! The default data folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::environment;

/// The folder of a system service.
const SYSTEM: &str = "/var/lib/papillon";
/// Set by systemd for a unit with `StateDirectory=`.
const STATE_DIRECTORY: &str = "STATE_DIRECTORY";

/// The folder that systemd gives to the service.
pub(super) fn given_by_systemd() -> Option<PathBuf> {
    first_of(environment::value(STATE_DIRECTORY)?)
}

/// systemd separates several folders by colons; the first is ours.
fn first_of(list: OsString) -> Option<PathBuf> {
    std::env::split_paths(&list).next().filter(|path| path.is_absolute())
}

/// The folder for this user, or for the system where root asks and a service has been set up: so
/// `sudo papillon account add` finds the accounts of the service.
pub(super) fn usual() -> anyhow::Result<PathBuf> {
    // Root without a service has a folder as any other user: nothing is made in /var by a trial.
    if is_root() && Path::new(SYSTEM).is_dir() {
        return Ok(SYSTEM.into());
    }
    of_user().context("there is no home directory to keep files in: say where with --data DIR")
}

fn of_user() -> Option<PathBuf> {
    if cfg!(windows) {
        return absolute("APPDATA").map(|folder| folder.join("papillon"));
    }
    if cfg!(target_os = "macos") {
        return absolute("HOME").map(|home| home.join("Library/Application Support/papillon"));
    }
    let share = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    share.map(|share| share.join("papillon"))
}

/// The folder of this user's settings.
pub(super) fn config() -> Option<PathBuf> {
    if cfg!(any(windows, target_os = "macos")) {
        return of_user();
    }
    let config = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")));
    config.map(|config| config.join("papillon"))
}

fn absolute(variable: &str) -> Option<PathBuf> {
    environment::value(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Whether this is root, where that can be found out without unsafe code.
fn is_root() -> bool {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
    }
    #[cfg(not(target_os = "linux"))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_first_state_directory_counts() {
        assert_eq!(first_of("/var/lib/a:/var/lib/b".into()), Some("/var/lib/a".into()));
        assert_eq!(first_of("a".into()), None);
    }
}
