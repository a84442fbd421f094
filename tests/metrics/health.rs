//! `/health`, on the metrics listener and on the public ones.

use std::time::Duration;

use msnp_testkit::TestServer;
use msnp_testkit::http::request;
use papillon_server::Config;

use crate::scrape::get;

/// The status and the facts without the time.
async fn health(server: &TestServer, path: &str) -> (u16, String) {
    let answer = get(server, path).await;
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    let facts = String::from_utf8(answer.body.clone()).expect("text");
    let (before, seconds) = facts.split_once("\"uptime_seconds\":").expect("the time");
    assert!(seconds.trim_end().trim_end_matches('}').parse::<u64>().is_ok(), "{facts}");
    (answer.status(), before.to_owned())
}

const READY: &str = r#"{"status":"ready","service":"serving","database":"answers","#;

#[tokio::test]
async fn a_service_says_that_it_is_ready() {
    let server = TestServer::start().await;
    for path in ["/health", "/health/ready"] {
        assert_eq!(health(&server, path).await, (200, READY.into()));
    }
    assert_eq!(health(&server, "/health/live").await, (200, r#"{"status":"live","#.into()));
    for path in ["/health", "/health/ready"] {
        let words = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let answer = request(server.addresses.http, words.as_bytes()).await;
        assert!(answer.status() == 200 && answer.body.starts_with(READY.as_bytes()), "{answer:?}");
    }
}

#[tokio::test]
async fn one_that_goes_down_is_alive_and_not_ready() {
    let grace = |config: &mut Config| config.shutdown_grace = Duration::from_secs(600);
    let server = TestServer::with(grace).await;
    server.begin_to_stop().await;
    let facts = r#"{"status":"unavailable","service":"stopping","database":"answers","#;
    // It takes the message in its own time.
    while health(&server, "/health").await.0 == 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(health(&server, "/health/ready").await, (503, facts.into()));
    assert_eq!(health(&server, "/health/live").await.0, 200);
}

/// A database whose file is gone answers nothing.
#[tokio::test]
async fn one_without_its_database_is_alive_and_not_ready() {
    let server = TestServer::start().await;
    assert_eq!(health(&server, "/health").await.0, 200);
    std::fs::rename(server.folder().join("papillon.db"), server.folder().join("away.db"))
        .expect("a new name");
    let facts = r#"{"status":"unavailable","service":"serving","database":"silent","#;
    // The watch over the database notices it in its own time.
    while health(&server, "/health").await.0 == 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(health(&server, "/health").await, (503, facts.into()));
    assert_eq!(health(&server, "/health/live").await.0, 200);
    std::fs::rename(server.folder().join("away.db"), server.folder().join("papillon.db"))
        .expect("the old name");
    while health(&server, "/health").await.0 != 200 {
        tokio::task::yield_now().await;
    }
}

/// Nothing of the site is here, and nothing of this is there.
#[tokio::test]
async fn the_listener_serves_nothing_else() {
    let server = TestServer::start().await;
    for path in ["/", "/login", "/admin", "/gateway/gateway.dll", "/rdr/pprdr.asp"] {
        assert_eq!(get(&server, path).await.status(), 404, "{path}");
    }
    let words = b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    assert_eq!(request(server.addresses.http, words).await.status(), 404);
    let words = b"POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert_eq!(request(server.addresses.metrics, words).await.status(), 405);
}
