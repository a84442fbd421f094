//! A client of the HTTP gateway, written byte by byte.

use std::collections::VecDeque;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::http::{Answer, login_request, request};
use crate::{Addresses, DEADLINE, Message, PASSWORD, TestServer, challenge, words};

/// The number of requests and answers that a panic shows.
const SHOWN: usize = 8;

/// The way to a gateway.
#[derive(Debug, Clone)]
pub struct Way {
    /// The address to connect to: the gateway's, or a proxy's.
    pub address: SocketAddr,
    /// The host in `Host`, and in the target when it is absolute.
    pub authority: String,
    /// Whether the target is absolute, as it is for a proxy.
    pub absolute: bool,
    /// `1.1` or `1.0`.
    pub version: &'static str,
    /// Whether a connection is used again.
    pub keep_alive: bool,
}

impl Way {
    /// Straight there, over one connection, with absolute targets, as the official client does.
    pub fn to(address: SocketAddr) -> Self {
        let authority = address.to_string();
        Self { address, authority, absolute: true, version: "1.1", keep_alive: true }
    }

    /// A new connection for each request.
    #[must_use]
    pub fn fresh(self) -> Self {
        Self { keep_alive: false, ..self }
    }
}

/// A session.
#[derive(Debug)]
pub struct Gateway {
    /// The way to the gateway.
    pub way: Way,
    /// The latest SessionID.
    pub id: String,
    /// The gateway's address in the latest answer.
    pub ip: String,
    /// Whether an answer said `Session=close`.
    pub closed: bool,
    /// The profile that came after the sign-in.
    pub profile: String,
    stream: Option<TcpStream>,
    /// The bytes that have come and were not looked at.
    pub unread: Vec<u8>,
    transcript: VecDeque<String>,
}

impl Gateway {
    /// A session that is not open yet.
    pub fn new(way: Way) -> Self {
        Self {
            way,
            id: String::new(),
            ip: String::new(),
            closed: false,
            profile: String::new(),
            stream: None,
            unread: Vec::new(),
            transcript: VecDeque::new(),
        }
    }

    /// Opens a session with its first line.
    pub async fn open(way: Way, server: &str, line: &str) -> Self {
        let mut gateway = Self::new(way);
        let query = format!("Action=open&Server={server}&IP=messenger.hotmail.com");
        gateway.go(&query, format!("{line}\r\n").as_bytes()).await;
        gateway
    }

    /// Sends a line; the bytes of the answer can be read then.
    pub async fn send(&mut self, line: &str) {
        self.send_raw(format!("{line}\r\n").as_bytes()).await;
    }

    /// Sends bytes as they are.
    pub async fn send_raw(&mut self, bytes: &[u8]) {
        self.go(&format!("SessionID={}", self.id), bytes).await;
    }

    /// Sends a line with its payload.
    pub async fn send_with(&mut self, line: &str, payload: &[u8]) {
        let mut bytes = format!("{line}\r\n").into_bytes();
        bytes.extend(payload);
        self.send_raw(&bytes).await;
    }

    /// Polls for bytes.
    pub async fn poll(&mut self) {
        self.go(&format!("Action=poll&SessionID={}", self.id), b"").await;
    }

    /// Sends a line. The reply is the line that begins like that, and comes in the same answer.
    pub async fn ask(&mut self, line: &str, reply: &str) -> String {
        self.send(line).await;
        let found =
            self.take_line().unwrap_or_else(|| self.fail(&format!("expected {reply:?} in the answer")));
        if !found.starts_with(reply) {
            self.fail(&format!("expected {reply:?}, not {found:?}"));
        }
        found
    }

    /// The next line; asks for it as long as there is none.
    pub async fn line(&mut self) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(line) = self.take_line() {
                return line;
            }
            // Bytes of a closed session would never come: the polls would be refused.
            if self.closed || Instant::now() > until {
                self.fail("no line came");
            }
            self.poll().await;
        }
    }

    /// The next line is this one.
    pub async fn expect(&mut self, expected: &str) {
        let line = self.line().await;
        if line != expected {
            self.fail(&format!("expected {expected:?}, not {line:?}"));
        }
    }

    /// The next line begins like this.
    pub async fn expect_prefix(&mut self, expected: &str) -> String {
        let line = self.line().await;
        if !line.starts_with(expected) {
            self.fail(&format!("expected {expected:?}…, not {line:?}"));
        }
        line
    }

    /// The next thing is a message.
    pub async fn message(&mut self) -> Message {
        let line = self.expect_prefix("MSG ").await;
        let [_, from, name, length] = words(&line)[..] else { self.fail("MSG needs three parameters") };
        let (from, name) = (from.to_owned(), name.to_owned());
        let length: usize = length.parse().expect("a length");
        while self.unread.len() < length {
            self.poll().await;
        }
        Message { from, name, payload: self.unread.drain(..length).collect() }
    }

    /// Signs in, after making the account with [`PASSWORD`] if there is none yet.
    pub async fn sign_in(server: &TestServer, way: Way, handle: &str, dialect: u32) -> Self {
        server.account(handle).await;
        Self::enter(&server.addresses, way, handle, dialect).await
    }

    /// Signs in. Every reply has to be in the answer to its request.
    pub async fn enter(addresses: &Addresses, way: Way, handle: &str, dialect: u32) -> Self {
        let offer = if dialect == 8 { "MSNP8 CVR0" } else { "MSNP9 MSNP8 CVR0" };
        let mut ns = Self::open(way, "NS", &format!("VER 1 {offer}")).await;
        assert_eq!(ns.take_line().as_deref(), Some(&*format!("VER 1 {offer}")));
        ns.ask(&format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}"), "CVR 2 6.0.0602")
            .await;
        let challenge = ns.ask(&format!("USR 3 TWN I {handle}"), "USR 3 TWN S ").await;
        let login = login_request(handle, PASSWORD, words(&challenge)[4]);
        let answer = request(addresses.http, login.as_bytes()).await;
        let ticket = answer.ticket().unwrap_or_else(|| panic!("no ticket for {handle}: {}", answer.head));
        ns.ask(&format!("USR 4 TWN S {ticket}"), &format!("USR 4 OK {handle} ")).await;
        ns.profile = String::from_utf8(ns.message().await.payload).expect("a profile in UTF-8");
        ns
    }

    /// Signs in, takes the lists and goes online.
    pub async fn online(server: &TestServer, way: Way, handle: &str, dialect: u32) -> Self {
        let mut ns = Self::sign_in(server, way, handle, dialect).await;
        ns.ask("SYN 5 0", "SYN 5 ").await;
        while ns.take_line().is_some() {}
        ns.ask("CHG 6 NLN 268435492", "CHG 6 NLN 268435492").await;
        let mut challenge = ns.line().await;
        while !challenge.starts_with("CHL 0 ") {
            challenge = ns.line().await;
        }
        let answer = challenge::answer(words(&challenge)[2]);
        ns.send_with(&format!("QRY 7 {} 32", challenge::PRODUCT_ID), answer.as_bytes()).await;
        ns.expect("QRY 7").await;
        ns
    }

    /// Opens a new conversation.
    pub async fn conversation(&mut self, handle: &str) -> Self {
        let door = self.ask("XFR 8 SB", "XFR 8 SB ").await;
        let line = format!("USR 1 {handle} {}", words(&door)[5]);
        let mut caller = Self::open(self.way.clone(), "SB", &line).await;
        caller.expect_prefix(&format!("USR 1 OK {handle} ")).await;
        caller
    }

    /// Joins the session of a call; the next line on the notification connection is the call.
    pub async fn answer(&mut self, handle: &str) -> Self {
        let ring = self.expect_prefix("RNG ").await;
        let line = format!("ANS 1 {handle} {} {}", words(&ring)[4], words(&ring)[1]);
        let mut callee = Self::open(self.way.clone(), "SB", &line).await;
        while callee.line().await != "ANS 1 OK" {}
        callee
    }

    /// Makes a request and takes in an answer that has to be one.
    async fn go(&mut self, query: &str, body: &[u8]) {
        let answer = self.post(query, body).await;
        if answer.status() != 200 {
            self.fail("the gateway refused a request");
        }
        self.take(&answer);
    }

    /// Takes in an answer.
    pub fn take(&mut self, answer: &Answer) {
        let state = answer.header("X-MSN-Messenger").unwrap_or_else(|| self.fail("no X-MSN-Messenger"));
        for part in state.split("; ") {
            match part.split_once('=') {
                Some(("SessionID", id)) => id.clone_into(&mut self.id),
                Some(("GW-IP", ip)) => ip.clone_into(&mut self.ip),
                Some(("Session", "close")) => self.closed = true,
                Some(("Lifespan", _)) => {}
                _ => self.fail("a strange X-MSN-Messenger"),
            }
        }
        self.unread.extend(&answer.body);
    }

    /// Makes a request and returns the answer, of any kind.
    pub async fn post(&mut self, query: &str, body: &[u8]) -> Answer {
        let bytes = self.request(query, body);
        self.note("C", &bytes);
        let stream = self.stream.take();
        let answer = timeout(DEADLINE, exchange(&self.way, stream, &bytes)).await;
        let (answer, stream) = answer.unwrap_or_else(|_| self.fail("no answer in time"));
        self.note("S", format!("{}\r\n\r\n", answer.head).as_bytes());
        self.note("S", &answer.body);
        self.stream = stream;
        answer
    }

    /// A request as the official client writes it.
    pub fn request(&self, query: &str, body: &[u8]) -> Vec<u8> {
        let Way { authority, absolute, version, keep_alive, .. } = &self.way;
        // Clients assume a proxy between, which needs the host in the target.
        let scheme = if *absolute { format!("http://{authority}") } else { String::new() };
        let connection = if *keep_alive { "Keep-Alive" } else { "close" };
        let mut bytes = format!(
            "POST {scheme}/gateway/gateway.dll?{query} HTTP/{version}\r\nAccept: */*\r\n\
             Accept-Language: en-us\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: MSMSGS\r\n\
             Host: {authority}\r\nProxy-Connection: {connection}\r\nConnection: {connection}\r\n\
             Pragma: no-cache\r\nContent-Type: application/x-msn-messenger\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend(body);
        bytes
    }

    /// The next line, if it has come.
    pub fn take_line(&mut self) -> Option<String> {
        let end = self.unread.windows(2).position(|two| two == b"\r\n")?;
        let line = self.unread.drain(..end + 2).take(end).collect();
        Some(String::from_utf8(line).expect("a line in UTF-8"))
    }

    fn note(&mut self, side: &str, bytes: &[u8]) {
        self.transcript.push_back(format!("{side}: {}", bytes.escape_ascii()));
        if self.transcript.len() > SHOWN {
            self.transcript.pop_front();
        }
    }

    fn fail(&self, what: &str) -> ! {
        let lines: Vec<_> = self.transcript.iter().map(String::as_str).collect();
        panic!("{what}\n{}\n(unread: {:?})", lines.join("\n"), self.unread.escape_ascii().to_string());
    }
}

/// Sends a request, over this connection if there is one, and gives the connection back if it goes
/// on. One that the other side has closed meanwhile, as proxies do, is replaced.
async fn exchange(way: &Way, stream: Option<TcpStream>, bytes: &[u8]) -> (Answer, Option<TcpStream>) {
    if let Some(mut stream) = stream
        && stream.write_all(bytes).await.is_ok()
        && let Some(answer) = next_answer(&mut stream).await
    {
        let stream = goes_on(way, &answer).then_some(stream);
        return (answer, stream);
    }
    let mut stream = TcpStream::connect(way.address).await.expect("nobody listens");
    stream.set_nodelay(true).expect("TCP_NODELAY");
    stream.write_all(bytes).await.expect("the gateway does not read");
    let answer = read_answer(&mut stream).await;
    let stream = goes_on(way, &answer).then_some(stream);
    (answer, stream)
}

fn goes_on(way: &Way, answer: &Answer) -> bool {
    way.keep_alive && answer.header("Connection").is_none_or(|value| value != "close")
}

/// Reads one answer by its `Content-Length`.
pub async fn read_answer(stream: &mut TcpStream) -> Answer {
    next_answer(stream).await.expect("no answer")
}

/// The same, or `None` when the connection has ended before it.
async fn next_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let at = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        let read = stream.read_buf(&mut bytes).await.unwrap_or(0);
        // The other side has closed an idle connection: no answer was lost.
        if read == 0 && bytes.is_empty() {
            return None;
        }
        assert!(read > 0, "the answer broke off: {:?}", bytes.escape_ascii().to_string());
    };
    let head = std::str::from_utf8(&bytes[..at]).expect("a head in UTF-8").to_owned();
    let mut answer = Answer { head, body: bytes[at + 4..].to_vec() };
    let length = answer.header("Content-Length").expect("a Content-Length");
    let length: usize = length.parse().expect("a number");
    while answer.body.len() < length {
        let read = stream.read_buf(&mut answer.body).await.expect("the answer broke off");
        assert!(read > 0, "the answer ended early: {}", answer.head);
    }
    // One request at a time is under way, so nothing may follow its answer.
    assert_eq!(answer.body.len(), length, "more came than was announced");
    Some(answer)
}
