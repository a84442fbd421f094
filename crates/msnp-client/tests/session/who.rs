//! The accounts that sign in.

use std::time::Duration;

use msnp::Handle;
use msnp_client::{Builder, Client, Event, Events, Trust};
use msnp_testkit::{DEADLINE, PASSWORD, TestServer};
use tokio::time::timeout;

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";
pub const CAROL: &str = "carol@example.com";

pub fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

pub fn builder(server: &TestServer, who: &str) -> Builder {
    Client::builder(handle(who), PASSWORD)
        .server(server.addresses.msnp.to_string())
        .nexus(nexus(server))
        .trust(Trust::Anybody)
}

pub fn nexus(server: &TestServer) -> String {
    format!("https://{}/rdr/pprdr.asp", server.addresses.https)
}

/// Signs in to an account.
pub async fn online(server: &TestServer, who: &str) -> (Client, Events) {
    timeout(DEADLINE, builder(server, who).sign_in()).await.unwrap().unwrap()
}

/// Waits for something to happen; what happens before is passed over.
pub async fn wait<T>(events: &mut Events, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let waiting = async {
        loop {
            let event = events.next().await.expect("the events go on");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect("it happens in time")
}
