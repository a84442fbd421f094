//! The renewal of certificates: when a file is replaced, when the machine gets an address, and before one expires.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::authority::DAY;
use super::error::TlsError;
use super::names::own_addresses;

/// The time between two looks at files and addresses.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The files that are looked at: certificates, their keys, and the authorities.
const FILES: [&str; 6] =
    ["server.pem", "server.key", "old-server.pem", "old-server.key", "ca.pem", "old-ca.pem"];

/// Has the certificates in a folder read again when there is a reason to.
#[derive(Debug)]
pub(super) struct Renewal {
    folder: PathBuf,
    asked: Notify,
}

impl Renewal {
    /// For this folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), asked: Notify::new() }
    }

    /// Has them read again at once.
    pub(super) fn ask(&self) {
        self.asked.notify_one();
    }

    /// Calls `renew` when it is asked to, when a file or an address has changed, and once a day, until it is
    /// dropped. The outcome is logged.
    pub(super) async fn run<Renew>(&self, renew: Renew)
    where
        Renew: Fn(SystemTime) -> Result<bool, TlsError> + Clone + Send + 'static,
    {
        let (mut known, mut fresh) = (Seen::now(&self.folder).await, None);
        let mut last = Instant::now();
        loop {
            let is_asked = tokio::select! {
                () = self.asked.notified() => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let now = Seen::now(&self.folder).await;
            let has_changed = now != known;
            // A certificate and its key are two files, written one after the other: they count when two looks in a row
            // have seen the same.
            let is_settled = fresh.as_ref() == Some(&now);
            if !(is_asked || last.elapsed() >= DAY || (has_changed && is_settled)) {
                fresh = has_changed.then_some(now);
                continue;
            }
            // The look from before the renewal: a change during it is seen the next time.
            (known, fresh, last) = (now, None, Instant::now());
            let renew = renew.clone();
            match tokio::task::spawn_blocking(move || renew(SystemTime::now())).await {
                Ok(Ok(true)) => tracing::info!("a new certificate is shown from now on"),
                Ok(Ok(false)) if is_asked => {
                    tracing::info!("the certificates were read again: they are the same")
                }
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "the certificate files cannot be used; the certificate shown remains");
                }
                Err(error) => tracing::error!(%error, "the certificates could not be read again"),
            }
        }
    }
}

/// The files and addresses that certificates are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Seen {
    files: Vec<Option<Stamp>>,
    addresses: Vec<IpAddr>,
}

impl Seen {
    /// Looks at the folder and the machine, where that may block.
    async fn now(folder: &Path) -> Self {
        let folder = folder.to_owned();
        let look = move || Self {
            files: FILES.iter().map(|name| stamp(&folder.join(name))).collect(),
            addresses: own_addresses(),
        };
        // A look that failed counts as a change: at worst the files are read once more.
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }
}

/// A mark that changes when a file is written or replaced: its time, its length, and its number where the system has
/// one.
type Stamp = (SystemTime, u64, u64);

/// `None` for a file that is not there.
fn stamp(path: &Path) -> Option<Stamp> {
    let about = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let which = std::os::unix::fs::MetadataExt::ino(&about);
    #[cfg(not(unix))]
    let which = 0;
    Some((about.modified().ok()?, about.len(), which))
}
