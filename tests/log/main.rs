//! The lines of the log: whom they concern, and no addresses of people unless the operator wants them.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use msnp_testkit::browser::Browser;
use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{DEADLINE, Ns, Sb, TestServer, Wire, http};
use papillon_server::Config;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";
/// The beginning of the address of every client here.
const CLIENT: &str = "127.0.0.";

/// What this process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no panic while logging");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits for a line with these words.
    async fn line(&self, words: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let text = self.text();
            if let Some(line) = text.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            assert!(Instant::now() < deadline, "{words:?} is not in {text}");
            tokio::task::yield_now().await;
        }
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::Error::other("a panic while logging"))?.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that tell of an address where they may, by words in them.
const WITH_ADDRESSES: [&str; 7] = [
    "sign-in failed",
    "ticket that is not good",
    "registered",
    "too old",
    "dns_clients",
    "refused reason=\"pending_connections\"",
    "refused reason=\"calls\"",
];

#[tokio::test]
async fn lines_say_whom_they_concern_and_no_address_unless_it_is_wanted() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    live(&log, false).await;
    let text = log.text();
    if let Some(line) = text.lines().find(|line| line.contains(CLIENT)) {
        panic!("an address: {line}");
    }
    let line = log.line("signed in").await;
    assert!(line.contains("client{number=0 dialect=MSNP9 account=alice@example.com}: "), "{line}");
    // The lines that other programs read stand in no span.
    let line = log.line("sign-in with a ticket that is not good").await;
    assert!(line.contains(" INFO papillon_server::passport::failures: sign-in with"), "{line}");
    assert!(line.ends_with(&format!("from=- account=\"{BOB}\" left_out=0")), "{line}");

    log.0.lock().expect("no panic while logging").clear();
    live(&log, true).await;
    for words in WITH_ADDRESSES {
        let line = log.line(words).await;
        assert!(line.contains(CLIENT), "{line}");
    }
    let line = log.line("signed in").await;
    let client = format!("client{{number=0 address={CLIENT}1 dialect=MSNP9 account={ALICE}}}: ");
    assert!(line.contains(&client), "{line}");
}

/// Clients of every kind do what is logged.
async fn live(log: &Log, log_addresses: bool) {
    let server = TestServer::with(|config: &mut Config| {
        config.log_addresses = log_addresses;
        config.limits.connections = 12;
        config.dns.clients = "192.0.2.0/24".parse().expect("a network without us");
    })
    .await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut bob = Ns::online(&server, BOB, 8).await;
    let mut seat = Sb::open(&mut alice).await;
    let mut guest = seat.invite(&mut bob).await;
    seat.msg(1, 'A', b"hello").await;
    guest.receive(ALICE).await;
    seat.expect("ACK 1").await;
    while seat.ask("CAL 2 nobody@example.com").await != "713 2" {}
    let mut carol = Gateway::online(&server, Way::to(server.addresses.http), "carol@example.com", 9).await;
    carol.poll().await;

    http::login(server.addresses.http, ALICE, "a guess").await;
    let mut forged = Ns::connect(server.addresses.msnp).await;
    forged.identify(BOB, 9).await;
    forged.send("USR 4 TWN S t=1&p=2").await;
    forged.expect("911 4").await;
    register(&server).await;
    ask_in_vain(&server).await;
    let mut wires = Vec::new();
    for _ in 0..12 {
        wires.push(Wire::connect(server.addresses.msnp).await);
    }
    for words in WITH_ADDRESSES {
        log.line(words).await;
    }
    server.ban(BOB, None).await;
    log.line("signed out: it is banned").await;
    drop((alice, bob, seat, guest, carol, wires));
    server.stop().await;
}

async fn register(server: &TestServer) {
    let mut browser = Browser::new(server);
    let form = browser.get("/register").await.form("/register");
    let fields = [("address", "dora@example.com"), ("password", "a pass-phrase"), ("again", "a pass-phrase")];
    browser.send(&form, &fields).await.location();
}

/// A hello that is too old, and a question to the DNS listener of a client that it does not serve.
async fn ask_in_vain(server: &TestServer) {
    let body = [&[1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 5][..], b"sixteen bytes..."].concat();
    let hello = [&[0x80, u8::try_from(body.len()).expect("a short hello")][..], &body].concat();
    let mut old = TcpStream::connect(server.addresses.https).await.expect("a connection");
    old.write_all(&hello).await.expect("it is taken");
    // The address at which the listener is asked is its own machine's, and is served.
    let socket = UdpSocket::bind(SocketAddr::from(([127, 0, 0, 2], 0))).await.expect("a port");
    let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01";
    socket.send_to(question, server.addresses.dns).await.expect("it is sent");
}
