//! Files to and from clients that are older than MSN Messenger 6: each is a task of its own.
//!
//! These files go over a TCP connection between the two clients only. So the side that offers
//! or accepts one tells the peer an address of this machine, or learns of the peer's.

mod meeting;
mod receive;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use msnp::Handle;
use msnp::message::{CancelCode, Invitation, InvitationCommand};
use msnp_p2p::msnftp::Offer;
use parking_lot::Mutex;
use rand::RngExt as _;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::incoming::Destination;
use super::offers;
use super::surroundings::Surroundings;
use crate::file_source::OutgoingFile;
use crate::transfer::Reporter;
use crate::{Event, SendError, TransferError, TransferId};

/// The time that an offer waits for a user.
const OFFER_WAIT: Duration = Duration::from_secs(300);
/// The time that the other side may take for the next step.
const STEP_WAIT: Duration = Duration::from_secs(60);
/// The most transfers at once, with all peers together.
const MAX_TRANSFERS: usize = 64;
/// The most inputs that wait for one transfer: a negotiation takes three or four messages.
const MAX_INPUTS: usize = 16;

/// An input of a transfer's task.
pub(super) enum Input {
    /// A message of the other side in the conversation.
    Invitation(Invitation),
    /// A call accepts the file.
    Accept { destination: Destination, reporter: Reporter },
    /// A call ends or refuses the transfer.
    Cancel,
}

/// The MSNFTP transfers that are under way.
pub(super) struct Msnftp {
    surroundings: Arc<Surroundings>,
    negotiations: Arc<Negotiations>,
}

/// By peer and number of the negotiation.
type Negotiations = Mutex<HashMap<(Handle, u32), Negotiation>>;

struct Negotiation {
    id: TransferId,
    inputs: mpsc::Sender<Input>,
}

/// One transfer, as its task sees it. It is over when this is dropped.
struct Task {
    surroundings: Weak<Surroundings>,
    negotiations: Weak<Negotiations>,
    id: TransferId,
    peer: Handle,
    cookie: u32,
    inputs: mpsc::Receiver<Input>,
}

impl Msnftp {
    pub(super) fn new(surroundings: Arc<Surroundings>) -> Self {
        Self { surroundings, negotiations: Arc::default() }
    }

    fn begin(&self, id: TransferId, peer: &Handle, cookie: u32) -> Option<Task> {
        let mut negotiations = self.negotiations.lock();
        let key = (peer.clone(), cookie);
        // A number that is in use already could not be told from the other one.
        if negotiations.len() >= MAX_TRANSFERS || negotiations.contains_key(&key) {
            return None;
        }
        let (sender, inputs) = mpsc::channel(MAX_INPUTS);
        negotiations.insert(key, Negotiation { id, inputs: sender });
        Some(Task {
            surroundings: Arc::downgrade(&self.surroundings),
            negotiations: Arc::downgrade(&self.negotiations),
            id,
            peer: peer.clone(),
            cookie,
            inputs,
        })
    }

    /// The way to the task of a transfer, if it is one of these.
    pub(super) fn task_of(&self, id: TransferId) -> Option<mpsc::Sender<Input>> {
        let negotiations = self.negotiations.lock();
        negotiations.values().find(|negotiation| negotiation.id == id).map(|found| found.inputs.clone())
    }

    /// Offers a file. `false` when too many are under way.
    pub(super) fn offer(
        &self,
        to: &Handle,
        id: TransferId,
        name: String,
        file: OutgoingFile,
        reporter: Reporter,
    ) -> bool {
        // Below 2^31: some clients read numbers signed.
        let cookie = rand::rng().random_range(1..0x7fff_ffff);
        let Some(task) = self.begin(id, to, cookie) else { return false };
        tokio::spawn(send::run(task, name, file, reporter));
        true
    }

    /// Whether this is about a file: a new offer of one, or something about an offer that is known.
    pub(super) fn knows(&self, from: &Handle, invitation: &Invitation) -> bool {
        match invitation.command {
            InvitationCommand::Invite => invitation.is_for_file(),
            _ => self.negotiations.lock().contains_key(&(from.clone(), invitation.cookie)),
        }
    }

    /// Handles a message about a file. Fails, in words, when it is an offer that cannot be accepted.
    pub(super) fn invitation(&self, from: &Handle, invitation: Invitation) -> Result<(), String> {
        if invitation.command == InvitationCommand::Invite {
            return self.invited(from, &invitation);
        }
        let key = (from.clone(), invitation.cookie);
        if let Some(negotiation) = self.negotiations.lock().get(&key) {
            // Messages beyond the capacity of the task's queue are dropped.
            let _ = negotiation.inputs.try_send(Input::Invitation(invitation));
        }
        Ok(())
    }

    fn invited(&self, from: &Handle, invitation: &Invitation) -> Result<(), String> {
        let cookie = invitation.cookie;
        let Some(offer) = Offer::read(invitation) else {
            // The inviting client waits for an answer. This one says that the program is not there, as official clients
            // do.
            self.reject(from, cookie, CancelCode::RejectNotInstalled);
            return Err(why_refused(invitation));
        };
        let id = self.surroundings.next_transfer();
        let Some(task) = self.begin(id, from, cookie) else {
            self.reject(from, cookie, CancelCode::Reject);
            return Ok(());
        };
        let (from, name, size) = (from.clone(), offer.name.clone(), offer.size);
        let open = offers::Offer { peer: from.clone(), name: name.clone(), size };
        self.surroundings.offers.offered(id, open);
        self.surroundings.events.emit(Event::FileOffered { transfer: id, from, name, size, preview: None });
        tokio::spawn(receive::run(task, offer));
        Ok(())
    }

    fn reject(&self, to: &Handle, cookie: u32, code: CancelCode) {
        let (pool, to) = (Arc::clone(&self.surroundings.switchboards), to.clone());
        tokio::spawn(async move {
            let cancel = Invitation::cancel(cookie, code).to_message().to_bytes();
            if let Err(error) = pool.say(&to, cancel).await {
                tracing::debug!(%error, "an invitation could not be refused");
            }
        });
    }
}

fn why_refused(invitation: &Invitation) -> String {
    match &invitation.application_name {
        // Without a size there is no telling when such a file is complete.
        _ if invitation.is_for_file() => "the file that it offers has no size".to_owned(),
        Some(program) => format!("it is an invitation to {program}"),
        None => "it is an invitation to another program".to_owned(),
    }
}

impl Task {
    fn surroundings(&self) -> Result<Arc<Surroundings>, TransferError> {
        self.surroundings.upgrade().ok_or(TransferError::Broken)
    }

    /// Sends a message in the conversation.
    async fn say(&self, invitation: &Invitation) -> Result<(), TransferError> {
        let pool = Arc::clone(&self.surroundings()?.switchboards);
        let said = pool.say(&self.peer, invitation.to_message().to_bytes()).await;
        said.map_err(|error| match error {
            SendError::NotDelivered => TransferError::Broken,
            error => TransferError::Unreachable(error),
        })
    }

    /// Tells the other side that the transfer is over.
    async fn say_cancel(&self, code: CancelCode) {
        // The peer may be gone.
        let _ = self.say(&Invitation::cancel(self.cookie, code)).await;
    }

    /// Waits for the next message of the peer or the next call of the program.
    async fn next(&mut self, patience: Duration) -> Result<Input, TransferError> {
        match timeout(patience, self.inputs.recv()).await {
            Ok(Some(Input::Invitation(invitation))) if invitation.command == InvitationCommand::Cancel => {
                Err(match invitation.cancel_code {
                    Some(CancelCode::Reject) => TransferError::Declined,
                    Some(CancelCode::RejectNotInstalled) => TransferError::Unsupported,
                    Some(CancelCode::Timeout | CancelCode::FileTransferTimeout) => TransferError::TimedOut,
                    _ => TransferError::CancelledByPeer,
                })
            }
            Ok(Some(input)) => Ok(input),
            Ok(None) => Err(TransferError::Broken),
            Err(_) => Err(TransferError::TimedOut),
        }
    }

    /// Reports the end of the transfer to its handle and the events.
    fn ended(&self, outcome: Result<Event, TransferError>, reporter: Option<&Reporter>) {
        if let Some(reporter) = reporter {
            let path = |event: &Event| match event {
                Event::FileReceived { path, .. } => Some(path.clone()),
                _ => None,
            };
            reporter.finish(outcome.as_ref().map(path).map_err(Clone::clone));
        }
        let Some(surroundings) = self.surroundings.upgrade() else { return };
        surroundings.offers.ended(self.id);
        surroundings.events.emit(outcome.unwrap_or_else(|error| Event::FileFailed {
            transfer: self.id,
            peer: self.peer.clone(),
            error,
        }));
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(negotiations) = self.negotiations.upgrade() {
            // However the task ended: an entry that stayed would take one of the places, and refuse this number.
            negotiations.lock().remove(&(self.peer.clone(), self.cookie));
        }
    }
}
