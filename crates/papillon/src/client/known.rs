//! The file `known_authorities`: the certificates that were accepted once, one server a line.
//!
//! ```text
//! msn.example.org:8443 SHA256:5F:8A:…
//! ```

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::fingerprint::{self, Fingerprint};

/// The file, which need not be there.
#[derive(Debug, Clone)]
pub(super) struct KnownAuthorities {
    pub(super) path: PathBuf,
}

impl KnownAuthorities {
    /// The file of this user.
    pub(super) fn of_user() -> Option<Self> {
        let folder = crate::settings::config_dir().ok()?;
        Some(Self { path: folder.join("known_authorities") })
    }

    /// The accepted fingerprint of this server. The last line counts.
    pub(super) fn find(&self, server: &str) -> anyhow::Result<Option<Fingerprint>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("{} cannot be read", self.path.display()))?,
        };
        // A later line replaces an earlier one: the file is only ever appended to.
        let mut found = None;
        for (number, line) in text.lines().enumerate() {
            let words: Vec<_> = line.split_whitespace().collect();
            match words[..] {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                [name, word] if fingerprint::parse(word).is_some() => {
                    if name.eq_ignore_ascii_case(server) {
                        found = fingerprint::parse(word);
                    }
                }
                _ => bail!(
                    "{}, line {}: expected HOST:PORT {}…; correct the line or remove it",
                    self.path.display(),
                    number + 1,
                    fingerprint::PREFIX
                ),
            }
        }
        Ok(found)
    }

    /// Accepts this from now on.
    pub(super) fn add(&self, server: &str, accepted: &Fingerprint) -> anyhow::Result<()> {
        let write = || {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
            file.write_all(format!("{server} {}\n", fingerprint::words(accepted)).as_bytes())
        };
        write().with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(folder: &tempfile::TempDir) -> KnownAuthorities {
        KnownAuthorities { path: folder.path().join("papillon/known_authorities") }
    }

    #[test]
    fn what_was_added_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let known = known(&folder);
        assert_eq!(known.find("a.example:1").unwrap(), None);
        known.add("a.example:1", &[1; 32]).unwrap();
        known.add("b.example:1", &[2; 32]).unwrap();
        known.add("b.example:1", &[3; 32]).unwrap();
        assert_eq!(known.find("A.example:1").unwrap(), Some([1; 32]));
        assert_eq!(known.find("b.example:1").unwrap(), Some([3; 32]));
        assert_eq!(known.find("b.example:2").unwrap(), None);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let known = known(&folder);
        known.add("a.example:1", &[1; 32]).unwrap();
        let text = fs::read_to_string(&known.path).unwrap();
        fs::write(&known.path, format!("# mine\n\n{text}")).unwrap();
        assert!(known.find("a.example:1").unwrap().is_some());
        fs::write(&known.path, format!("{text}a.example:1 SHA256:00\n")).unwrap();
        assert!(known.find("a.example:1").unwrap_err().to_string().contains("line 2"));
    }
}
