//! People that change their state, and others that watch them.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::client::Client;
use super::lines::Lines;
use crate::service::Service;

/// No change takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// Users that change, and friends that have all of them on their lists.
pub struct Presence {
    poll: Poll,
    /// The changers, and then the watchers.
    people: Vec<(TcpStream, Lines)>,
    changers: usize,
    changes: usize,
}

impl Presence {
    /// Signs in so many users, and then the friends that are mutual contacts of each.
    pub fn open(service: &Service, changers: usize, watchers: usize) -> Result<Self> {
        let mut clients = Vec::new();
        for number in 0..changers {
            clients.push(Client::sign_in(service, number)?.0);
        }
        for number in 0..watchers {
            let (client, welcome) = Client::sign_in_friend(service, number)?;
            ensure!(welcome.online == changers, "{} of {changers} are online", welcome.online);
            for changer in &mut clients[..changers] {
                changer.expect("NLN ")?;
            }
            clients.push(client);
        }
        let poll = Poll::new()?;
        let mut people = Vec::new();
        for client in clients {
            let stream = client.into_stream()?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(people.len()), Interest::READABLE)?;
            people.push((stream, Lines::default()));
        }
        Ok(Self { poll, people, changers, changes: 0 })
    }

    /// Each changes so many times, one after the other, when all have seen the change before. Returns the number of
    /// notices.
    ///
    /// # Errors
    /// When a change is refused, or a notice does not come.
    pub fn change(&mut self, times: usize) -> Result<usize> {
        let mut told = 0;
        for _ in 0..times {
            self.changes += 1;
            let state = if self.changes.is_multiple_of(2) { "NLN" } else { "BSY" };
            for changer in 0..self.changers {
                let line = format!("CHG {} {state} 268435508\r\n", 100 + self.changes);
                self.people[changer].0.write_all(line.as_bytes())?;
                told += self.hear()?;
            }
        }
        Ok(told)
    }

    /// Waits for the answer and for a notice to each watcher.
    fn hear(&mut self) -> Result<usize> {
        let watchers = self.people.len() - self.changers;
        let deadline = Instant::now() + LIMIT;
        let mut events = Events::with_capacity(256);
        let (mut missing, mut is_answered) = (watchers, false);
        while missing > 0 || !is_answered {
            ensure!(Instant::now() < deadline, "{missing} notices did not come");
            self.poll.poll(&mut events, Some(Duration::from_secs(1)))?;
            for event in &events {
                let (stream, lines) = &mut self.people[event.token().0];
                read(stream, lines)?;
                while let Some(line) = lines.next()? {
                    match &line[..4.min(line.len())] {
                        "NLN " => missing = missing.checked_sub(1).context("more notices than watchers")?,
                        "CHG " => is_answered = true,
                        _ => anyhow::bail!("not expected: {line}"),
                    }
                }
            }
        }
        Ok(watchers)
    }
}

/// Reads what has come.
fn read(stream: &mut TcpStream, lines: &mut Lines) -> Result<()> {
    let mut scratch = [0; 4096];
    loop {
        match stream.read(&mut scratch) {
            Ok(0) => anyhow::bail!("the service has closed the connection"),
            Ok(read) => lines.push(&scratch[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
