//! Tests of the limits on failed sign-ins.

use std::time::Duration;

use super::*;

fn attempts(per_account: u32, per_address: u32) -> Attempts {
    Attempts::new(&Limits {
        sign_in_failures_per_account: per_account,
        sign_in_failures_per_address: per_address,
        ..Limits::default()
    })
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

fn device(account: &str, from: &str, id: u8) -> Attempt {
    Attempt::new(account, ip(from), Place::Device(DeviceId::from([id; 16])))
}

/// Whether this may be judged; it fails then.
fn try_failing(attempts: &mut Attempts, attempt: &Attempt, now: Instant) -> bool {
    let is_free = attempts.standing(attempt, now) == Standing::Free;
    if is_free {
        attempts.begin(attempt);
        attempts.end(attempt, true, now);
    }
    is_free
}

fn fail(attempts: &mut Attempts, account: &str, from: &str, now: Instant) -> bool {
    try_failing(attempts, &stranger(account, from), now)
}

#[test]
fn an_account_is_limited_wherever_the_guesses_come_from() {
    let (mut attempts, now) = (attempts(3, 100), Instant::now());
    assert!((1..=3).all(|n| fail(&mut attempts, "a@b.c", &format!("10.0.0.{n}"), now)));
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now));
    assert!(fail(&mut attempts, "other@b.c", "10.0.0.9", now));
    // A third of a minute brings one token.
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_millis(19_999)));
    assert!(fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_secs(20)));
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_secs(20)));
}

#[test]
fn an_address_is_limited_whatever_it_guesses() {
    let (mut attempts, now) = (attempts(100, 2), Instant::now());
    assert_eq!(attempts.fail_without_account(Network::of(ip("10.0.0.1")), now), Standing::Free);
    assert!(fail(&mut attempts, "a@b.c", "::ffff:10.0.0.1", now));
    assert!(!fail(&mut attempts, "d@b.c", "10.0.0.1", now));
    let standing = attempts.fail_without_account(Network::of(ip("10.0.0.1")), now);
    assert_eq!(standing, Standing::UsedUp { wait: MINUTE / 2 });
    assert!(fail(&mut attempts, "d@b.c", "10.0.0.2", now));
}

#[test]
fn a_64_is_one_address() {
    let (mut attempts, now) = (attempts(100, 2), Instant::now());
    assert!(fail(&mut attempts, "a@b.c", "2001:db8::1", now));
    assert!(fail(&mut attempts, "b@b.c", "2001:db8::2:3:4:5", now));
    assert!(!fail(&mut attempts, "c@b.c", "2001:db8::9", now));
    assert!(fail(&mut attempts, "c@b.c", "2001:db8:0:1::9", now));
}

#[test]
fn a_success_costs_nothing() {
    let (mut attempts, now) = (attempts(1, 1), Instant::now());
    for attempt in [stranger("a@b.c", "10.0.0.1"), known("a@b.c", "10.0.0.1"), device("a@b.c", "10.0.0.1", 1)]
    {
        for _ in 0..100 {
            assert_eq!(attempts.standing(&attempt, now), Standing::Free);
            attempts.begin(&attempt);
            // The second of two at the same time has to wait for the first one's outcome.
            assert_eq!(attempts.standing(&attempt, now), Standing::Held);
            attempts.end(&attempt, false, now);
        }
    }
    assert_eq!(attempts.lane_of_strangers(&Network::of(ip("10.0.0.1")), 0, now), 1);
}

#[test]
fn a_refused_attempt_costs_nothing() {
    let (mut attempts, now) = (attempts(5, 1), Instant::now());
    assert!(fail(&mut attempts, "a@b.c", "10.0.0.1", now));
    for _ in 0..10 {
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.1", now));
    }
    assert!((2..=5).all(|n| fail(&mut attempts, "a@b.c", &format!("10.0.0.{n}"), now)));
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.6", now));
}

#[test]
fn a_limit_of_zero_is_one() {
    let (mut attempts, now) = (attempts(0, 0), Instant::now());
    assert!(fail(&mut attempts, "a@b.c", "10.0.0.1", now));
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.1", now));
}

#[test]
fn strangers_do_not_use_up_what_a_known_place_may_fail() {
    let (mut attempts, now) = (attempts(2, 3), Instant::now());
    assert!((1..=2).all(|n| fail(&mut attempts, "a@b.c", &format!("10.0.0.{n}"), now)));
    assert!((1..=2).all(|n| fail(&mut attempts, &format!("b{n}@b.c"), "10.0.0.1", now)));
    assert!(!fail(&mut attempts, "a@b.c", "10.0.0.1", now));
    // Neither those of the account nor those of the address.
    let places = [known("a@b.c", "10.0.0.1"), device("a@b.c", "10.0.0.1", 1), device("a@b.c", "10.0.0.1", 2)];
    for place in &places {
        assert_eq!(attempts.standing(place, now), Standing::Free);
    }
    // Each place has its own.
    for place in &places {
        assert!(
            (0..2).all(|_| try_failing(&mut attempts, place, now)) && !try_failing(&mut attempts, place, now)
        );
    }
}

#[test]
fn all_known_accounts_of_an_address_share_a_limit() {
    let (mut attempts, now) = (attempts(2, 3), Instant::now());
    assert!((1..=3).all(|n| try_failing(&mut attempts, &known(&format!("a{n}@b.c"), "10.0.0.1"), now)));
    assert!(!try_failing(&mut attempts, &known("a4@b.c", "10.0.0.1"), now));
    assert!(!fail(&mut attempts, "s@b.c", "10.0.0.1", now), "they count for strangers of the address");
    assert!(try_failing(&mut attempts, &known("a4@b.c", "10.0.0.2"), now));
    assert!(try_failing(&mut attempts, &device("a4@b.c", "10.0.0.1", 1), now));
}

#[test]
fn the_lane_follows_the_failures_of_the_address_and_its_queue() {
    let (mut attempts, now) = (attempts(100, 100), Instant::now());
    let [one, other] = ["10.0.0.1", "10.0.0.2"].map(|address| Network::of(ip(address)));
    let mut lanes = Vec::new();
    for number in 0..12 {
        lanes.push(attempts.lane_of_strangers(&one, 0, now));
        assert!(fail(&mut attempts, &format!("a{number}@b.c"), "10.0.0.1", now));
    }
    assert_eq!(lanes, [1, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4]);
    let waiting = |waiting| attempts.lane_of_strangers(&other, waiting, now);
    assert_eq!([0, 1, 2, 3, 8, 9, usize::MAX].map(waiting), [1, 2, 2, 3, 3, 4, 4]);
    assert_eq!(attempts.lane_of_strangers(&one, 0, now + HOUR), 1, "after an hour all is forgotten");
    assert!(STRANGERS.eq([1, 2, 3, 4]));
}
