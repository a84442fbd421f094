//! Our own client by the gateway: it talks, shows its picture and sends files.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use msnp_client::{Builder, Client, Event, Events, Trust};
use msnp_testkit::{Handle, PASSWORD, TestServer};
use tokio::time::timeout;

use crate::support::{ALICE, BOB};

/// The way in which a client is connected.
#[derive(Clone, Copy)]
enum Way {
    Socket,
    Http,
    Https,
}

/// A signed-in client.
struct Person {
    client: Client,
    events: Events,
    folder: tempfile::TempDir,
}

fn handle(text: &str) -> Handle {
    text.parse().expect("a handle")
}

fn picture(of: &str) -> Bytes {
    Bytes::from(of.as_bytes().iter().copied().cycle().take(20_000).collect::<Vec<u8>>())
}

impl Person {
    async fn sign_in(server: &TestServer, who: &str, way: Way) -> Self {
        let addresses = server.addresses;
        let mut builder: Builder = Client::builder(handle(who), PASSWORD)
            .server(addresses.msnp.to_string())
            .nexus(format!("https://{}/rdr/pprdr.asp", addresses.https))
            .trust(Trust::Anybody)
            .picture(picture(who));
        let gateway = match way {
            Way::Socket => None,
            Way::Http => Some(format!("http://{}/gateway/gateway.dll", addresses.http)),
            Way::Https => Some(format!("https://{}/gateway/gateway.dll", addresses.https)),
        };
        if let Some(gateway) = gateway {
            builder = builder.gateway(gateway);
        }
        let (client, events) = builder.sign_in().await.expect("signing in works");
        Self { client, events, folder: tempfile::tempdir().expect("a folder") }
    }

    async fn wait<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(found) = wanted(self.events.next().await.expect("the events go on")) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(60), waiting).await.expect("it happens in time")
    }

    /// The other's picture is known.
    async fn sees_picture(&mut self, who: &str) {
        if self.client.contact(&handle(who)).and_then(|contact| contact.presence?.picture).is_none() {
            self.wait(|event| match event {
                Event::Online { presence, .. } | Event::Presence { presence, .. } => presence.picture,
                _ => None,
            })
            .await;
        }
    }
}

/// Two people talk, fetch pictures, send files and leave.
async fn meet(hers: Way, his: Way) {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut alice = Person::sign_in(&server, ALICE, hers).await;
    let mut bob = Person::sign_in(&server, BOB, his).await;
    let said = |event| match event {
        Event::Message { text, .. } => Some(text.body),
        _ => None,
    };
    for number in 0..5 {
        let text = format!("number {number}");
        alice.client.send(&handle(BOB), text.as_str()).await.expect("delivered");
        assert_eq!(bob.wait(said).await, text);
        bob.client.send(&handle(ALICE), text.as_str()).await.expect("delivered");
        assert_eq!(alice.wait(said).await, text);
    }
    alice.sees_picture(BOB).await;
    bob.sees_picture(ALICE).await;
    assert_eq!(alice.client.fetch_picture(&handle(BOB)).await, Ok(picture(BOB)));
    assert_eq!(bob.client.fetch_picture(&handle(ALICE)).await, Ok(picture(ALICE)));
    send_file(&alice, &mut bob, BOB).await;
    send_file(&bob, &mut alice, ALICE).await;
    alice.client.sign_out().await;
    bob.wait(|event| matches!(event, Event::Offline { .. }).then_some(())).await;
}

fn contents() -> Vec<u8> {
    (0..1_000_000_usize).map(|at| (at * 31 + at / 251) as u8).collect()
}

async fn send_file(from: &Person, to: &mut Person, name: &str) {
    tokio::join!(offer_file(from, name), receive_file(to));
}

/// Sends a file, until the other has it.
async fn offer_file(from: &Person, name: &str) {
    let path: PathBuf = from.folder.path().join(format!("for-{name}.png"));
    std::fs::write(&path, contents()).expect("the disk has room");
    let mut sending = from.client.send_file(&handle(name), &path).await.expect("offered");
    sending.finished().await.expect("it has arrived");
}

async fn receive_file(to: &mut Person) {
    let offer = to.wait(|event| match event {
        Event::FileOffered { transfer, .. } => Some(transfer),
        _ => None,
    });
    let offer = offer.await;
    let mut receiving = to.client.accept_file(offer, to.folder.path()).await.expect("it stands");
    let arrived = receiving.finished().await.expect("it arrives");
    assert!(std::fs::read(arrived).expect("it is there") == contents());
}

#[tokio::test]
async fn who_is_online_is_known_when_the_sign_in_is_done() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let _alice = Person::sign_in(&server, ALICE, Way::Http).await;
    for _ in 0..5 {
        let bob = Person::sign_in(&server, BOB, Way::Http).await;
        let alice = bob.client.contact(&handle(ALICE)).expect("she is on the list");
        assert!(alice.presence.is_some());
        bob.client.sign_out().await;
    }
}

/// The service notices after a minute only, and the conversation of before is still there.
#[tokio::test(flavor = "multi_thread")]
async fn who_vanished_and_came_back_can_send_files() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut alice = Person::sign_in(&server, ALICE, Way::Http).await;
    let vanishes = || {
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        let bob = runtime.block_on(async {
            let bob = Person::sign_in(&server, BOB, Way::Http).await;
            offer_file(&bob, ALICE).await;
            bob
        });
        // Nothing of it says goodbye.
        runtime.shutdown_background();
        drop(bob);
    };
    std::thread::scope(|threads| {
        let vanishing = threads.spawn(vanishes);
        let receive = receive_file(&mut alice);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(receive));
        vanishing.join().expect("no panic");
    });
    let bob = Person::sign_in(&server, BOB, Way::Http).await;
    send_file(&bob, &mut alice, ALICE).await;
}

#[tokio::test]
async fn two_at_the_gateway() {
    meet(Way::Http, Way::Http).await;
}

#[tokio::test]
async fn one_at_the_gateway_and_one_at_a_socket() {
    meet(Way::Http, Way::Socket).await;
}

#[tokio::test]
async fn one_at_the_gateway_behind_tls() {
    meet(Way::Https, Way::Http).await;
}
