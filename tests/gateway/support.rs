//! People at the gateway.

use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::http::Answer;
use msnp_testkit::{Ns, TestServer};

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";
/// The line that a contact gets when an account goes online.
pub const ALICE_ONLINE: &str = "NLN NLN alice@example.com Alice 268435492";

/// The way to a service's gateway.
pub fn way(server: &TestServer) -> Way {
    Way::to(server.addresses.http)
}

/// Alice at the gateway and bob at a socket. They see each other.
pub async fn friends(server: &TestServer) -> (Gateway, Ns) {
    server.befriend(ALICE, BOB).await;
    let mut bob = Ns::online(server, BOB, 9).await;
    let alice = Gateway::online(server, way(server), ALICE, 9).await;
    bob.expect(ALICE_ONLINE).await;
    (alice, bob)
}

/// The service has nothing to do with such a request, and says so in a line.
pub fn refused(answer: &Answer) {
    assert_eq!(answer.status(), 400, "{}", answer.head);
    let text = std::str::from_utf8(&answer.body).expect("UTF-8");
    assert!(text.len() > 5 && text.ends_with('\n') && text.matches('\n').count() == 1, "{text:?}");
    assert_eq!(answer.header("X-MSN-Messenger"), None);
}

/// Nothing has come so far: asks for something whose reply is known, and finds nothing before it.
pub async fn quiet(gateway: &mut Gateway) {
    gateway.send("URL 99 NOTHING").await;
    gateway.expect("201 99").await;
}

/// A line of the query that continues a session.
pub fn session(id: &str) -> String {
    format!("SessionID={id}")
}

/// The query of a poll.
pub fn poll(id: &str) -> String {
    format!("Action=poll&SessionID={id}")
}
