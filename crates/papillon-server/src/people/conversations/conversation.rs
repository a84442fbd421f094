//! A conversation: the people in it, and the relay of a message to all of them.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use msnp::command::{ans, bye, iro, joi};
use msnp::wire::Encode;
use msnp::{FriendlyName, Handle, SessionId, TransactionId};
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::counts::{Raised, Relayed};
use crate::delivery::{Deliveries, Outbox, Relay};
use crate::people::visibility::Unreachable;
use crate::people::{Callee, Invitee, SignIn};

/// A switchboard session. It lives as long as a person is in it or can still come in.
pub(crate) struct Conversation {
    id: SessionId,
    // Outboxes are filled under this lock, so that all people get all lines in one order; no socket is written to under
    // it. It is taken before the state of a session (`SignIn::lasts`), never after it.
    state: Mutex<State>,
    _counted: Raised,
}

struct State {
    people: Vec<Participant>,
    ringing: Vec<Ringing>,
    active: Instant,
}

/// A person in a conversation.
pub(crate) struct Participant {
    account: AccountId,
    handle: Handle,
    name: FriendlyName,
    outbox: Arc<Outbox>,
}

/// A person that has been called and has not come in yet.
struct Ringing {
    callee: Handle,
    /// The sign-in in which it rings: the cookie that answers the call ends with it.
    sign_in: SignIn,
    caller: AccountId,
    until: Instant,
}

/// The reason for which a person cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The caller calls this callee too often, or all callers do.
    TooRapid,
    /// The callee is the caller, in the conversation, or ringing.
    AlreadyThere,
    /// The conversation takes no more people.
    Full,
    /// The callee cannot be called by this caller.
    Unreachable(Unreachable),
}

impl Participant {
    pub(crate) fn new(person: &Invitee, outbox: Arc<Outbox>) -> Self {
        Self { account: person.account, handle: person.handle.clone(), name: person.name.clone(), outbox }
    }
}

impl Conversation {
    pub(crate) fn new(counted: Raised) -> Self {
        let state = State { people: Vec::new(), ringing: Vec::new(), active: Instant::now() };
        // JML reads the number as a signed one, and answers with 0 when it does not fit.
        let id = SessionId(rand::random_range(1..=i32::MAX as u32));
        Self { id, state: Mutex::new(state), _counted: counted }
    }

    pub(crate) fn id(&self) -> SessionId {
        self.id
    }

    /// The time at which a person last came in or said something.
    pub(crate) fn last_active(&self) -> Instant {
        self.state.lock().active
    }

    /// Whether a person is in.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.state.lock().people.iter().any(|person| person.account == account)
    }

    /// Lets a person in. The newcomer is told of the others (in answer to `transaction`), and they of the newcomer.
    /// Returns the caller whose call this answers.
    pub(crate) fn join(
        &self,
        newcomer: Participant,
        transaction: Option<TransactionId>,
        out: &mut Deliveries,
    ) -> Option<AccountId> {
        let mut state = self.state.lock();
        state.active = Instant::now();
        let caller = state.answered(&newcomer.handle);
        let count = state.people.len();
        // A client that opens the conversation (`USR`) has no transaction: nobody is there yet.
        for (index, person) in state.people.iter().enumerate() {
            if let Some(transaction) = transaction {
                let (handle, name) = (person.handle.clone(), person.name.clone());
                let line = iro::Push { transaction, index: index + 1, count, handle, name };
                out.send(&newcomer.outbox, line.to_bytes());
            }
        }
        // Before the next message of another person can reach the newcomer.
        if let Some(transaction) = transaction {
            out.send(&newcomer.outbox, ans::Reply { transaction }.to_bytes());
        }
        let joined = joi::Push { handle: newcomer.handle.clone(), name: newcomer.name.clone() }.to_bytes();
        for person in &state.people {
            out.send(&person.outbox, joined.clone());
        }
        state.people.push(newcomer);
        caller
    }

    /// Notes that a person is being called. `callee` gives the person, or the reason for which it cannot be called. It is
    /// only asked for a person that is neither here nor ringing, so what it counts is a call: of two that call one person
    /// at the same moment, the second counts nothing. It must not wait for a conversation, whose lock is held.
    pub(crate) fn ring(
        &self,
        caller: AccountId,
        handle: &Handle,
        lasting: Duration,
        limit: usize,
        callee: impl FnOnce() -> Result<Callee, CallError>,
    ) -> Result<Callee, CallError> {
        let now = Instant::now();
        let mut state = self.state.lock();
        // A conversation that has expired, of whose end the caller is about to hear, rings at nobody any more.
        if !state.people.iter().any(|person| person.account == caller) {
            return Err(CallError::TooRapid);
        }
        state.forget_unanswered(now);
        if state.has_or_rings(handle) {
            return Err(CallError::AlreadyThere);
        }
        let callee = callee()?;
        // People that ring may all come in: they have their place already.
        if state.people.len() + state.ringing.len() >= limit {
            return Err(CallError::Full);
        }
        let sign_in = callee.sign_in.clone();
        state.ringing.push(Ringing { callee: handle.clone(), sign_in, caller, until: now + lasting });
        Ok(callee)
    }

    /// Passes messages on to all others, as they are. `relayed` is raised by those that have somebody to reach.
    pub(crate) fn relay(
        &self,
        sender: AccountId,
        relay: Relay<'_>,
        relayed: &mut Relayed,
        out: &mut Deliveries,
    ) {
        let turns = {
            let mut state = self.state.lock();
            state.active = Instant::now();
            let others = state.people.len().saturating_sub(1);
            // A message that reached nobody is not delivered: NAK, where the sender wants to know.
            if others == 0 {
                relay.refuse(out);
                return;
            }
            if !state.people.iter().any(|person| person.account == sender) {
                return;
            }
            relayed.messages += relay.messages.len() as u64;
            relayed.bytes += relay.messages.iter().map(|message| message.payload.len() as u64).sum::<u64>();
            relayed.deliveries += (others * relay.messages.len()) as u64;
            let others = state.people.iter().filter(|person| person.account != sender);
            let turns = relay.begin(others.map(|person| &person.outbox), out);
            // Still under the lock: a NAK comes before the BYE of the recipient that the message did not reach.
            out.tell_senders();
            turns
        };
        if let Some(turns) = turns {
            relay.pass_on(turns, out);
        }
    }

    /// Lets a person go. Messages that have not been delivered to it by then are not, but for those within the first
    /// `kept` bytes: senders hear of that first, then that the person is gone.
    pub(crate) fn leave(&self, account: AccountId, kept: usize, out: &mut Deliveries) {
        let mut state = self.state.lock();
        let Some(at) = state.people.iter().position(|person| person.account == account) else { return };
        let gone = state.people.remove(at);
        out.give_up(&gone.outbox, kept);
        let line = bye::Push { handle: gone.handle, idle: false }.to_bytes();
        for person in &state.people {
            out.send(&person.outbox, line.clone());
        }
    }

    /// Ends a conversation without messages for too long: all people are told that the others have idled out, and all
    /// connections end.
    pub(crate) fn expire(&self, out: &mut Deliveries) {
        let mut state = self.state.lock();
        // Taken out: each connection calls `leave` at its end, and finds itself gone already.
        let people = std::mem::take(&mut state.people);
        // All first, so that every sender hears of its messages before the first BYE.
        for person in &people {
            out.give_up(&person.outbox, 0);
        }
        for person in &people {
            for other in people.iter().filter(|other| other.account != person.account) {
                let line = bye::Push { handle: other.handle.clone(), idle: true };
                out.send(&person.outbox, line.to_bytes());
            }
            out.close(&person.outbox);
        }
    }
}

impl Ringing {
    fn can_be_answered(&self, now: Instant) -> bool {
        self.until > now && self.sign_in.lasts()
    }
}

impl State {
    /// Whether this person is in, or has been called and may still come in.
    fn has_or_rings(&self, handle: &Handle) -> bool {
        self.people.iter().any(|person| person.handle == *handle)
            || self.ringing.iter().any(|ringing| ringing.callee == *handle)
    }

    /// Ends the ringing at people that cannot come in any more.
    fn forget_unanswered(&mut self, now: Instant) {
        self.ringing.retain(|ringing| ringing.can_be_answered(now));
    }

    /// Ends the ringing at a callee that comes in. Returns its caller.
    fn answered(&mut self, callee: &Handle) -> Option<AccountId> {
        let at = self.ringing.iter().position(|ringing| ringing.callee == *callee)?;
        Some(self.ringing.remove(at).caller)
    }
}
