//! One TCP connection: bytes out, lines and payloads in.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// The time for which an expected line is waited for. No test waits this long unless it fails.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// The number of lines that a panic shows.
const SHOWN: usize = 12;
/// The number of characters of a line that a panic shows.
const SHOWN_CHARACTERS: usize = 200;

/// A `MSG` with its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The address of the sender.
    pub from: String,
    /// The sender's name as it stands on the wire.
    pub name: String,
    /// The body, untouched.
    pub payload: Vec<u8>,
}

/// The words of a line.
pub fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    buffer: BytesMut,
    transcript: VecDeque<String>,
}

impl Wire {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        let connected = timeout(DEADLINE, TcpStream::connect(address)).await;
        let stream = connected.expect("connecting took too long").expect("nobody listens");
        Self::over(stream)
    }

    /// Connects with a receive buffer as small as the system allows, for a client that is not
    /// going to read.
    pub async fn connect_with_small_buffer(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small receive buffer");
        Self::over(socket.connect(address).await.expect("nobody listens"))
    }

    /// Connects from another address of this machine: all of 127.0.0.0/8 are its own on Linux.
    pub async fn connect_from(local: Ipv4Addr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((local, 0).into()).expect("an address of this machine");
        Self::over(socket.connect(address).await.expect("nobody listens"))
    }

    /// Takes a connection on which nothing has been read.
    pub fn over(stream: TcpStream) -> Self {
        // Tests that cut a script into pieces rely on it: Nagle would join the pieces again.
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self { stream, buffer: BytesMut::new(), transcript: VecDeque::new() }
    }

    /// The connection, for a test that goes on by itself. Bytes that have come and were not looked at are gone.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// This end's address.
    pub fn local(&self) -> SocketAddr {
        self.stream.local_addr().expect("a local address")
    }

    /// Makes the connection end with a reset instead of a FIN when it is dropped.
    pub fn reset_when_dropped(&self) {
        socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    }

    /// Closes this side for writing: the other reads an end of file.
    pub async fn finish(&mut self) {
        // A connection that is gone already is finished as well.
        let _ = self.stream.shutdown().await;
    }

    /// Sends one line. A connection that is closed already is no error here: the next expectation
    /// will tell.
    pub async fn send(&mut self, line: &str) {
        self.send_raw(format!("{line}\r\n").as_bytes()).await;
    }

    /// Sends bytes as they are, in one write if the socket takes them.
    pub async fn send_raw(&mut self, bytes: &[u8]) {
        // See `send`.
        let _ = self.try_send(bytes).await;
    }

    /// Sends bytes and says whether the socket took all of them.
    ///
    /// # Errors
    /// When the other side is gone.
    pub async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.note("C", bytes);
        match timeout(DEADLINE, self.stream.write_all(bytes)).await {
            Ok(outcome) => outcome,
            Err(_) => self.fail("the service does not read"),
        }
    }

    /// Sends a line with a payload; the length is written by the caller, in the line.
    pub async fn send_with(&mut self, line: &str, payload: &[u8]) {
        let mut bytes = format!("{line}\r\n").into_bytes();
        bytes.extend(payload);
        self.send_raw(&bytes).await;
    }

    /// Sends one line and returns the next that comes.
    pub async fn ask(&mut self, line: &str) -> String {
        self.send(line).await;
        self.line().await
    }

    /// The next line, without its CR LF.
    pub async fn line(&mut self) -> String {
        match self.next_line().await {
            Some(line) => line,
            None => self.fail("closed where a line was expected"),
        }
    }

    /// Waits for bytes, or for the end of the connection, however long that takes: the caller sets the limit.
    pub async fn readable(&mut self) {
        if self.buffer.is_empty() {
            // A failure is seen by the next read.
            let _ = self.stream.readable().await;
        }
    }

    /// The next line, or `None` when the connection has ended before the end of it: in the middle too, as that of a
    /// service that is killed does.
    pub async fn try_line(&mut self) -> Option<String> {
        while !self.buffer.contains(&b'\n') {
            if !self.fill().await {
                return None;
            }
        }
        self.next_line().await
    }

    /// The next line, or `None` when the connection has ended.
    pub async fn next_line(&mut self) -> Option<String> {
        // A long line comes in many reads: each byte is looked at once.
        let mut scanned = 0;
        let end = loop {
            if let Some(at) = self.buffer[scanned..].iter().position(|byte| *byte == b'\n') {
                break scanned + at;
            }
            scanned = self.buffer.len();
            if !self.fill().await {
                if !self.buffer.is_empty() {
                    self.fail("closed in the middle of a line");
                }
                return None;
            }
        };
        let bytes = self.buffer.split_to(end + 1);
        self.note("S", &bytes);
        let Some(line) = bytes.strip_suffix(b"\r\n") else { self.fail("a line without CR LF") };
        match std::str::from_utf8(line) {
            Ok(line) => Some(line.to_owned()),
            Err(_) => self.fail("a line that is not UTF-8"),
        }
    }

    /// The next line is this one.
    pub async fn expect(&mut self, expected: &str) {
        let line = match self.next_line().await {
            Some(line) => line,
            None => self.fail(&format!("closed; expected {expected:?}")),
        };
        if line != expected {
            self.fail(&format!("expected {expected:?}"));
        }
    }

    /// The next line begins like this; returns all of it.
    pub async fn expect_prefix(&mut self, expected: &str) -> String {
        let line = match self.next_line().await {
            Some(line) => line,
            None => self.fail(&format!("closed; expected {expected:?}…")),
        };
        if !line.starts_with(expected) {
            self.fail(&format!("expected {expected:?}…"));
        }
        line
    }

    /// The next `length` bytes.
    pub async fn payload(&mut self, length: usize) -> Vec<u8> {
        while self.buffer.len() < length {
            if !self.fill().await {
                self.fail("closed in the middle of a payload");
            }
        }
        let payload = self.buffer[..length].to_vec();
        self.buffer.advance(length);
        payload
    }

    /// The next thing is a `MSG`; returns it with its payload.
    pub async fn message(&mut self) -> Message {
        let line = self.expect_prefix("MSG ").await;
        self.message_of(&line).await
    }

    /// The payload that belongs to this `MSG` line.
    pub async fn message_of(&mut self, line: &str) -> Message {
        let parts = words(line);
        let [_, from, name, length] = parts[..] else { self.fail("MSG needs three parameters") };
        let Ok(length) = length.parse() else { self.fail("MSG needs a length") };
        let (from, name) = (from.to_owned(), name.to_owned());
        Message { from, name, payload: self.payload(length).await }
    }

    /// Everything up to and without the line for which `last` is true; a message's payload is
    /// taken, and its line stays.
    pub async fn lines_until(&mut self, last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            if last(&line) {
                return lines;
            }
            if line.starts_with("MSG ") {
                self.message_of(&line).await;
            }
            lines.push(line);
        }
    }

    /// The connection ends, by an end of file or a reset, and nothing comes before that.
    pub async fn closed(&mut self) {
        if self.fill().await || !self.buffer.is_empty() {
            let rest = self.buffer.split();
            self.note("S", &rest);
            self.fail("expected the end of the connection");
        }
    }

    /// Everything that comes until the connection ends.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.fill().await {}
        self.buffer.split().to_vec()
    }

    /// Reads some more; `false` when the connection has ended.
    async fn fill(&mut self) -> bool {
        match timeout(DEADLINE, self.stream.read_buf(&mut self.buffer)).await {
            Ok(Ok(read)) => read > 0,
            // A reset ends the connection as an end of file does.
            Ok(Err(_)) => false,
            Err(_) => self.fail("nothing came in time"),
        }
    }

    fn note(&mut self, side: &str, bytes: &[u8]) {
        let text: String = bytes.escape_ascii().map(char::from).take(SHOWN_CHARACTERS).collect();
        self.transcript.push_back(format!("{side}: {text}"));
        if self.transcript.len() > SHOWN {
            self.transcript.pop_front();
        }
    }

    fn fail(&self, what: &str) -> ! {
        let lines: Vec<_> = self.transcript.iter().map(String::as_str).collect();
        let waiting: String = self.buffer.escape_ascii().map(char::from).take(SHOWN_CHARACTERS).collect();
        panic!("{what}\n{}\n(unread: {waiting:?})", lines.join("\n"));
    }
}
