//! A client of the library, and a raw peer that it knows.

use std::path::PathBuf;
use std::time::Duration;

use msnp::Handle;
use msnp_client::{Client, DirectConnections, Event, Events, Trust};
use msnp_testkit::p2p::{Quirks, RawPeer};
use msnp_testkit::{Ns, PASSWORD, Sb, TestServer};
use sha1::{Digest, Sha1};
use tempfile::TempDir;
use tokio::time::timeout;

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";

pub fn handle(text: &str) -> Handle {
    text.parse().expect("a handle")
}

/// A client that is signed in with the library.
pub struct Somebody {
    pub client: Client,
    pub events: Events,
    pub folder: TempDir,
}

impl Somebody {
    pub async fn sign_in(server: &TestServer, who: &str, direct: DirectConnections) -> Self {
        let builder = Client::builder(handle(who), PASSWORD)
            .server(server.addresses.msnp.to_string())
            .nexus(format!("https://{}/rdr/pprdr.asp", server.addresses.https))
            .trust(Trust::Anybody)
            .direct(direct);
        let (client, events) = builder.sign_in().await.expect("signing in works");
        Self { client, events, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Waits for an event; events before it are passed over.
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

    pub fn file(&self, length: usize) -> PathBuf {
        let path = self.folder.path().join("photo.png");
        std::fs::write(&path, noise(length)).expect("the disk has room");
        path
    }
}

/// Bytes that do not repeat early.
pub fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251) as u8).collect()
}

/// Raw alice, and bob with the library. They see each other.
pub struct Scene {
    /// Ends with the scene.
    _server: TestServer,
    pub alice: Ns,
    pub bob: Somebody,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(DirectConnections::Never).await
    }

    pub async fn with(direct: DirectConnections) -> Self {
        let server = TestServer::start().await;
        server.befriend(ALICE, BOB).await;
        let alice = Ns::online(&server, ALICE, 9).await;
        let bob = Somebody::sign_in(&server, BOB, direct).await;
        Self { _server: server, alice, bob }
    }

    /// Alice calls bob.
    pub async fn call(&mut self, quirks: Quirks) -> RawPeer {
        self.alice.fence().await;
        let mut sb = Sb::open(&mut self.alice).await;
        sb.call(BOB).await;
        sb.expect("JOI bob@example.com Bob").await;
        RawPeer::new(sb, BOB, quirks)
    }

    /// Alice answers bob's call.
    pub async fn answer(&mut self, quirks: Quirks) -> RawPeer {
        let lines = loop {
            let line = self.alice.line().await;
            if line.starts_with("RNG ") {
                break line;
            }
        };
        let door = msnp_testkit::Admission::of_rng(&lines);
        let (sb, _) = Sb::answer(ALICE, &door).await;
        RawPeer::new(sb, BOB, quirks)
    }

    /// Alice puts on a display picture; bob has heard of it.
    pub async fn put_on(&mut self, object: &str) {
        let coded: String = object
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02x}")
                }
            })
            .collect();
        let line = format!("CHG 77 NLN 268435456 {coded}");
        self.alice.send(&line).await;
        self.alice.lines_until(|reply| reply == line).await;
        self.bob
            .wait(|event| match event {
                Event::Presence { presence, .. } => presence.picture,
                _ => None,
            })
            .await;
    }
}

/// An object as text, hashed by hand.
pub fn object(creator: &str, kind: u32, data: &[u8]) -> String {
    let sha1 = |bytes: &[u8]| base64(&Sha1::digest(bytes));
    let (size, sha1d) = (data.len(), sha1(data));
    let hashed = format!("Creator{creator}Size{size}Type{kind}LocationTFR1.tmpFriendlyAAA=SHA1D{sha1d}");
    let sha1c = sha1(hashed.as_bytes());
    format!(
        "<msnobj Creator=\"{creator}\" Size=\"{size}\" Type=\"{kind}\" Location=\"TFR1.tmp\" Friendly=\"AAA=\" \
         SHA1D=\"{sha1d}\" SHA1C=\"{sha1c}\"/>"
    )
}

/// Base64 by hand.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().chain(&[0, 0]).take(3).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for digit in 0..4 {
            let known = digit <= part.len();
            let at = (word >> (18 - digit * 6) & 63) as usize;
            text.push(if known { char::from(DIGITS[at]) } else { '=' });
        }
    }
    text
}
