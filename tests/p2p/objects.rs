//! Pictures and emoticons with a raw peer, in both roles.

use bytes::Bytes;
use msnp_client::{Event, FetchError};
use msnp_testkit::p2p::{Quirks, field};

use crate::client::{ALICE, BOB, Scene, base64, handle, noise, object};

/// Every habit of real clients that there is a word for.
pub fn habits() -> Vec<Quirks> {
    let plain = Quirks::default();
    let mut habits = vec![
        plain,
        Quirks { ack_total_zero: true, ..plain },
        Quirks { ack_nonce_zero: true, ..plain },
        Quirks { names_nobody: true, ..plain },
        Quirks { bye_ack: 0x40, ..plain },
        Quirks { missing_nul: true, ..plain },
        Quirks { cseq_without_blank: true, ..plain },
        Quirks { wrong_content_length: true, ..plain },
        Quirks { nonce_per_packet: true, chunk: 1200, ..plain },
        Quirks { nonce_per_packet: true, chunk: 1152, ..plain },
        Quirks { three_less: true, ..plain },
    ];
    habits.extend([0, 2, 11, 12].map(|footer| Quirks { footer, ..plain }));
    habits
}

#[tokio::test]
async fn a_picture_is_fetched_from_a_peer_of_any_habits() {
    for quirks in habits() {
        let mut scene = Scene::new().await;
        let data = noise(3000);
        let text = object(ALICE, 3, &data);
        scene.put_on(&text).await;
        let client = scene.bob.client.clone();
        let fetching = tokio::spawn(async move { client.fetch_picture(&handle(ALICE)).await });
        let mut alice = scene.answer(quirks).await;
        let invite = alice.next_message().await;
        let words = String::from_utf8(invite.body.clone()).unwrap();
        assert!(words.starts_with(
            "INVITE MSNMSGR:alice@example.com MSNSLP/1.0\r\nTo: <msnmsgr:alice@example.com>\r\n"
        ));
        assert!(words.contains("\r\nCSeq: 0 \r\n") && words.contains("\r\nAppID: 1\r\n"));
        assert_eq!(field(&words, "Context"), base64(format!("{text}\0").as_bytes()));
        assert_eq!(field(&words, "EUF-GUID"), "{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}");
        alice.serve(&invite, &data).await;
        // Three acknowledgements: of the answer, the preparation and the data.
        for _ in 0..3 {
            assert_eq!(alice.next_message().await.flags, 0x02);
        }
        alice.expect_text("BYE").await;
        assert_eq!(fetching.await.unwrap(), Ok(Bytes::from(data)), "{quirks:?}");
    }
}

#[tokio::test]
async fn a_picture_whose_data_do_not_match_is_refused() {
    let mut scene = Scene::new().await;
    let mut data = noise(3000);
    scene.put_on(&object(ALICE, 3, &data)).await;
    data[17] ^= 1;
    let client = scene.bob.client.clone();
    let fetching = tokio::spawn(async move { client.fetch_picture(&handle(ALICE)).await });
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.next_message().await;
    alice.serve(&invite, &data).await;
    assert_eq!(fetching.await.unwrap(), Err(FetchError::Corrupt));
}

#[tokio::test]
async fn a_picture_that_is_declined_and_one_that_never_comes() {
    let mut scene = Scene::new().await;
    scene.put_on(&object(ALICE, 3, &noise(3000))).await;
    let client = scene.bob.client.clone();
    let fetching = tokio::spawn(async move { client.fetch_picture(&handle(ALICE)).await });
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.expect_text("INVITE").await;
    let session = field(&invite, "SessionID");
    alice.answer(&invite, "603 DECLINE", "sessionreqbody", &format!("SessionID: {session}\r\n")).await;
    assert_eq!(fetching.await.unwrap(), Err(FetchError::Declined));
    // The same conversation serves for the next attempt, in whose middle alice vanishes.
    let client = scene.bob.client.clone();
    let fetching = tokio::spawn(async move { client.fetch_picture(&handle(ALICE)).await });
    let invite = alice.expect_text("INVITE").await;
    let session = field(&invite, "SessionID");
    alice.answer(&invite, "200 OK", "sessionreqbody", &format!("SessionID: {session}\r\n")).await;
    drop(alice);
    assert_eq!(fetching.await.unwrap(), Err(FetchError::Broken));
}

#[tokio::test]
async fn a_peer_of_any_habits_fetches_our_picture() {
    for quirks in habits() {
        let mut scene = Scene::new().await;
        let data = noise(3000);
        scene.bob.client.set_picture(Some(Bytes::from(data.clone()))).await.unwrap();
        let mut alice = scene.call(quirks).await;
        let call = "{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}";
        // As MSN Messenger asks: with a location that is a path, which must not matter.
        let wanted = object(BOB, 3, &data).replace("TFR1.tmp", "..\\..\\boot.ini");
        let body = format!(
            "EUF-GUID: {{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}}\r\nSessionID: 216358921\r\nAppID: 1\r\nContext: {}\r\n",
            base64(format!("{wanted}\0").as_bytes())
        );
        let branch = "{33517CE4-02FC-4428-B6F4-39927229B722}";
        let invite =
            alice.text("INVITE MSNMSGR:bob@example.com MSNSLP/1.0", branch, call, 0, "sessionreqbody", &body);
        alice.say(&invite).await;
        let ack = alice.next_message().await;
        assert_eq!(ack.flags, 0x02, "the acknowledgement comes before the answer");
        let answer = alice.expect_text("MSNSLP/1.0 200 OK").await;
        assert_eq!((field(&answer, "CSeq"), field(&answer, "SessionID")), ("1", "216358921"));
        assert!(field(&answer, "Via").ends_with(branch));
        let preparation = alice.next_saying().await;
        assert_eq!((preparation.session, preparation.body.as_slice()), (216_358_921, &[0; 4][..]));
        alice.acknowledge(&preparation).await;
        let served = alice.next_saying().await;
        assert_eq!((served.flags, served.total), (0x20, 3000));
        assert_eq!(served.body, data, "{quirks:?}");
        alice.acknowledge(&served).await;
        let bye =
            alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", branch, call, 0, "sessionclosebody", "");
        alice.say(&bye).await;
        assert_eq!(alice.next_message().await.flags, 0x02, "the BYE is acknowledged");
    }
}

#[tokio::test]
async fn five_emoticons_of_a_raw_peer() {
    let mut scene = Scene::new().await;
    let mut alice = scene.call(Quirks::default()).await;
    let pictures: Vec<Vec<u8>> = (0..5_u8).map(|number| vec![number; 1500]).collect();
    let mut body = String::new();
    for (number, data) in pictures.iter().enumerate() {
        body += &format!("({number})\t{}\t", object(ALICE, 2, data));
    }
    let announced = format!("MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n{body}");
    alice.msg(1, 'N', announced.as_bytes()).await;
    let text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n(0)(1)(2)(3)(4)";
    alice.msg(2, 'N', text.as_bytes()).await;
    // They may be asked for one by one or all at once.
    let mut closed = 0;
    while closed < 5 {
        let message = alice.next_saying().await;
        let words = String::from_utf8(message.body.clone()).unwrap();
        if words.starts_with("BYE ") {
            alice.acknowledge(&message).await;
            closed += 1;
            continue;
        }
        let asked = field(&words, "Context").to_owned();
        let is_asked = |data: &&Vec<u8>| asked == base64(format!("{}\0", object(ALICE, 2, data)).as_bytes());
        let data = pictures.iter().find(is_asked).expect("one of them");
        alice.serve(&message, data).await;
    }
    let mut shortcuts = Vec::new();
    while shortcuts.len() < 5 {
        shortcuts.push(
            scene
                .bob
                .wait(|event| match event {
                    Event::Emoticon { emoticon, data, .. } => {
                        assert!(emoticon.object().verify_data(&data));
                        Some(emoticon.shortcut().to_owned())
                    }
                    _ => None,
                })
                .await,
        );
    }
    shortcuts.sort();
    assert_eq!(shortcuts, ["(0)", "(1)", "(2)", "(3)", "(4)"]);
}
