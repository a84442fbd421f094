//! Custom emoticons in texts.

use msnp_client::msnp::message::{Emoticon, Emoticons};
use msnp_client::msnp::object::{MsnObject, ObjectKind};
use msnp_testkit::{Ns, Sb, TestServer};

use crate::people::{Happened, Somebody, handle};

/// One pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

fn text(words: &str) -> Vec<u8> {
    format!("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{words}").into_bytes()
}

#[tokio::test]
async fn they_are_announced_before_the_text_that_uses_them() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let alice = Somebody::online(&server, "alice").await;
    alice.add_emoticon("(tux)", PNG.into()).unwrap();
    alice.add_emoticon("(cat)", PNG.into()).unwrap();
    let client = alice.client.clone();
    let sending = tokio::spawn(async move {
        client.send(&handle("bob"), "look (tux)!").await?;
        client.send(&handle("bob"), "http://example.com/(tux)").await
    });
    let (mut seat, _) = Sb::answer("bob@example.com", &bob.ring().await).await;
    let payload = String::from_utf8(seat.receive("alice@example.com").await).unwrap();
    let head = "MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n(tux)\t<msnobj Creator=\"alice@example.com\" ";
    assert!(payload.starts_with(head), "{payload}");
    assert!(payload.ends_with("/>\t") && !payload.contains("(cat)"), "{payload}");
    assert!(seat.receive("alice@example.com").await.ends_with(b"look (tux)!"));
    assert!(seat.receive("alice@example.com").await.ends_with(b"http://example.com/(tux)"));
    sending.await.unwrap().unwrap();
}

#[tokio::test]
async fn they_come_with_the_next_text_that_uses_them() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;

    let emoticon = |shortcut: &str| {
        let object = MsnObject::new("bob@example.com", ObjectKind::CUSTOM_EMOTICON, "TFR1.dat", "", PNG);
        Emoticon::new(shortcut, MsnObject::parse(&object.to_string()).unwrap()).unwrap()
    };
    let both = Emoticons { emoticons: vec![emoticon("(a)"), emoticon("(b)")], animated: false };
    seat.msg(1, 'N', &both.to_message().to_bytes()).await;
    seat.msg(2, 'N', &text("nothing")).await;
    seat.msg(3, 'N', &text("a (b) (A)")).await;
    seat.msg(4, 'N', &text("(a) (b)")).await;
    alice.joined("bob").await;
    for (words, expected) in [("nothing", vec![]), ("a (b) (A)", vec![emoticon("(b)")]), ("(a) (b)", vec![])]
    {
        match alice.next().await {
            Happened::Said(_, _, text, emoticons) => {
                assert_eq!((text.body.as_str(), emoticons), (words, expected))
            }
            other => panic!("expected a text: {other:?}"),
        }
    }
}
