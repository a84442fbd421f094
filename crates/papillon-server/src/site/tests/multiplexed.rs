//! Many requests on one connection of HTTP/2: within the limits that hold for as many connections.

use axum::body::Body;
use axum::routing::get;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::client::conn::http2::{Builder, SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::*;
use crate::http::http2::serve;

/// A page that tells when it is asked and when it is done, and waits in between.
struct Slow {
    asked: mpsc::UnboundedReceiver<()>,
    go_on: Arc<Semaphore>,
    done: mpsc::UnboundedReceiver<()>,
}

fn slow() -> (axum::Router, Slow) {
    let (asking, asked) = mpsc::unbounded_channel();
    let (doing, done) = mpsc::unbounded_channel();
    let go_on = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&go_on);
    let page = move || async move {
        asking.send(()).unwrap();
        gate.acquire().await.unwrap().forget();
        doing.send(()).unwrap();
        "done"
    };
    let large = || async { "a".repeat(50_000) };
    (pages().route("/slow", get(page)).route("/large", get(large)), Slow { asked, go_on, done })
}

/// A site on which an address may have two requests beside the first of a connection.
fn narrow(pages: axum::Router) -> Arc<Site> {
    let limits = Limits { http_connections_per_address: 2, ..Limits::default() };
    Arc::new(Site::new(site_passport(), None, Ports::default(), &limits).with_pages(pages))
}

/// A client that takes one byte of each answer.
pub(super) async fn connect(site: &Arc<Site>) -> (SendRequest<Body>, JoinHandle<io::Result<()>>) {
    let (client, server) = tokio::io::duplex(1 << 20);
    let site = Arc::clone(site);
    let served = tokio::spawn(async move { serve(server, &site, &visitor(), Seat::alone()).await });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(1);
    let (sender, connection) = builder.handshake(TokioIo::new(client)).await.unwrap();
    tokio::spawn(connection);
    (sender, served)
}

fn request(path: &str) -> http::Request<Body> {
    http::Request::get(format!("https://h{path}")).body(Body::empty()).unwrap()
}

async fn status(sender: &mut SendRequest<Body>, path: &str) -> StatusCode {
    sender.send_request(request(path)).await.unwrap().status()
}

#[tokio::test]
async fn a_page_finishes_although_its_client_takes_the_request_back() {
    let (pages, mut slow) = slow();
    let (mut sender, _served) = connect(&narrow(pages)).await;
    let taken_back = tokio::spawn(sender.send_request(request("/slow")));
    slow.asked.recv().await.unwrap();
    taken_back.abort();
    let _ = taken_back.await;
    // It comes after the reset.
    assert_eq!(status(&mut sender, "/echo").await, StatusCode::OK);
    slow.go_on.add_permits(1);
    slow.done.recv().await.expect("the page is not left half way");
}

#[tokio::test]
async fn requests_beside_the_first_count_as_connections_do() {
    let (pages, mut slow) = slow();
    let site = narrow(pages);
    let (mut sender, _served) = connect(&site).await;
    let asking: Vec<_> = (0..3).map(|_| tokio::spawn(sender.send_request(request("/slow")))).collect();
    for _ in 0..3 {
        slow.asked.recv().await.unwrap();
    }
    let refused = sender.send_request(request("/echo")).await.unwrap();
    assert_eq!(
        (refused.status(), refused.headers().contains_key("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, true)
    );
    // Those that were taken back are still being worked on.
    for asked in &asking {
        asked.abort();
    }
    for asked in asking {
        let _ = asked.await;
    }
    assert_eq!(status(&mut sender, "/echo").await, StatusCode::SERVICE_UNAVAILABLE);
    slow.go_on.add_permits(3);
    for _ in 0..3 {
        slow.done.recv().await.unwrap();
    }
    while status(&mut sender, "/echo").await != StatusCode::OK {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_counts_until_the_client_has_taken_it() {
    let (mut sender, _served) = connect(&narrow(slow().0)).await;
    let mut unread = Vec::new();
    for _ in 0..3 {
        unread.push(sender.send_request(request("/large")).await.unwrap());
    }
    assert_eq!(status(&mut sender, "/large").await, StatusCode::SERVICE_UNAVAILABLE);
    let read = unread.pop().unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(read, "a".repeat(50_000));
    while status(&mut sender, "/large").await != StatusCode::OK {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_and_does_not_read_is_left() {
    let site = Arc::new(site().with_pages(slow().0));
    let (mut sender, served) = connect(&site).await;
    let unread = sender.send_request(request("/large")).await.unwrap();
    let asking = async {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            if sender.send_request(request("/health")).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(200), asking).await.expect("the connection ends");
    served.await.unwrap().unwrap();
    assert!(unread.into_body().collect().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_all_at_the_pace_of_a_telephone_line() {
    let (client, server) = tokio::io::duplex(1024);
    let site = Arc::new(site().with_pages(slow().0));
    tokio::spawn(async move { serve(server, &site, &visitor(), Seat::alone()).await });
    let (mut sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(line(client))).await.unwrap();
    tokio::spawn(connection);
    let asked: Vec<_> = (0..8).map(|_| tokio::spawn(sender.send_request(request("/large")))).collect();
    let mut reading = tokio::task::JoinSet::new();
    for asked in asked {
        reading
            .spawn(async { asked.await.unwrap().unwrap().into_body().collect().await.unwrap().to_bytes() });
    }
    while let Some(read) = reading.join_next().await {
        assert_eq!(read.unwrap(), "a".repeat(50_000));
    }
}

/// The client's end of a line on which three bytes go by in a millisecond.
fn line(server: DuplexStream) -> DuplexStream {
    let (client, here) = tokio::io::duplex(1024);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let (mut from_client, mut to_client) = tokio::io::split(here);
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    tokio::spawn(async move {
        let mut bytes = [0; 300];
        loop {
            let count = from_server.read(&mut bytes).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            if count == 0 || to_client.write_all(&bytes[..count]).await.is_err() {
                let _ = to_client.shutdown().await;
                return;
            }
        }
    });
    client
}
