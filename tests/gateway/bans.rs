//! Bans at the gateway.

use msnp_testkit::gateway::Gateway;
use msnp_testkit::http::ticket;
use msnp_testkit::{DEADLINE, Ns, PASSWORD, TestServer, Wire};
use tokio::time::timeout;

use crate::support::{ALICE, BOB, poll, way};

/// Alice at the gateway, from this machine, and Bob at a socket, from elsewhere, who see each other.
async fn friends_apart() -> (TestServer, Gateway, Ns) {
    let trusted = vec!["127.0.0.1".parse().expect("an address")];
    let server = TestServer::with(|config| config.trusted_proxies = trusted).await;
    server.befriend(ALICE, BOB).await;
    let mut wire = Wire::connect(server.addresses.msnp).await;
    wire.send_raw(b"PROXY TCP4 192.0.2.1 198.51.100.9 1042 1863\r\n").await;
    let mut bob = Ns::over(wire);
    bob.identify(BOB, 9).await;
    bob.show(&ticket(server.addresses.http, BOB, PASSWORD).await).await;
    bob.syn().await;
    bob.chg("NLN").await;
    let alice = Gateway::online(&server, way(&server), ALICE, 9).await;
    bob.expect_prefix(&format!("NLN NLN {ALICE} ")).await;
    (server, alice, bob)
}

#[tokio::test]
async fn a_banned_address_loses_its_session() {
    let (server, mut alice, mut bob) = friends_apart().await;
    server.ban("127.0.0.1", None).await;
    bob.expect(&format!("FLN {ALICE}")).await;
    let answer = alice.post(&poll(&alice.id), b"").await;
    assert_eq!((answer.status(), answer.header("X-MSN-Messenger")), (403, None));
    let open = "Action=open&Server=NS&IP=messenger.hotmail.com";
    assert_eq!(alice.post(open, b"VER 1 MSNP9 CVR0\r\n").await.status(), 403);
    bob.quiet().await;
}

#[tokio::test]
async fn a_banned_account_is_signed_out() {
    let (server, mut alice, mut bob) = friends_apart().await;
    server.ban(ALICE, None).await;
    bob.expect(&format!("FLN {ALICE}")).await;
    let last = async {
        while !alice.closed {
            alice.poll().await;
        }
    };
    timeout(DEADLINE, last).await.expect("the session does not end");
    alice.expect("OUT OTH").await;
}
