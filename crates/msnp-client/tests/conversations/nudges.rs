//! Nudges, both ways, and the other things that come as they do.

use msnp_client::Event;
use msnp_testkit::{DEADLINE, Ns, Sb, TestServer};
use tokio::time::timeout;

use crate::people::{Happened, Somebody, handle};

const NUDGE: &str = "MIME-Version: 1.0\r\nContent-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1\r\n\r\n";

async fn nudge(somebody: &mut Somebody) -> Event {
    loop {
        let event = timeout(DEADLINE, somebody.events.next()).await.unwrap().unwrap();
        if matches!(event, Event::Nudge { .. } | Event::Message { .. }) {
            return event;
        }
    }
}

#[tokio::test]
async fn a_nudge_is_an_event_in_its_conversation() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    seat.msg(1, 'N', NUDGE.replace("ID: 1", "ID: 2\r\nData: <msnobj/>").as_bytes()).await;
    // The form of MSNPSharp.
    for (number, payload) in [(2, NUDGE.to_owned()), (3, format!("{NUDGE}\r\n\r\n"))] {
        seat.msg(number, 'N', payload.as_bytes()).await;
        let Event::Nudge { conversation, from, name } = nudge(&mut alice).await else { panic!() };
        assert_eq!((from, name.text().as_ref()), (handle("bob"), "Bob"));
        // It can be answered there.
        conversation.send("ouch").await.unwrap();
        assert!(seat.receive("alice@example.com").await.ends_with(b"ouch"));
    }
}

#[tokio::test]
async fn a_nudge_is_sent_as_others_know_it() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let conversation = alice.client.conversation(&handle("bob"));
    let nudging = tokio::spawn(async move { conversation.nudge().await });
    let (mut seat, _) = Sb::answer("bob@example.com", &bob.ring().await).await;
    assert_eq!(String::from_utf8(seat.receive("alice@example.com").await).unwrap(), NUDGE);
    nudging.await.unwrap().unwrap();
    assert!(matches!(alice.next().await, Happened::Joined(..)));
    assert!(alice.client.conversation(&handle("nobody")).nudge().await.is_err());
}
