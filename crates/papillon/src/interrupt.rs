//! The signals that stop a client command.

use anyhow::Context;

#[cfg(unix)]
use crate::signals::hang_ups_are_ignored;

/// SIGINT, SIGTERM and, unless the program was started with that ignored (nohup), SIGHUP; or Ctrl-C where there are
/// no signals.
pub(crate) struct Interrupt {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
}

impl Interrupt {
    /// From now on signals do not end the program by themselves.
    pub(crate) fn new() -> anyhow::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let of = |kind| signal(kind).context("signals cannot be received");
            let hang_up = (!hang_ups_are_ignored()).then(|| of(SignalKind::hangup())).transpose()?;
            let (terminate, interrupt) = (of(SignalKind::terminate())?, of(SignalKind::interrupt())?);
            Ok(Self { terminate, interrupt, hang_up })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for one.
    pub(crate) async fn wait(&mut self) {
        #[cfg(unix)]
        {
            let hang_up = async {
                match &mut self.hang_up {
                    Some(hang_up) => hang_up.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
                _ = hang_up => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
