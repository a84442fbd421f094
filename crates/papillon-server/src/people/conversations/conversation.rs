//! A conversation: the people in it, and how a message reaches all of them.

use std::sync::Arc;
use std::time::Duration;

use msnp::command::{ans, bye, iro, joi, msg};
use msnp::wire::Encode;
use msnp::{FriendlyName, Handle, SessionId, TransactionId};
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::delivery::{Deliveries, Outbox, Receipt};
use crate::limits::Pace;
use crate::people::visibility::Unreachable;
use crate::people::{Callee, Invitee, SignIn};

/// A switchboard session. It lives as long as somebody is in it or can still come in.
pub(crate) struct Conversation {
    id: SessionId,
    state: Mutex<State>,
}

struct State {
    people: Vec<Participant>,
    ringing: Vec<Ringing>,
    active: Instant,
}

/// Somebody in a conversation.
pub(crate) struct Participant {
    account: AccountId,
    handle: Handle,
    name: FriendlyName,
    outbox: Arc<Outbox>,
    /// The words before this person's messages when they reach the others.
    envelope: msg::Envelope,
    calls: Pace,
}

/// Somebody who has been called and has not come in yet.
struct Ringing {
    callee: Handle,
    /// The sign-in in which it rings: the cookie that answers the call ends with it.
    sign_in: SignIn,
    caller: AccountId,
    until: Instant,
}

/// Why somebody cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The caller calls too often.
    TooRapid,
    /// The callee is the caller, in the conversation, or ringing.
    AlreadyThere,
    /// The conversation takes no more people.
    Full,
    /// The callee cannot be called by this caller.
    Unreachable(Unreachable),
}

impl Participant {
    pub(crate) fn new(person: &Invitee, outbox: Arc<Outbox>, calls_per_minute: u32) -> Self {
        Self {
            account: person.account,
            handle: person.handle.clone(),
            name: person.name.clone(),
            outbox,
            envelope: msg::Envelope::new(&person.handle, &person.name),
            calls: Pace::new(calls_per_minute, Duration::from_secs(60)),
        }
    }
}

impl Conversation {
    pub(crate) fn new() -> Self {
        let state = State { people: Vec::new(), ringing: Vec::new(), active: Instant::now() };
        // JML reads the number as a signed one, and answers with 0 when it does not fit.
        let id = SessionId(rand::random_range(1..=i32::MAX as u32));
        Self { id, state: Mutex::new(state) }
    }

    pub(crate) fn id(&self) -> SessionId {
        self.id
    }

    /// When somebody last came in or said something.
    pub(crate) fn last_active(&self) -> Instant {
        self.state.lock().active
    }

    /// Whether somebody is in.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.state.lock().people.iter().any(|person| person.account == account)
    }

    /// Somebody comes in: learns who is there (in answer to `transaction`), and they of the newcomer.
    pub(crate) fn join(
        &self,
        newcomer: Participant,
        transaction: Option<TransactionId>,
        out: &mut Deliveries,
    ) {
        let mut state = self.state.lock();
        state.active = Instant::now();
        state.answered(&newcomer.handle);
        let count = state.people.len();
        for (index, person) in state.people.iter().enumerate() {
            if let Some(transaction) = transaction {
                let (handle, name) = (person.handle.clone(), person.name.clone());
                let line = iro::Push { transaction, index: index + 1, count, handle, name };
                out.send(&newcomer.outbox, line.to_bytes());
            }
        }
        // Before anybody's next message can reach the newcomer.
        if let Some(transaction) = transaction {
            out.send(&newcomer.outbox, ans::Reply { transaction }.to_bytes());
        }
        let joined = joi::Push { handle: newcomer.handle.clone(), name: newcomer.name.clone() }.to_bytes();
        for person in &state.people {
            out.send(&person.outbox, joined.clone());
        }
        state.people.push(newcomer);
    }

    /// Notes that somebody is being called. `callee` is they, or why they cannot be
    /// called; being here already is the stronger reason.
    pub(crate) fn ring(
        &self,
        caller: AccountId,
        handle: &Handle,
        lasting: Duration,
        limit: usize,
        callee: Result<Callee, Unreachable>,
    ) -> Result<Callee, CallError> {
        let now = Instant::now();
        let mut state = self.state.lock();
        let mine = state.people.iter_mut().find(|person| person.account == caller);
        if !mine.is_some_and(|person| person.calls.take()) {
            return Err(CallError::TooRapid);
        }
        state.ringing.retain(|ringing| ringing.can_be_answered(now));
        let here = state.people.iter().any(|person| person.handle == *handle);
        if here || state.ringing.iter().any(|ringing| ringing.callee == *handle) {
            return Err(CallError::AlreadyThere);
        }
        let callee = callee.map_err(CallError::Unreachable)?;
        if state.people.len() + state.ringing.len() >= limit {
            return Err(CallError::Full);
        }
        let sign_in = callee.sign_in.clone();
        state.ringing.push(Ringing { callee: handle.clone(), sign_in, caller, until: now + lasting });
        Ok(callee)
    }

    /// Passes a message on to everybody else, as it is. The line is built once and shared.
    pub(crate) fn relay(
        &self,
        sender: AccountId,
        sender_outbox: &Arc<Outbox>,
        message: &msg::Request,
        out: &mut Deliveries,
    ) {
        let mut state = self.state.lock();
        state.active = Instant::now();
        let others = state.people.len().saturating_sub(1);
        if others == 0 {
            out.answer(sender_outbox, message.transaction, message.acknowledge, false);
            return;
        }
        let Some(mine) = state.people.iter().find(|person| person.account == sender) else { return };
        let line = mine.envelope.wrap(&message.payload);
        let receipt = Receipt::new(sender_outbox, message.transaction, message.acknowledge, others);
        for person in state.people.iter().filter(|person| person.account != sender) {
            out.send_counted(&person.outbox, line.clone(), receipt.clone());
        }
        // Before anybody whom it does not reach any more has left.
        out.tell_senders();
    }

    /// Somebody goes. What has not been delivered by then is not, but for the first `kept` bytes: senders hear
    /// of that first, then that somebody is gone.
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

    /// Nobody has said anything for too long: everybody is told that the others have idled out,
    /// and all connections end.
    pub(crate) fn expire(&self, out: &mut Deliveries) {
        let mut state = self.state.lock();
        let people = std::mem::take(&mut state.people);
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
    /// A call that is answered does not count against the caller.
    fn answered(&mut self, callee: &Handle) {
        let Some(at) = self.ringing.iter().position(|ringing| ringing.callee == *callee) else { return };
        let caller = self.ringing.remove(at).caller;
        if let Some(person) = self.people.iter_mut().find(|person| person.account == caller) {
            person.calls.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_number_fits_a_signed_one() {
        for _ in 0..1_000 {
            let SessionId(number) = Conversation::new().id();
            assert!((1..1 << 31).contains(&number), "{number}");
        }
    }
}
