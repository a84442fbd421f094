//! The password door: strangers guess, and people with the right password come in.
//!
//! Clients have addresses of their own: a proxy that the service trusts names the client of each request.

mod flood;
mod lockout;
mod waits;

use msnp_testkit::http::{self, Answer, login_request};
use msnp_testkit::{PASSWORD, TestServer};
use papillon_server::Config;

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";

/// A service that trusts proxies on this machine, with an account for Alice and one for Bob.
async fn service(change: impl FnOnce(&mut Config)) -> TestServer {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
        change(config);
    })
    .await;
    server.account(ALICE).await;
    server.account(BOB).await;
    server
}

/// A sign-in of a messenger at this address.
async fn login(server: &TestServer, from: &str, handle: &str, password: &str) -> Answer {
    let request = login_request(handle, password, "lc=1033");
    let (line, rest) = request.split_once("\r\n").expect("a line");
    let request = format!("{line}\r\nX-Forwarded-For: {from}\r\n{rest}");
    http::request(server.addresses.http, request.as_bytes()).await
}

/// Whether a sign-in with the right password at this address gets a ticket.
async fn gets_in(server: &TestServer, from: &str, handle: &str) -> bool {
    login(server, from, handle, PASSWORD).await.ticket().is_some()
}

/// What a refusal says to people.
fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

fn is_limited(answer: &Answer) -> bool {
    text(answer).contains("too many attempts")
}
