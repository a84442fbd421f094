//! Messages of types that the library knows nothing of.

use msnp_client::{Conversation, Event, SendError};
use msnp_testkit::{Ns, Sb, TestServer};
use tokio::time::timeout;

use crate::people::{Somebody, handle};

/// The next raw message: where, from whom, its type, what its headers say of the clock, its body.
async fn heard(who: &mut Somebody) -> (Conversation, String, Option<String>, Vec<u8>) {
    loop {
        let event = timeout(msnp_testkit::DEADLINE, who.events.next()).await.expect("no event in time");
        if let Event::Raw { conversation, from, name, content_type, headers, body } =
            event.expect("the events go on")
        {
            assert!(name.text().eq_ignore_ascii_case(from.as_str().split('@').next().unwrap()));
            assert_eq!(headers.get("MIME-Version"), Some("1.0"));
            let clock = headers.get("X-Clock").map(str::to_owned);
            return (conversation, content_type, clock, body.to_vec());
        }
    }
}

#[tokio::test]
async fn they_go_both_ways_in_one_conversation() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let talk = alice.client.conversation(&handle("bob"));
    let bytes: Vec<u8> = (0..=255).collect();
    talk.send_raw("Application/X-Chess; v=1", &[("X-Clock", "59:12")], bytes.clone()).await.unwrap();
    let (answering, content_type, clock, body) = heard(&mut bob).await;
    assert_eq!((content_type.as_str(), clock.as_deref()), ("application/x-chess", Some("59:12")));
    assert_eq!(body, bytes);
    assert_eq!(answering.participants(), [handle("alice")]);
    answering.send_raw("application/x-chess", &[], "").await.unwrap();
    let (conversation, _, clock, body) = heard(&mut alice).await;
    assert_eq!((conversation, clock, body.len()), (talk.clone(), None, 0), "it is the same conversation");
    let found = alice.client.conversation_by_id(talk.id());
    assert_eq!(found, Some(talk));
}

#[tokio::test]
async fn what_is_sent_is_what_arrives_byte_for_byte() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    let talk = alice.client.conversation(&handle("bob"));
    talk.send_raw("image/gif", &[("X-One", "1")], "base64:R0lG").await.unwrap();
    let expected = b"MIME-Version: 1.0\r\nContent-Type: image/gif\r\nX-One: 1\r\n\r\nbase64:R0lG";
    assert_eq!(seat.receive("alice@example.com").await, expected);
    let most = 1664 - b"MIME-Version: 1.0\r\nContent-Type: a/b\r\n\r\n".len();
    talk.send_raw("a/b", &[], vec![b'x'; most]).await.unwrap();
    assert_eq!(seat.receive("alice@example.com").await.len(), 1664);
    assert_eq!(talk.send_raw("a/b", &[], vec![b'x'; most + 1]).await, Err(SendError::TooLong));
    let twice = talk.send_raw("a/b", &[("Content-Type", "c/d")], "").await;
    assert!(matches!(twice, Err(SendError::Header(_))), "{twice:?}");
}

#[tokio::test]
async fn what_nobody_is_meant_to_see_begins_no_conversation() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    let quiet: [(&[u8], _); 2] = [
        (
            b"MIME-Version: 1.0\r\nContent-Type: text/x-clientcaps\r\n\r\nClient-Name: x\r\n",
            "text/x-clientcaps",
        ),
        (b"MIME-Version: 1.0\r\nContent-Type: text/x-keepalive\r\n\r\n", "text/x-keepalive"),
    ];
    for (payload, content_type) in quiet {
        seat.msg(1, 'N', payload).await;
        loop {
            let event = timeout(msnp_testkit::DEADLINE, alice.events.next()).await.unwrap().unwrap();
            assert!(!matches!(event, Event::Joined { .. } | Event::NotShown { .. }), "{event:?}");
            if let Event::Raw { content_type: told, .. } = event {
                assert_eq!(told, content_type);
                break;
            }
        }
    }
    // A wink is meant to be seen: it is told of twice, and in a conversation.
    seat.msg(
        2,
        'N',
        b"MIME-Version: 1.0\r\nContent-Type: text/x-msnmsgr-datacast\r\n\r\nID: 2\r\nData: x\r\n\r\n",
    )
    .await;
    alice.joined("bob").await;
    let (conversation, content_type, _, body) = heard(&mut alice).await;
    assert_eq!(content_type, "text/x-msnmsgr-datacast");
    assert_eq!(body, b"ID: 2\r\nData: x\r\n\r\n");
    let next = timeout(msnp_testkit::DEADLINE, alice.events.next()).await.unwrap().unwrap();
    let Event::NotShown { conversation: told, reason, .. } = next else { panic!("{next:?}") };
    assert_eq!((told, reason.contains("kind 2")), (Some(conversation), true), "{reason}");
}

#[tokio::test]
async fn an_invitation_to_another_program_is_heard_and_so_is_the_answer() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let talk = alice.client.conversation(&handle("bob"));
    let invite = "Application-Name: Checkers\r\nApplication-GUID: {1}\r\nInvitation-Command: INVITE\r\n\
                  Invitation-Cookie: 7\r\n\r\n";
    talk.send_raw("text/x-msmsgsinvite; charset=UTF-8", &[], invite).await.unwrap();
    let (answering, content_type, _, body) = heard(&mut bob).await;
    assert_eq!((content_type.as_str(), body.as_slice()), ("text/x-msmsgsinvite", invite.as_bytes()));
    // The library says that there is no such program; a bot may say more.
    let (_, content_type, _, body) = heard(&mut alice).await;
    assert_eq!(content_type, "text/x-msmsgsinvite");
    assert!(String::from_utf8(body).unwrap().contains("Cancel-Code: REJECT_NOT_INSTALLED"));
    let accept = "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 7\r\n\r\n";
    answering.send_raw("text/x-msmsgsinvite", &[], accept).await.unwrap();
    assert_eq!(heard(&mut alice).await.3, accept.as_bytes());
}
