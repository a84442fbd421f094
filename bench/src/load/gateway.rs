//! A blocking client of the HTTP gateway.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result, bail, ensure};
use msnp::challenge;

use crate::population::user;
use crate::service::{Service, doors};

const PRODUCT: &str = "PROD0061VRRZH@4F";

/// A session, with the connection that is kept for it.
#[derive(Debug)]
pub struct Client {
    number: usize,
    http: SocketAddr,
    id: String,
    stream: Option<TcpStream>,
}

impl Client {
    /// Signs in to the end of the first challenge, with an empty list.
    pub fn sign_in(service: &Service, number: usize) -> Result<Self> {
        let handle = user(number);
        let mut client = Self { number, http: service.doors().http, id: String::new(), stream: None };
        client.stream = Some(client.connect()?);
        let open = "Action=open&Server=NS&IP=messenger.hotmail.com";
        client.ask(open, "VER 1 MSNP9 MSNP8 CVR0\r\n", "VER 1 MSNP9")?;
        client.say(&format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.2.0137 MSMSGS {handle}\r\n"), "CVR 2 ")?;
        client.say(&format!("USR 3 TWN I {handle}\r\n"), "USR 3 TWN S ")?;
        client.say(&format!("USR 4 TWN S {}\r\n", service.people.ticket(number)), "USR 4 OK ")?;
        client.say("SYN 5 0\r\n", "SYN 5 ")?;
        let answer = client.say("CHG 6 NLN 268435508\r\n", "CHG 6 NLN ")?;
        let (_, digits) = answer.split_once("CHL 0 ").context("no challenge")?;
        let product = challenge::product(PRODUCT).context("an unknown product")?;
        let answer = product.answer(digits.trim_end());
        client.say(&format!("QRY 7 {PRODUCT} 32\r\n{}", std::str::from_utf8(&answer)?), "QRY 7")?;
        Ok(client)
    }

    /// Polls, over the connection that is kept or over a new one.
    pub fn poll(&mut self, kept: bool) -> Result<String> {
        let query = format!("Action=poll&SessionID={}", self.id);
        if kept {
            if self.stream.is_none() {
                self.stream = Some(self.connect()?);
            }
            return self.exchange(&query, "");
        }
        self.stream = None;
        let mut stream = self.connect()?;
        stream.write_all(self.request(&query, "", "close").as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = head_of(&bytes).context("no answer")?;
        self.take(std::str::from_utf8(&bytes[..end])?)?;
        Ok(String::from_utf8(bytes[end..].to_vec())?)
    }

    /// Sends a poll that may be held for so many seconds.
    pub fn begin_to_wait(&mut self, seconds: usize) -> Result<()> {
        let query = format!("Action=poll&SessionID={}&Lifespan={seconds}", self.id);
        if self.stream.is_none() {
            self.stream = Some(self.connect()?);
        }
        self.write(&query, "")
    }

    /// Its answer.
    pub fn waited(&mut self) -> Result<String> {
        self.read()
    }

    fn say(&mut self, text: &str, reply: &str) -> Result<String> {
        let query = format!("SessionID={}", self.id);
        self.ask(&query, text, reply)
    }

    fn ask(&mut self, query: &str, text: &str, reply: &str) -> Result<String> {
        let answer = self.exchange(query, text)?;
        ensure!(answer.starts_with(reply), "expected {reply:?}, not {answer:?}");
        Ok(answer)
    }

    fn exchange(&mut self, query: &str, body: &str) -> Result<String> {
        self.write(query, body)?;
        self.read()
    }

    fn connect(&self) -> Result<TcpStream> {
        doors::connect(self.number, self.http)
    }

    /// A request with all the headers of the official client.
    fn request(&self, query: &str, body: &str, connection: &str) -> String {
        format!(
            "POST http://127.0.0.1/gateway/gateway.dll?{query} HTTP/1.1\r\nAccept: */*\r\n\
             Accept-Language: en-us\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: MSMSGS\r\n\
             Host: 127.0.0.1\r\nProxy-Connection: {connection}\r\nConnection: {connection}\r\n\
             Pragma: no-cache\r\nContent-Type: application/x-msn-messenger\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn write(&mut self, query: &str, body: &str) -> Result<()> {
        let request = self.request(query, body, "Keep-Alive");
        let stream = self.stream.as_mut().context("no connection")?;
        Ok(stream.write_all(request.as_bytes())?)
    }

    fn read(&mut self) -> Result<String> {
        let stream = self.stream.as_mut().context("no connection")?;
        let mut bytes = Vec::new();
        let mut scratch = [0; 16 * 1024];
        loop {
            let read = stream.read(&mut scratch)?;
            ensure!(read > 0, "the gateway has closed the connection");
            bytes.extend_from_slice(&scratch[..read]);
            let Some(end) = head_of(&bytes) else { continue };
            let head = std::str::from_utf8(&bytes[..end])?;
            let length = head.split("\r\n").find_map(|line| line.strip_prefix("Content-Length: "));
            let length: usize = length.context("no Content-Length")?.parse()?;
            if bytes.len() == end + length {
                let head = head.to_owned();
                self.take(&head)?;
                return Ok(String::from_utf8(bytes.split_off(end))?);
            }
        }
    }

    /// Notes the SessionID of the next request.
    fn take(&mut self, head: &str) -> Result<()> {
        if !head.starts_with("HTTP/1.1 200 ") {
            bail!("the gateway answers {head:?}");
        }
        let (_, rest) = head.split_once("X-MSN-Messenger: SessionID=").context("no SessionID")?;
        rest.split(';').next().unwrap_or_default().clone_into(&mut self.id);
        Ok(())
    }
}

/// The length of a head, with its empty line.
fn head_of(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}
