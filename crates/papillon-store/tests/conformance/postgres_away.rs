//! A PostgreSQL server that goes away, that answers no more, and that comes back.

use std::sync::Arc;
use std::time::Duration;

use papillon_store::{PostgresStore, Store, StoreError};
use tokio::time::timeout;

use crate::place::*;
use crate::postgres_server::Server;
use crate::sqlite_file::runtime;

/// The longest wait of the store for the server in these checks: enough for forty changes of one account, one after
/// another, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);
/// Within this there is an answer.
const ANSWER: Duration = Duration::from_secs(5);
/// The time limit of any step on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Opens the store, again where a busy machine takes longer than the patience: that is short for the checks, and no
/// fault before they begin.
async fn connect(url: &str) -> Arc<dyn Store> {
    let opened = async {
        loop {
            match PostgresStore::connect_patiently(url, PATIENCE).await {
                Ok(store) => return store,
                Err(StoreError::Unavailable(_)) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    timeout(DEADLINE, opened).await.expect("the store cannot be opened")
}

/// Twenty readers and twenty writers: all have their answer, and it is no.
async fn nobody_waits(store: &Arc<dyn Store>) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (reader, writer) = (store.clone(), store.clone());
        tasks.spawn(async move { reader.account(&handle("alice")).await.map(drop) });
        tasks.spawn(async move { writer.create_account(new_account(&format!("p{number}"))).await.map(drop) });
    }
    let outcomes = timeout(ANSWER, tasks.join_all()).await.expect("somebody waits");
    for outcome in outcomes {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
}

/// The server answers again, and so does the store, without being opened again.
async fn all_is_well(store: &Arc<dyn Store>) {
    let reads = async {
        while store.account(&handle("alice")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, reads).await.expect("the store does not come back");
    let alice = store.account(&handle("alice")).await.unwrap().unwrap().id;
    // Every connection that is still kept works: more at once than there are.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let store = store.clone();
        tasks.spawn(async move { store.add_group(alice, &group_name("x")).await.map(drop) });
    }
    for outcome in tasks.join_all().await {
        assert!(matches!(outcome, Ok(()) | Err(StoreError::Refused(_))), "{outcome:?}");
    }
}

#[test]
fn a_server_that_is_gone() {
    let Some(mut server) = Server::start() else { return };
    runtime().block_on(async {
        let store = connect(&server.database("gone").await).await;
        person(&store, "alice").await;
        all_is_well(&store).await;
        server.stop();
        nobody_waits(&store).await;
        nobody_waits(&store).await;
        server.start_again();
        all_is_well(&store).await;
        // So quickly that nobody noticed: not even one request fails.
        server.stop();
        server.start_again();
        let url = server.database("other").await;
        store.account(&handle("alice")).await.unwrap();
        store.set_admin(&handle("alice"), true).await.unwrap();
        drop(connect(&url).await);
    });
}

#[test]
fn a_server_that_answers_no_more() {
    let Some(server) = Server::start() else { return };
    runtime().block_on(async {
        let url = server.database("silent").await;
        let store = connect(&url).await;
        person(&store, "alice").await;
        for _ in 0..2 {
            all_is_well(&store).await;
            server.freeze();
            nobody_waits(&store).await;
            nobody_waits(&store).await;
            let opened = timeout(ANSWER, PostgresStore::connect_patiently(&url, PATIENCE)).await;
            assert!(opened.expect("opening waits").is_err());
            server.thaw();
        }
        all_is_well(&store).await;
    });
}

/// A change that was refused because its commit took too long is on the disk in the end. Until that has been
/// looked into, nothing else is built upon it.
#[test]
fn a_commit_whose_answer_does_not_come() {
    let Some(server) = Server::start() else { return };
    runtime().block_on(async {
        let place = Place { url: server.database("doubt").await };
        let store = connect(&place.url).await;
        let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
        place
            .tamper(
                "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'; \
                 CREATE CONSTRAINT TRIGGER dawdles AFTER INSERT ON contacts DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW WHEN (NEW.lists = 1) EXECUTE FUNCTION dawdle()",
            )
            .await;
        let added = store.add_to_forward(alice, &handle("bob"), &friendly("Bob"), Absent, NO_LIMIT).await;
        assert!(matches!(added, Err(StoreError::Unavailable(_))), "{added:?}");
        assert_eq!(store.in_doubt(), [alice, bob]);
        let looked = async {
            loop {
                match store.look_into(alice).await {
                    Ok(found) => break found.unwrap().1,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        let found = timeout(DEADLINE, looked).await.expect("the doubt stays");
        assert_eq!((found.version, found.contacts.len()), (v(2), 1));
        // Bob has not been looked into.
        assert_eq!(store.in_doubt(), [bob]);
        let renamed = store.add_group(bob, &group_name("x")).await;
        assert!(matches!(renamed, Err(StoreError::Unavailable(_))), "{renamed:?}");
        store.add_group(alice, &group_name("x")).await.unwrap();
        store.look_into(bob).await.unwrap();
        store.add_group(bob, &group_name("x")).await.unwrap();
        assert!(store.in_doubt().is_empty());
    });
}
