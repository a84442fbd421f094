use msnp_client::{DirectConnections, Event, TransferError, TransferRoute};

use crate::ends::{BOB, handle, pair, same};

async fn arrives(length: usize, direct: DirectConnections, route: Option<TransferRoute>) {
    let (_server, alice, mut bob) = pair(direct).await;
    let path = alice.file("photo.png", length);
    let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    let mut receiving = bob.accept().await;
    let arrived = receiving.finished().await.unwrap();
    assert_eq!(sending.finished().await, Ok(path.clone()));
    assert!(same(&path, &arrived), "{length}");
    if length > 0 {
        assert_eq!(receiving.progress().route, route);
    }
    let told = bob.wait(|event| match event {
        Event::FileReceived { path, .. } => Some(path),
        _ => None,
    });
    assert_eq!(told.await, arrived);
}

#[tokio::test]
async fn files_of_all_sizes_over_the_switchboard() {
    for length in [0, 1, 1202, 1203, 5_000_000] {
        arrives(length, DirectConnections::Never, Some(TransferRoute::Switchboard)).await;
    }
}

#[tokio::test]
async fn files_of_all_sizes_over_a_direct_connection() {
    for length in [0, 1, 1202, 1203, 5_000_000] {
        arrives(length, DirectConnections::SameMachine, Some(TransferRoute::Direct)).await;
    }
}

#[tokio::test]
async fn a_declined_file() {
    let (_server, alice, mut bob) = pair(DirectConnections::Never).await;
    let path = alice.file("photo.png", 5000);
    let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    let offer = bob.offer().await;
    bob.client.decline_file(offer).await.unwrap();
    assert_eq!(sending.finished().await, Err(TransferError::Declined));
    assert_eq!(bob.client.decline_file(offer).await, Err(TransferError::Unknown(offer)));
}

#[tokio::test]
async fn a_file_for_somebody_who_is_offline() {
    let (_server, alice, bob) = pair(DirectConnections::Never).await;
    bob.client.sign_out().await;
    let path = alice.file("photo.png", 5000);
    let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
    assert_eq!(sending.finished().await, Err(TransferError::Unreachable(msnp_client::SendError::NotOnline)));
}

#[tokio::test]
async fn fifty_megabytes_over_either() {
    for (direct, route) in [
        (DirectConnections::Never, TransferRoute::Switchboard),
        (DirectConnections::SameMachine, TransferRoute::Direct),
    ] {
        arrives(50_000_000, direct, Some(route)).await;
    }
}

/// The stage of a transfer when a side ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Offered,
    UnderWay,
}

#[tokio::test]
async fn cancelled_by_either_side_at_any_stage() {
    for direct in [DirectConnections::Never, DirectConnections::SameMachine] {
        for (stage, by_sender) in [(Stage::Offered, true), (Stage::UnderWay, true), (Stage::UnderWay, false)]
        {
            let (_server, mut alice, mut bob) = pair(direct).await;
            let path = alice.file("film.avi", 50_000_000);
            let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
            let offer = bob.offer().await;
            if stage == Stage::UnderWay {
                let mut receiving = bob.client.accept_file(offer, bob.folder.path()).await.unwrap();
                receiving.changed().await;
            }
            let (ended, other) = if by_sender {
                alice.client.cancel_transfer(sending.id()).await.unwrap();
                (sending.finished().await, &mut bob)
            } else {
                bob.client.cancel_transfer(offer).await.unwrap();
                (Err(TransferError::Cancelled), &mut alice)
            };
            assert_eq!(ended, Err(TransferError::Cancelled), "{direct:?} {stage:?} {by_sender}");
            let heard = other.wait(|event| match event {
                Event::FileFailed { error, .. } => Some(error),
                _ => None,
            });
            assert_eq!(heard.await, TransferError::CancelledByPeer, "{direct:?} {stage:?} {by_sender}");
            let left = std::fs::read_dir(bob.folder.path()).unwrap().count();
            assert_eq!(left, 0, "nothing incomplete stays");
        }
    }
}

#[tokio::test]
async fn a_peer_that_vanishes_in_the_middle() {
    for sender_vanishes in [true, false] {
        let (_server, alice, mut bob) = pair(DirectConnections::Never).await;
        let path = alice.file("film.avi", 50_000_000);
        let mut sending = alice.client.send_file(&handle(BOB), &path).await.unwrap();
        let mut receiving = bob.accept().await;
        receiving.changed().await;
        let outcome = if sender_vanishes {
            drop(alice);
            receiving.finished().await
        } else {
            drop(bob);
            sending.finished().await
        };
        assert!(matches!(outcome, Err(TransferError::Broken | TransferError::Unreachable(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn several_at_once_both_ways() {
    let (_server, mut alice, mut bob) = pair(DirectConnections::Never).await;
    let (one, two, three) =
        (alice.file("1.bin", 300_000), alice.file("2.bin", 200_001), bob.file("3.bin", 100_000));
    let mut sending = [
        alice.client.send_file(&handle(BOB), &one).await.unwrap(),
        alice.client.send_file(&handle(BOB), &two).await.unwrap(),
        bob.client.send_file(alice.client.account(), &three).await.unwrap(),
    ];
    let mut receiving = [bob.accept().await, bob.accept().await, alice.accept().await];
    for transfer in sending.iter_mut().chain(&mut receiving) {
        transfer.finished().await.unwrap();
    }
    for transfer in &receiving {
        let name = transfer.path().file_name().unwrap().to_str().unwrap().chars().next().unwrap();
        let original = [&one, &two, &three][name.to_digit(10).unwrap() as usize - 1];
        assert!(same(original, transfer.path()), "{name}");
    }
}
