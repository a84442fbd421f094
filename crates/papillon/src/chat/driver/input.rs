//! The thread that waits for keys.

use std::thread;

use anyhow::Context;
use ratatui::crossterm::event;
use tokio::sync::mpsc::Sender;

use super::Wake;

/// Begins to read keys. The thread ends with the program.
pub(super) fn read(wakes: Sender<Wake>) -> anyhow::Result<()> {
    // A thread of its own, since reading blocks and cannot be cancelled. The end of the program ends it.
    let keys = move || {
        while let Ok(event) = event::read() {
            if wakes.blocking_send(Wake::Terminal(event)).is_err() {
                return;
            }
        }
        let _ = wakes.blocking_send(Wake::TerminalGone);
    };
    thread::Builder::new().name(String::from("keys")).spawn(keys).context("the keys cannot be read")?;
    Ok(())
}
