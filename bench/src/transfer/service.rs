//! The service with its Passport, for clients that sign in by themselves: `papillon-bench
//! --transfer-service`.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use msnp_testkit::{Handle, TestServer};
use papillon_server::Config;
use papillon_server::passport::TicketMint;

use crate::service::user;

/// The numbers of the two clients of opaque messages, and of the sender and the receiver of files.
pub const OPAQUE: [usize; 2] = [0, 1];
/// See [`OPAQUE`].
pub const FILES: [usize; 2] = [2, 3];

/// Makes the accounts, prints its addresses and the tickets, and serves until standard
/// input ends.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = TestServer::start().await;
        for number in OPAQUE {
            server.account(&user(number)).await;
        }
        let [from, to] = FILES.map(user);
        server.befriend(&from, &to).await;
        greet(&server).await?;
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
        // Any outcome of the read means that the parent is done.
        let _ = ended.await;
        drop(server);
        Ok(())
    })
}

async fn greet(server: &TestServer) -> Result<()> {
    let key = server.store().secret("ticket-key", &[]).await?;
    let key = key.try_into().ok().context("a key of another length")?;
    let mint = TicketMint::new(key, Config::new(".").ticket_lifetime);
    // Issued a moment ago, so that a clock that is set back a little does no harm.
    let now = SystemTime::now() - Duration::from_secs(5);
    let mut greeting =
        format!("port {}\npassport {}\n", server.addresses.msnp.port(), server.addresses.https.port());
    for number in OPAQUE {
        let account = server.store().account(&Handle::parse(&user(number))?).await?;
        let account = account.context("an account that was made")?;
        greeting +=
            &format!("ticket {} {}\n", user(number), mint.issue(account.id.0, account.credential_epoch, now));
    }
    let mut output = std::io::stdout().lock();
    writeln!(output, "{greeting}ready")?;
    Ok(output.flush()?)
}
