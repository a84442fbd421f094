//! The reload on SIGHUP: the configuration and the certificates are read again.

use papillon_server::Reload;
use tokio::sync::mpsc;

use super::options::ServeArgs;
use crate::open_files;
use crate::sentence;
use crate::settings::{Changes, Settings};

/// Reads the settings again for each message, and the certificates after that. `running` are those with which the
/// service was started. It never ends by itself.
pub(super) async fn keep(
    args: &ServeArgs,
    mut running: Settings,
    mut asked: mpsc::Receiver<()>,
    reload: &Reload,
) {
    while asked.recv().await.is_some() {
        match args.settings() {
            Ok(mut new) => {
                open_files::raise(&mut new.server.limits);
                take_over(&mut running, &new, reload);
            }
            Err(error) => {
                let error = sentence::of(&error);
                tracing::error!(error, "the previous settings stay in effect: the new ones cannot be used");
            }
        }
        reload.read_certificates();
    }
    // The sender is gone where there are no signals.
    std::future::pending().await
}

fn take_over(running: &mut Settings, new: &Settings, reload: &Reload) {
    if let Err(error) = reload.adopt(&new.server) {
        tracing::error!(%error, "the previous settings stay in effect: the new ones cannot be used");
        return;
    }
    // Before `running` is replaced. A key that cannot change while the service runs is reported at each reload until the
    // next start.
    let changes = Changes::between(running, new);
    running.server = running.server.adopt(&new.server);
    let changed = if changes.now.is_empty() { String::from("nothing") } else { changes.now.join(", ") };
    tracing::info!(changed, "the settings were read again");
    if !changes.at_restart.is_empty() {
        tracing::warn!(
            settings = changes.at_restart.join(", "),
            "these have changed, too, and take effect at the next start only"
        );
    }
}
