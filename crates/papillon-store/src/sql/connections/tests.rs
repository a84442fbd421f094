//! Lending on a database in memory, with a clock that the test moves where only waits are concerned.

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn connections(most: usize, patience: Option<Duration>) -> Arc<Connections> {
    at("sqlite::memory:", most, patience)
}

fn at(address: &str, most: usize, patience: Option<Duration>) -> Arc<Connections> {
    sqlx::any::install_default_drivers();
    let options = address.parse().unwrap();
    Connections::new(Source { options, settings: "PRAGMA user_version = 7", patience, files: None }, most)
}

/// The number of connections that are kept.
fn kept(connections: &Connections) -> usize {
    connections.free.lock().connections.len()
}

#[tokio::test]
async fn a_connection_that_is_given_back_is_lent_again() {
    let connections = connections(1, Some(PATIENCE));
    let mut lent = connections.lend().await.unwrap();
    assert!(lent.is_new);
    lent.execute("CREATE TABLE mark (x)").await.unwrap();
    lent.give_back();
    let mut lent = connections.lend().await.unwrap();
    assert!(!lent.is_new);
    lent.execute("SELECT x FROM mark").await.unwrap();
}

#[tokio::test]
async fn one_that_is_too_old_is_not_lent_where_a_router_may_have_forgotten_it() {
    for (patience, forgets) in [(Some(PATIENCE), true), (None, false)] {
        let connections = connections(2, patience);
        connections.fill(2).await.unwrap();
        assert_eq!(kept(&connections), 2);
        // Nothing is waited for while it stands still.
        tokio::time::pause();
        connections.free.lock().connections.iter_mut().for_each(|(_, at)| *at = Instant::now());
        tokio::time::advance(FRESH).await;
        assert!(connections.take_free().0.is_some(), "one of exactly this age");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(connections.take_free().0.is_none(), forgets);
        assert_eq!(kept(&connections), 0);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn connections_from_before_a_failure_are_never_lent_again() {
    let connections = connections(2, Some(PATIENCE));
    connections.fill(1).await.unwrap();
    let lent = connections.lend().await.unwrap();
    connections.fill(1).await.unwrap();
    connections.forget_all();
    assert_eq!(kept(&connections), 0);
    lent.give_back();
    assert_eq!(kept(&connections), 0, "this one is from before, too");
    connections.lend().await.unwrap().give_back();
    assert_eq!(kept(&connections), 1);
}

#[tokio::test]
async fn a_connection_that_is_dropped_in_the_middle_of_its_work_is_not_lent_again() {
    let connections = connections(1, None);
    let mut lent = connections.lend().await.unwrap();
    lent.execute("CREATE TABLE mark (x)").await.unwrap();
    drop(lent);
    let mut lent = connections.lend().await.unwrap();
    assert!(lent.is_new && lent.execute("SELECT x FROM mark").await.is_err());
}

#[tokio::test]
async fn a_request_has_all_of_its_time_for_the_database() {
    let without = connections(1, None);
    assert_eq!(without.lend().await.unwrap().deadline(), None);
    let connections = connections(1, Some(PATIENCE));
    connections.fill(1).await.unwrap();
    tokio::time::pause();
    let lent = connections.lend().await.unwrap();
    assert_eq!((lent.deadline(), lent.patient), (Some(Instant::now() + PATIENCE), true));
}

/// It waits in all for half as long again as the database may take.
#[tokio::test]
async fn a_request_that_has_waited_for_others_has_less_time_and_proves_nothing() {
    let connections = connections(1, Some(PATIENCE));
    connections.fill(1).await.unwrap();
    tokio::time::pause();
    let lent = connections.lend().await.unwrap();
    let begun = Instant::now();
    let waiting = tokio::spawn({
        let connections = Arc::clone(&connections);
        async move { connections.lend().await }
    });
    tokio::task::yield_now().await;
    tokio::time::advance(PATIENCE * 3 / 4).await;
    lent.give_back();
    let late = waiting.await.unwrap().unwrap();
    assert_eq!((late.deadline(), late.patient), (Some(begun + PATIENCE * 3 / 2), false));

    let begun = Instant::now();
    let Err(Fault::Outage(words)) = connections.lend().await else { panic!("there is no room") };
    assert_eq!(words, "all connections to it are in use");
    let waited = begun.elapsed();
    assert!((PATIENCE * 3 / 2..PATIENCE * 2).contains(&waited), "{waited:?}");
}

/// Requests wait for the first question only, and for a second at most.
#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_known_to_be_silent_after_a_second() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("postgres://papillon@{}/papillon", server.local_addr().unwrap());
    let connections = at(&address, 1, Some(PATIENCE));
    let begun = Instant::now();
    connections.judge(&Fault::TimedOut, true);
    let decided = tokio::time::timeout(PATIENCE, connections.reach.see()).await.expect("it is decided");
    assert!(matches!(decided, Err(Fault::Outage(words)) if words == "it does not answer"));
    let waited = begun.elapsed();
    assert!((1000..2000).contains(&waited.as_millis()), "{waited:?}");
}

/// Of the other connections those are given up that the failure says something about.
#[tokio::test]
async fn a_failure_is_judged() {
    for (fault, patient, forgets) in [
        (Fault::TimedOut, true, true),
        (Fault::TimedOut, false, false),
        (Fault::Driver(sqlx::Error::WorkerCrashed), true, true),
        (Fault::Driver(sqlx::Error::RowNotFound), true, false),
        (Fault::busy(), true, false),
    ] {
        let connections = connections(2, None);
        connections.fill(2).await.unwrap();
        connections.judge(&fault, patient);
        // A database in doubt is asked, and answers.
        connections.reach.see().await.unwrap();
        assert_eq!(kept(&connections) == 0, forgets, "{fault:?} {patient}");
    }
}

#[tokio::test]
async fn only_a_kept_connection_can_have_been_lost_unnoticed() {
    let connections = connections(1, None);
    let lost = Fault::Driver(sqlx::Error::WorkerCrashed);
    let lent = connections.lend().await.unwrap();
    assert!(!lent.was_stale(&lost), "it is new");
    lent.give_back();
    let lent = connections.lend().await.unwrap();
    assert!(lent.was_stale(&lost));
    assert!(!lent.was_stale(&Fault::TimedOut));
}
