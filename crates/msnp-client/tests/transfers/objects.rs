use bytes::Bytes;
use msnp_client::{DirectConnections, Event, FetchError};

use crate::ends::{ALICE, BOB, builder, handle, pair, sign_in};
use msnp_testkit::TestServer;

#[tokio::test]
async fn pictures_both_ways() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let pictures = [Bytes::from(vec![1; 30_000]), Bytes::from(vec![2; 500])];
    let mut alice = sign_in(builder(&server, ALICE).picture(pictures[0].clone())).await;
    let bob = sign_in(builder(&server, BOB).picture(pictures[1].clone())).await;
    assert_eq!(bob.client.fetch_picture(&handle(ALICE)).await, Ok(pictures[0].clone()));
    alice
        .wait(|event| match event {
            Event::Presence { presence, .. } => presence?.picture,
            _ => None,
        })
        .await;
    assert_eq!(alice.client.fetch_picture(&handle(BOB)).await, Ok(pictures[1].clone()));
}

#[tokio::test]
async fn nobody_has_a_picture() {
    let (_server, alice, _bob) = pair(DirectConnections::Never).await;
    assert_eq!(alice.client.fetch_picture(&handle(BOB)).await, Err(FetchError::NoPicture));
}

#[tokio::test]
async fn five_emoticons_in_one_message() {
    let (_server, mut alice, bob) = pair(DirectConnections::Never).await;
    for number in 0..5_u8 {
        bob.client.add_emoticon(&format!("({number})"), Bytes::from(vec![number; 2000])).unwrap();
    }
    bob.client.send(&handle(ALICE), "(0)(1)(2)(3)(4)").await.unwrap();
    let mut found = Vec::new();
    while found.len() < 5 {
        let (emoticon, data) = alice
            .wait(|event| match event {
                Event::Emoticon { emoticon, data, .. } => Some((emoticon, data)),
                _ => None,
            })
            .await;
        assert!(emoticon.object().verify_data(&data));
        found.push(emoticon.shortcut().to_owned());
    }
    found.sort();
    assert_eq!(found, ["(0)", "(1)", "(2)", "(3)", "(4)"]);
}
