//! The rate at which an address reads pages.

use msnp_testkit::browser::Browser;
use msnp_testkit::{PASSWORD, TestServer, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::people::refused;

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn an_address_reads_pages_at_a_pace_and_others_at_theirs() {
    let server = TestServer::with(|config| config.limits.pages_per_minute = 10).await;
    server.account(ADA).await;
    let mut browser = Browser::new(&server);
    let paths = ["/", "/login", "/mark.gif", "/no/such/page", "/svcs/mms/tabs.asp"];
    let mut read = 0;
    let refusal = loop {
        let page = browser.get(paths[read % paths.len()]).await;
        if page.status() == 429 {
            break page;
        }
        read += 1;
    };
    // Six seconds for each that is more.
    assert!((10..20).contains(&read), "{read} pages");
    assert!(refusal.body().contains("Please wait a moment"), "{}", refusal.body());
    let seconds: u64 = refusal.header("retry-after").parse().expect("seconds");
    assert!((1..=6).contains(&seconds), "{seconds}");
    assert_eq!(refused(&server, "pages").await, "1");

    // Messengers sign in, and read no page for it.
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 200);
    let health = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(http::request(server.addresses.http, health).await.status(), 200);
    let elsewhere = TcpSocket::new_v4().expect("a socket");
    elsewhere.bind(([127, 0, 0, 2], 0).into()).expect("an address of this machine");
    let mut elsewhere = elsewhere.connect(server.addresses.http).await.expect("a connection");
    elsewhere
        .write_all(b"GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .expect("it is taken");
    let mut answer = Vec::new();
    elsewhere.read_to_end(&mut answer).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", answer.escape_ascii());
}
