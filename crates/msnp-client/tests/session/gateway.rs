//! Through an HTTP gateway: a small one stands in the test, before the real service.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use msnp::connection_type::ConnectionType;
use msnp_client::{Event, SignInError, Trust};
use msnp_testkit::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::who::{ALICE, BOB, builder, handle, online, wait};

type Sessions = Arc<Mutex<HashMap<u32, TcpStream>>>;

/// Every request is a connection of its own; a session's number grows with each answer.
async fn gateway(notification: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sessions = Sessions::default();
    tokio::spawn(async move {
        let mut next = 100;
        while let Ok((stream, _)) = listener.accept().await {
            next += 1000;
            tokio::spawn(serve(stream, notification, Arc::clone(&sessions), next));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, notification: SocketAddr, sessions: Sessions, fresh: u32) {
    let mut request = Vec::new();
    let (head, mut body) = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break (String::from_utf8_lossy(&request[..end]).into_owned(), request.split_off(end + 4));
        }
        assert!(stream.read_buf(&mut request).await.unwrap() > 0);
    };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    while body.len() < length.unwrap_or(0) {
        stream.read_buf(&mut body).await.unwrap();
    }
    let target = head.split(' ').nth(1).unwrap();
    let query: HashMap<&str, &str> =
        target.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let (mut server, old) = match query.get("SessionID") {
        Some(id) => {
            let id: u32 = id.split('.').next().unwrap().parse().unwrap();
            (sessions.lock().await.remove(&id).expect("one request at a time, with the newest number"), id)
        }
        None => {
            assert_eq!(query["Action"], "open");
            let to = if query["Server"] == "NS" { notification } else { query["IP"].parse().unwrap() };
            (TcpStream::connect(to).await.unwrap(), fresh)
        }
    };
    server.write_all(&body).await.unwrap();
    // An answer that the service has at once goes back at once.
    let mut news = Vec::new();
    let mut open = true;
    while let Ok(read) = timeout(Duration::from_millis(30), server.read_buf(&mut news)).await {
        if read.unwrap() == 0 {
            open = false;
            break;
        }
    }
    let state = if open { "" } else { "; Session=close" };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID={}.{}; GW-IP=127.0.0.1{state}\r\nContent-Length: {}\r\n\r\n",
        old + 1,
        old % 97,
        news.len()
    );
    if open {
        sessions.lock().await.insert(old + 1, server);
    }
    stream.write_all(&[answer.as_bytes(), &news].concat()).await.unwrap();
}

#[tokio::test]
async fn signing_in_and_talking_through_a_gateway() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let gateway = gateway(server.addresses.msnp).await;
    let (bob, mut bob_hears) = online(&server, BOB).await;
    let through = builder(&server, ALICE).gateway(format!("http://{gateway}/gateway/gateway.dll"));
    let (alice, mut alice_hears) =
        timeout(Duration::from_secs(60), through.sign_in()).await.unwrap().unwrap();
    assert_eq!(alice.connection_type(), ConnectionType::UnknownConnect);
    alice.send(&handle(BOB), "through a gateway").await.unwrap();
    let said = |event| match event {
        Event::Message { text, .. } => Some(text.body),
        _ => None,
    };
    assert_eq!(wait(&mut bob_hears, said).await, "through a gateway");
    bob.send(&handle(ALICE), "and back").await.unwrap();
    assert_eq!(wait(&mut alice_hears, said).await, "and back");
    alice.sign_out().await;
    wait(&mut bob_hears, |event| matches!(event, Event::Offline { .. }).then_some(())).await;
}

#[tokio::test]
async fn nobody_vouches_for_a_gateway_with_tls() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let gateway = format!("https://{}/gateway/gateway.dll", server.addresses.https);
    let result = builder(&server, ALICE).gateway(&gateway).trust(Trust::System).sign_in().await;
    let Err(SignInError::Untrusted(shown)) = result else { panic!("it is trusted") };
    assert_eq!(shown.server, server.addresses.https.to_string());
    assert!(shown.authority.contains("Papillon"), "{shown:?}");
    builder(&server, ALICE).gateway(gateway).sign_in().await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_a_gateway_is_said_of_the_gateway() {
    let server = TestServer::start().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{gone}/gateway/gateway.dll");
    let error = builder(&server, ALICE).gateway(&url).sign_in().await.map(drop).unwrap_err();
    assert!(error.to_string().starts_with(&format!("the gateway {url} cannot be reached")), "{error}");
    let url = format!("http://{}/", server.addresses.http);
    let error = builder(&server, ALICE).gateway(&url).sign_in().await.map(drop).unwrap_err();
    assert!(error.to_string().starts_with(&format!("there is no gateway at {url}: ")), "{error}");
}
