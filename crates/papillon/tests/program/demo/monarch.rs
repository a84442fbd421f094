//! Monarch, as guests of a demo get to know it.

use msnp_client::Event;
use msnp_client::msnp::List;

use super::Demo;

#[tokio::test]
async fn monarch_welcomes_and_answers() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.sees_monarch().await;
    let contacts = ada.client.contacts();
    assert_eq!(contacts.len(), 2);
    for contact in contacts {
        assert!([List::Forward, List::Allow, List::Reverse].iter().all(|list| contact.lists.contains(*list)));
    }
    ada.hears("Welcome, Ada!").await;
    ada.says("help").await;
    let monarch = ada.monarch.clone();
    let typed = |event| matches!(event, Event::Typing { from, .. } if from == monarch).then_some(());
    ada.until("Monarch types", typed).await;
    ada.hears("SHA-256").await;
    ada.says("I have seen a heron").await;
    ada.hears("“I have seen a heron”").await;
    ada.says("who is there?").await;
    ada.hears("Online: Ada").await;
}

#[tokio::test]
async fn monarch_has_a_picture_and_an_emoticon() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    let presence = ada.sees_monarch().await;
    assert!(presence.picture.is_some(), "{presence:?}");
    let png = ada.client.fetch_picture(&ada.monarch).await.unwrap();
    assert!(png.starts_with(b"\x89PNG") && png[16..24] == [0, 0, 0, 96, 0, 0, 0, 96]);
    ada.says("emoticon").await;
    let (shortcut, data) = ada
        .until("the emoticon", |event| match event {
            Event::Emoticon { emoticon, data, .. } => Some((emoticon.shortcut().to_owned(), data)),
            _ => None,
        })
        .await;
    assert_eq!(shortcut, "(monarch)");
    assert!(data.starts_with(b"\x89PNG") && data[16..24] == [0, 0, 0, 19, 0, 0, 0, 19]);
}

#[tokio::test]
async fn monarch_looks_at_pictures() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.sees_monarch().await;
    let png = ada.client.fetch_picture(&ada.monarch).await.unwrap();
    let words = format!("96 × 96 pixels in {} bytes", png.len());
    ada.client.set_picture(Some(png)).await.unwrap();
    ada.says("Do I look like you?").await;
    ada.hears(&words).await;
}

#[tokio::test]
async fn monarch_sends_files() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.sees_monarch().await;
    for (request, file, content) in
        [("a file, please", "letter.txt", &b"Dear friend"[..]), ("your picture?", "monarch.png", b"\x89PNG")]
    {
        ada.says(request).await;
        let (transfer, name) = ada
            .until("an offer", |event| match event {
                Event::FileOffered { transfer, name, .. } => Some((transfer, name)),
                _ => None,
            })
            .await;
        assert_eq!(name, file);
        let mut transfer = ada.client.accept_file(transfer, &ada.folder).await.unwrap();
        let path = transfer.finished().await.unwrap();
        assert!(std::fs::read(path).unwrap().starts_with(content));
        ada.hears("There you are").await;
    }
}

#[tokio::test]
async fn monarch_takes_files() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.sees_monarch().await;
    let file = demo.papillon.file("abc.txt", "abc");
    let mut transfer = ada.client.send_file(&ada.monarch, &file).await.unwrap();
    transfer.finished().await.unwrap();
    let (_, words) = ada.hears("Thank you for abc.txt: 3 bytes").await;
    assert!(words.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "{words}");
    let received = demo.folder().join("monarch/received");
    assert_eq!(received.read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn in_company_monarch_waits_to_be_named() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.sees_monarch().await;
    ada.hears("Welcome, Ada!").await;
    let mut grace = demo.sign_in(1).await;
    grace.sees_monarch().await;
    grace.hears("Welcome, Grace!").await;
    ada.says("hello").await;
    let (conversation, _) = ada.hears("Hello Ada!").await;
    let talk = ada.client.conversation(&ada.monarch);
    assert_eq!(talk.id(), conversation);
    let other = grace.client.account().clone();
    talk.invite(&other).await.unwrap();
    let comes = |event| matches!(event, Event::Joined { who, .. } if who == other).then_some(());
    ada.until("Grace comes", comes).await;
    talk.send("Isn't it quiet here").await.unwrap();
    talk.send("Monarch, what time is it?").await.unwrap();
    // Had it answered the first, that would have come before.
    assert!(ada.hears("").await.1.contains("UTC"));
    assert!(grace.hears("").await.1.contains("UTC"));
}

#[tokio::test]
async fn monarch_can_be_invited() {
    let demo = Demo::start();
    let mut ada = demo.sign_in(0).await;
    ada.hears("Welcome, Ada!").await;
    let mut grace = demo.sign_in(1).await;
    grace.hears("Welcome, Grace!").await;
    let talk = ada.client.conversation(grace.client.account());
    talk.send("hello").await.unwrap();
    talk.invite(&ada.monarch).await.unwrap();
    let monarch = ada.monarch.clone();
    let comes = |event| matches!(event, Event::Joined { who, .. } if who == monarch).then_some(());
    ada.until("Monarch comes", comes).await;
    talk.send("Monarch, how are you?").await.unwrap();
    let (conversation, _) = ada.hears("And you?").await;
    assert_eq!(conversation, talk.id());
    grace.hears("And you?").await;
}
