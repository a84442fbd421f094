//! Results go to standard output, and whoever reads them may stop doing so at any time.

use std::io::{self, Write};

use anyhow::Context;

/// Writes `text` and flushes it. A reader that has gone away (`papillon account list | head -1`)
/// has what it wanted, so that is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    write(text.as_bytes()).map(drop)
}

/// Writes and flushes these bytes. Whether there is still a reader.
pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).context("standard output cannot be written to"),
    }
}
