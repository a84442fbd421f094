//! Writes down who comes and goes: one line for everybody on the list who is there at first, and then
//! for each change.
//!
//! ```text
//! 1069682577 NLN monarch@papillon.test "Monarch"
//! 1069682581 BSY ada@papillon.test "Ada"
//! 1069682640 FLN ada@papillon.test "Ada"
//! ```
//!
//! The columns are the seconds since 1970, the status, the account and the name. It appears offline
//! itself, and comes back when the connection breaks. How to run it (see `echo_bot.rs` for the rest):
//!
//! ```sh
//! export PAPILLON_ACCOUNT=grace@papillon.test PAPILLON_PASSWORD=… PAPILLON_CA=/tmp/papillon-demo-…/tls/ca.pem
//! cargo run -p msnp-client --example presence_logger
//! ```
//!
//! Ctrl-C signs it out.

#[path = "sign_in/from_environment.rs"]
mod from_environment;

use std::time::SystemTime;

use msnp_client::Event;
use msnp_client::msnp::{FriendlyName, Handle, Status};
use tokio::signal::ctrl_c;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let builder = from_environment::builder()?.status(Status::Hidden);
    let (client, mut events) = builder.sign_in().await?;
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = ctrl_c() => break,
        };
        match event {
            Some(Event::Online { who, name, presence, .. } | Event::Presence { who, name, presence }) => {
                log(&who, &name, presence.status);
            }
            Some(Event::Offline { who, name }) => log(&who, &name, Status::Offline),
            Some(Event::SignedOut { reason, will_retry }) => {
                eprintln!("signed out: {reason:?}{}", if will_retry { "; coming back" } else { "" });
            }
            Some(Event::Missed { count }) => eprintln!("{count} changes were missed"),
            Some(_) => {}
            None => return Ok(()),
        }
    }
    client.sign_out().await;
    Ok(())
}

fn log(who: &Handle, name: &FriendlyName, status: Status) {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // A name is somebody else's text: quoted, it cannot play tricks on a terminal.
    println!("{seconds} {status} {who} {:?}", name.text());
}
