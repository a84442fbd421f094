//! A bot that repeats each text.
//!
//! In one terminal start a service to try. It prints two accounts, their passwords, and where the
//! certificate authority is:
//!
//! ```sh
//! cargo run --release -- serve --demo
//! ```
//!
//! In a second one start the bot as one of them, and talk to it as the other:
//!
//! ```sh
//! export PAPILLON_ACCOUNT=grace@papillon.test PAPILLON_PASSWORD=… PAPILLON_CA=/tmp/papillon-demo-…/tls/ca.pem
//! cargo run -p msnp-client --example echo_bot
//! ```
//!
//! Ctrl-C signs it out.

#[path = "sign_in/from_environment.rs"]
mod from_environment;

use msnp_client::{Event, Events};
use tokio::signal::ctrl_c;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (client, mut events) = from_environment::builder()?.sign_in().await?;
    println!("{} is online", client.account());
    tokio::select! {
        () = echo(&mut events) => {}
        _ = ctrl_c() => client.sign_out().await,
    }
    Ok(())
}

/// Says what it hears where it was said, until it is signed out for good. When the connection breaks it comes back by
/// itself.
pub async fn echo(events: &mut Events) {
    while let Some(event) = events.next().await {
        match event {
            Event::Message { conversation, from, text, .. } => {
                println!("{from}: {:?}", text.body);
                // In a task of its own: others need not wait for somebody who has left meanwhile.
                tokio::spawn(async move {
                    if let Err(error) = conversation.send(text).await {
                        eprintln!("{from} did not hear the echo: {error}");
                    }
                });
            }
            Event::SignedOut { reason, .. } => println!("signed out: {reason:?}"),
            _ => {}
        }
    }
}
