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
            Event::Online { presence, .. } => presence.picture,
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

#[tokio::test]
async fn who_has_fetched_the_pictures_of_a_text_is_known() {
    let (_server, mut alice, bob) = pair(DirectConnections::Never).await;
    let talk = bob.client.conversation(&handle(ALICE));
    bob.client.add_emoticon("(own)", Bytes::from(vec![1; 3000])).unwrap();
    let brought = [
        bob.client.emoticon("(two)", Bytes::from(vec![2; 3000])).unwrap(),
        bob.client.emoticon("(own)", Bytes::from(vec![3; 3000])).unwrap(),
    ];
    talk.send_with("(own) (two)", &brought).await.unwrap().fetched().await;
    let mut found = Vec::new();
    for _ in 0..2 {
        let event = alice.wait(|event| match event {
            Event::Emoticon { emoticon, data, .. } => Some((emoticon.shortcut().to_owned(), data[0])),
            _ => None,
        });
        found.push(event.await);
    }
    found.sort();
    assert_eq!(found, [("(own)".into(), 3), ("(two)".into(), 2)], "what was brought counts");
    // Without pictures there is nothing to wait for.
    talk.send_with("nothing", &brought).await.unwrap().fetched().await;
    // The object that was brought was for that text alone.
    talk.send_with("(two) (own)", &[]).await.unwrap().fetched().await;
    let event = alice.wait(|event| match event {
        Event::Message { text, emoticons, .. } if text.body == "(two) (own)" => Some(emoticons),
        _ => None,
    });
    let used: Vec<_> = event.await.iter().map(|emoticon| emoticon.shortcut().to_owned()).collect();
    assert_eq!(used, ["(own)"]);
}
