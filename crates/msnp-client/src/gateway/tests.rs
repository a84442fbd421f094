//! The client's side, with a gateway that answers as the test says.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::destination::Destination;
use crate::{SignInError, Trust};

const DEADLINE: Duration = Duration::from_secs(20);

/// A gateway, and a client's stream through it.
struct Scene {
    listener: TcpListener,
    stream: super::Through,
}

/// A request that waits for its answer.
struct Asked {
    stream: TcpStream,
    query: String,
    body: String,
}

impl Scene {
    /// The client has opened a session with `VER`, and the gateway has answered.
    async fn open(more: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/gateway/gateway.dll", listener.local_addr().unwrap());
        let to = Destination::Notification("127.0.0.1:1863".into());
        let mut stream = super::open(uri.parse().unwrap(), Trust::System, to, &super::Open::default());
        stream.write_all(b"VER").await.unwrap();
        let mut scene = Self { listener, stream };
        let asked = scene.asked().await;
        assert_eq!((&*asked.body, &*asked.query), ("VER", "Action=open&Server=NS&IP=127.0.0.1&Lifespan=25"));
        asked.answer(1, more, "ver ").await;
        scene.hears("ver ").await;
        scene
    }

    /// The next request, on a connection of its own.
    async fn asked(&mut self) -> Asked {
        let accepted = timeout(DEADLINE, self.listener.accept()).await.expect("a request");
        Asked::read(accepted.unwrap().0).await.expect("a request")
    }

    async fn hears(&mut self, text: &str) {
        let mut heard = vec![0; text.len()];
        timeout(DEADLINE, self.stream.read_exact(&mut heard)).await.expect("news").unwrap();
        assert_eq!(String::from_utf8(heard).unwrap(), text);
    }

    async fn ends(&mut self) {
        let mut rest = Vec::new();
        timeout(DEADLINE, self.stream.read_to_end(&mut rest)).await.expect("the end").unwrap();
        assert!(rest.is_empty());
    }
}

impl Asked {
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        while bytes.len() < end + length.unwrap_or(0) {
            stream.read_buf(&mut bytes).await.unwrap();
        }
        let line = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let query = line.split([' ', '?']).nth(2).unwrap().to_owned();
        Some(Self { stream, query, body: String::from_utf8(bytes[end..].to_vec()).unwrap() })
    }

    /// Answers with this number as SessionID; the connection may be used again.
    async fn answer(mut self, id: u32, more: &str, news: &str) -> TcpStream {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=7.{id}{more}\r\nContent-Length: {}\r\n\r\n{news}",
            news.len()
        );
        self.stream.write_all(answer.as_bytes()).await.unwrap();
        self.stream
    }

    async fn refuse(mut self, status: &str) {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

const HOLDS: &str = "; Lifespan=20";

#[tokio::test]
async fn a_poll_is_held_where_that_is_known() {
    let mut scene = Scene::open(HOLDS).await;
    let poll = scene.asked().await;
    assert_eq!(poll.query, "Action=poll&SessionID=7.1&Lifespan=20");
    let kept = poll.answer(2, HOLDS, "nln ").await;
    scene.hears("nln ").await;
    // The connection is used again.
    let poll = Asked::read(kept).await.unwrap();
    assert_eq!(poll.query, "Action=poll&SessionID=7.2&Lifespan=20");
    poll.answer(3, "; Session=close", "out").await;
    scene.hears("out").await;
    scene.ends().await;
}

#[tokio::test]
async fn what_is_sent_meanwhile_bears_the_same_number_and_brings_the_next() {
    let mut scene = Scene::open(HOLDS).await;
    let poll = scene.asked().await;
    scene.stream.write_all(b"CHG").await.unwrap();
    let sent = scene.asked().await;
    assert_eq!((&*sent.query, &*sent.body), ("SessionID=7.1", "CHG"));
    // The answers may come in any order; the poll's is the earlier one.
    sent.answer(3, "", "chg ").await;
    poll.answer(2, HOLDS, "nln ").await;
    scene.hears("nln chg ").await;
    let next = scene.asked().await;
    assert!(next.query.contains("SessionID=7.3"), "{}", next.query);
}

#[tokio::test]
async fn a_poll_that_was_overtaken_has_taken_nothing() {
    let mut scene = Scene::open(HOLDS).await;
    let poll = scene.asked().await;
    scene.stream.write_all(b"CHG").await.unwrap();
    let sent = scene.asked().await;
    poll.refuse("400 Bad Request").await;
    sent.answer(2, "", "chg ").await;
    scene.hears("chg ").await;
    assert_eq!(scene.asked().await.query, "Action=poll&SessionID=7.2&Lifespan=20");
}

#[tokio::test]
async fn where_an_answer_is_lost_so_is_the_session() {
    for lost in ["poll", "send"] {
        let mut scene = Scene::open(HOLDS).await;
        let poll = scene.asked().await;
        scene.stream.write_all(b"CHG").await.unwrap();
        let sent = scene.asked().await;
        if lost == "poll" {
            sent.answer(3, "", "chg").await;
            poll.refuse("504 Gateway Timeout").await;
        } else {
            poll.answer(2, HOLDS, "").await;
            sent.refuse("504 Gateway Timeout").await;
        }
        scene.ends().await;
    }
}

#[tokio::test]
async fn where_polls_cannot_be_held_the_client_asks_again_and_again() {
    for before in ["; GW-IP=127.0.0.1", HOLDS] {
        let mut scene = Scene::open(before).await;
        if before == HOLDS {
            scene.asked().await.refuse("504 Gateway Timeout").await;
        }
        let mut kept = None;
        for number in 1..4 {
            let poll = match kept {
                None => scene.asked().await,
                Some(stream) => Asked::read(stream).await.unwrap(),
            };
            assert_eq!(poll.query, format!("Action=poll&SessionID=7.{number}"));
            kept = Some(poll.answer(number + 1, "", "").await);
        }
    }
}

#[tokio::test]
async fn a_session_that_is_gone_ends_the_stream() {
    for before in ["", HOLDS] {
        let mut scene = Scene::open(before).await;
        scene.asked().await.refuse("400 Bad Request").await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_refusal_is_told_from_a_stranger_and_from_one_that_hangs_up() {
    for (answer, refused) in [
        ("404 Not Found", None),
        ("405 Method Not Allowed", None),
        ("302 Found", None),
        ("501 Not Implemented", None),
        ("200 OK", None),
        ("401 Unauthorized", Some((401, "refuses this client"))),
        ("403 Forbidden", Some((403, "a proxy in front of it, refuses this client"))),
        ("407 Proxy Authentication Required", Some((407, "a name and a password"))),
        ("429 Too Many Requests", Some((429, "no room"))),
        ("500 Internal Server Error", Some((500, "has failed"))),
        ("502 Bad Gateway", Some((502, "does not reach the service"))),
        ("503 Service Unavailable", Some((503, "no room"))),
        ("504 Gateway Timeout", Some((504, "does not reach the service"))),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/", listener.local_addr().unwrap());
        let to = Destination::Notification("127.0.0.1:1863".into());
        let mut stream = super::open(uri.parse().unwrap(), Trust::System, to, &super::Open::default());
        stream.write_all(b"VER").await.unwrap();
        Asked::read(listener.accept().await.unwrap().0).await.unwrap().refuse(answer).await;
        let error = timeout(DEADLINE, stream.read_u8()).await.unwrap().unwrap_err();
        match (super::fault("http://a/", &error), refused) {
            (Some(SignInError::NoGateway { .. }), None) => {}
            (Some(error @ SignInError::GatewayRefused { status, .. }), Some((expected, words))) => {
                assert_eq!(status, expected);
                let told = error.to_string();
                assert!(
                    told.contains(answer) && told.contains(words) && told.contains("http://a/"),
                    "{told}"
                );
            }
            (error, _) => panic!("{answer}: {error:?}"),
        }
    }
}
