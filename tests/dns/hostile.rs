//! Hostile and faulty questions.

use msnp_testkit::{DEADLINE, TestServer};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::ask::{A, Client, Connection, FORMAT_ERROR, Said, question};
use crate::upstream::Upstream;

/// The listener still answers: other clients at once, and soon also the same one.
async fn serves(server: &TestServer) {
    for own in [[127, 0, 0, 77], [127, 0, 0, 1]] {
        let client = Client::at(own, server.addresses.dns).await;
        assert_eq!(client.look_up("messenger.hotmail.com", A).await, ["127.0.0.1"]);
    }
    let mut connection = Connection::to(server.addresses.dns).await;
    let said = connection.ask(&question(1, "messenger.hotmail.com", A)).await;
    assert_eq!(Said::read(&said).addresses(), ["127.0.0.1"]);
}

/// Bytes without any sense, always the same ones.
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = usize::from(u16::from_be_bytes([self.byte(), self.byte()])) % (most + 1);
        (0..length).map(|_| self.byte()).collect()
    }
}

#[tokio::test]
async fn garbage_changes_nothing() {
    let mut upstream = Upstream::start(|_| Vec::new()).await;
    let server = TestServer::with(|config| config.dns.upstreams = Some(vec![upstream.address])).await;
    let mut noise = Noise(1999);
    let good = question(7, "messenger.hotmail.com", A);
    for number in 0..4000_u32 {
        // From many, so that they are heard.
        let [.., high, low] = number.to_be_bytes();
        let client = Client::at([127, 7, high, low / 4], server.addresses.dns).await;
        let mut packet = match number % 4 {
            0 => noise.bytes(600),
            1 => noise.bytes(20_000),
            _ => good.clone(),
        };
        if number % 4 > 1 {
            for _ in 0..4 {
                let at = usize::from(noise.byte()) % packet.len();
                packet[at] = noise.byte();
            }
            packet.extend(noise.bytes(40));
        }
        client.send(&packet).await;
    }
    serves(&server).await;
    // Each packet that was passed on asks one question.
    for packet in upstream.asked() {
        assert_eq!(packet[4..10], [0, 1, 0, 0, 0, 0]);
    }
}

#[tokio::test]
async fn an_answer_is_not_answered() {
    let server = TestServer::start().await;
    let client = Client::of(server.addresses.dns).await;
    let mut answer = question(7, "messenger.hotmail.com", A);
    for flags in [0x80, 0x81, 0xa8, 0xff] {
        answer[2] = flags;
        client.send(&answer).await;
    }
    for length in 0..12 {
        client.send(&answer[..length]).await;
    }
    // The first that comes is the answer to the only question.
    client.send(&question(99, "messenger.hotmail.com", A)).await;
    assert_eq!(Said::read(&client.receive().await).id, 99);
}

#[tokio::test]
async fn malformed_questions_are_told_so() {
    let server = TestServer::start().await;
    let client = Client::of(server.addresses.dns).await;
    let good = question(7, "messenger.hotmail.com", A);
    let with = |change: fn(&mut Vec<u8>)| {
        let mut packet = good.clone();
        change(&mut packet);
        packet
    };
    for packet in [
        with(|packet| packet[5] = 0),
        with(|packet| packet[5] = 2),
        with(|packet| packet[4] = 0xff),
        with(|packet| packet[6] = 0xff),
        with(|packet| packet[11] = 9),
        // Names that go round in circles.
        with(|packet| packet[12..14].copy_from_slice(&[0xc0, 12])),
        with(|packet| packet[22..24].copy_from_slice(&[0xc0, 12])),
        with(|packet| packet.truncate(20)),
    ] {
        let said = client.ask(&packet).await;
        assert_eq!(Said::read(&said).code, FORMAT_ERROR, "{packet:?}");
        assert!(said.len() <= packet.len());
    }
}

#[tokio::test]
async fn strangers_get_no_answer() {
    let clients = "10.0.0.0/8,127.0.0.9".parse().unwrap();
    let server = TestServer::with(|config| config.dns.clients = clients).await;
    let stranger = Client::at([127, 0, 0, 8], server.addresses.dns).await;
    let served = Client::at([127, 0, 0, 9], server.addresses.dns).await;
    for packet in [question(7, "messenger.hotmail.com", A), question(7, "example.com", A), vec![0; 40]] {
        stranger.send(&packet).await;
    }
    assert_eq!(served.look_up("messenger.hotmail.com", A).await, ["127.0.0.1"]);
    // Packets are taken in one after the other: one that has not come by now does not come.
    assert_eq!(stranger.came(), 0);
}

#[tokio::test]
async fn one_client_cannot_ask_without_end() {
    let server = TestServer::start().await;
    let greedy = Client::at([127, 0, 0, 8], server.addresses.dns).await;
    let modest = Client::at([127, 0, 0, 9], server.addresses.dns).await;
    for round in 0..40_u16 {
        for number in 0..50 {
            greedy.send(&question(round * 50 + number, "messenger.hotmail.com", A)).await;
        }
        // All of those have been taken in, or lost, when this is answered.
        modest.ask(&question(round, "messenger.hotmail.com", A)).await;
    }
    let answered = greedy.came();
    // Some more than at once are allowed may have been paid for meanwhile.
    assert!((1..2000).contains(&answered), "{answered} of 2000");
}

#[tokio::test]
async fn lengths_that_cannot_be_end_the_connection() {
    let server = TestServer::start().await;
    let good = question(7, "messenger.hotmail.com", A);
    for start in [[0, 0], [0, 11], [0xff, 0xff], [0x10, 0x01]] {
        let mut connection = Connection::to(server.addresses.dns).await;
        connection.send_raw(&[&start[..], &good].concat()).await;
        connection.closed().await;
    }
    // An answer is nothing to talk about.
    let mut connection = Connection::to(server.addresses.dns).await;
    let mut answer = good.clone();
    answer[2] = 0x80;
    connection.send(&answer).await;
    connection.closed().await;
    serves(&server).await;
}

#[tokio::test]
async fn several_questions_on_a_connection_are_answered_in_their_order() {
    let server = TestServer::start().await;
    let mut connection = Connection::to(server.addresses.dns).await;
    let mut all = Vec::new();
    for id in 0..20 {
        let packet = question(id, "messenger.hotmail.com", A);
        all.extend(u16::try_from(packet.len()).unwrap().to_be_bytes());
        all.extend(packet);
    }
    // Byte by byte and all at once.
    let (slowly, rest) = all.split_at(50);
    for byte in slowly {
        connection.send_raw(&[*byte]).await;
    }
    connection.send_raw(rest).await;
    for id in 0..20 {
        assert_eq!(Said::read(&connection.receive().await).id, id);
    }
}

#[tokio::test]
async fn one_client_cannot_hold_all_connections() {
    let server = TestServer::start().await;
    let mut held = Vec::new();
    let mut turned_away = 0;
    for _ in 0..40 {
        let mut connection = Connection::to(server.addresses.dns).await;
        connection.send(&question(1, "messenger.hotmail.com", A)).await;
        let mut byte = [0];
        match timeout(DEADLINE, connection.0.read(&mut byte)).await.unwrap() {
            Ok(1) => held.push(connection),
            _ => turned_away += 1,
        }
    }
    assert_eq!((held.len(), turned_away), (8, 32));
    drop(held);
    serves_on_a_connection(&server).await;
}

/// Connections that were given up are noticed soon.
async fn serves_on_a_connection(server: &TestServer) {
    let answered = async {
        loop {
            let mut connection = Connection::to(server.addresses.dns).await;
            connection.send(&question(1, "messenger.hotmail.com", A)).await;
            if connection.0.read_u16().await.is_ok() {
                return;
            }
        }
    };
    timeout(DEADLINE, answered).await.expect("nobody gets a connection any more");
}
