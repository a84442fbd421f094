//! The service on PostgreSQL, when the database goes away or answers no more.
//!
//! Without PostgreSQL on the machine these tests print that they did not run, or fail if
//! `PAPILLON_REQUIRE_POSTGRES=1`.
#![cfg(target_os = "linux")]

#[path = "../../crates/papillon-store/tests/conformance/postgres_server.rs"]
mod postgres_server;

use std::time::Duration;

use msnp_testkit::browser::Browser;
use msnp_testkit::{DEADLINE, Ns, PASSWORD, TestServer, http};
use papillon_store::PostgresStore;
use postgres_server::Server;
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinSet;
use tokio::time::timeout;

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";

/// The time for which the store may wait for the server in these tests.
const PATIENCE: Duration = Duration::from_millis(300);
/// Within this, every client has an answer.
const ANSWER: Duration = Duration::from_secs(5);

async fn service(url: &str) -> TestServer {
    let store = PostgresStore::connect_patiently(url, PATIENCE).await.expect("a database");
    let server = TestServer::on(store).await;
    server.account(BOB).await;
    server
}

/// Each client gets an answer to each request, at each entry point: that it cannot be done.
async fn everybody_is_answered(server: &TestServer, people: &mut [Ns]) {
    let mut doors = JoinSet::new();
    let address = server.addresses.http;
    for _ in 0..4 {
        doors.spawn(async move { http::login(address, ALICE, PASSWORD).await.status() });
    }
    let mut browser = Browser::new(server);
    doors.spawn(async move { browser.sign_in(ALICE, PASSWORD).await.status() });
    // All of them want the same turn.
    for person in &mut *people {
        person.send(&format!("ADD 5 FL {BOB} Bob 0")).await;
        person.send("ADG 6 Work 0").await;
        person.send("REM 7 BL bob@example.com").await;
    }
    let all = async {
        for person in people {
            for transaction in 5..8 {
                person.expect(&format!("501 {transaction}")).await;
            }
        }
        doors.join_all().await
    };
    let statuses = timeout(ANSWER, all).await.expect("somebody has no answer");
    assert_eq!(statuses, [500; 5]);
    // A request that needs no database is not held up.
    let mut stranger = Browser::new(server);
    assert_eq!(stranger.get("/login").await.status(), 200);
    assert_eq!(stranger.get("/register").await.status(), 200);
}

/// Without a restart, a client that is still signed in adds Bob.
async fn it_is_back(person: &mut Ns) {
    let tries = async {
        loop {
            let answer = person.ask(&format!("ADD 9 FL {BOB} Bob 0")).await;
            if !answer.starts_with("501 ") {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = timeout(DEADLINE, tries).await.expect("the service does not come back");
    assert_eq!(answer, format!("ADD 9 FL 2 {BOB} Bob 0"));
    person.send(&format!("REM 10 FL {BOB}")).await;
    person.expect_prefix("REM 10 FL 3 ").await;
}

async fn people(server: &TestServer) -> Vec<Ns> {
    let mut people = Vec::new();
    for name in [ALICE, "carol@example.com", "dave@example.com"] {
        people.push(Ns::sign_in(server, name, 9).await);
    }
    people
}

#[tokio::test]
async fn a_database_that_answers_no_more_keeps_nobody_waiting() {
    let Some(database) = Server::start() else { return };
    let server = service(&database.database("silent").await).await;
    let mut people = people(&server).await;
    database.freeze();
    everybody_is_answered(&server, &mut people).await;
    everybody_is_answered(&server, &mut people).await;
    database.thaw();
    it_is_back(&mut people[0]).await;
    assert_eq!(http::login(server.addresses.http, ALICE, PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_database_that_is_gone_keeps_nobody_waiting() {
    let Some(mut database) = Server::start() else { return };
    let server = service(&database.database("gone").await).await;
    let mut people = people(&server).await;
    database.stop();
    everybody_is_answered(&server, &mut people).await;
    database.start_again();
    it_is_back(&mut people[1]).await;
    assert_eq!(http::login(server.addresses.http, ALICE, PASSWORD).await.status(), 200);
}

/// Alice was told that Bob could not be added, and in the end he is on her list: Bob is told at once, and
/// Alice reads her list again.
#[tokio::test]
async fn what_was_refused_and_is_stored_all_the_same_is_noticed() {
    let Some(database) = Server::start() else { return };
    let url = database.database("doubt").await;
    let server = service(&url).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut operator = PgConnection::connect(&url).await.expect("a connection");
    let dawdle = "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'; \
         CREATE CONSTRAINT TRIGGER dawdles AFTER INSERT ON contacts DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.lists = 1) EXECUTE FUNCTION dawdle()";
    operator.execute(sqlx::raw_sql(dawdle)).await.expect("a trigger");
    alice.send(&format!("ADD 5 FL {BOB} Bob 0")).await;
    alice.expect("501 5").await;
    bob.expect(&format!("ADD 0 RL 2 {ALICE} Alice")).await;
    // She may see him before that.
    alice.rest().await;
    assert_eq!(bob.syn().await.contact(ALICE), Some("LST alice@example.com Alice 8"));
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    assert_eq!(alice.syn().await.contact(BOB), Some("LST bob@example.com Bob 1 0"));
    // And everything goes on.
    alice.send("ADG 8 Work 0").await;
    alice.expect("ADG 8 3 Work 1 0").await;
}
