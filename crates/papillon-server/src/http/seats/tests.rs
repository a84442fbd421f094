use std::task::{Context, Poll, Waker};

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

fn address(last: u8) -> Option<IpAddr> {
    Some([192, 0, 2, last].into())
}

fn is_evicted(seat: &Seat) -> bool {
    let evicted = pin!(seat.evicted());
    evicted.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_newcomer_takes_the_seat_of_the_network_with_most_for_which_the_service_waits_longest() {
    let seats = Seats::new(4, PATIENCE);
    let sit = |last| seats.take(address(last)).expect("a seat");
    let ((first, _), (second, _), (third, _)) = (sit(1), sit(1), sit(1));
    let (other, evicted) = sit(2);
    assert_eq!(evicted, None);
    // The service has waited for the first one for a shorter time than for the second.
    drop(first.work());
    assert_eq!(sit(3).1, address(1));
    assert!(is_evicted(&second));
    assert!(![&first, &third, &other].into_iter().any(|seat| is_evicted(seat)));
}

#[test]
fn a_connection_keeps_its_seat_while_the_service_makes_its_answer() {
    let seats = Seats::new(3, PATIENCE);
    let [first, second, third] = [(); 3].map(|()| seats.take(address(1)).expect("a seat").0);
    let [one, another, of_second, of_third] = [first.work(), first.work(), second.work(), third.work()];
    for work in [one, of_second] {
        assert!(seats.take(address(2)).is_none());
        drop(work);
    }
    assert!(seats.take(address(2)).is_none());
    drop((of_third, another));
    // The service has waited longest for the second one: the first had another answer to wait for.
    assert_eq!(seats.take(address(2)).expect("a seat").1, address(1));
    assert!(is_evicted(&second) && !is_evicted(&first) && !is_evicted(&third));
}

#[test]
fn a_network_keeps_its_only_one() {
    let seats = Seats::new(3, PATIENCE);
    let (first, _) = seats.take(address(1)).expect("a seat");
    let (second, _) = seats.take(address(2)).expect("a seat");
    let (third, _) = seats.take(address(2)).expect("a seat");
    assert!(seats.take(address(1)).is_none() && !is_evicted(&first));
    // Where there are two, another one of the same network is in the place of the first.
    let _fourth = seats.take(address(2)).expect("a seat");
    assert!(is_evicted(&second) && !is_evicted(&third));
}

#[test]
fn a_proxy_keeps_its_seat_until_it_names_its_client() {
    let seats = Seats::new(2, PATIENCE);
    let [(first, _), (second, _)] = [(); 2].map(|()| seats.take(None).expect("a seat"));
    first.settle([192, 0, 2, 1].into());
    assert!(seats.take(address(2)).is_none());
    second.settle([192, 0, 2, 1].into());
    assert!(seats.take(address(2)).is_some() && is_evicted(&first));
}

#[test]
fn nothing_is_left_of_those_that_have_gone() {
    let seats = Seats::new(2, PATIENCE);
    let (first, _) = seats.take(address(1)).expect("a seat");
    let work = first.work();
    let (second, _) = seats.take(address(1)).expect("a seat");
    drop(first);
    // Its answer is still being made.
    assert_eq!(seats.taken.lock().sitters.len(), 2);
    drop(work);
    assert_eq!(seats.taken.lock().sitters.len(), 1);
    let _others = [seats.take(address(1)).expect("a seat"), seats.take(address(2)).expect("a seat")];
    assert!(is_evicted(&second));
    drop(second.work());
    drop(second);
    assert_eq!(seats.taken.lock().sitters.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_waits_until_there_is_a_seat() {
    let seats = Seats::new(1, PATIENCE);
    let (first, _) = seats.take(address(1)).expect("a seat");
    let mut context = Context::from_waker(Waker::noop());
    let work = first.work();
    let mut waiting = pin!(seats.wait(address(2)));
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    drop(work);
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    drop(first);
    let Poll::Ready((_seat, from)) = waiting.as_mut().poll(&mut context) else { panic!("no seat") };
    assert_eq!(from, None);
}

#[tokio::test(start_paused = true)]
async fn the_only_one_of_a_network_goes_for_another_network_when_the_patience_is_lost() {
    let seats = Seats::new(2, PATIENCE);
    let (first, _) = seats.take(address(1)).expect("a seat");
    let (second, _) = seats.take(address(2)).expect("a seat");
    tokio::time::advance(PATIENCE / 2).await;
    assert!(seats.take(address(3)).is_none());
    // The service has waited for it since now.
    drop(first.work());
    tokio::time::advance(PATIENCE / 2).await;
    // A network that has a seat gets no other one for it.
    assert!(seats.take(address(1)).is_none() && !is_evicted(&second));
    assert_eq!(seats.take(address(3)).expect("a seat").1, address(2));
    assert!(is_evicted(&second) && !is_evicted(&first));
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_waits_until_the_patience_is_lost() {
    let seats = Seats::new(1, PATIENCE);
    let (first, _) = seats.take(address(1)).expect("a seat");
    let begun = Instant::now();
    let (_second, from) = seats.wait(address(2)).await;
    assert_eq!((from, begun.elapsed()), (address(1), PATIENCE));
    assert!(is_evicted(&first));
}
