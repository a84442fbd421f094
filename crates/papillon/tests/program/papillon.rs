//! Running the program to its end.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A data folder of its own, and the program to work on it.
pub struct Papillon {
    home: TempDir,
}

impl Papillon {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    /// The data folder; it is not there until the program makes it.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A file outside of the data folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program without any option, in an environment of which nothing is left to chance.
    pub fn bare<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_papillon"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PAPILLON_") {
                command.env_remove(name);
            }
        }
        command.env_remove("STATE_DIRECTORY").env_remove("XDG_DATA_HOME").env("HOME", self.home());
        command.current_dir(self.home()).stdin(Stdio::null()).args(args);
        command
    }

    /// The program on this data folder.
    pub fn command<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = self.bare(args);
        command.arg("--data").arg(self.data());
        command
    }

    /// Runs it to its end.
    pub fn run<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Ended {
        end(&mut self.command(args))
    }

    /// Runs it to its end with this on standard input.
    pub fn run_with<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>, input: &[u8]) -> Ended {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        match child.stdin.take().unwrap().write_all(input) {
            // It may end without having read everything.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("{error}"),
            _ => {}
        }
        child.wait_with_output().unwrap().into()
    }

    /// Makes an account.
    pub fn add(&self, email: &str, password: &str) {
        let added = self.run_with(["account", "add", email, "--password-stdin"], password.as_bytes());
        assert_eq!(added.code, 0, "{added:?}");
    }
}

/// The outcome of a run.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Asserts that it failed with `code` and said each of `words` on standard error.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            // Long lines are broken to the terminal's width.
            let flat = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(word), "{word:?} is not in {flat}");
        }
    }

    /// Asserts that it was fine.
    #[track_caller]
    pub fn is_fine(&self) {
        assert_eq!(self.code, 0, "{self:?}");
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            // A signal is no exit code.
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs a command to its end.
pub fn end(command: &mut Command) -> Ended {
    command.output().unwrap().into()
}
