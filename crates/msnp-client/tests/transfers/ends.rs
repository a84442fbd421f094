//! Two people who know each other, signed in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use msnp::Handle;
use msnp_client::{Builder, Client, DirectConnections, Event, Events, Transfer, TransferId, Trust};
use msnp_testkit::TestServer;
use tempfile::TempDir;
use tokio::time::timeout;

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";

pub fn handle(text: &str) -> Handle {
    text.parse().expect("a handle")
}

/// A signed-in client with its events and a folder of its own.
pub struct End {
    pub client: Client,
    pub events: Events,
    pub folder: TempDir,
}

impl End {
    /// Waits for something to happen; what happens before is passed over.
    pub async fn wait<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let event = self.events.next().await.expect("the events go on");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(60), waiting).await.expect("it happens in time")
    }

    pub async fn offer(&mut self) -> TransferId {
        self.wait(|event| match event {
            Event::FileOffered { transfer, .. } => Some(transfer),
            _ => None,
        })
        .await
    }

    /// Waits for an offer and takes it.
    pub async fn accept(&mut self) -> Transfer {
        let offer = self.offer().await;
        self.client.accept_file(offer, self.folder.path()).await.expect("the offer stands")
    }

    pub fn file(&self, name: &str, length: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        let bytes: Vec<u8> = (0..length).map(|at| (at * 31 + at / 251) as u8).collect();
        std::fs::write(&path, bytes).expect("the disk has room");
        path
    }
}

pub fn builder(server: &TestServer, who: &str) -> Builder {
    let addresses = server.addresses;
    Client::builder(handle(who), msnp_testkit::PASSWORD)
        .server(addresses.msnp.to_string())
        .nexus(format!("https://{}/rdr/pprdr.asp", addresses.https))
        .trust(Trust::Anybody)
}

pub async fn sign_in(builder: Builder) -> End {
    let (client, events) = builder.sign_in().await.expect("signing in works");
    End { client, events, folder: tempfile::tempdir().expect("a folder") }
}

/// Alice and bob, who see each other.
pub async fn pair(direct: DirectConnections) -> (TestServer, End, End) {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let alice = sign_in(builder(&server, ALICE).direct(direct)).await;
    let bob = sign_in(builder(&server, BOB).direct(direct)).await;
    (server, alice, bob)
}

pub fn same(one: &Path, other: &Path) -> bool {
    std::fs::read(one).expect("it is there") == std::fs::read(other).expect("it is there")
}
