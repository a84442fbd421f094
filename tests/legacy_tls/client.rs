//! Programs that are TLS clients.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use msnp_testkit::DEADLINE;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::REQUEST;

/// A client that is installed.
pub struct Client {
    program: PathBuf,
    words: Vec<String>,
}

/// The output of a client.
pub struct Said {
    /// Whether it says that all went well.
    pub well: bool,
    /// All that it wrote.
    pub text: String,
}

impl Client {
    /// The one in `PATH`; `None`, and a note, when there is none.
    pub fn find(program: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found =
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
        if found.is_none() {
            missing(program);
        }
        found.map(|program| Self { program, words: Vec::new() })
    }

    /// Python with tlslite-ng, about to run the script beside this file.
    pub fn tlslite() -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let package = here.join("../target/tools/python/tlslite");
        if !package.is_dir() {
            missing("tlslite-ng");
            return None;
        }
        let script = here.join("legacy_tls/tlslite_client.py");
        Self::find("python3").map(|client| client.with(&[&script.to_string_lossy()]))
    }

    /// With more words.
    pub fn with(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// Runs it, gives it the request and waits for its end.
    pub async fn ask(self) -> Said {
        self.tell(REQUEST).await
    }

    /// Runs it, gives it this and waits for its end.
    pub async fn tell(self, input: &str) -> Said {
        let mut command = Command::new(self.program);
        command.args(self.words).kill_on_drop(true);
        // Without the machine's own settings, which may forbid old versions.
        command.env("OPENSSL_CONF", "/dev/null").env("GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the client starts");
        let mut stdin = child.stdin.take().expect("its standard input");
        // One that gave up in the handshake reads nothing.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = timeout(DEADLINE, child.wait_with_output()).await.expect("it ends").expect("it ran");
        let text = [output.stdout, output.stderr].concat();
        Said { well: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }
}

fn missing(what: &str) {
    let required = std::env::var_os("PAPILLON_REQUIRE_TLS_CLIENTS").is_some_and(|value| value == "1");
    assert!(!required, "PAPILLON_REQUIRE_TLS_CLIENTS=1, but {what} is not installed");
    // Not eprintln!, which the test runner keeps to itself.
    let note = format!("SKIPPED: {what} is not installed (tests/legacy_tls/install-clients)\n");
    std::io::stderr().write_all(note.as_bytes()).expect("standard error");
}
