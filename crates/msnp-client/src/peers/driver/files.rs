//! Files of one peer: from the offer to the last byte.

use std::time::{Duration, Instant};

use bytes::Bytes;
use msnp_p2p::{Failure, FileOffer, SessionKey};
use tokio::sync::oneshot;

use super::Driver;
use crate::file_source::OutgoingFile;
use crate::peers::incoming::Destination;
use crate::peers::offers::Offer;
use crate::transfer::Reporter;
use crate::{Event, FetchError, TransferError, TransferId, TransferProgress, TransferRoute};

/// Progress events of one file come at most this often.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// A file of a session.
pub(super) struct File {
    id: TransferId,
    stage: Stage,
    /// The time of the last progress event.
    told: Instant,
}

enum Stage {
    /// Offered to this account.
    Offered,
    Sending {
        file: OutgoingFile,
        reporter: Reporter,
    },
    Receiving {
        destination: Destination,
        reporter: Reporter,
        bytes: u64,
    },
}

impl Driver {
    /// Offers a file of this account's.
    pub(super) fn offer(
        &mut self,
        id: TransferId,
        offer: FileOffer,
        file: OutgoingFile,
        reporter: Reporter,
        now: Instant,
    ) {
        let file = File { id, stage: Stage::Sending { file, reporter }, told: now };
        match self.engine.offer_file(offer, now) {
            Ok(session) => drop(self.files.insert(session, file)),
            Err(_) => self.fail_file(file, TransferError::TooMany),
        }
    }

    fn session_of(&self, id: TransferId) -> Option<SessionKey> {
        self.files.iter().find(|(_, file)| file.id == id).map(|(session, _)| *session)
    }

    pub(super) fn accept(
        &mut self,
        id: TransferId,
        destination: Destination,
        reporter: Reporter,
        now: Instant,
    ) {
        let session = self.session_of(id);
        let accepted = session.is_some_and(|session| self.engine.accept_file(session, now).is_ok());
        let file = session.and_then(|session| self.files.get_mut(&session));
        match file {
            Some(file) if accepted => file.stage = Stage::Receiving { destination, reporter, bytes: 0 },
            _ => reporter.finish(Err(TransferError::Unknown(id))),
        }
    }

    /// The caller may sign out as soon as this is done: the other side has to be told before.
    pub(super) async fn cancel(&mut self, id: TransferId, told: oneshot::Sender<()>) {
        let Some(session) = self.session_of(id) else { return };
        // It may have ended at this very moment.
        let _ = self.engine.cancel(session);
        // Taken out before the packets go: no event of the engine about this session reports it a second time.
        let file = self.files.remove(&session);
        self.settle().await;
        match file {
            // Refused: no event is due.
            Some(File { stage: Stage::Offered, .. }) => self.forget(id),
            Some(file) => self.fail_file(file, TransferError::Cancelled),
            None => {}
        }
        // The caller may have given up.
        let _ = told.send(());
    }

    pub(super) fn offered(&mut self, session: SessionKey, name: String, size: u64, preview: Option<Bytes>) {
        let Some(surroundings) = self.surroundings.upgrade() else { return };
        let (id, from) = (surroundings.next_transfer(), self.peer.clone());
        surroundings.offers.offered(id, Offer { peer: from.clone(), name: name.clone(), size });
        self.files.insert(session, File { id, stage: Stage::Offered, told: Instant::now() });
        surroundings.events.emit(Event::FileOffered { transfer: id, from, name, size, preview });
    }

    pub(super) async fn write(&mut self, session: SessionKey, data: &Bytes) {
        let route = self.route();
        let Some(file) = self.files.get_mut(&session) else { return };
        let Stage::Receiving { destination, reporter, bytes } = &mut file.stage else { return };
        if let Err(error) = destination.write(data).await {
            return self.broken_here(session, error);
        }
        *bytes += data.len() as u64;
        let progress = progress(reporter, *bytes, route, &mut file.told);
        self.tell_progress(session, progress);
    }

    /// Reports progress, when it is due.
    fn tell_progress(&self, session: SessionKey, progress: Option<TransferProgress>) {
        if let (Some(progress), Some(file)) = (progress, self.files.get(&session)) {
            self.emit(Event::FileProgress { transfer: file.id, progress });
        }
    }

    fn route(&self) -> TransferRoute {
        if self.direct.is_up() { TransferRoute::Direct } else { TransferRoute::Switchboard }
    }

    /// The disk here failed.
    fn broken_here(&mut self, session: SessionKey, error: TransferError) {
        // It may have ended at this very moment.
        let _ = self.engine.cancel(session);
        if let Some(file) = self.files.remove(&session) {
            self.fail_file(file, error);
        }
    }

    pub(super) async fn received(&mut self, session: SessionKey) {
        let Some(mut file) = self.files.remove(&session) else { return };
        let Stage::Receiving { destination, .. } = &mut file.stage else { return };
        if let Err(error) = destination.finish().await {
            return self.fail_file(file, error);
        }
        let path = destination.path().to_owned();
        let Stage::Receiving { reporter, .. } = file.stage else { return };
        reporter.finish(Ok(Some(path.clone())));
        self.forget(file.id);
        self.emit(Event::FileReceived { transfer: file.id, from: self.peer.clone(), path });
    }

    pub(super) fn sent(&mut self, session: SessionKey) {
        let Some(file) = self.files.remove(&session) else { return };
        if let Stage::Sending { reporter, .. } = &file.stage {
            reporter.finish(Ok(None));
        }
        self.forget(file.id);
        self.emit(Event::FileSent { transfer: file.id, to: self.peer.clone() });
    }

    pub(super) fn failed(&mut self, session: SessionKey, failure: Failure) {
        let unreachable = self.switchboard.failure();
        if let Some(reply) = self.fetches.remove(&session) {
            let error = match failure {
                Failure::Declined => FetchError::Declined,
                Failure::Corrupt => FetchError::Corrupt,
                Failure::TimedOut => FetchError::TimedOut,
                Failure::Unreachable => unreachable.map_or(FetchError::Broken, FetchError::Unreachable),
                _ => FetchError::Broken,
            };
            // The caller may have given up.
            let _ = reply.send(Err(error));
        } else if let Some(file) = self.files.remove(&session) {
            let error = match failure {
                Failure::Declined => TransferError::Declined,
                Failure::CancelledByPeer => TransferError::CancelledByPeer,
                Failure::TimedOut => TransferError::TimedOut,
                Failure::Corrupt => TransferError::Corrupt,
                Failure::Unreachable => unreachable.map_or(TransferError::Broken, TransferError::Unreachable),
                _ => TransferError::Broken,
            };
            self.fail_file(file, error);
        }
    }

    fn fail_file(&self, file: File, error: TransferError) {
        match &file.stage {
            Stage::Offered => {}
            Stage::Sending { reporter, .. } | Stage::Receiving { reporter, .. } => {
                reporter.finish(Err(error.clone()));
            }
        }
        self.forget(file.id);
        self.emit(Event::FileFailed { transfer: file.id, peer: self.peer.clone(), error });
    }

    /// A transfer is over.
    fn forget(&self, id: TransferId) {
        if let Some(surroundings) = self.surroundings.upgrade() {
            surroundings.offers.ended(id);
        }
    }

    /// Reads bytes of a file that go out next.
    pub(super) async fn read(
        &mut self,
        session: SessionKey,
        offset: u64,
        length: usize,
        route: TransferRoute,
    ) -> Option<Bytes> {
        let entry = self.files.get_mut(&session)?;
        let Stage::Sending { file, reporter } = &mut entry.stage else { return None };
        match file.read(offset, length).await {
            Ok(bytes) => {
                let progress = progress(reporter, offset + length as u64, route, &mut entry.told);
                self.tell_progress(session, progress);
                Some(bytes)
            }
            Err(error) => {
                self.broken_here(session, error);
                None
            }
        }
    }
}

/// Notes progress; returns it when a report is due again.
fn progress(
    reporter: &Reporter,
    bytes: u64,
    route: TransferRoute,
    told: &mut Instant,
) -> Option<TransferProgress> {
    // Every 64 KB is often enough to look at the clock. A packet brings at most 1352 bytes, so after each multiple of
    // 65,536 at least one count falls into the first 1500.
    if bytes % 65_536 > 1500 {
        return None;
    }
    let progress = reporter.progress(bytes, route);
    let due = told.elapsed() >= PROGRESS_INTERVAL;
    if due {
        *told = Instant::now();
    }
    due.then_some(progress)
}
