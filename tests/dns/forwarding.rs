//! Names that are not ours.

use std::net::{Ipv4Addr, SocketAddr};

use msnp_testkit::TestServer;
use papillon_server::dns::Others;

use crate::ask::{
    A, Client, Connection, NO_ERROR, REFUSED, SERVER_FAILURE, Said, answer, question, question_of, with_size,
};
use crate::upstream::{Upstream, nobody};

const ONE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

async fn server_with(upstreams: Vec<SocketAddr>) -> TestServer {
    TestServer::with(|config| config.dns.upstreams = Some(upstreams)).await
}

#[tokio::test]
async fn questions_are_passed_on_as_they_are() {
    let mut upstream = Upstream::start(|question| vec![answer(question, &[ONE])]).await;
    let server = server_with(vec![upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    let packet = with_size(question(7, "ExamPle.com", A), 1400);
    let said = client.ask(&packet).await;
    assert_eq!(Said::read(&said).addresses(), ["192.0.2.1"]);
    assert_eq!((&said[..2], question_of(&said)), (&packet[..2], question_of(&packet)));
    assert_eq!(upstream.question().await[2..], packet[2..]);

    let mut connection = Connection::to(server.addresses.dns).await;
    assert_eq!(Said::read(&connection.ask(&packet).await).addresses(), ["192.0.2.1"]);
    assert_eq!(upstream.question().await[2..], packet[2..]);
    // The old names are never forwarded.
    client.look_up("messenger.hotmail.com", A).await;
    assert!(upstream.asked().is_empty());
}

#[tokio::test]
async fn identifiers_cannot_be_guessed() {
    let mut upstream = Upstream::start(|question| vec![answer(question, &[ONE])]).await;
    let server = server_with(vec![upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        client.ask(&question(1, &format!("n{number}.example.com"), A)).await;
        ids.push(upstream.question().await[..2].to_vec());
    }
    ids.sort();
    ids.dedup();
    // Two of eight may be equal by chance.
    assert!(ids.len() >= 7, "{ids:?}");
}

#[tokio::test]
async fn they_are_refused_when_the_operator_says_so() {
    let mut upstream = Upstream::start(|question| vec![answer(question, &[ONE])]).await;
    let server = TestServer::with(|config| {
        config.dns.upstreams = Some(vec![upstream.address]);
        config.dns.others = Others::Refuse;
    })
    .await;
    let client = Client::of(server.addresses.dns).await;
    assert_eq!(Said::read(&client.ask(&question(7, "example.com", A)).await).code, REFUSED);
    assert_eq!(client.look_up("nexus.passport.com", A).await, ["127.0.0.1"]);
    assert!(upstream.asked().is_empty());
}

#[tokio::test]
async fn all_there_is_about_a_name_is_never_asked_for() {
    let mut upstream = Upstream::start(|question| vec![answer(question, &[ONE])]).await;
    let server = server_with(vec![upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    for kind in [251, 252, 255] {
        assert_eq!(Said::read(&client.ask(&question(7, "example.com", kind)).await).code, REFUSED, "{kind}");
    }
    assert!(upstream.asked().is_empty());
}

#[tokio::test]
async fn the_next_server_is_asked_when_one_fails() {
    let refusing = Upstream::start(|question| {
        let mut refusal = answer(question, &[]);
        refusal[3] = 0x80 | REFUSED;
        vec![refusal]
    })
    .await;
    let upstream = Upstream::start(|question| vec![answer(question, &[ONE])]).await;
    let server =
        server_with(vec![refusing.address, nobody().await, refusing.address, upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    assert_eq!(client.look_up("example.com", A).await, ["192.0.2.1"]);
    let mut connection = Connection::to(server.addresses.dns).await;
    let said = connection.ask(&question(7, "example.com", A)).await;
    assert_eq!(Said::read(&said).addresses(), ["192.0.2.1"]);

    let server = server_with(vec![nobody().await, refusing.address]).await;
    let client = Client::of(server.addresses.dns).await;
    assert_eq!(Said::read(&client.ask(&question(7, "example.com", A)).await).code, REFUSED);
}

#[tokio::test]
async fn without_an_answer_there_is_a_failure() {
    let server = server_with(vec![nobody().await]).await;
    let client = Client::of(server.addresses.dns).await;
    let packet = question(7, "example.com", A);
    assert_eq!(Said::read(&client.ask(&packet).await).code, SERVER_FAILURE);
    let mut connection = Connection::to(server.addresses.dns).await;
    assert_eq!(Said::read(&connection.ask(&packet).await).code, SERVER_FAILURE);
    // The connection is as good as before.
    let said = connection.ask(&question(8, "nexus.passport.com", A)).await;
    assert_eq!(Said::read(&said).addresses(), ["127.0.0.1"]);
}

#[tokio::test]
async fn answers_to_other_questions_are_not_believed() {
    let upstream = Upstream::start(|asked| {
        let other_id = [&[asked[0] ^ 1][..], &asked[1..]].concat();
        let other_name = question(u16::from_be_bytes([asked[0], asked[1]]), "example.org", A);
        let bad =
            [answer(&other_id, &[ONE]), answer(&other_name, &[ONE]), asked.to_vec(), vec![], vec![0; 12]];
        let good = answer(asked, &[Ipv4Addr::new(192, 0, 2, 2)]);
        bad.into_iter().chain([good]).collect()
    })
    .await;
    let server = server_with(vec![upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    assert_eq!(client.look_up("example.com", A).await, ["192.0.2.2"]);
}

#[tokio::test]
async fn what_is_too_large_for_a_packet_comes_on_a_connection() {
    let upstream = Upstream::start(|question| {
        let many: Vec<_> = (0..=255).map(|number| Ipv4Addr::new(192, 0, 2, number)).collect();
        vec![answer(question, &many)]
    })
    .await;
    let server = server_with(vec![upstream.address]).await;
    let client = Client::of(server.addresses.dns).await;
    for packet in [question(7, "example.com", A), with_size(question(8, "example.com", A), 65_535)] {
        let cut = client.ask(&packet).await;
        assert!(cut.len() <= packet.len());
        let said = Said::read(&cut);
        assert_eq!((said.truncated, said.addresses.len(), said.code), (true, 0, NO_ERROR));
    }
    let mut connection = Connection::to(server.addresses.dns).await;
    let said = connection.ask(&question(7, "example.com", A)).await;
    assert_eq!(Said::read(&said).addresses().len(), 256);
}

#[tokio::test]
async fn a_loop_ends() {
    let (address, told) = tokio::sync::oneshot::channel::<SocketAddr>();
    // Sends each question back to this listener.
    let (udp, mut count) = (tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap(), 0);
    let upstream = udp.local_addr().unwrap();
    let (asked, mut questions) = tokio::sync::mpsc::unbounded_channel();
    let looping = tokio::spawn(async move {
        let ours = told.await.unwrap();
        let mut buffer = vec![0; 4096];
        while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
            if from != ours {
                count += 1;
                asked.send(count).unwrap();
                udp.send_to(&buffer[..length], ours).await.unwrap();
            }
        }
    });
    let server = server_with(vec![upstream]).await;
    address.send(server.addresses.dns).unwrap();
    let client = Client::of(server.addresses.dns).await;
    client.send(&question(7, "example.com", A)).await;
    assert_eq!(Said::read(&client.receive().await).code, SERVER_FAILURE);
    looping.abort();
    let mut last = 0;
    while let Some(count) = questions.recv().await {
        last = count;
    }
    // Once for each time that we ask the only server there is.
    assert!(last <= 2, "{last} questions were made of one");
}

#[tokio::test]
async fn who_waits_holds_up_nobody() {
    // Never answers.
    let mut silent = Upstream::start(|_| Vec::new()).await;
    let server = server_with(vec![silent.address]).await;
    let client = Client::of(server.addresses.dns).await;
    for number in 0..100 {
        client.send(&question(number, &format!("n{number}.example.com"), A)).await;
    }
    // One client may have only so many questions waiting.
    let said = client.ask(&question(1000, "nexus.passport.com", A)).await;
    assert_eq!(Said::read(&said).addresses(), ["127.0.0.1"]);
    let waiting = silent.asked().len();
    assert!(waiting <= 32, "{waiting}");
    // Others have room of their own.
    let other = Client::at([127, 0, 0, 9], server.addresses.dns).await;
    other.send(&question(7, "other.example.com", A)).await;
    loop {
        if question_of(&silent.question().await).starts_with(b"\x05other") {
            break;
        }
    }
}

#[tokio::test]
async fn the_same_question_is_asked_once() {
    let upstream = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = server_with(vec![upstream.local_addr().unwrap()]).await;
    let mut clients = Vec::new();
    for number in 1..=8 {
        let client = Client::at([127, 0, 1, number], server.addresses.dns).await;
        let name = if number % 2 == 0 { "EXAMPLE.com" } else { "example.com" };
        client.send(&question(number.into(), name, A)).await;
        // This one is answered at once: the one before has been taken in.
        client.ask(&question(99, "nexus.passport.com", A)).await;
        clients.push(client);
    }
    let mut count = 0;
    let answering = async {
        let mut buffer = [0; 512];
        loop {
            let (length, from) = upstream.recv_from(&mut buffer).await.unwrap();
            count += 1;
            upstream.send_to(&answer(&buffer[..length], &[ONE]), from).await.unwrap();
        }
    };
    let listening = async {
        for (client, id) in clients.iter().zip(1..) {
            let said = Said::read(&client.receive().await);
            assert_eq!((said.id, said.addresses()), (id, vec![String::from("192.0.2.1")]));
        }
    };
    tokio::select! {
        () = answering => {}
        () = listening => {}
    }
    // Again only when the server has not answered for a while.
    assert!(count <= 2, "{count} questions");
}
