//! SIGTERM, SIGHUP and SIGINT end the messenger as Ctrl-Q does.

use tokio::sync::mpsc::Sender;

use super::Wake;

/// Wakes the messenger up for each signal.
#[cfg(unix)]
pub(super) fn forward(wakes: Sender<Wake>) -> anyhow::Result<()> {
    use anyhow::Context;
    use tokio::signal::unix::{SignalKind, signal};

    let failed = "the signals that end the messenger cannot be received";
    let mut terminate = signal(SignalKind::terminate()).context(failed)?;
    let mut hang_up = signal(SignalKind::hangup()).context(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(failed)?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = interrupt.recv() => {}
            }
            if wakes.send(Wake::Signal).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Without signals, the keys end the messenger.
#[cfg(not(unix))]
pub(super) fn forward(_: Sender<Wake>) -> anyhow::Result<()> {
    Ok(())
}
