//! One connection to a switchboard: its members, its messages and their acknowledgements.
//!
//! This half knows nothing of lines and conversations: it tells a [`Listener`] of each event, in order. The
//! sending side is a buffer that a task of its own writes out whenever something is in it, so that
//! many small messages take one system call; the receiving side reads as much as there is.

mod answers;
mod backlog;
mod carrier;
mod idle;
mod outbox;
mod people;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use msnp::command::msg::{self, Acknowledge};
use msnp::command::{SwitchboardRequest, ans, cal, usr};
use msnp::message::Message;
use msnp::{Cookie, Dialect, FriendlyName, Handle, Invalid, SessionId, TransactionId};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::time::Instant;

use crate::transport::Connection;
use backlog::Backlog;
pub(crate) use carrier::PacketCarrier;
use outbox::Outbox;
use people::People;

/// The longest payload of a message. The original switchboard closed the connection at a longer
/// one (HYP, *Switchboard Messages*).
pub(crate) const MAX_PAYLOAD: usize = 1664;

/// The most peer-to-peer packets on their way to the service without its `ACK`. The service
/// acknowledges when the receiver's socket has taken the packet, and drops a receiver for whom
/// 4 MiB wait; 64 packets are under 110 KB. libpurple sends one at a time, which is far slower.
pub(crate) const WINDOW: usize = 64;

/// The receiver of a switchboard's happenings. The reading task calls all methods but [`Listener::packets`].
pub(crate) trait Listener: Send + Sync + 'static {
    /// This account has joined. After `ANS` the members that were there before are known.
    fn entered(&self, board: &Arc<Switchboard>);
    /// A member joined or left.
    fn people_changed(&self, board: &Arc<Switchboard>);
    /// A member has left: packets cannot reach it here.
    fn peer_gone(&self, board: &Arc<Switchboard>, who: &Handle);
    /// A message that is no packet.
    fn message(&self, board: &Arc<Switchboard>, from: &Handle, name: &FriendlyName, message: Message);
    /// A message that cannot be read at all came in; its sender may not be known.
    fn unreadable(&self, board: &Arc<Switchboard>, from: Option<&Handle>, fault: Invalid);
    /// Packets for this account, all that came at once. Called by a task of its own: it may wait,
    /// also for room in the window.
    fn packets(
        &self,
        board: &Arc<Switchboard>,
        from: &Handle,
        packets: Vec<Bytes>,
    ) -> impl Future<Output = ()> + Send;
    /// A packet to this account was not delivered.
    fn undelivered(&self, board: &Arc<Switchboard>, peer: &Handle);
    /// The connection has ended.
    fn gone(&self, board: &Arc<Switchboard>);
}

/// The answer of the service to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The request was carried out.
    Yes,
    /// `NAK`: a member did not get the message.
    NotDelivered,
    /// An error.
    Error(u16),
}

/// Waits for an [`Answer`]; it fails when the connection ends first.
pub(crate) type Receipt = oneshot::Receiver<Answer>;

/// The connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

/// One switchboard connection.
pub(crate) struct Switchboard {
    id: u64,
    account: Handle,
    dialect: Dialect,
    outbox: Outbox,
    backlog: Backlog,
    window: Semaphore,
    state: Mutex<State>,
    closed: watch::Sender<bool>,
    /// Clones of it are with the users that keep the switchboard open.
    lease: Arc<()>,
}

struct State {
    next: u32,
    people: People,
    waiting: HashMap<u32, oneshot::Sender<Answer>>,
    /// Packets without an answer, oldest first: the service answers in order.
    in_flight: VecDeque<(u32, Arc<Handle>)>,
    /// The time at which a packet or a message last came or went.
    active: Instant,
    /// Whether a message that is no packet came or went here.
    spoken: bool,
    /// One of the places for open switchboards.
    place: Option<OwnedSemaphorePermit>,
}

impl Switchboard {
    /// Starts to read and write. It sends nothing by itself.
    pub(crate) fn start<L: Listener>(
        id: u64,
        account: Handle,
        dialect: Dialect,
        connection: Connection,
        place: Option<OwnedSemaphorePermit>,
        listener: Arc<L>,
    ) -> Arc<Self> {
        let state = State {
            next: 0,
            people: People::default(),
            waiting: HashMap::new(),
            in_flight: VecDeque::new(),
            active: Instant::now(),
            spoken: false,
            place,
        };
        let board = Arc::new(Self {
            id,
            account,
            dialect,
            outbox: Outbox::new(dialect),
            backlog: Backlog::default(),
            window: Semaphore::new(WINDOW),
            state: Mutex::new(state),
            closed: watch::Sender::new(false),
            lease: Arc::default(),
        });
        tokio::spawn(outbox::write(Arc::clone(&board), connection.writer));
        tokio::spawn(backlog::deliver(Arc::clone(&board), Arc::clone(&listener)));
        tokio::spawn(reader::read(Arc::clone(&board), connection.reader, listener));
        board
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Joins with a cookie from `XFR`.
    pub(crate) fn enter(&self, cookie: Cookie) -> Result<Receipt, Closed> {
        let handle = self.account.clone();
        self.ask(|transaction| {
            SwitchboardRequest::Usr(usr::SwitchboardRequest { transaction, handle, cookie })
        })
    }

    /// Joins the session that this account was called to.
    pub(crate) fn answer(&self, cookie: Cookie, session: SessionId) -> Result<Receipt, Closed> {
        let handle = self.account.clone();
        self.ask(|transaction| SwitchboardRequest::Ans(ans::Request { transaction, handle, cookie, session }))
    }

    /// Calls an account. The answer says that the call was sent, not that the account joins.
    pub(crate) fn call(&self, who: &Handle) -> Result<Receipt, Closed> {
        let handle = who.clone();
        self.ask(|transaction| SwitchboardRequest::Cal(cal::Request { transaction, handle }))
    }

    /// Sends a message and learns whether every member got it. `A` is the one class in which the
    /// service answers either way (HYP, *Switchboard Messages*).
    pub(crate) fn say(&self, payload: Bytes) -> Result<Receipt, Closed> {
        self.ask(|transaction| {
            let acknowledge = Acknowledge::Always;
            SwitchboardRequest::Msg(msg::Request { transaction, acknowledge, payload })
        })
    }

    /// Sends a message without waiting for its arrival.
    pub(crate) fn mention(&self, acknowledge: Acknowledge, payload: Bytes) -> Result<(), Closed> {
        let mut state = self.state.lock();
        let transaction = state.transaction();
        self.post(&SwitchboardRequest::Msg(msg::Request { transaction, acknowledge, payload }))
    }

    fn ask(&self, request: impl FnOnce(TransactionId) -> SwitchboardRequest) -> Result<Receipt, Closed> {
        let (sender, receipt) = oneshot::channel();
        let mut state = self.state.lock();
        // A caller that gave up waiting leaves no entry behind.
        state.waiting.retain(|_, waiting| !waiting.is_closed());
        let transaction = state.transaction();
        self.post(&request(transaction))?;
        // Still under the lock: the answer cannot be read before its entry is here.
        state.waiting.insert(transaction.0, sender);
        Ok(receipt)
    }

    /// With the state locked, so that a later command has the higher number.
    // Lock order: the backlog's, then `state`, then the outbox's. `end` takes each alone.
    fn post(&self, request: &SwitchboardRequest) -> Result<(), Closed> {
        if *self.closed.borrow() || !self.outbox.push(request) {
            return Err(Closed);
        }
        Ok(())
    }

    /// The members besides this account.
    pub(crate) fn people(&self) -> Vec<(Handle, FriendlyName)> {
        self.state.lock().people.all()
    }

    /// Whether this account is the only other member.
    pub(crate) fn is_alone_with(&self, who: &Handle) -> bool {
        self.state.lock().people.are_only(who)
    }

    /// Notes that this is a conversation, not only a way for packets.
    pub(crate) fn note_spoken(&self) {
        let mut state = self.state.lock();
        state.spoken = true;
        state.active = Instant::now();
    }

    /// Leaves; the connection ends when the `OUT` is written.
    pub(crate) fn leave(&self) {
        self.outbox.finish();
    }

    /// Whether it has ended, or is about to.
    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.borrow() || self.outbox.is_finishing()
    }

    /// Waits until it has ended.
    pub(crate) async fn closed(&self) {
        // The sender is in here, so it cannot be gone.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// Ends it at once. Each task that waits for an answer or for room learns of it.
    fn end(&self) {
        // First, so that a task that is woken by the steps below sees it. Then each kind of sleeper in turn: those that wait
        // for room in the window, the writing task, the two sides of the backlog, and those that wait for an answer.
        self.closed.send_replace(true);
        self.window.close();
        self.outbox.abandon();
        self.backlog.end();
        let mut state = self.state.lock();
        state.waiting.clear();
        // The place is free now, although handles to this switchboard may live on.
        state.place = None;
    }
}

impl State {
    fn transaction(&mut self) -> TransactionId {
        // After 2^32 it begins again; 0 is the service's own.
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.active = Instant::now();
        TransactionId(self.next)
    }
}
