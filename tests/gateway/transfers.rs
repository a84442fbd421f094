//! Senders that wait for each `ACK` before they send the next packet, as Pidgin and aMSN do with files. The number of
//! requests of a transfer counts, since such a client asks every two seconds.

use msnp_testkit::gateway::{Gateway, read_answer};
use msnp_testkit::{Ns, Sb, TestServer, message};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{ALICE, BOB, friends, poll, session, way};

/// A file of 40 kB, in packets as Pidgin sends them.
const PACKETS: usize = 34;
/// A few: a slow machine makes the gaps longer, and needs more.
const FEW: usize = 10;

fn packet(number: usize) -> Vec<u8> {
    (0..1202).map(|at| (at * 7 + number) as u8).collect()
}

/// Sends all packets, each when the one before is known to be there.
async fn send_directly(sender: &mut Sb) {
    for number in 0..PACKETS {
        sender.msg(1, 'D', &packet(number)).await;
        sender.expect("ACK 1").await;
    }
}

/// The same at the gateway; how many requests it took.
async fn send_by_http(sender: &mut Gateway) -> usize {
    let mut requests = 0;
    for number in 0..PACKETS {
        sender.send_raw(&message(1, 'D', &packet(number))).await;
        requests += 1;
        loop {
            match sender.take_line().as_deref() {
                Some("ACK 1") => break,
                Some(line) => panic!("not expected: {line}"),
                None => sender.poll().await,
            }
            requests += 1;
        }
    }
    requests
}

/// Polls until all packets are there; how many requests it took.
async fn take_by_http(recipient: &mut Gateway) -> usize {
    let (mut requests, mut taken) = (0, 0);
    while taken < PACKETS {
        recipient.poll().await;
        requests += 1;
        while recipient.unread.starts_with(b"MSG ") {
            assert_eq!(recipient.message().await.payload, packet(taken));
            taken += 1;
        }
    }
    requests
}

/// Bob in a conversation with Alice; both are at the gateway.
async fn both_at_the_gateway(server: &TestServer) -> (Gateway, Gateway) {
    server.befriend(ALICE, BOB).await;
    let mut alice = Gateway::online(server, way(server), ALICE, 9).await;
    let mut bob = Gateway::online(server, way(server), BOB, 9).await;
    alice.expect("NLN NLN bob@example.com Bob 268435492").await;
    let mut hers = alice.conversation(ALICE).await;
    hers.ask(&format!("CAL 2 {BOB}"), "CAL 2 RINGING ").await;
    let his = bob.answer(BOB).await;
    hers.expect("JOI bob@example.com Bob").await;
    (hers, his)
}

/// A conversation of Bob, at a socket, with Alice at the gateway.
async fn conversation(bob: &mut Ns, alice: &mut Gateway) -> (Sb, Gateway) {
    let mut his = Sb::open(bob).await;
    his.call(ALICE).await;
    let hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    (his, hers)
}

#[tokio::test]
async fn many_packets_come_with_one_poll() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let (mut his, mut hers) = conversation(&mut bob, &mut alice).await;
    let ((), polls) = tokio::join!(send_directly(&mut his), take_by_http(&mut hers));
    assert!(polls <= FEW, "{polls} polls");
}

#[tokio::test]
async fn a_packet_takes_one_request() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let (mut his, mut hers) = conversation(&mut bob, &mut alice).await;
    assert_eq!(send_by_http(&mut hers).await, PACKETS);
    for number in 0..PACKETS {
        assert_eq!(his.receive(ALICE).await, packet(number));
    }
}

#[tokio::test]
async fn both_at_the_gateway_need_little_more() {
    let server = TestServer::start().await;
    let (mut hers, mut his) = both_at_the_gateway(&server).await;
    let (requests, polls) = tokio::join!(send_by_http(&mut hers), take_by_http(&mut his));
    assert!(requests <= PACKETS + FEW && polls <= FEW, "{requests} requests, {polls} polls");
}

#[tokio::test]
async fn both_may_send_at_once() {
    let server = TestServer::start().await;
    let (mut hers, mut his) = both_at_the_gateway(&server).await;
    let talk = async |gateway: &mut Gateway| {
        let (mut heard, mut told) = (0, 0);
        gateway.send_raw(&message(1, 'D', &packet(0))).await;
        while heard < 5 || told < 5 {
            if gateway.unread.starts_with(b"MSG ") {
                assert_eq!(gateway.message().await.payload, packet(heard));
                heard += 1;
            } else if gateway.take_line().as_deref() == Some("ACK 1") {
                told += 1;
                if told < 5 {
                    gateway.send_raw(&message(1, 'D', &packet(told))).await;
                }
            } else {
                gateway.poll().await;
            }
        }
    };
    tokio::join!(talk(&mut hers), talk(&mut his));
}

#[tokio::test]
async fn a_poll_is_not_held_where_nobody_waits() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let (mut his, mut hers) = conversation(&mut bob, &mut alice).await;
    // No sender waits for an answer to these.
    for class in ['N', 'U'] {
        his.msg(1, class, b"hello").await;
    }
    let quick = async |gateway: &mut Gateway| {
        let mut stream = TcpStream::connect(gateway.way.address).await.expect("it listens");
        stream.write_all(&gateway.request(&poll(&gateway.id), b"")).await.expect("sent");
        // A client that ends its own side at once would not be answered if it were held.
        stream.shutdown().await.expect("ended");
        let answer = read_answer(&mut stream).await;
        gateway.take(&answer);
    };
    his.quiet().await;
    quick(&mut hers).await;
    for _ in 0..2 {
        assert_eq!(hers.message().await.payload, b"hello");
    }
    quick(&mut hers).await;
    quick(&mut alice).await;
    assert!(hers.unread.is_empty());
    // A message that a silent client does not take does not hold the sender's requests for ever.
    drop(his);
    hers.expect(&format!("BYE {BOB}")).await;
    let answer = hers.post(&session(&hers.id), &message(2, 'D', &packet(0))).await;
    hers.take(&answer);
    hers.expect("NAK 2").await;
}
