//! A bot that says what it hears.
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

use msnp_client::Event;
use tokio::signal::ctrl_c;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (client, mut events) = from_environment::builder()?.sign_in().await?;
    println!("{} is online", client.account());
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = ctrl_c() => break,
        };
        match event {
            Some(Event::Message { conversation, from, text, .. }) => {
                println!("{from}: {:?}", text.body);
                // Where it was said, so that everybody hears it.
                if let Some(conversation) = client.conversation_by_id(conversation)
                    && let Err(error) = conversation.send(text).await
                {
                    eprintln!("the echo was not heard: {error}");
                }
            }
            Some(Event::SignedOut { reason, .. }) => println!("signed out: {reason:?}"),
            Some(_) => {}
            None => return Ok(()),
        }
    }
    client.sign_out().await;
    Ok(())
}
