//! PostgreSQL stops, and comes back; PostgreSQL answers no more, and then answers again.

#[path = "../../../crates/papillon-store/tests/conformance/postgres_server.rs"]
mod postgres_server;

use anyhow::Result;
use tokio::task::spawn_blocking;

use self::postgres_server::Server;
use super::storage::{self, Faulty};
use crate::ground::{Arena, Setup};
use crate::needs;
use crate::report::Report;
use crate::stage::Stage;

/// Clients that change their lists.
const CHANGERS: usize = 4;

/// The server is stopped as a loss of power does it.
pub async fn stopped(arena: &Arena) -> Result<Report> {
    let (mut server, mut stage) = begin(arena, "stopped").await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    // Its helper waits for answers, which no thread of the runtime should.
    server = spawn_blocking(move || {
        server.stop();
        server
    })
    .await?;
    let refused = faulty.refused().await?;
    stage.done(refused);
    let _server = spawn_blocking(move || {
        server.start_again();
        server
    })
    .await?;
    let recovered = faulty.recovered().await?;
    stage.done(recovered);
    finish(stage).await
}

/// All its processes are stopped (`SIGSTOP`) and go on later.
pub async fn stalled(arena: &Arena) -> Result<Report> {
    let (server, mut stage) = begin(arena, "stalled").await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    server.freeze();
    stage.only_waits();
    let refused = faulty.refused().await;
    server.thaw();
    stage.done(refused?);
    let recovered = faulty.recovered().await?;
    stage.done(recovered);
    finish(stage).await
}

async fn begin(arena: &Arena, name: &str) -> Result<(Server, Stage)> {
    let Some(server) = spawn_blocking(Server::start).await? else {
        return needs::skip("needs PostgreSQL (Debian: apt-get install postgresql)");
    };
    let mut setup = Setup { database: Some(server.database(name).await), ..Setup::default() };
    storage::populate(&mut setup, CHANGERS);
    let stage = Stage::set(arena, setup).await?;
    Ok((server, stage))
}

async fn finish(mut stage: Stage) -> Result<Report> {
    stage.expect_counted(&["store_failures", "log:"], 1);
    Ok(stage.judge().await)
}
