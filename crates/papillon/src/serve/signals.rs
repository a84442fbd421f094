//! SIGTERM and SIGINT end the service; Ctrl-C does where there are no signals.

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
