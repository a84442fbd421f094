use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use msnp::Status;
use msnp_client::{CommandError, Event, Reconnect, SendError, SignedOut};
use msnp_testkit::{Ns, TestServer};
use tokio::net::{TcpListener, TcpStream};

use crate::who::{ALICE, BOB, builder, handle, online, wait};

/// An address that stays the same when the service moves.
struct Relay {
    address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
}

impl Relay {
    async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target));
        let to = Arc::clone(&target);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let target = *to.lock().unwrap();
                tokio::spawn(async move {
                    // While the service is away, each connection is closed at once.
                    if let Ok(mut to) = TcpStream::connect(target).await {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Self { address, target }
    }

    fn leads_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }
}

fn at_once() -> Reconnect {
    Reconnect { first: Duration::from_millis(20), longest: Duration::from_millis(200), attempts: None }
}

#[tokio::test]
async fn signing_out_ends_the_events_and_every_command() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let (alice, mut events) = online(&server, ALICE).await;
    alice.sign_out().await;
    let reason = wait(&mut events, |event| match event {
        Event::SignedOut { reason, will_retry } => Some((reason, will_retry)),
        _ => None,
    });
    assert_eq!(reason.await, (SignedOut::Asked, false));
    assert!(events.next().await.is_none());
    assert_eq!(alice.set_status(Status::Away).await, Err(CommandError::Disconnected));
    assert_eq!(alice.send(&handle(BOB), "hello").await, Err(SendError::Disconnected));
    let picture = alice.fetch_picture(&handle(BOB)).await;
    assert_eq!(picture, Err(SendError::Disconnected.into()), "it is not that he has none");
}

#[tokio::test]
async fn signed_in_elsewhere_is_not_tried_again() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let (_first, mut events) = builder(&server, ALICE).reconnect(at_once()).sign_in().await.unwrap();
    let (second, _) = online(&server, ALICE).await;
    let reason = wait(&mut events, |event| match event {
        Event::SignedOut { reason, will_retry } => Some((reason, will_retry)),
        _ => None,
    });
    assert_eq!(reason.await, (SignedOut::Elsewhere, false));
    assert!(events.next().await.is_none());
    assert!(second.set_status(Status::Busy).await.is_ok(), "the second stays");
}

/// The switchboard may end before the notification server has given the reason.
#[tokio::test]
async fn a_message_on_its_way_fails_with_the_reason_of_the_sign_out() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (alice, mut events) = builder(&server, ALICE).reconnect(at_once()).sign_in().await.unwrap();
    // A client that does not answer.
    let mut bob = Ns::online(&server, BOB, 9).await;
    let said = tokio::spawn({
        let alice = alice.clone();
        async move { alice.send(&handle(BOB), "hello").await }
    });
    bob.ring().await;
    let (_second, _) = online(&server, ALICE).await;
    let elsewhere = SendError::SignedOut(SignedOut::Elsewhere);
    assert_eq!(said.await.unwrap(), Err(elsewhere.clone()));
    wait(&mut events, |event| matches!(event, Event::SignedOut { .. }).then_some(())).await;
    assert_eq!(alice.send(&handle(BOB), "hello").await, Err(elsewhere.clone()));
    assert_eq!(alice.set_status(Status::Away).await, Err(CommandError::SignedOut(SignedOut::Elsewhere)));
    assert_eq!(alice.fetch_picture(&handle(BOB)).await, Err(elsewhere.into()));
}

#[tokio::test]
async fn a_service_that_comes_back_has_its_people_back() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (msnp, https) = (Relay::to(server.addresses.msnp).await, Relay::to(server.addresses.https).await);
    let builder = builder(&server, ALICE)
        .server(msnp.address.to_string())
        .nexus(format!("https://{}/rdr/pprdr.asp", https.address))
        .reconnect(at_once());
    let (alice, mut events) = builder.sign_in().await.unwrap();
    alice.set_status(Status::Busy).await.unwrap();
    let stopped = server.stop().await;
    let gone = wait(&mut events, |event| match event {
        Event::SignedOut { reason, will_retry } => Some((reason, will_retry)),
        _ => None,
    });
    assert_eq!(gone.await, (SignedOut::ServiceClosing, true));
    let closing = CommandError::SignedOut(SignedOut::ServiceClosing);
    assert_eq!(alice.set_status(Status::Away).await, Err(closing));
    let server = stopped.start().await;
    msnp.leads_to(server.addresses.msnp);
    https.leads_to(server.addresses.https);
    wait(&mut events, |event| matches!(event, Event::SignedIn).then_some(())).await;
    assert_eq!(alice.status(), Status::Busy, "as before");
    let _bob = online(&server, BOB).await;
    let seen = wait(&mut events, |event| match event {
        Event::Online { who, .. } => Some(who),
        _ => None,
    });
    assert_eq!(seen.await, handle(BOB));
}

/// The service has had enough sign-ins of this account for now (910): the client goes on trying.
#[tokio::test]
async fn a_client_that_is_told_to_sign_in_less_often_comes_back() {
    // One more every two seconds.
    let server = TestServer::with(|config| config.limits.sign_ins_per_minute = 30).await;
    server.account(ALICE).await;
    let (msnp, https) = (Relay::to(server.addresses.msnp).await, Relay::to(server.addresses.https).await);
    let builder = builder(&server, ALICE)
        .server(msnp.address.to_string())
        .nexus(format!("https://{}/rdr/pprdr.asp", https.address))
        .reconnect(at_once());
    let (alice, mut events) = builder.sign_in().await.unwrap();
    let server = server.stop().await.start().await;
    let ticket = Ns::sign_in(&server, ALICE, 9).await.ticket.clone();
    loop {
        let mut other = Ns::connect(server.addresses.msnp).await;
        other.identify(ALICE, 9).await;
        if other.ask(&format!("USR 904 TWN S {ticket}")).await == "910 904" {
            break;
        }
        other.send("OUT").await;
        other.rest().await;
    }
    msnp.leads_to(server.addresses.msnp);
    https.leads_to(server.addresses.https);
    wait(&mut events, |event| matches!(event, Event::SignedIn).then_some(())).await;
    assert!(alice.set_status(Status::Busy).await.is_ok());
}

#[tokio::test]
async fn a_broken_connection_is_made_again_unless_told_otherwise() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (_alice, mut alice_hears) = builder(&server, ALICE).sign_in().await.unwrap();
    let (_bob, mut bob_hears) = builder(&server, BOB).reconnect(None).sign_in().await.unwrap();
    let stopped = server.stop().await;
    for (events, will) in [(&mut alice_hears, true), (&mut bob_hears, false)] {
        let told = wait(events, |event| match event {
            Event::SignedOut { will_retry, .. } => Some(will_retry),
            _ => None,
        });
        assert_eq!(told.await, will);
    }
    assert!(bob_hears.next().await.is_none());
    drop(stopped);
}

#[tokio::test]
async fn attempts_have_an_end() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let policy = Reconnect { attempts: Some(2), ..at_once() };
    let (_alice, mut events) = builder(&server, ALICE).reconnect(policy).sign_in().await.unwrap();
    let _stopped = server.stop().await;
    let last = wait(&mut events, |event| match event {
        Event::SignedOut { will_retry: false, reason } => Some(reason),
        _ => None,
    });
    assert_eq!(last.await, SignedOut::ServiceClosing);
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn dropping_everything_signs_out() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let (_bob, mut bob_hears) = online(&server, BOB).await;
    drop(online(&server, ALICE).await);
    for online in [true, false] {
        let seen = wait(&mut bob_hears, |event| match event {
            Event::Online { .. } => Some(true),
            Event::Offline { .. } => Some(false),
            _ => None,
        });
        assert_eq!(seen.await, online);
    }
}
