//! The checks on PostgreSQL.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::Place;
use crate::postgres_server::Server;
use crate::sqlite_file::runtime;

/// A check: its name and its steps.
pub type Check = (&'static str, fn(Place) -> Pin<Box<dyn Future<Output = ()> + Send>>);

/// Runs the checks, a database each, and reports all that failed.
pub fn run(checks: &[Check]) {
    let Some(server) = Server::start() else { return };
    let failed = runtime().block_on(async {
        let mut failed = Vec::new();
        for (number, (name, check)) in checks.iter().enumerate() {
            let place = Place { url: server.database(&format!("check_{number}")).await };
            let outcome = tokio::time::timeout(Duration::from_secs(120), tokio::spawn(check(place))).await;
            if !matches!(outcome, Ok(Ok(()))) {
                failed.push(*name);
            }
        }
        failed
    });
    drop(server);
    assert!(failed.is_empty(), "failed on PostgreSQL: {failed:#?}");
}
