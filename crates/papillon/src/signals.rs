//! The signals of the service: SIGTERM and SIGINT end it; Ctrl-C does where there are no signals. SIGHUP has it read its
//! configuration and its certificates again.

#[cfg(unix)]
use std::io::IsTerminal;

use anyhow::Context;
use tokio::sync::mpsc::Sender;

/// Sends a message for each signal. The first begins the shutdown, the second cuts the time of
/// grace short; more than that say nothing new.
#[cfg(unix)]
pub(crate) fn forward(stop: Sender<()>) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let failed = "the signals that stop the service cannot be received";
    let mut terminate = signal(SignalKind::terminate()).context(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(failed)?;
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            tracing::info!(signal = name, "stopping");
            // Full or closed: it stops already.
            let _ = stop.try_send(());
        }
    });
    Ok(())
}

/// Sends a message for each SIGHUP, which then does not end the program by itself.
///
/// A terminal that is closed sends it as well. Where the program was started from one and that has gone, it is as
/// if it had been told to stop.
#[cfg(unix)]
pub(crate) fn hang_ups(again: Sender<()>, stop: Sender<()>) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hang_up = signal(SignalKind::hangup()).context("SIGHUP cannot be received")?;
    // A service in the background never had one, and takes the signal as a reload.
    let had_terminal = std::io::stdin().is_terminal();
    tokio::spawn(async move {
        while hang_up.recv().await.is_some() {
            if had_terminal && !std::io::stdin().is_terminal() {
                tracing::info!(signal = "SIGHUP", "the terminal has gone: stopping");
                // Full or closed: it stops already.
                let _ = stop.try_send(());
            } else {
                // Full: it is about to be read again.
                let _ = again.try_send(());
            }
        }
    });
    Ok(())
}

/// There is no such signal.
#[cfg(not(unix))]
pub(crate) fn hang_ups(_: Sender<()>, _: Sender<()>) -> anyhow::Result<()> {
    Ok(())
}

/// Sends a message for each SIGHUP, which ends a demo: its terminal has gone. Where the program was started with that
/// signal ignored (nohup), it stays so.
#[cfg(unix)]
pub(crate) fn forward_hang_ups(stop: Sender<()>) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    if hang_ups_are_ignored() {
        return Ok(());
    }
    let mut hang_up = signal(SignalKind::hangup()).context("SIGHUP cannot be received")?;
    tokio::spawn(async move {
        while hang_up.recv().await.is_some() {
            tracing::info!(signal = "SIGHUP", "stopping");
            // Full or closed: it stops already.
            let _ = stop.try_send(());
        }
    });
    Ok(())
}

/// There is no such signal.
#[cfg(not(unix))]
pub(crate) fn forward_hang_ups(_: Sender<()>) -> anyhow::Result<()> {
    Ok(())
}

/// Whether this program was started with SIGHUP ignored, where that can be found out without unsafe code.
#[cfg(unix)]
pub(crate) fn hang_ups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first bit is the first signal, which is SIGHUP.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Sends a message for each Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn forward(stop: Sender<()>) -> anyhow::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.context("Ctrl-C cannot be received").is_ok() {
            tracing::info!("stopping");
            // Full or closed: it stops already.
            let _ = stop.try_send(());
        }
    });
    Ok(())
}
