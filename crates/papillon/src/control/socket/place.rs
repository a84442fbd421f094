//! The path of an account's socket.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::bail;
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::SocketName;
use crate::settings::{config_dir, variable};

/// The longest path of a socket, less its end: 104 bytes on macOS, 108 on Linux.
const LONGEST_PATH: usize = 103;
/// Room for a point and the number of a process.
const LONGEST_NUMBER: usize = 11;

/// The path, in a folder that only this user can look into, and another one for the time before it can be used.
pub(super) fn make(name: &SocketName) -> anyhow::Result<(PathBuf, PathBuf)> {
    let mut why = Error::from(ErrorKind::NotFound);
    for folder in folders() {
        let path = folder.join(file_name(name));
        if !fits(&path) {
            why = Error::new(ErrorKind::InvalidInput, format!("the path {} is too long", path.display()));
            continue;
        }
        match keep_to_ourselves(&folder) {
            Ok(()) => {
                let new = path.with_extension(std::process::id().to_string());
                return Ok((path, new));
            }
            Err(error) => why = error,
        }
    }
    bail!("there is no folder for a socket: {why}")
}

/// The paths where it may be: programs may have been started with other variables.
pub(super) fn all(name: &SocketName) -> impl Iterator<Item = PathBuf> {
    let file = file_name(name);
    let ours = |folder: &PathBuf| {
        fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir() && about.uid() == geteuid().as_raw())
    };
    folders().into_iter().filter(ours).map(move |folder| folder.join(&file)).filter(|path| fits(path))
}

/// The best first.
fn folders() -> Vec<PathBuf> {
    let user = geteuid().as_raw();
    let given = variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    // The folder that the variable names in a login session. A cron job lacks the variable.
    let usual = Some(PathBuf::from(format!("/run/user/{user}"))).filter(|folder| folder.is_dir());
    let mut folders: Vec<_> = given.into_iter().chain(usual).map(|folder| folder.join("papillon")).collect();
    folders.extend(config_dir().map(|folder| folder.join("run")));
    folders.push(std::env::temp_dir().join(format!("papillon-{user}")));
    folders.dedup();
    folders
}

/// The same for every way to write the account. (The service is written in one way only.)
fn file_name(SocketName { account, server }: &SocketName) -> String {
    // A hash, because an address may be longer than the path of a socket. Two that meet are told apart by the greeting.
    let hash = Sha256::digest(format!("{account} {server}"));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn fits(path: &Path) -> bool {
    path.as_os_str().len() + LONGEST_NUMBER <= LONGEST_PATH
}

/// Makes the folder, or makes sure that nobody else can look into it.
fn keep_to_ourselves(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // A link could lead into somebody else's.
    let about = fs::symlink_metadata(folder)?;
    if !about.is_dir() || about.uid() != geteuid().as_raw() {
        let what = format!("the folder {} is somebody else's", folder.display());
        return Err(Error::new(ErrorKind::PermissionDenied, what));
    }
    // A folder from before, or from a program with another umask.
    if about.mode() & 0o077 != 0 {
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(account: &str, server: &str) -> SocketName {
        SocketName { account: account.parse().unwrap(), server: server.to_owned() }
    }

    #[test]
    fn each_account_at_each_service_has_its_own() {
        let one = file_name(&name("ada@example.com", "localhost:1863"));
        assert_eq!(one, file_name(&name("Ada@Example.com", "localhost:1863")));
        assert_ne!(one, file_name(&name("ada@example.com", "localhost:1864")));
        assert_ne!(one, file_name(&name("grace@example.com", "localhost:1863")));
        assert_eq!(one.len(), 16);
    }

    #[test]
    fn a_folder_is_closed_to_others() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, link) = (parent.path().join("a/b"), parent.path().join("link"));
        keep_to_ourselves(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        keep_to_ourselves(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(keep_to_ourselves(&link).is_err());
        assert!(!fits(&parent.path().join("x".repeat(100))));
    }
}
