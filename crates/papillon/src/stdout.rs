//! Standard output, for results. Its reader may go away at any time.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;

use crate::clean;

/// Writes `text` and flushes it, without characters that control a terminal. A reader that has gone away
/// (`papillon account list | head -1`) has enough, so that is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    write(clean::printed(text).as_bytes()).map(drop)
}

/// The same for JSON on several lines: characters are escaped, and none is lost.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    write((clean::json(&serde_json::to_string_pretty(value)?) + "\n").as_bytes()).map(drop)
}

/// The same for JSON on one line. Whether there is still a reader.
pub(crate) fn print_json_line(value: &impl Serialize) -> anyhow::Result<bool> {
    write((clean::json(&serde_json::to_string(value)?) + "\n").as_bytes())
}

/// Writes and flushes these bytes. Whether there is still a reader.
pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<bool> {
    // Flushed each time: programs that read lines wait for each of them.
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).context("standard output cannot be written to"),
    }
}
