//! What a right sign-in waits for while strangers guess.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::flood::Flood;
use super::{ALICE, BOB, gets_in, service};

/// The number of guesses that are answered between a right sign-in and its ticket.
async fn overtaken_by(server: &Arc<msnp_testkit::TestServer>, flood: &Flood, from: &str) -> usize {
    let before = flood.answered();
    assert!(gets_in(server, from, ALICE).await);
    flood.answered() - before
}

/// As many as the pool works on, one of each address, and what was answered on the way.
#[tokio::test]
async fn guesses_from_a_few_addresses_delay_nobody_else() {
    let server = Arc::new(service(|_| {}).await);
    let flood = Flood::start(&server, 5, 60, false);
    flood.answer(20).await;
    let overtaken = overtaken_by(&server, &flood, "192.0.2.1").await;
    assert!(overtaken < 60, "{overtaken} of 300 guesses came first");
}

#[tokio::test]
async fn guesses_from_many_addresses_turn_nobody_else_away() {
    let server = Arc::new(service(|_| {}).await);
    assert!(gets_in(&server, "192.0.2.1", ALICE).await);
    let flood = Flood::start(&server, 45, 9, false);
    flood.answer(90).await;
    for from in ["192.0.2.1", "192.0.2.2"] {
        let overtaken = overtaken_by(&server, &flood, from).await;
        assert!(overtaken < 120, "{overtaken} of 405 guesses came first");
    }
}

/// The time that a right sign-in takes while 300 addresses guess as fast as they are answered. Run it with
/// `cargo test -p papillon-tests --test password_door -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, of half a minute and more"]
async fn measure_a_flood_from_300_addresses() {
    // To the service all connections come from one address: the proxy's.
    let server = Arc::new(service(|config| config.limits.http_connections_per_address = 10_000).await);
    assert!(gets_in(&server, "192.0.2.1", ALICE).await);
    report("no flood, a known address", &server, |_| "192.0.2.1".to_owned(), ALICE).await;
    let flood = Flood::start(&server, 300, 8, true);
    flood.answer(600).await;
    report("a known address", &server, |_| "192.0.2.1".to_owned(), ALICE).await;
    report("another address each time", &server, |number| format!("192.0.2.{}", number + 10), BOB).await;
    drop(flood);
    // From its beginning, when no address has failed yet.
    let server = Arc::new(service(|config| config.limits.http_connections_per_address = 10_000).await);
    let flood = Flood::start(&server, 300, 1, true);
    report("one guess at a time", &server, |number| format!("198.51.100.{}", number + 10), BOB).await;
    println!("{} guesses were answered meanwhile", flood.answered());
}

async fn report(
    what: &str,
    server: &Arc<msnp_testkit::TestServer>,
    from: impl Fn(usize) -> String,
    handle: &str,
) {
    let mut times = Vec::new();
    let mut refused = 0;
    let mut people = JoinSet::new();
    // Somebody comes every quarter of a second, whether those before have been answered or not.
    let mut pace = tokio::time::interval(Duration::from_millis(250));
    for number in 0..80 {
        pace.tick().await;
        let (server, from, handle) = (Arc::clone(server), from(number), handle.to_owned());
        people.spawn(async move {
            let start = Instant::now();
            let got_in = gets_in(&server, &from, &handle).await;
            (got_in, start.elapsed())
        });
    }
    for (got_in, time) in people.join_all().await {
        if got_in { times.push(time) } else { refused += 1 }
    }
    times.sort_unstable();
    let share = |percent: usize| times.get(times.len() * percent / 101).copied().unwrap_or_default();
    println!(
        "{what}: {} right sign-ins, p50 {:?}, p90 {:?}, longest {:?}, {refused} refused",
        times.len() + refused,
        share(50),
        share(90),
        share(100),
    );
}
