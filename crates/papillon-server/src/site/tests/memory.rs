//! The memory that requests and answers are charged for, in both versions of HTTP.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use h2::Reason;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use super::multiplexed::connect;
use super::*;

/// A site on which an address has so many bytes.
fn poor(bytes: usize) -> Arc<Site> {
    let limits = Limits { memory_bytes_per_address: bytes, ..Limits::default() };
    let pages = pages().route("/large", get(|| async { "a".repeat(50_000) }));
    Arc::new(Site::new(site_passport(), None, Ports::default(), &limits).with_pages(pages))
}

/// A client of HTTP/1.
fn old(site: &Arc<Site>) -> (DuplexStream, JoinHandle<io::Result<()>>) {
    let (client, server) = tokio::io::duplex(64);
    let site = Arc::clone(site);
    (client, tokio::spawn(async move { converse(server, &*site, &visitor(), Seat::alone()).await }))
}

fn reason(error: &hyper::Error) -> Option<Reason> {
    error.source().and_then(|error| error.downcast_ref::<h2::Error>()).and_then(h2::Error::reason)
}

/// A body that is announced, and does not come.
struct Announced;

impl hyper::body::Body for Announced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(100)
    }
}

#[tokio::test]
async fn a_page_counts_until_the_client_has_taken_it() {
    let site = poor(200 << 10);
    let asked = b"GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let (mut first, served) = old(&site);
    first.write_all(asked).await.unwrap();
    let mut begins = [0; 15];
    first.read_exact(&mut begins).await.unwrap();
    assert_eq!(&begins, b"HTTP/1.1 200 OK");
    let (mut second, _served) = old(&site);
    second.write_all(asked).await.unwrap();
    assert!(read_all(second).await.starts_with("HTTP/1.1 503 "));
    assert!(read_all(first).await.ends_with(&"a".repeat(50_000)));
    served.await.unwrap().unwrap();
    let (mut third, _served) = old(&site);
    third.write_all(asked).await.unwrap();
    assert!(read_all(third).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_long_head_counts_while_it_comes() {
    let site = poor(110 << 10);
    let long = format!("GET /echo HTTP/1.1\r\nHost: h\r\nX: {}", "x".repeat(15_000));
    let mut held = Vec::new();
    for _ in 0..3 {
        let (mut client, served) = old(&site);
        client.write_all(long.as_bytes()).await.unwrap();
        held.push((client, served));
    }
    let (mut client, refused) = old(&site);
    // The service may have closed it before all of it has been sent.
    let _ = client.write_all(long.as_bytes()).await;
    refused.await.unwrap().unwrap_err();
    let (mut short, _served) = old(&site);
    short.write_all(b"GET /echo HTTP/1.0\r\nHost: h\r\n\r\n").await.unwrap();
    assert!(read_all(short).await.starts_with("HTTP/1.1 200 "));
    // When two have gone there is memory to answer the third.
    for (client, served) in held.drain(1..) {
        drop(client);
        let _ = served.await.unwrap();
    }
    let (mut client, _served) = held.remove(0);
    client.write_all(b"\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(read_all(client).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_refused_request_counts_until_its_refusal_is_taken() {
    let site = poor(250 << 10);
    let (mut sender, _served) = connect(&site).await;
    let mut unread = Vec::new();
    let error = loop {
        let mut request = http::Request::get("https://h/echo");
        for number in 0..65 {
            request = request.header(format!("x{number}"), "");
        }
        match sender.send_request(request.body(Body::empty()).unwrap()).await {
            Ok(refusal) => {
                assert_eq!(refusal.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
                unread.push(refusal);
            }
            Err(error) => break error,
        }
        assert!(unread.len() < 50, "they cost nothing");
    };
    assert_eq!(reason(&error), Some(Reason::REFUSED_STREAM));
    for refusal in unread {
        let body = refusal.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "There are more than 64 headers.\n");
    }
    let ask = || http::Request::get("https://h/echo").body(Body::empty()).unwrap();
    while sender.send_request(ask()).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_heads_of_requests_count() {
    let site = poor(300 << 10);
    let (mut sender, _served) = connect(&site).await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..9 {
        let mut request = http::Request::post("https://h/echo");
        for number in 0..12 {
            request = request.header(format!("x{number}"), "y".repeat(1000));
        }
        asking.spawn(sender.send_request(request.body(Body::new(Announced)).unwrap()));
    }
    let Err(error) = asking.join_next().await.unwrap().unwrap() else {
        panic!("an answer to half a request")
    };
    assert_eq!(reason(&error), Some(Reason::REFUSED_STREAM));
}

#[tokio::test]
async fn a_connection_for_whose_requests_there_is_no_memory_ends() {
    let (mut sender, served) = connect(&poor(20 << 10)).await;
    let request = http::Request::get("https://h/echo").body(Body::empty()).unwrap();
    sender.send_request(request).await.unwrap_err();
    served.await.unwrap().unwrap_err();
}
