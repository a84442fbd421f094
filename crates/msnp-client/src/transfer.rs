//! Files on their way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use msnp::Handle;
use tokio::sync::watch;

use crate::{SendError, TransferError};

/// A transfer's number. Numbers of this client, not of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub u64);

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferDirection {
    /// From this account.
    Sending,
    /// To this account.
    Receiving,
}

/// The way of the bytes.
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

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferProgress {
    /// Bytes that have gone or come.
    pub bytes: u64,
    /// Bytes in all.
    pub total: u64,
    /// Over what; `None` before the first byte.
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
    /// How it ended, and under which name when that is another than was told.
    outcome: Option<Result<Option<PathBuf>, TransferError>>,
}

impl Transfer {
    /// A transfer and what reports about it.
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

    /// Which way it goes.
    pub fn direction(&self) -> TransferDirection {
        self.shared.direction
    }

    /// The file here: the one that is sent, or where the one that comes will be. (If somebody takes
    /// that name meanwhile it gets another, which [`Transfer::finished`] tells.) For one that is sent from bytes, a
    /// reader or an open file, its name.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// How far it is now.
    pub fn progress(&self) -> TransferProgress {
        self.watch.borrow().progress
    }

    /// Waits until it is further than it was when this was last called, or over. Once it is over
    /// this returns at once.
    pub async fn changed(&mut self) -> TransferProgress {
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
    /// [`TransferError`] tells who or what ended it.
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

/// Tells the handles of a transfer how it goes.
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
            if outcome.is_ok() {
                state.progress.bytes = state.progress.total;
            }
            state.outcome = Some(outcome);
        });
    }
}
