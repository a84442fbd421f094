//! Conversations with clients that write down their lines.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use msnp::command::msg::{self, Acknowledge};
use tokio::time::advance;

use super::*;
use crate::counts::Level;
use crate::delivery::{ANSWER_BYTES, Share, Tunnel};
use crate::listen::{EntryPoint, Origin};
use crate::people::Session;
use crate::people::tests::{invitee, session};

const RINGING: Duration = Duration::from_secs(60);

/// A person in the conversation.
struct Member {
    account: AccountId,
    tunnel: Arc<Tunnel>,
}

fn conversation() -> Conversation {
    Conversation::new(Arc::<Level>::default().enter())
}

/// Comes in, by a call if there is a transaction. Returns the caller, too.
fn join(conversation: &Conversation, person: i64, transaction: Option<u32>) -> (Member, Option<AccountId>) {
    let tunnel = Tunnel::new(1 << 20, RINGING, Share::boundless(), Arc::default());
    let participant = Participant::new(&invitee(person), Arc::clone(tunnel.outbox()));
    let caller = conversation.join(participant, transaction.map(TransactionId), &mut Deliveries::new());
    (Member { account: AccountId(person), tunnel }, caller)
}

fn three(conversation: &Conversation) -> [Member; 3] {
    let members = [(1, None), (2, Some(1)), (3, Some(1))];
    let members = members.map(|(person, transaction)| join(conversation, person, transaction).0);
    for member in &members {
        member.told();
    }
    members
}

impl Member {
    /// The lines since the last time, with the names of people cut short; at the end comes `END`.
    fn told(&self) -> String {
        let Some(taken) = self.tunnel.take(ANSWER_BYTES) else { return "END".into() };
        let lines = std::str::from_utf8(&taken.lines).expect("a text").replace("@example.com", "");
        let lines = lines.lines().chain(taken.last.then_some("END"));
        lines.collect::<Vec<_>>().join(", ")
    }

    fn say(&self, conversation: &Conversation, acknowledge: Acknowledge, relayed: &mut Relayed) {
        self.say_all(conversation, [acknowledge], relayed);
    }

    /// Several messages that one read has brought.
    fn say_all<const COUNT: usize>(
        &self,
        conversation: &Conversation,
        acknowledge: [Acknowledge; COUNT],
        relayed: &mut Relayed,
    ) {
        let messages = acknowledge.map(|acknowledge| {
            let transaction = TransactionId(5);
            msg::RequestRef { transaction, acknowledge, payload: b"hello\r\n" }
        });
        let person = invitee(self.account.0);
        let mut envelope = msg::Envelope::new(&person.handle, &person.name);
        let relay = Relay { sender: self.tunnel.outbox(), envelope: &mut envelope, messages: &messages };
        conversation.relay(self.account, relay, relayed, &mut Deliveries::new());
    }
}

fn callee(of: &Arc<Session>) -> Callee {
    let nowhere = "192.0.2.1:1863".parse().expect("an address");
    let origin =
        Origin { client: nowhere, local: nowhere, entry_point: EntryPoint::Gateway, by_proxy: false };
    Callee { person: of.invitee(), sign_in: of.sign_in(), origin }
}

fn ring(conversation: &Conversation, caller: i64, callee: Callee, limit: usize) -> Result<(), CallError> {
    let handle = callee.person.handle.clone();
    conversation.ring(AccountId(caller), &handle, RINGING, limit, || Ok(callee)).map(drop)
}

#[test]
fn a_session_number_fits_a_signed_one() {
    for _ in 0..1_000 {
        let SessionId(number) = conversation().id();
        assert!((1..1 << 31).contains(&number), "{number}");
    }
}

#[test]
fn a_newcomer_is_told_of_the_others_and_they_of_the_newcomer() {
    let conversation = conversation();
    let (first, _) = join(&conversation, 1, None);
    assert_eq!(first.told(), "");
    let (second, _) = join(&conversation, 2, Some(7));
    assert_eq!(second.told(), "IRO 7 1 1 p1 p1, ANS 7 OK");
    assert_eq!(first.told(), "JOI p2 p2");
    let (third, _) = join(&conversation, 3, Some(8));
    assert_eq!(third.told(), "IRO 8 1 2 p1 p1, IRO 8 2 2 p2 p2, ANS 8 OK");
    assert_eq!([first.told(), second.told()], ["JOI p3 p3", "JOI p3 p3"]);
    assert_eq!([1, 2, 3, 4].map(|person| conversation.has(AccountId(person))), [true, true, true, false]);
}

#[test]
fn a_message_reaches_all_but_its_sender_and_is_counted() {
    let conversation = conversation();
    let members = three(&conversation);
    let mut relayed = Relayed::default();
    members[1].say(&conversation, Acknowledge::Always, &mut relayed);
    assert_eq!([members[0].told(), members[2].told()], ["MSG p2 p2 7, hello", "MSG p2 p2 7, hello"]);
    assert_eq!(members[1].told(), "ACK 5");
    members[0].say(&conversation, Acknowledge::Never, &mut relayed);
    assert_eq!((relayed.messages, relayed.bytes, relayed.deliveries), (2, 14, 4));
    members[0].say_all(&conversation, [Acknowledge::Never; 3], &mut relayed);
    assert_eq!((relayed.messages, relayed.bytes, relayed.deliveries), (5, 35, 10));
    // A client that has idled out is not in it any more.
    let (outsider, _) = join(&self::conversation(), 9, None);
    outsider.say(&conversation, Acknowledge::Always, &mut relayed);
    assert_eq!((relayed.messages, outsider.told()), (5, String::new()));
}

#[test]
fn a_message_to_nobody_is_not_delivered() {
    let conversation = conversation();
    let (alone, _) = join(&conversation, 1, None);
    let mut relayed = Relayed::default();
    alone.say(&conversation, Acknowledge::Always, &mut relayed);
    assert_eq!(alone.told(), "NAK 5");
    alone.say(&conversation, Acknowledge::Never, &mut relayed);
    assert_eq!((alone.told(), relayed.messages), (String::new(), 0));
}

#[test]
fn senders_hear_what_did_not_arrive_and_then_who_has_gone() {
    let conversation = conversation();
    let members = three(&conversation);
    members[0].say(&conversation, Acknowledge::Always, &mut Relayed::default());
    conversation.leave(AccountId(9), 0, &mut Deliveries::new());
    assert_eq!(members[0].told(), "");
    conversation.leave(members[1].account, 0, &mut Deliveries::new());
    assert_eq!(members[0].told(), "NAK 5, BYE p2");
    assert_eq!(members[2].told(), "MSG p1 p1 7, hello, BYE p2");
    assert!(!conversation.has(members[1].account) && conversation.has(members[2].account));
}

#[test]
fn all_idle_out_of_a_conversation_that_expires() {
    let conversation = conversation();
    let members = three(&conversation);
    members[0].say(&conversation, Acknowledge::Always, &mut Relayed::default());
    conversation.expire(&mut Deliveries::new());
    assert_eq!(members[0].told(), "NAK 5, BYE p2 1, BYE p3 1, END");
    assert_eq!(members[1].told(), "BYE p1 1, BYE p3 1, END");
    assert_eq!(members[2].told(), "BYE p1 1, BYE p2 1, END");
    assert!(!conversation.has(members[0].account));
    let nobody = ring(&conversation, 1, callee(&session(4)), 9);
    assert_eq!(nobody, Err(CallError::TooRapid), "nobody in it can call");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_comes_in_or_speaks_makes_it_active() {
    let conversation = conversation();
    let begun = Instant::now();
    let mut members = Vec::new();
    for (second, person) in [(1, 1), (2, 2)] {
        advance(Duration::from_secs(1)).await;
        members.push(join(&conversation, person, Some(1)).0);
        assert_eq!(conversation.last_active(), begun + Duration::from_secs(second));
    }
    advance(Duration::from_secs(1)).await;
    members[0].say(&conversation, Acknowledge::Never, &mut Relayed::default());
    assert_eq!(conversation.last_active(), begun + Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_called_who_is_here_or_rings_already() {
    let conversation = conversation();
    let sessions = [session(1), session(2), session(3)];
    let (_first, _) = join(&conversation, 1, None);
    assert_eq!(ring(&conversation, 1, callee(&sessions[0]), 9), Err(CallError::AlreadyThere));
    assert_eq!(ring(&conversation, 1, callee(&sessions[1]), 9), Ok(()));
    assert_eq!(ring(&conversation, 1, callee(&sessions[1]), 9), Err(CallError::AlreadyThere));
    // Being here is the stronger reason, and the other one is passed on.
    for (person, why) in [(2, CallError::AlreadyThere), (3, CallError::Full)] {
        let handle = invitee(person).handle;
        let outcome = conversation.ring(AccountId(1), &handle, RINGING, 9, || Err(CallError::Full));
        assert_eq!(outcome.map(drop), Err(why));
    }
    let (_second, caller) = join(&conversation, 2, Some(1));
    assert_eq!(caller, Some(AccountId(1)), "the call is answered");
    assert_eq!(ring(&conversation, 2, callee(&sessions[2]), 9), Ok(()));
    assert_eq!(join(&conversation, 3, Some(1)).1, Some(AccountId(2)));
    assert_eq!(join(&conversation, 4, Some(1)).1, None, "this one was not called");
}

/// Two clients of a conversation call one person at the same moment.
#[test]
fn a_call_that_comes_second_counts_nothing() {
    const ROUNDS: usize = 500;
    let counted = AtomicUsize::new(0);
    for _ in 0..ROUNDS {
        let conversation = conversation();
        let (_one, _) = join(&conversation, 1, None);
        let (_other, _) = join(&conversation, 2, Some(1));
        let called = session(3);
        let start = Barrier::new(2);
        let call = |caller| {
            let handle = invitee(3).handle;
            let callee = || {
                counted.fetch_add(1, Ordering::Relaxed);
                Ok(callee(&called))
            };
            start.wait();
            conversation.ring(AccountId(caller), &handle, RINGING, 9, callee).map(drop)
        };
        let mut outcomes = thread::scope(|scope| {
            [1, 2]
                .map(|caller| scope.spawn(move || call(caller)))
                .map(|caller| caller.join().expect("it rings"))
        });
        outcomes.sort_by_key(Result::is_err);
        assert_eq!(outcomes, [Ok(()), Err(CallError::AlreadyThere)]);
    }
    assert_eq!(counted.into_inner(), ROUNDS);
}

#[tokio::test(start_paused = true)]
async fn those_who_ring_have_their_place_until_they_can_no_longer_come() {
    let conversation = conversation();
    let (_first, _) = join(&conversation, 1, None);
    let (_second, _) = join(&conversation, 2, Some(1));
    let sessions = [session(3), session(4)];
    let call = |person: usize| ring(&conversation, 1, callee(&sessions[person - 3]), 3);
    assert_eq!(call(3), Ok(()));
    assert_eq!(call(4), Err(CallError::Full), "two are here, and one rings");
    advance(RINGING - Duration::from_millis(1)).await;
    assert_eq!(call(4), Err(CallError::Full));
    advance(Duration::from_millis(1)).await;
    assert_eq!(call(4), Ok(()), "the other one has not answered");
    sessions[1].state().left = true;
    assert_eq!(call(3), Ok(()), "the other one has signed out");
}
