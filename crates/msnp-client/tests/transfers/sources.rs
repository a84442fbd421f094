//! Files that are bytes, open, or what a reader gives, over all three ways.

use std::io::{Seek as _, SeekFrom, Write as _};

use msnp::Dialect;
use msnp_client::{DirectConnections, Event, FileSource, TransferError, TransferRoute};
use msnp_testkit::TestServer;
use tokio::io::AsyncWriteExt as _;

use crate::ends::{ALICE, BOB, End, builder, handle, pair, sign_in};

fn bytes() -> Vec<u8> {
    (0..700_001_usize).map(|at| (at * 31 + at / 251) as u8).collect()
}

/// Each kind of source, with the same bytes in it.
fn sources(alice: &End) -> Vec<FileSource> {
    let mut file = tempfile::tempfile_in(alice.folder.path()).unwrap();
    file.write_all(&bytes()).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    let (reader, mut writer) = tokio::io::duplex(1000);
    tokio::spawn(async move {
        // The reader takes all of it.
        let _ = writer.write_all(&bytes()).await;
    });
    vec![
        FileSource::bytes("film.avi", bytes()),
        FileSource::file("film.avi", file),
        FileSource::reader("film.avi", reader),
    ]
}

async fn arrive(alice: &End, bob: &mut End, route: TransferRoute) {
    for source in sources(alice) {
        let shown = format!("{source:?} {route:?}");
        let mut sending = alice.client.send_file(&handle(BOB), source).await.unwrap();
        assert_eq!((sending.path().to_str(), sending.progress().total), (Some("film.avi"), 700_001));
        let mut receiving = bob.accept().await;
        let arrived = receiving.finished().await.unwrap();
        assert!(std::fs::read(&arrived).unwrap() == bytes(), "{shown}");
        assert_eq!(arrived.extension().unwrap(), "avi");
        sending.finished().await.unwrap();
        assert_eq!(receiving.progress().route, Some(route), "{shown}");
    }
}

#[tokio::test]
async fn over_the_switchboard() {
    let (_server, alice, mut bob) = pair(DirectConnections::Never).await;
    arrive(&alice, &mut bob, TransferRoute::Switchboard).await;
}

#[tokio::test]
async fn over_a_direct_connection() {
    let (_server, alice, mut bob) = pair(DirectConnections::SameMachine).await;
    arrive(&alice, &mut bob, TransferRoute::Direct).await;
}

#[tokio::test]
async fn as_before_msn_messenger_6() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let direct = DirectConnections::SameMachine;
    let alice = sign_in(builder(&server, ALICE).dialect(Dialect::Msnp8).direct(direct)).await;
    let mut bob = sign_in(builder(&server, BOB).direct(direct)).await;
    arrive(&alice, &mut bob, TransferRoute::Msnftp).await;
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_before_anybody_hears_of_it() {
    let (_server, alice, mut bob) = pair(DirectConnections::Never).await;
    let refused = alice.client.send_file(&handle(BOB), FileSource::bytes("../film.avi", "x")).await;
    assert_eq!(refused.err(), Some(TransferError::Name("../film.avi".into())));
    alice.client.send(&handle(BOB), "that was all").await.unwrap();
    bob.wait(|event| match event {
        Event::FileOffered { name, .. } => panic!("{name} was offered"),
        Event::Message { .. } => Some(()),
        _ => None,
    })
    .await;
}
