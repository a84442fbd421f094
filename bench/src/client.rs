//! A blocking client: the sign-in, and one line after another.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use msnp::challenge;

use crate::process::Process;

const PRODUCT: &str = "PROD0061VRRZH@4F";
/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The outcome of a sign-in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Welcome {
    /// Lines of the contact list.
    pub contacts: usize,
    /// Contacts that are online.
    pub online: usize,
}

impl Client {
    /// Connects to a port of this machine.
    pub fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, unread: Vec::new() })
    }

    /// Signs in to the end of the first challenge, as a client with an empty list does.
    pub fn sign_in(process: &Process, handle: &str) -> Result<(Self, Welcome)> {
        let mut client = Self::connect(process.port())?;
        let mut welcome = Welcome::default();
        client.send("VER 1 MSNP9 MSNP8 CVR0\r\n")?;
        client.expect("VER 1 MSNP9")?;
        client.send(&format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.2.0137 MSMSGS {handle}\r\n"))?;
        client.expect("CVR 2 ")?;
        client.send(&format!("USR 3 TWN I {handle}\r\n"))?;
        client.expect("USR 3 TWN S ")?;
        client.send(&format!("USR 4 TWN S {}\r\n", process.ticket(handle)?))?;
        client.expect("USR 4 OK ")?;
        client.expect("MSG Hotmail Hotmail ")?;
        client.send("SYN 5 0\r\n")?;
        let reply = client.expect("SYN 5 ")?;
        let mut counts = reply.split(' ').skip(3).map(str::parse::<usize>);
        let (Some(Ok(contacts)), Some(Ok(groups))) = (counts.next(), counts.next()) else {
            bail!("no full list: {reply}");
        };
        for _ in 0..groups {
            client.until("LSG ")?;
        }
        for _ in 0..contacts {
            client.until("LST ")?;
        }
        welcome.contacts = contacts;
        client.send("CHG 6 NLN 268435508\r\n")?;
        client.expect("CHG 6 NLN ")?;
        let digits = loop {
            let line = client.line()?;
            match line.strip_prefix("CHL 0 ") {
                Some(digits) => break digits.to_owned(),
                None if line.starts_with("ILN 6 ") => welcome.online += 1,
                None => bail!("not expected: {line}"),
            }
        };
        let product = challenge::product(PRODUCT).context("an unknown product")?;
        let answer = product.answer(&digits);
        client.send(&format!("QRY 7 {PRODUCT} 32\r\n{}", std::str::from_utf8(&answer)?))?;
        client.until("QRY 7")?;
        Ok((client, welcome))
    }

    /// Sends as it is.
    pub fn send(&mut self, text: &str) -> Result<()> {
        Ok(self.stream.write_all(text.as_bytes())?)
    }

    /// The next line, which has to start like that.
    pub fn expect(&mut self, start: &str) -> Result<String> {
        let line = self.line()?;
        ensure!(line.starts_with(start), "expected {start:?}, not {line:?}");
        Ok(line)
    }

    /// The next line that starts like that; those before it are passed over.
    pub fn until(&mut self, start: &str) -> Result<String> {
        loop {
            let line = self.line()?;
            if line.starts_with(start) {
                return Ok(line);
            }
            // Without this a refused request would look like a service that is silent.
            ensure!(!line.starts_with(|c: char| c.is_ascii_digit()), "an error: {line}");
        }
    }

    /// The next line; the payload of a message is thrown away.
    pub fn line(&mut self) -> Result<String> {
        let end = loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") {
                break end;
            }
            self.read()?;
        };
        let line = String::from_utf8(self.unread[..end].to_vec())?;
        self.unread.drain(..end + 2);
        if line.starts_with("MSG ") {
            let length: usize = line.rsplit(' ').next().context("no length")?.parse()?;
            while self.unread.len() < length {
                self.read()?;
            }
            self.unread.drain(..length);
        }
        Ok(line)
    }

    fn read(&mut self) -> Result<()> {
        let mut scratch = [0; 16 * 1024];
        let read = self.stream.read(&mut scratch)?;
        ensure!(read > 0, "the service has closed the connection");
        self.unread.extend_from_slice(&scratch[..read]);
        Ok(())
    }

    /// The socket, once everything has been read from it.
    pub fn into_stream(self) -> Result<TcpStream> {
        ensure!(self.unread.is_empty(), "unread: {:?}", String::from_utf8_lossy(&self.unread));
        Ok(self.stream)
    }
}
