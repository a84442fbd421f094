//! A blocking client: the sign-in, and one line after another.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Result, ensure};

use super::lines::Lines;
use super::sign_in::{FIRST, SignIn, Welcome, is_error};
use crate::population::{friend, user};
use crate::service::{Service, doors};

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    lines: Lines,
}

impl Client {
    /// Connects from the address of a person.
    pub fn connect(person: usize, to: SocketAddr) -> Result<Self> {
        Ok(Self { stream: doors::connect(person, to)?, lines: Lines::default() })
    }

    /// Signs a user in, to the end of the first challenge.
    pub fn sign_in(service: &Service, number: usize) -> Result<(Self, Welcome)> {
        Self::enter(service, number, SignIn::new(&user(number), service.people.ticket(number)))
    }

    /// The same for a friend.
    pub fn sign_in_friend(service: &Service, number: usize) -> Result<(Self, Welcome)> {
        Self::enter(service, number, SignIn::new(&friend(number), service.people.ticket_of_friend(number)))
    }

    fn enter(service: &Service, person: usize, mut sign_in: SignIn) -> Result<(Self, Welcome)> {
        let mut client = Self::connect(person, service.doors().msnp)?;
        client.send(FIRST)?;
        sign_in.begin();
        while !sign_in.is_over() {
            if let Some(reply) = sign_in.take(&client.line()?)? {
                client.send(&reply)?;
            }
        }
        Ok((client, sign_in.welcome))
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
            ensure!(!is_error(&line), "an error: {line}");
        }
    }

    /// The next line; the payload of a message is thrown away.
    pub fn line(&mut self) -> Result<String> {
        let mut scratch = [0; 16 * 1024];
        loop {
            if let Some(line) = self.lines.next()? {
                return Ok(line);
            }
            let read = self.stream.read(&mut scratch)?;
            ensure!(read > 0, "the other side has closed the connection");
            self.lines.push(&scratch[..read]);
        }
    }

    /// Reads until the other side closes.
    pub fn until_closed(mut self) -> Result<()> {
        while self.stream.read(&mut [0; 1024])? > 0 {}
        Ok(())
    }

    /// The socket, once everything has been read from it.
    pub fn into_stream(self) -> Result<TcpStream> {
        ensure!(self.lines.is_empty(), "something has not been read");
        Ok(self.stream)
    }
}
