//! Files to and from a client from before MSN Messenger 6.

use msnp::Dialect;
use msnp_client::{DirectConnections, Event, TransferError, TransferRoute};
use msnp_testkit::TestServer;

use crate::ends::{ALICE, BOB, End, builder, handle, same, sign_in};

/// Alice with MSN Messenger 5, and bob with 6, who see each other. The machine may have no address
/// but loopback.
async fn generations() -> (TestServer, End, End) {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let alice =
        sign_in(builder(&server, ALICE).dialect(Dialect::Msnp8).direct(DirectConnections::SameMachine)).await;
    let mut bob = sign_in(builder(&server, BOB).direct(DirectConnections::SameMachine)).await;
    if bob.client.contact(&handle(ALICE)).is_none_or(|contact| contact.presence.is_none()) {
        bob.wait(|event| matches!(event, Event::Online { .. }).then_some(())).await;
    }
    (server, alice, bob)
}

#[tokio::test]
async fn files_of_all_sizes_both_ways() {
    let (_server, mut alice, mut bob) = generations().await;
    for length in [0, 1, 2045, 2046, 3_000_000] {
        for to_bob in [true, false] {
            let (from, to) = if to_bob { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
            let path = from.file("photo.png", length);
            let who = to.client.account().clone();
            let mut sending = from.client.send_file(&who, &path).await.unwrap();
            let mut receiving = to.accept().await;
            let arrived = receiving.finished().await.unwrap();
            assert_eq!(sending.finished().await, Ok(path.clone()));
            assert!(same(&path, &arrived), "{length}");
            if length > 0 {
                assert_eq!(receiving.progress().route, Some(TransferRoute::Msnftp));
            }
        }
    }
}

#[tokio::test]
async fn refused_at_once_where_direct_connections_are_not_allowed() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut alice =
        sign_in(builder(&server, ALICE).dialect(Dialect::Msnp8).direct(DirectConnections::SameMachine)).await;
    let mut bob = sign_in(builder(&server, BOB)).await;
    if bob.client.contact(&handle(ALICE)).is_none_or(|contact| contact.presence.is_none()) {
        bob.wait(|event| matches!(event, Event::Online { .. }).then_some(())).await;
    }
    let path = bob.file("photo.png", 1000);
    let offered = bob.client.send_file(&handle(ALICE), &path).await;
    assert_eq!(offered.err(), Some(TransferError::NeedsDirect));
    // Not over a direct connection, although that is allowed.
    let offered = alice.client.send_file_indirectly(&handle(BOB), &path).await;
    assert_eq!(offered.err(), Some(TransferError::NeedsDirect));

    let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    let offer = bob.offer().await;
    let taken = bob.client.accept_file(offer, bob.folder.path()).await;
    assert_eq!(taken.err(), Some(TransferError::NeedsDirect));
    assert_eq!(sending.finished().await, Err(TransferError::Declined), "they hear of it");
    assert_eq!(bob.client.decline_file(offer).await, Err(TransferError::Unknown(offer)));
    let told = alice.wait(|event| matches!(event, Event::FileFailed { .. }).then_some(()));
    told.await;
}

#[tokio::test]
async fn declined_and_cancelled() {
    let (_server, alice, mut bob) = generations().await;
    let path = alice.file("photo.png", 50_000_000);
    let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    let offer = bob.offer().await;
    bob.client.decline_file(offer).await.unwrap();
    assert_eq!(sending.finished().await, Err(TransferError::Declined));

    let mut withdrawn = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    bob.offer().await;
    alice.client.cancel_transfer(withdrawn.id()).await.unwrap();
    assert_eq!(withdrawn.finished().await, Err(TransferError::Cancelled));
    let failed = bob.wait(|event| match event {
        Event::FileFailed { error, .. } => Some(error),
        _ => None,
    });
    assert_eq!(failed.await, TransferError::CancelledByPeer);
}

#[tokio::test]
async fn cancelled_in_the_middle_by_either_side() {
    for by_sender in [true, false] {
        let (_server, alice, mut bob) = generations().await;
        let path = alice.file("photo.png", 50_000_000);
        let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
        let mut receiving = bob.accept().await;
        receiving.changed().await;
        if by_sender {
            alice.client.cancel_transfer(sending.id()).await.unwrap();
        } else {
            bob.client.cancel_transfer(receiving.id()).await.unwrap();
        }
        let (sent, received) = (sending.finished().await, receiving.finished().await);
        let (mine, theirs) = if by_sender { (sent, received) } else { (received, sent) };
        assert_eq!(mine, Err(TransferError::Cancelled));
        // Either how the connection ends or what is said comes first.
        assert!(matches!(theirs, Err(TransferError::CancelledByPeer | TransferError::Broken)), "{theirs:?}");
        let left: Vec<_> = std::fs::read_dir(bob.folder.path()).unwrap().collect();
        assert!(left.is_empty(), "nothing incomplete stays");
    }
}
