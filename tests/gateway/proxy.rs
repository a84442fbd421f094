//! Through a real proxy, as from inside a company: tinyproxy.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;

use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{DEADLINE, TestServer, message};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until};

use crate::support::{ALICE, BOB, friends, poll};

const PROGRAM: &str = "/usr/bin/tinyproxy";

struct Proxy {
    address: SocketAddr,
    _process: Child,
    _folder: tempfile::TempDir,
}

/// `None` where there is no tinyproxy; where there has to be one, that is a failure.
async fn proxy() -> Option<Proxy> {
    if !Path::new(PROGRAM).exists() {
        let required = std::env::var_os("PAPILLON_REQUIRE_PROXY").is_some_and(|value| value == "1");
        assert!(!required, "{PROGRAM} is missing: apt-get install tinyproxy");
        eprintln!("not tried through a proxy: {PROGRAM} is missing (Debian: apt-get install tinyproxy)");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().await;
    let settings = folder.path().join("tinyproxy.conf");
    let text = format!("Port {port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 100\nLogLevel Critical\n");
    std::fs::write(&settings, text).expect("the settings");
    let process = Command::new(PROGRAM)
        .arg("-d")
        .arg("-c")
        .arg(&settings)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let until = Instant::now() + DEADLINE;
    while TcpStream::connect(address).await.is_err() {
        assert!(Instant::now() < until, "the proxy does not listen");
        sleep_until(Instant::now() + std::time::Duration::from_millis(20)).await;
    }
    Some(Proxy { address, _process: process, _folder: folder })
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    listener.local_addr().expect("an address").port()
}

impl Proxy {
    /// The way to a service behind it.
    fn way(&self, server: &TestServer) -> Way {
        Way { address: self.address, ..Way::to(server.addresses.http) }
    }
}

#[tokio::test]
async fn people_behind_a_proxy_talk() {
    let Some(proxy) = proxy().await else { return };
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    for version in ["1.1", "1.0"] {
        for keep_alive in [true, false] {
            let way = Way { version, keep_alive, ..proxy.way(&server) };
            let mut alice = Gateway::online(&server, way.clone(), ALICE, 9).await;
            let mut bob = Gateway::online(&server, way, BOB, 9).await;
            assert!(alice.profile.contains("\r\nClientIP: 127.0.0.1\r\nClientPort: 0\r\n"));
            alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
            let mut hers = alice.conversation(ALICE).await;
            hers.ask(&format!("CAL 2 {BOB}"), "CAL 2 RINGING ").await;
            let mut his = bob.answer(BOB).await;
            hers.expect(&format!("JOI {BOB} Bob")).await;
            let longest = [0xfe; 1664];
            hers.send_raw(&message(3, 'A', &longest)).await;
            assert_eq!(his.message().await.payload, longest);
            hers.expect("ACK 3").await;
            for gateway in [&mut alice, &mut bob] {
                gateway.send("OUT").await;
                assert!(gateway.closed);
            }
        }
    }
}

#[tokio::test]
async fn a_poll_is_held_through_a_proxy() {
    let Some(proxy) = proxy().await else { return };
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    // From now on through the proxy.
    alice.way = proxy.way(&server).fresh();
    let held = tokio::spawn(async move {
        let answer = alice.post(&format!("{}&Lifespan=60", poll(&alice.id)), b"").await;
        alice.take(&answer);
        alice
    });
    bob.chg("BSY").await;
    let mut alice = held.await.expect("an answer");
    alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
}
