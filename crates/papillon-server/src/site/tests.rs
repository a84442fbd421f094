use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Extension;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;
use crate::Limits;
use crate::addresses::Ports;
use crate::http::seats::Seat;
use crate::http::{Handler, MAX_HEAD, Request, Visitor, converse};
use crate::passport::{
    CredentialError, CredentialSource, Passport, Passwords, StoredCredentials, TicketMint,
};

mod engines;
mod http2;
mod memory;
mod multiplexed;

/// The beginning of what `/health` says, behind the head.
const HEALTHY: &str = "\r\n\r\n{\"status\":\"ready\",\"service\":\"serving\",\"database\":\"answers\",";

struct Nobody;

#[async_trait]
impl CredentialSource for Nobody {
    async fn credentials(&self, _: &msnp::Handle) -> Result<Option<StoredCredentials>, CredentialError> {
        Ok(None)
    }
}

fn site() -> Site {
    let mint = Arc::new(TicketMint::new([0; 32], Duration::from_secs(60)));
    let passport = Passport::new(Arc::new(Nobody), mint, Passwords::new(1), &Limits::default());
    let ports = Ports { msnp: Some(1863), http: Some(8080), https: Some(8443) };
    Site::new(passport, None, ports, &Limits::default())
}

fn visitor() -> Visitor {
    Visitor::new("192.0.2.1:4000".parse().unwrap(), "[::ffff:192.0.2.9]:8443".parse().unwrap())
}

/// Sends the pieces one after another; with `end`, closes its half of the connection after them.
async fn exchange(pieces: &[&[u8]], end: bool) -> String {
    let (mut client, server) = tokio::io::duplex(64);
    let (site, visitor) = (site(), visitor());
    let talk = async move {
        for piece in pieces {
            // The server may have heard enough.
            if client.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        if end {
            client.shutdown().await.unwrap();
        }
        read_all(client).await
    };
    let (served, answer) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
    answer
}

async fn read_all(mut stream: DuplexStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Sends a request in two pieces, cut at each of its bytes in turn: the answer always ends like this.
async fn cut_everywhere(request: &str, end: &str) {
    for at in 1..request.len() {
        let (mut client, server) = tokio::io::duplex(64);
        let (site, visitor) = (site().with_pages(pages()), visitor());
        let talk = async move {
            client.write_all(&request.as_bytes()[..at]).await.unwrap();
            tokio::task::yield_now().await;
            client.write_all(&request.as_bytes()[at..]).await.unwrap();
            read_all(client).await
        };
        let (served, answer) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
        served.unwrap();
        assert!(answer.ends_with(end), "cut at {at}: {answer}");
    }
}

async fn ask(text: &str) -> String {
    exchange(&[text.as_bytes()], false).await
}

fn login_at(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("\r\nPassportURLs: DARealm=Passport.Net,DALogin=")?;
    rest.split_once(',').map(|(login, _)| login)
}

#[tokio::test]
async fn the_nexus_answers_under_the_name_it_was_called() {
    for (request, login) in [
        ("GET /rdr/pprdr.asp\r\n\r\n", "192.0.2.9:8443/login2.srf"),
        ("GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n", "192.0.2.9:8443/login2.srf"),
        ("GET /RDR/pprdr.asp HTTP/1.1\r\nHost: n.example:99\r\n\r\n", "n.example:8443/login2.srf"),
        ("GET https://[::1]/rdr/pprdr.asp HTTP/1.1\n\n", "[::1]:8443/login2.srf"),
    ] {
        let answer = ask(request).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("\r\nContent-Length: 0\r\n") && answer.contains("\r\nConnection: close\r\n"));
        assert_eq!(login_at(&answer), Some(login), "{request:?}");
    }
}

#[tokio::test]
async fn without_a_host_the_name_in_the_hello_counts_then_the_configured_one() {
    let mut site = Site::new(site_passport(), Some("::1".to_owned()), Ports::default(), &Limits::default());
    let mut visitor = visitor();
    let parsed = |site: &Site, visitor: &Visitor| {
        let request = Request::parse(b"GET /rdr/pprdr.asp\r\n\r\n").unwrap();
        let mut visitor = visitor.clone();
        visitor.asks(&request, site.setting(), |_| false);
        let answer = at_once(site.answer(&request, &visitor));
        answer.header("PassportURLs").unwrap().to_owned()
    };
    assert!(parsed(&site, &visitor).contains("DALogin=[::1]:8443/"));
    visitor.server_name = Some("login.passport.com".to_owned());
    assert!(parsed(&site, &visitor).contains("DALogin=login.passport.com:8443/"));
    site =
        Site::new(site_passport(), None, Ports { https: Some(443), ..Ports::default() }, &Limits::default());
    assert!(parsed(&site, &visitor).contains("DALogin=login.passport.com/login2.srf,"));
}

fn site_passport() -> Passport {
    let mint = Arc::new(TicketMint::new([0; 32], Duration::from_secs(60)));
    Passport::new(Arc::new(Nobody), mint, Passwords::new(1), &Limits::default())
}

/// The outcome of a future that does not have to wait.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test]
async fn every_cut_of_a_request_is_the_same_request() {
    let request = b"\r\nGET /login2.srf HTTP/1.1\r\nHost: a.example\r\nX: y\r\n\r\n";
    let whole = exchange(&[request], false).await;
    assert!(whole.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{whole}");
    for at in 1..request.len() {
        assert_eq!(exchange(&[&request[..at], &request[at..]], false).await, whole, "cut at {at}");
    }
    let bytes: Vec<&[u8]> = request.chunks(1).collect();
    assert_eq!(exchange(&bytes, false).await, whole);
}

#[tokio::test]
async fn a_line_and_the_end_is_a_request() {
    let answer = exchange(&[b"GET /health\r\n"], true).await;
    assert!(answer.contains(HEALTHY) && answer.ends_with("}\n"), "{answer}");
    assert_eq!(exchange(&[], true).await, "");
    assert_eq!(exchange(&[b"\r\n"], true).await, "");
    let answer = exchange(&[b"GET /health HTTP/1.1\r\nHost: a"], true).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_in_words() {
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MAX_HEAD));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(65));
    for (request, status) in [
        ("GET /nothing HTTP/1.0\r\n\r\n", "404 Not Found"),
        ("POST /login2.srf HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "405 Method Not Allowed"),
        ("GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "413 Payload Too Large"),
        ("\x16\x03\x01", "400 Bad Request"),
        (&long, "431 Request Header Fields Too Large"),
        (&many, "431 Request Header Fields Too Large"),
    ] {
        let answer = ask(request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(answer.contains(&format!("\r\nContent-Length: {}\r\n", body.len())) && body.len() > 5);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let get = ask("GET /health HTTP/1.0\r\nHost: h\r\n\r\n").await;
    let head = ask("HEAD /health HTTP/1.0\r\nHost: h\r\n\r\n").await;
    let (get, body) = get.split_once("\r\n\r\n").unwrap();
    assert_eq!(head, format!("{get}\r\n\r\n"));
    let end = format!("\r\n\r\n{body}");
    assert!(end.starts_with(HEALTHY) && end.ends_with("}\n"), "{end}");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_to_the_point_is_told() {
    let answer = ask("GET / HTTP/1.1\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_left() {
    let (client, server) = tokio::io::duplex(8);
    let mut client = client;
    client.write_all(b"GET /\n\n").await.unwrap();
    let error = converse(server, &site(), &visitor(), Seat::alone()).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

/// Pages that show the request that came to them.
fn pages() -> axum::Router {
    let echo = |Extension(visitor): Extension<Visitor>, request: axum::extract::Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        format!("{} {} {} {}\n", parts.method, parts.uri, visitor.host, String::from_utf8_lossy(&body))
    };
    axum::Router::new().route("/echo", axum::routing::any(echo))
}

/// All answers to a text sent in one piece, by a client that then closes its half.
async fn answers(text: &str) -> String {
    let (mut client, server) = tokio::io::duplex(1 << 20);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    let talk = async move {
        client.write_all(text.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        read_all(client).await
    };
    let (served, answers) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
    answers
}

fn bodies(answers: &str) -> Vec<&str> {
    answers.split("\r\n\r\n").skip(1).map(|rest| rest.split("HTTP/1.1 ").next().unwrap()).collect()
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_their_order() {
    let said = answers(
        "POST /echo?a=b HTTP/1.1\r\nHost: one\r\nContent-Length: 5\r\n\r\nhello\r\n\
         GET http://two:80/echo HTTP/1.1\r\n\r\n\
         GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n\
         PUT /echo HTTP/1.1\r\nConnection: close\r\n\r\n\
         GET /health HTTP/1.1\r\n\r\n",
    )
    .await;
    assert_eq!(
        bodies(&said),
        [
            "POST /echo?a=b one hello\n",
            "GET /echo two \n",
            "GET /echo 192.0.2.9 \n",
            "PUT /echo 192.0.2.9 \n"
        ]
    );
    assert_eq!(said.matches("Connection: keep-alive\r\n").count(), 3);
}

#[tokio::test]
async fn what_stands_in_a_body_is_no_request() {
    let inner = "GET /health HTTP/1.1\r\n\r\n";
    let said =
        answers(&format!("POST /echo HTTP/1.1\r\nContent-Length: {}\r\n\r\n{inner}", inner.len())).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 1, "{said}");
    for framing in ["Transfer-Encoding: chunked\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"] {
        let said = answers(&format!("POST /echo HTTP/1.1\r\n{framing}\r\n0\r\n\r\n{inner}")).await;
        assert!(said.starts_with("HTTP/1.1 4") && said.matches("HTTP/1.1 ").count() == 1, "{said}");
        assert!(said.contains("Connection: close\r\n"));
    }
}

#[tokio::test]
async fn a_page_sees_a_body_however_it_is_cut_and_no_page_too_much_of_it() {
    let whole = "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    cut_everywhere(whole, "POST /echo 192.0.2.9 abc\n").await;
    let said = answers("POST /echo HTTP/1.1\r\nContent-Length: 65537\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    let talk = async move {
        let head = b"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
        client.write_all(head).await.unwrap();
        let mut go_on = [0; 25];
        client.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        client.write_all(b"abc").await.unwrap();
        client.shutdown().await.unwrap();
        read_all(client).await
    };
    let (served, answer) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
    assert!(answer.ends_with(" abc\n"), "{answer}");
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_body_gets_no_answer() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    client.write_all(b"POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\na").await.unwrap();
    client.shutdown().await.unwrap();
    let error = converse(server, &site, &visitor, Seat::alone()).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    client.write_all(b"POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\na").await.unwrap();
    let (served, answer) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), read_all(client));
    served.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_more_is_asked_ends() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    client.write_all(b"GET /echo HTTP/1.1\r\n\r\n").await.unwrap();
    let (served, answer) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), read_all(client));
    served.unwrap();
    assert!(answer.ends_with(" \n"), "{answer}");
}

#[tokio::test]
async fn a_kept_connection_ends_with_the_site() {
    let (mut client, server) = tokio::io::duplex(1024);
    let (site, visitor) = (site().with_pages(pages()), visitor());
    client.write_all(b"GET /echo HTTP/1.1\r\n\r\n").await.unwrap();
    let talk = async {
        let mut answer = Vec::new();
        while !answer.ends_with(b" \n") {
            client.read_buf(&mut answer).await.unwrap();
        }
        site.entrance().close();
        assert_eq!(read_all(client).await, "");
    };
    let (served, ()) = tokio::join!(converse(server, &site, &visitor, Seat::alone()), talk);
    served.unwrap();
}

/// The answer to a client that announces a picture and sends none of it.
async fn announce_a_picture(site: &Site, visitor: &Visitor) -> String {
    let (mut client, server) = tokio::io::duplex(1024);
    client.write_all(b"POST /account/picture HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n").await.unwrap();
    let (served, answer) = tokio::join!(converse(server, site, visitor, Seat::alone()), read_all(client));
    served.unwrap();
    answer
}

#[tokio::test(start_paused = true)]
async fn who_sends_no_picture_keeps_no_place_for_one() {
    let (site, visitor) = (site().with_pages(pages()), visitor());
    let other = Visitor::new("192.0.2.2:4000".parse().unwrap(), visitor.local);
    let one = || announce_a_picture(&site, &visitor);
    let (first, second, third, fourth, fifth, elsewhere) =
        tokio::join!(one(), one(), one(), one(), one(), announce_a_picture(&site, &other));
    // One address has four places, and keeps them for as long as something comes.
    for answer in [first, second, third, fourth, elsewhere] {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    assert!(fifth.starts_with("HTTP/1.1 503 "), "{fifth}");
    assert!(one().await.starts_with("HTTP/1.1 408 "));
}
