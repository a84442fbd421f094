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
