//! The pool against a service that does what the test says.

mod script;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::Handle;

use crate::SendError;
use script::{Heard, Scene, handle, only};

const TEXT: Bytes = Bytes::from_static(b"Content-Type: text/plain\r\n\r\nhi");

#[tokio::test]
async fn one_of_several_calls_and_the_others_share_the_outcome() {
    let mut scene = Scene::new().await;
    let waiting: Vec<_> = (0..3).map(|_| scene.packet_carrier("bob")).collect();
    let mut board = scene.opened("bob").await;
    board.write("CAL 2 RINGING 7\r\nJOI bob@example.com Bob\r\n").await;
    let mut ids = BTreeSet::new();
    for waiting in waiting {
        ids.insert(waiting.await.unwrap().unwrap().id());
    }
    assert_eq!((ids.len(), scene.admissions()), (1, 1));

    let (one, other) = (scene.packet_carrier("carol"), scene.packet_carrier("carol"));
    let mut board = scene.opened("carol").await;
    board.write("217 2\r\n").await;
    for waiting in [one, other] {
        assert_eq!(waiting.await.unwrap().err(), Some(SendError::NotOnline));
    }
    assert_eq!(scene.admissions(), 2);
    // The next one calls again, on the switchboard that is there.
    let again = scene.packet_carrier("carol");
    assert_eq!(board.line().await, "CAL 3 carol@example.com");
    board.write("CAL 3 RINGING 7\r\nJOI carol@example.com Carol\r\n").await;
    again.await.unwrap().unwrap();
    assert_eq!(scene.admissions(), 2);
}

#[tokio::test]
async fn two_sides_that_open_at_once_have_one_line() {
    let mut scene = Scene::new().await;
    let line = scene.pool.line_to(&only("bob"));
    let leased = scene.say("bob", TEXT);
    let mut ours = scene.opened("bob").await;
    ours.write("CAL 2 RINGING 7\r\n").await;
    // Bob does not hear it ring: he calls too.
    let mut theirs = scene.called("bob").await;
    theirs.message("MSG 2 A ", &TEXT).await;
    theirs.write("ACK 2\r\n").await;
    leased.await.unwrap().unwrap();
    // Now he answers, and is there twice; of two that are as full the older one is taken.
    ours.write("JOI bob@example.com Bob\r\nMSG bob@example.com Bob 0\r\n").await;
    scene.hears(Heard::Message(line.id())).await;
    assert_eq!((line.here().len(), line.boards().len()), (1, 2));
    let carrier = scene.packet_carrier("bob").await.unwrap().unwrap();
    assert_eq!(carrier.id(), line.boards()[0].id());
    // He leaves one of the two, and is still there.
    drop(theirs);
    scene.hears(Heard::CarrierGone(handle("bob"))).await;
    let leased = scene.say("bob", TEXT);
    ours.message("MSG 3 A ", &TEXT).await;
    ours.write("ACK 3\r\n").await;
    leased.await.unwrap().unwrap();
    assert_eq!((line.here().len(), scene.admissions()), (1, 1));
}

#[tokio::test]
async fn what_is_found_leads_to_exactly_these_people() {
    let mut scene = Scene::new().await;
    let mut board = scene.called("bob").await;
    scene.hears(Heard::People(1)).await;
    let line = scene.pool.line_to(&only("bob"));
    assert!(line.is_open() && scene.pool.is_open_with(&handle("bob")));
    board.write("JOI carol@example.com Carol\r\n").await;
    scene.hears(Heard::People(2)).await;
    // There is no way for packets to one of several.
    assert!(!scene.pool.is_open_with(&handle("bob")) && !scene.pool.is_open_with(&handle("carol")));
    let both: BTreeSet<Handle> = [handle("bob"), handle("carol")].into();
    assert_eq!(scene.pool.line_to(&both).id(), line.id());
    assert_ne!(scene.pool.line_to(&only("bob")).id(), line.id());
    let packets = scene.packet_carrier("bob");
    let mut other = scene.opened("bob").await;
    other.write("CAL 2 RINGING 7\r\nJOI bob@example.com Bob\r\n").await;
    packets.await.unwrap().unwrap();
    // Bob leaves the two others: packets for Carol need no switchboard of their own any more.
    board.write("BYE bob@example.com\r\n").await;
    scene.hears(Heard::CarrierGone(handle("bob"))).await;
    scene.packet_carrier("carol").await.unwrap().unwrap();
    assert_eq!((line.people(), scene.admissions()), (only("carol"), 1));
}

#[tokio::test]
async fn what_is_said_waits_for_the_lease_of_others() {
    let mut scene = Scene::new().await;
    let mut board = scene.called("bob").await;
    scene.hears(Heard::People(1)).await;
    let line = scene.pool.line_to(&only("bob"));
    let lease = scene.pool.lease(&line).await.unwrap();
    scene.hears(Heard::Speaking(line.id())).await;
    let waiting = scene.say("bob", Bytes::from_static(b"\r\nlater"));
    // Packets do not wait for it.
    let carrier = scene.packet_carrier("bob").await.unwrap().unwrap();
    carrier.send(vec![Bytes::from_static(b"packet")]).await.unwrap();
    assert!(board.line().await.starts_with("MSG 2 D "));
    board.skip_packet(b"packet").await;
    let said = lease.say(TEXT);
    board.message("MSG 3 A ", &TEXT).await;
    board.message("MSG 4 A ", b"\r\nlater").await;
    board.write("ACK 2\r\nACK 3\r\nACK 4\r\n").await;
    said.delivered().await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_lease_for_packets_outlives_the_silence() {
    let mut scene = Scene::new().await;
    let asked = scene.packet_carrier("bob");
    let mut board = scene.opened("bob").await;
    board.write("CAL 2 RINGING 7\r\nJOI bob@example.com Bob\r\n").await;
    let carrier = asked.await.unwrap().unwrap();
    let lease = carrier.lease();
    tokio::time::pause();
    // Nobody says anything for so long.
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(scene.pool.is_open_with(&handle("bob")));
    drop(lease);
    assert_eq!(board.line().await, "OUT");
    carrier.closed().await;
    assert!(!scene.pool.is_open_with(&handle("bob")));
}

#[tokio::test]
async fn a_switchboard_that_dies_while_it_is_leased_is_replaced() {
    let mut scene = Scene::new().await;
    let board = scene.called("bob").await;
    scene.hears(Heard::People(1)).await;
    let line = scene.pool.line_to(&only("bob"));
    let carrier = scene.packet_carrier("bob").await.unwrap().unwrap();
    let kept = carrier.lease();
    let lease = scene.pool.lease(&line).await.unwrap();
    drop(board);
    carrier.closed().await;
    scene.hears(Heard::CarrierGone(handle("bob"))).await;
    // A text that is said with it is not delivered; nothing waits for ever.
    assert_eq!(lease.say(TEXT).delivered().await, Err(SendError::NotDelivered));
    assert!(carrier.send(vec![TEXT]).await.is_err());
    assert_eq!(line.people(), only("bob"));
    // The next one opens another, on the same line.
    let said = scene.say("bob", TEXT);
    let mut board = scene.opened("bob").await;
    board.write("CAL 2 RINGING 7\r\nJOI bob@example.com Bob\r\n").await;
    board.message("MSG 3 A ", &TEXT).await;
    board.write("ACK 3\r\n").await;
    said.await.unwrap().unwrap();
    let other = scene.packet_carrier("bob").await.unwrap().unwrap();
    assert_ne!(other.id(), carrier.id());
    assert_eq!(scene.pool.line_to(&only("bob")).id(), line.id());
    drop(kept);
}

#[tokio::test]
async fn a_line_that_is_left_ends_what_is_leased() {
    let mut scene = Scene::new().await;
    let mut board = scene.called("bob").await;
    scene.hears(Heard::People(1)).await;
    let line = scene.pool.line_to(&only("bob"));
    let lease = scene.pool.lease(&line).await.unwrap();
    line.leave();
    assert!(!line.is_open() && line.people() == only("bob"));
    assert_eq!(lease.say(TEXT).delivered().await, Err(SendError::NotDelivered));
    assert_eq!(board.line().await, "OUT");
    drop(board);
    scene.pool.leave_all().await;
    // Without a client nobody is called any more.
    let pool = Arc::clone(&scene.pool);
    drop(scene);
    assert_eq!(pool.lease(&line).await.err(), Some(SendError::Disconnected));
}
