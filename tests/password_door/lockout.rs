//! Failures of strangers, and the places where an account has signed in before.

use msnp_testkit::PASSWORD;
use msnp_testkit::browser::Browser;
use tokio::task::JoinSet;

use super::{ALICE, BOB, gets_in, is_limited, login, service, text};

/// Uses up the failures that strangers have for an account.
async fn guess_ten_times(server: &msnp_testkit::TestServer, handle: &str) {
    for number in 1..=10 {
        let answer = login(server, &format!("198.51.100.{number}"), handle, "a guess").await;
        assert!(text(&answer).contains("not right"), "{}", text(&answer));
    }
    assert!(is_limited(&login(server, "198.51.100.11", handle, PASSWORD).await));
}

#[tokio::test]
async fn an_owner_comes_in_by_messenger_where_the_account_has_signed_in_before() {
    let server = service(|_| {}).await;
    assert!(gets_in(&server, "192.0.2.1", ALICE).await);
    guess_ten_times(&server, ALICE).await;
    for _ in 0..3 {
        assert!(gets_in(&server, "192.0.2.1", ALICE).await);
    }
    // The network of an IPv6 client is one place.
    guess_ten_times(&server, BOB).await;
    assert!(!gets_in(&server, "192.0.2.1", BOB).await, "a place is known for an account, and not for all");
}

#[tokio::test]
async fn an_ipv6_client_is_known_by_its_network() {
    let server = service(|_| {}).await;
    assert!(gets_in(&server, "2001:db8::1", ALICE).await);
    guess_ten_times(&server, ALICE).await;
    assert!(gets_in(&server, "2001:db8::9:8:7:6", ALICE).await);
    assert!(!gets_in(&server, "2001:db8:0:1::1", ALICE).await);
}

#[tokio::test]
async fn a_browser_is_known_wherever_it_goes() {
    let server = service(|_| {}).await;
    let at = |browser: &mut Browser, address| browser.headers = format!("X-Forwarded-For: {address}\r\n");
    let mut known = Browser::new(&server);
    at(&mut known, "192.0.2.1");
    assert_eq!(known.sign_in(ALICE, PASSWORD).await.location(), "/account");
    guess_ten_times(&server, ALICE).await;
    guess_ten_times(&server, BOB).await;
    at(&mut known, "203.0.113.5");
    assert_eq!(known.sign_in(ALICE, PASSWORD).await.location(), "/account");
    // It survives a sign-out, and a restart of the service.
    let form = known.get("/account").await.form("/logout");
    known.send(&form, &[]).await.location();
    assert_eq!(known.sign_in(ALICE, PASSWORD).await.location(), "/account");

    let mut other = Browser::new(&server);
    at(&mut other, "203.0.113.6");
    other.sign_in(ALICE, PASSWORD).await.says(429, "too many attempts");
    // What the browser has is good for the account that signed in.
    let form = known.get("/account").await.form("/logout");
    known.send(&form, &[]).await.location();
    known.sign_in(BOB, PASSWORD).await.says(429, "too many attempts");
}

#[tokio::test]
async fn a_known_browser_is_one_after_a_restart() {
    let server = service(|_| {}).await;
    let mut known = Browser::new(&server);
    assert_eq!(known.sign_in(ALICE, PASSWORD).await.location(), "/account");
    let cookies = known.cookies;
    let server = server.stop().await.start().await;
    guess_ten_times(&server, ALICE).await;
    let mut known = Browser::new(&server);
    known.cookies = cookies;
    assert_eq!(known.sign_in(ALICE, PASSWORD).await.location(), "/account");
    Browser::new(&server).sign_in(BOB, PASSWORD).await.location();
}

/// Guesses where the account has signed in have a limit of their own.
#[tokio::test]
async fn a_known_place_is_no_place_for_guesses() {
    let server = service(|_| {}).await;
    assert!(gets_in(&server, "192.0.2.1", ALICE).await);
    for _ in 0..10 {
        assert!(text(&login(&server, "192.0.2.1", ALICE, "a guess").await).contains("not right"));
    }
    let limited = login(&server, "192.0.2.1", ALICE, PASSWORD).await;
    assert!(is_limited(&limited));
    let wait: u64 = limited.header("Retry-After").expect("the wait").parse().expect("seconds");
    assert!((1..=6).contains(&wait), "{wait}");
    assert!(gets_in(&server, "192.0.2.2", ALICE).await, "other addresses do not pay for it");
    assert!(gets_in(&server, "192.0.2.1", BOB).await);
}

#[tokio::test]
async fn right_sign_ins_of_one_account_from_many_addresses_are_all_taken() {
    let server = std::sync::Arc::new(service(|_| {}).await);
    let mut people = JoinSet::new();
    for number in 1..=40 {
        let server = std::sync::Arc::clone(&server);
        people.spawn(async move { gets_in(&server, &format!("192.0.2.{number}"), ALICE).await });
    }
    let got_in = people.join_all().await.into_iter().filter(|got_in| *got_in).count();
    assert_eq!(got_in, 40);
}

/// Guesses that are made at once do not slip through together.
#[tokio::test]
async fn guesses_from_many_addresses_at_once_are_limited() {
    let server = std::sync::Arc::new(service(|_| {}).await);
    let mut guesses = JoinSet::new();
    for number in 1..=40 {
        let server = std::sync::Arc::clone(&server);
        guesses.spawn(async move { login(&server, &format!("192.0.2.{number}"), ALICE, "a guess").await });
    }
    let answers = guesses.join_all().await;
    assert_eq!(answers.iter().filter(|answer| text(answer).contains("not right")).count(), 10);
    assert_eq!(answers.iter().filter(|answer| is_limited(answer)).count(), 30);
}
