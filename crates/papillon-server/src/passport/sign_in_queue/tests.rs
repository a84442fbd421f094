//! Tests of the queue of sign-ins, on a clock that they move.

use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::super::attempts::Place;
use super::*;

fn queue(turns: usize, per_account: u32, per_address: u32) -> Arc<SignInQueue> {
    let limits = Limits {
        sign_in_failures_per_account: per_account,
        sign_in_failures_per_address: per_address,
        ..Limits::default()
    };
    SignInQueue::new(&limits, turns, Arc::default())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn stranger(account: &str, from: &str) -> Attempt {
    Attempt::new(account, ip(from), Place::Stranger)
}

fn known(account: &str, from: &str) -> Attempt {
    Attempt::new(account, ip(from), Place::Network(Network::of(ip(from))))
}

/// The outcome without waiting; the paused clock of a test does not move.
fn now<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Begins at once.
fn begin(queue: &Arc<SignInQueue>, attempt: Attempt) -> (Judging, Turn) {
    now(pin!(queue.begin(attempt))).expect("it waits").expect("no turn")
}

fn limited(result: Result<(Judging, Turn), NoTurn>) -> Duration {
    match result {
        Err(NoTurn::Limited { wait }) => wait,
        Err(NoTurn::Busy) => panic!("busy"),
        Ok(_) => panic!("it may be judged"),
    }
}

fn is_idle(queue: &SignInQueue, turns: usize) -> bool {
    let state = queue.state.lock();
    state.waiting.is_empty() && state.free == turns
}

#[tokio::test(start_paused = true)]
async fn the_budget_that_others_hold_is_waited_for() {
    let queue = queue(9, 10, 2);
    let first = begin(&queue, stranger("a@b.c", "2001:db8::1"));
    let second = begin(&queue, stranger("b@b.c", "2001:db8::2"));
    let mut third = pin!(queue.begin(stranger("c@b.c", "2001:db8::3")));
    let mut fourth = pin!(queue.begin(stranger("d@b.c", "2001:db8::4")));
    assert!(now(third.as_mut()).is_none() && now(fourth.as_mut()).is_none());
    drop(begin(&queue, stranger("c@b.c", "10.0.0.1")));
    first.0.forgive();
    let third = now(third.as_mut()).unwrap().unwrap();
    assert!(now(fourth.as_mut()).is_none(), "one token, one attempt");
    // A failure frees nothing, but others are still being judged.
    drop(second);
    assert!(now(fourth.as_mut()).is_none());
    third.0.forgive();
    drop(now(fourth.as_mut()).unwrap().unwrap());
    drop((first.1, third.1));
    assert!(is_idle(&queue, 9));
}

#[tokio::test(start_paused = true)]
async fn an_account_is_judged_from_several_addresses_one_by_one_when_few_failures_are_left() {
    let queue = queue(9, 1, 10);
    let failing = begin(&queue, stranger("a@b.c", "10.0.0.1"));
    let mut elsewhere = pin!(queue.begin(stranger("a@b.c", "10.0.0.2")));
    let mut waiting = pin!(queue.begin(stranger("a@b.c", "10.0.0.1")));
    assert!(now(elsewhere.as_mut()).is_none() && now(waiting.as_mut()).is_none());
    drop(failing);
    // With no failure left and nobody in flight the refusal comes at once.
    assert_eq!(limited(now(elsewhere).unwrap()), Duration::from_secs(60));
    assert_eq!(limited(now(waiting).unwrap()), Duration::from_secs(60));
    tokio::time::advance(Duration::from_secs(20)).await;
    let wait = limited(now(pin!(queue.begin(stranger("a@b.c", "10.0.0.1")))).unwrap());
    assert_eq!(wait, Duration::from_secs(40), "the true wait");
    tokio::time::advance(wait).await;
    begin(&queue, stranger("a@b.c", "10.0.0.1")).0.forgive();
}

#[tokio::test(start_paused = true)]
async fn right_ones_at_once_are_all_judged() {
    let queue = queue(4, 10, 60);
    let mut people = tokio::task::JoinSet::new();
    for number in 0..40 {
        let queue = Arc::clone(&queue);
        people.spawn(async move {
            let (judging, turn) = queue.begin(stranger("a@b.c", &format!("10.0.0.{number}"))).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(turn);
            judging.forgive();
            Ok::<_, NoTurn>(())
        });
    }
    assert!(people.join_all().await.iter().all(Result::is_ok));
    assert!(is_idle(&queue, 4));
}

#[tokio::test(start_paused = true)]
async fn wrong_ones_at_once_do_not_slip_through_together() {
    let queue = queue(100, 10, 60);
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..40 {
        let queue = Arc::clone(&queue);
        guesses.spawn(async move {
            let judged = queue.begin(stranger("a@b.c", &format!("10.0.0.{number}"))).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            judged.is_ok()
        });
    }
    assert_eq!(guesses.join_all().await.into_iter().filter(|judged| *judged).count(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_wait_has_an_end() {
    let queue = queue(9, 10, 1);
    let (slow, turn) = begin(&queue, stranger("a@b.c", "10.0.0.1"));
    let start = tokio::time::Instant::now();
    assert!(matches!(queue.begin(stranger("b@b.c", "10.0.0.1")).await, Err(NoTurn::Busy)));
    assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    assert_eq!(queue.waiting(), 0);
    slow.forgive();
    drop(turn);
    assert!(queue.begin(stranger("b@b.c", "10.0.0.1")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn turns_go_round_the_addresses() {
    let queue = queue(1, 100, 100);
    let busy = begin(&queue, stranger("z@b.c", "10.0.0.9"));
    let burst = |from: &'static str| {
        let attempt = move |number| stranger(&format!("a{number}@b.c"), from);
        (0..20).map(|number| Box::pin(queue.begin(attempt(number)))).collect::<Vec<_>>()
    };
    let (mut one, mut other) = (burst("10.0.0.1"), burst("10.0.0.2"));
    assert!(one.iter_mut().chain(&mut other).all(|guess| now(guess.as_mut()).is_none()));
    drop(busy);
    for (one, other) in one.iter_mut().zip(&mut other) {
        assert!(now(other.as_mut()).is_none());
        drop(now(one.as_mut()).expect("its turn"));
        drop(now(other.as_mut()).expect("its turn"));
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_alone_comes_before_a_burst() {
    let queue = queue(1, 100, 100);
    let busy = begin(&queue, stranger("z@b.c", "10.0.0.9"));
    let mut burst: Vec<_> = (0..20)
        .map(|number| Box::pin(queue.begin(stranger(&format!("a{number}@b.c"), "10.0.0.1"))))
        .collect();
    let mut alone = pin!(queue.begin(stranger("b@b.c", "10.0.0.2")));
    assert!(burst.iter_mut().all(|guess| now(guess.as_mut()).is_none()) && now(alone.as_mut()).is_none());
    drop(busy);
    assert!(now(burst[0].as_mut()).is_none());
    drop(now(alone).expect("its turn"));
    assert!(now(burst[0].as_mut()).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_known_place_and_an_address_without_failures_come_before_a_guesser() {
    let queue = queue(1, 100, 100);
    // All of this address waits in the lane of those that have not failed, until the first has.
    let busy = begin(&queue, stranger("z@b.c", "10.0.0.1"));
    let mut guesses: Vec<_> =
        (0..3).map(|number| Box::pin(queue.begin(stranger(&format!("a{number}@b.c"), "10.0.0.1")))).collect();
    assert!(guesses.iter_mut().all(|guess| now(guess.as_mut()).is_none()));
    let mut fresh = pin!(queue.begin(stranger("b@b.c", "10.0.0.2")));
    let mut at_home = pin!(queue.begin(known("b@b.c", "10.0.0.1")));
    assert!(now(fresh.as_mut()).is_none() && now(at_home.as_mut()).is_none());
    let (judging, turn) = busy;
    drop(judging);
    drop(turn);
    let (judging, turn) = now(at_home.as_mut()).expect("its turn").unwrap();
    assert!(now(fresh.as_mut()).is_none());
    judging.forgive();
    drop(turn);
    assert!(now(fresh).is_some());
    assert!(now(guesses[0].as_mut()).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_not_used_goes_to_the_next() {
    let queue = queue(1, 1, 10);
    let (judging, turn) = begin(&queue, stranger("a@b.c", "10.0.0.1"));
    let mut next = Box::pin(queue.begin(stranger("b@b.c", "10.0.0.1")));
    let mut after = pin!(queue.begin(stranger("c@b.c", "10.0.0.1")));
    assert!(now(next.as_mut()).is_none() && now(after.as_mut()).is_none());
    judging.forgive();
    drop(turn);
    // It has the turn, and goes away before it knows.
    drop(next);
    assert!(now(after.as_mut()).is_some());
    drop(begin(&queue, stranger("b@b.c", "10.0.0.1")));
    assert!(is_idle(&queue, 1));
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_away_waits_no_longer() {
    let queue = queue(1, 10, 10);
    let (judging, turn) = begin(&queue, stranger("a@b.c", "10.0.0.1"));
    let mut gone = Box::pin(queue.begin(stranger("b@b.c", "10.0.0.1")));
    assert!(now(gone.as_mut()).is_none() && queue.waiting() == 1);
    drop(gone);
    assert_eq!(queue.waiting(), 0);
    judging.forgive();
    drop(turn);
    assert!(is_idle(&queue, 1));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_turns_away_the_address_with_the_most() {
    let limits = Limits { sign_ins_waiting: 5, sign_ins_waiting_per_address: 4, ..Limits::default() };
    let queue = SignInQueue::new(&limits, 1, Arc::default());
    let busy = begin(&queue, stranger("z@b.c", "10.0.0.9"));
    let mut many: Vec<_> =
        (0..5).map(|number| Box::pin(queue.begin(stranger(&format!("a{number}@b.c"), "10.0.0.1")))).collect();
    let busy_now = |result: Option<Result<_, NoTurn>>| matches!(result, Some(Err(NoTurn::Busy)));
    assert!(many[..4].iter_mut().all(|one| now(one.as_mut()).is_none()));
    assert!(busy_now(now(many[4].as_mut())), "its address has all it may have");
    let mut others: Vec<_> =
        (2..5).map(|number| Box::pin(queue.begin(stranger("b@b.c", &format!("10.0.0.{number}"))))).collect();
    assert!(others.iter_mut().all(|one| now(one.as_mut()).is_none()));
    assert!(busy_now(now(many[3].as_mut())) && busy_now(now(many[2].as_mut())));
    assert!(now(many[1].as_mut()).is_none() && queue.waiting() == 5);
    // A new password waits in the same line.
    let mut new_password = pin!(queue.begin_new_password(Network::of(ip("10.0.0.7")), true));
    assert!(now(new_password.as_mut()).is_none());
    assert!(busy_now(now(many[1].as_mut())), "and somebody who is signed in comes first");
    drop(busy);
    assert!(now(new_password).is_some());
}
