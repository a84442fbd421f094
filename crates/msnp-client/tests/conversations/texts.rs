//! Texts, and whether they arrive.

use msnp_client::SendError;
use msnp_client::msnp::message::{Colour, Effects, Format, Text};
use msnp_testkit::{Ns, Sb, TestServer};

use crate::people::{Happened, Somebody, handle};

#[tokio::test]
async fn both_ways_in_one_conversation() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;

    alice.send(&handle("bob"), "Grüße ✓\r\n日本語").await.unwrap();
    let with_alice = bob.joined("alice").await;
    assert_eq!(bob.said("alice", "Grüße ✓\r\n日本語").await, with_alice);
    assert_eq!(bob.conversation(&handle("alice")).id(), with_alice);

    let format = Format {
        font: "Comic Sans MS".to_owned(),
        effects: Effects { bold: true, italic: true, ..Effects::default() },
        colour: Colour { red: 255, green: 1, blue: 0 },
        charset: 0x86,
        pitch_and_family: 0x22,
        right_to_left: true,
    };
    let text = Text { body: "hi".to_owned(), format: Some(format) };
    bob.conversation(&handle("alice")).send(text.clone()).await.unwrap();
    let with_bob = alice.joined("bob").await;
    assert_eq!(alice.conversation(&handle("bob")).id(), with_bob);
    assert_eq!(alice.next().await, Happened::Said(with_bob, handle("bob"), text, Vec::new()));
}

#[tokio::test]
async fn as_a_raw_client_sees_it() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let alice = Somebody::online(&server, "alice").await;
    let client = alice.client.clone();
    let sending = tokio::spawn(async move { client.send(&handle("bob"), "hello").await });
    let (mut seat, _) = Sb::answer("bob@example.com", &bob.ring().await).await;
    let payload = String::from_utf8(seat.receive("alice@example.com").await).unwrap();
    assert_eq!(
        payload,
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
         X-MMS-IM-Format: FN=MS%20Sans%20Serif; EF=; CO=0; CS=0; PF=0\r\n\r\nhello"
    );
    sending.await.unwrap().unwrap();

    // Asked three times, told once, and before what is said next.
    let conversation = alice.conversation(&handle("bob"));
    for _ in 0..3 {
        conversation.typing().await.unwrap();
    }
    conversation.send("!").await.unwrap();
    let payload = String::from_utf8(seat.receive("alice@example.com").await).unwrap();
    let typing = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
                  TypingUser: alice@example.com\r\n\r\n\r\n";
    assert_eq!(payload, typing);
    assert!(seat.receive("alice@example.com").await.ends_with(b"\r\n\r\n!"));
    conversation.leave().await;
    seat.expect("BYE alice@example.com").await;
}

#[tokio::test]
async fn typing_is_shown() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    alice.conversation(&handle("bob")).typing().await.unwrap();
    let conversation = bob.joined("alice").await;
    assert_eq!(bob.next().await, Happened::Typing(conversation, handle("alice")));
}

#[tokio::test]
async fn nobody_is_there() {
    let server = TestServer::start().await;
    server.account("bob@example.com").await;
    let alice = Somebody::online(&server, "alice").await;
    let conversation = alice.conversation(&handle("bob"));
    let asked: Vec<_> = (0..10)
        .map(|number| {
            let conversation = conversation.clone();
            tokio::spawn(async move { conversation.send(format!("{number}")).await })
        })
        .collect();
    // One call for all: the service would not allow ten switchboards in a minute.
    for asked in asked {
        assert_eq!(asked.await.unwrap(), Err(SendError::NotOnline));
    }
    assert_eq!(conversation.typing().await, Err(SendError::NotOnline));
    assert_eq!(conversation.participants(), [handle("bob")]);
}

#[tokio::test]
async fn too_long_for_one_message() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let headers = Text { format: Some(format()), ..Text::from("") }.to_message().to_bytes().len();
    let longest = "é".repeat((1664 - headers) / 2);
    let too_long = format!("{longest}é");
    assert_eq!(alice.send(&handle("bob"), too_long).await, Err(SendError::TooLong));
    alice.send(&handle("bob"), longest.clone()).await.unwrap();
    bob.joined("alice").await;
    bob.said("alice", &longest).await;
}

fn format() -> Format {
    Format { font: "MS Sans Serif".to_owned(), ..Format::default() }
}

#[tokio::test]
async fn in_the_order_in_which_it_was_said() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let asked: Vec<_> = (0..50)
        .map(|number| {
            let client = alice.client.clone();
            tokio::spawn(async move { client.send(&handle("bob"), number.to_string()).await })
        })
        .collect();
    let conversation = bob.joined("alice").await;
    for number in 0..50 {
        assert_eq!(bob.said("alice", &number.to_string()).await, conversation);
    }
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
}
