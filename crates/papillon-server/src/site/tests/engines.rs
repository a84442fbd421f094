//! Tests with requests of old and of modern clients on one connection, and of the rules for both.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::routing::{any, get};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONNECTION, UPGRADE};
use hyper::body::Frame;
use hyper_util::rt::TokioIo;

use super::*;

/// A body of which nobody knows beforehand how long it is.
pub(super) struct Parts(pub(super) VecDeque<&'static str>);

impl hyper::body::Body for Parts {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.pop_front().map(|part| Ok(Frame::data(Bytes::from(part)))))
    }
}

/// Echoes the bytes of a connection, once its protocol has changed.
async fn socket(request: axum::extract::Request) -> axum::response::Response {
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let mut upgraded = TokioIo::new(upgrade.await.unwrap());
        let mut said = [0; 5];
        upgraded.read_exact(&mut said).await.unwrap();
        upgraded.write_all(&said).await.unwrap();
        upgraded.shutdown().await.unwrap();
    });
    let switching = axum::response::Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    switching.header(CONNECTION, "upgrade").header(UPGRADE, "websocket").body(Body::empty()).unwrap()
}

fn more_pages() -> axum::Router {
    let parts = || async { Body::new(Parts(VecDeque::from(["one ", "two"]))) };
    pages()
        .route("/parts", get(parts))
        .route("/socket", any(socket))
        .route("/config/page", get(|| async { "old" }))
}

/// All bytes that come back for a text sent in one piece, by a client that then closes its half.
async fn all(text: &str) -> String {
    let (mut client, server) = tokio::io::duplex(1 << 20);
    let (site, visitor) = (site().with_pages(more_pages()), visitor());
    let talk = async move {
        client.write_all(text.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        read_all(client).await
    };
    let (served, answers) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
    answers
}

#[tokio::test]
async fn old_and_modern_requests_follow_each_other_on_one_connection() {
    let said = all("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n\
                    GET /config/page HTTP/1.1\r\nHost: h\r\n\r\n\
                    POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab\
                    GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    .await;
    let first = said.find("GET /echo h \n").unwrap();
    let second = said.find("\r\n\r\nold").unwrap();
    let third = said.find("POST /echo h ab\n").unwrap();
    assert!(
        first < second && second < third && said[third..].contains(HEALTHY) && said.ends_with("}\n"),
        "{said}"
    );
    assert_eq!(said.matches("HTTP/1.1 200 OK\r\n").count(), 4, "{said}");
    assert_eq!((said.matches("keep-alive\r\n").count(), said.matches("close\r\n").count()), (3, 1), "{said}");
}

#[tokio::test]
async fn an_old_client_gets_its_header_names_whatever_was_asked_before() {
    let said =
        all("GET /echo HTTP/1.1\r\nHost: h\r\n\r\nGET /rdr/pprdr.asp HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(said.contains("\r\nPassportURLs: DARealm=Passport.Net,DALogin=h:8443/login2.srf,"), "{said}");
}

#[tokio::test]
async fn what_an_old_client_asks_for_has_one_head_in_every_version_of_http() {
    // Tabs are at g.msn.com. MsgrConfig says where advertisements are, and MSN Messenger loads those itself.
    for (host, path) in [
        ("g.msn.com", "/echo"),
        ("svcs.microsoft.com:80", "/echo"),
        ("RAD.MSN.com", "/echo?GetAd="),
        ("www.hotmail.com.", "/echo"),
        ("h", "/ads"),
        ("h", "/Ads/banner"),
    ] {
        for method in ["GET", "HEAD"] {
            let of_http_1_0 = all(&format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")).await;
            let said =
                all(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
            assert_eq!(said, of_http_1_0);
            assert!(said.starts_with("HTTP/1.1 ") && !said.contains("\r\nDate: "), "{said}");
        }
    }
}

#[tokio::test]
async fn a_body_has_one_length_whoever_answers() {
    let hidden = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
    for path in ["/echo", "/login2.srf"] {
        for framing in [
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "transfer-encoding:\tchunked\r\n",
            "Content-Length: 36\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 0\r\nContent-Length: 36\r\n",
            "Content-Length: 0, 36\r\n",
            "Content-Length: +0\r\n",
            "Content-Length: 0x0\r\n",
            "Content-Length : 0\r\n",
            "Content-Length:\r\n",
            "Content-Length: 0\r\n Transfer-Encoding: chunked\r\n",
            "Content-Length: -1\r\n",
            "Host: other\r\n",
        ] {
            let said =
                all(&format!("POST {path} HTTP/1.1\r\nHost: h\r\n{framing}\r\n0\r\n\r\n{hidden}")).await;
            let refused = said.starts_with("HTTP/1.1 400 ") || said.starts_with("HTTP/1.1 411 ");
            assert!(refused && said.matches("HTTP/1.1 ").count() == 1, "{path} {framing:?}: {said}");
            assert!(said.contains("\r\nConnection: close\r\n"), "{path} {framing:?}: {said}");
        }
    }
}

#[tokio::test]
async fn what_stands_in_a_body_is_no_request_whoever_answers() {
    let hidden = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
    let length = hidden.len();
    let said =
        all(&format!("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{hidden}")).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 1, "{said}");
    // Nor is it one when no handler has read it.
    let said = all(&format!(
        "POST /config/page HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{hidden}\
         GET /parts HTTP/1.1\r\nHost: h\r\n\r\n"
    ))
    .await;
    assert!(said.starts_with("HTTP/1.1 405 ") && said.matches("HTTP/1.1 ").count() == 1, "{said}");
}

#[tokio::test]
async fn a_page_of_unknown_length_is_sent_in_parts_and_the_connection_goes_on() {
    let said = all("GET /parts HTTP/1.1\r\nHost: h\r\n\r\nGET /echo HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(said.contains("\r\nTransfer-Encoding: chunked\r\n"), "{said}");
    assert!(said.contains("\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "{said}");
    assert!(said.ends_with("GET /echo h \n"), "{said}");
    // A legacy client gets it in one piece.
    let said = all("GET /parts HTTP/1.0\r\nHost: h\r\n\r\n").await;
    assert!(said.contains("\r\nContent-Length: 7\r\n") && said.ends_with("\r\n\r\none two"), "{said}");
}

#[tokio::test]
async fn head_is_get_without_the_body_whoever_answers() {
    let get = all("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    let head = all("HEAD /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    let without_date = |said: &str| {
        let lines: Vec<_> =
            said.lines().filter(|line| !line.starts_with("Date:")).map(str::to_owned).collect();
        lines.join("\n")
    };
    let (get, body) = get.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "GET /echo h \n");
    let (head, nothing) = head.split_once("\r\n\r\n").unwrap();
    assert_eq!((without_date(head), nothing), (without_date(get), ""));
}

#[tokio::test]
async fn every_cut_of_a_modern_request_is_the_same_request() {
    let request =
        "POST /echo?a=b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    cut_everywhere(request, "POST /echo?a=b a.example abc\n").await;
}

#[tokio::test]
async fn a_connection_can_go_on_in_another_protocol() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(more_pages()), visitor());
    let head =
        "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    // Its first bytes come with the request.
    client.write_all(format!("{head}hel").as_bytes()).await.unwrap();
    let talk = async move {
        client.write_all(b"lo").await.unwrap();
        read_all(client).await
    };
    let (served, said) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
    assert!(said.starts_with("HTTP/1.1 101 ") && said.ends_with("\r\n\r\nhello"), "{said}");
}

#[tokio::test]
async fn a_page_that_changes_no_protocol_is_a_page() {
    let said = all("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\
                    GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    .await;
    assert!(said.ends_with("GET /echo h \n") && said.contains("\r\nConnection: close\r\n"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_a_page_is_left() {
    let (mut client, server) = tokio::io::duplex(64);
    let (site, visitor) = (site().with_pages(more_pages()), visitor());
    client.write_all(b"GET /echo HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    converse(server, &site, &visitor, Seat::alone()).await.unwrap_err();
}
