//! The transfers of files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use msnp::Handle;
use tokio::sync::watch;

use crate::{SendError, TransferError};

/// The number of a transfer, given by this client and unknown to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub u64);

/// The direction of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferDirection {
    /// From this account.
    Sending,
    /// To this account.
    Receiving,
}

/// The carrier of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferRoute {
    /// The service's switchboard.
    Switchboard,
    /// A TCP connection between the two.
    Direct,
    /// MSNFTP, as before MSN Messenger 6.
    Msnftp,
}

/// The progress of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferProgress {
    /// Bytes that have gone or come.
    pub bytes: u64,
    /// Bytes in all.
    pub total: u64,
    /// The carrier; `None` before the first byte.
    pub route: Option<TransferRoute>,
}

/// One file on its way. Clones are handles to the same transfer; it goes on without them.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client, mut events: msnp_client::Events) {
/// use msnp_client::Event;
///
/// while let Some(event) = events.next().await {
///     if let Event::FileOffered { transfer, from, name, .. } = event {
///         let client = client.clone();
///         tokio::spawn(async move {
///             let taken = match client.accept_file(transfer, "Downloads").await {
///                 Ok(mut transfer) => transfer.finished().await,
///                 Err(error) => Err(error),
///             };
///             match taken {
///                 Ok(path) => println!("{name} of {from} is at {}", path.display()),
///                 Err(error) => eprintln!("{name} of {from} did not come: {error}"),
///             }
///         });
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Transfer {
    shared: Arc<Shared>,
    watch: watch::Receiver<State>,
}

struct Shared {
    id: TransferId,
    peer: Handle,
    direction: TransferDirection,
    path: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    progress: TransferProgress,
    /// The outcome, and the path where it differs from the one told before.
    outcome: Option<Result<Option<PathBuf>, TransferError>>,
}

impl Transfer {
    /// A transfer and its reporter.
    pub(crate) fn new(
        id: TransferId,
        peer: Handle,
        direction: TransferDirection,
        path: PathBuf,
        total: u64,
    ) -> (Self, Reporter) {
        let progress = TransferProgress { bytes: 0, total, route: None };
        let (sender, watch) = watch::channel(State { progress, outcome: None });
        let shared = Shared { id, peer, direction, path };
        (Self { shared: Arc::new(shared), watch }, Reporter(sender))
    }

    /// Its number in events.
    pub fn id(&self) -> TransferId {
        self.shared.id
    }

    /// The other side.
    pub fn peer(&self) -> &Handle {
        &self.shared.peer
    }

    /// Its direction.
    pub fn direction(&self) -> TransferDirection {
        self.shared.direction
    }

    /// The path of the file here: the one that is sent, or the one that will be written. (If that name is taken
    /// meanwhile, the file gets another, which [`Transfer::finished`] tells.) For a file that is sent from bytes, a
    /// reader or an open file, its name.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The present progress.
    pub fn progress(&self) -> TransferProgress {
        self.watch.borrow().progress
    }

    /// Waits until there is progress since the last call, or the transfer is over. Once it is over
    /// this returns at once.
    pub async fn changed(&mut self) -> TransferProgress {
        // After the end nothing changes any more, and the wait would have no end while a reporter lives.
        if self.watch.borrow().outcome.is_none() {
            // An error means that it is over.
            let _ = self.watch.changed().await;
        }
        self.watch.borrow_and_update().progress
    }

    /// Waits for the end: all bytes are with the receiver (and on disk here, when receiving).
    /// Gives the path of the file here, as [`Transfer::path`] does.
    ///
    /// # Errors
    ///
    /// [`TransferError`] tells the reason for which it ended.
    pub async fn finished(&mut self) -> Result<PathBuf, TransferError> {
        let outcome = match self.watch.wait_for(|state| state.outcome.is_some()).await {
            Ok(state) => state.outcome.clone(),
            // The client is gone.
            Err(_) => None,
        };
        let renamed = outcome.unwrap_or(Err(SendError::Disconnected.into()))?;
        Ok(renamed.unwrap_or_else(|| self.shared.path.clone()))
    }
}

/// Reports the progress of a transfer to its handles.
pub(crate) struct Reporter(watch::Sender<State>);

impl Reporter {
    pub(crate) fn progress(&self, bytes: u64, route: TransferRoute) -> TransferProgress {
        self.0.send_modify(|state| {
            state.progress.bytes = bytes;
            state.progress.route = Some(route);
        });
        self.0.borrow().progress
    }

    pub(crate) fn finish(&self, outcome: Result<Option<PathBuf>, TransferError>) {
        self.0.send_modify(|state| {
            // The last report of progress may be up to 64 KB behind.
            if outcome.is_ok() {
                state.progress.bytes = state.progress.total;
            }
            state.outcome = Some(outcome);
        });
    }
}
