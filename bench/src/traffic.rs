//! The traffic of messages: in each conversation so many are under way at a time.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::conversation::Conversation;

/// No run takes longer.
const LIMIT: Duration = Duration::from_secs(60);
/// Transaction ids of six digits, so that every `ACK` has the same length.
const FIRST: usize = 100_000;
const ACK: usize = "ACK 100000\r\n".len();

/// The load of some conversations.
pub struct Traffic {
    poll: Poll,
    people: Vec<Person>,
    conversations: Vec<State>,
    /// The letter of its messages: `U` or `A`.
    class: char,
    acknowledged: bool,
    /// Messages in one write.
    burst: usize,
}

struct Person {
    stream: TcpStream,
    conversation: usize,
    outstanding: usize,
}

struct State {
    /// The people: the writer's number, and one past the last reader's.
    writer: usize,
    end: usize,
    envelope: Option<usize>,
    /// The number of receivers whose bytes have yet to come.
    waiting: usize,
    sent: usize,
}

impl Traffic {
    /// Takes the conversations over.
    pub fn new(conversations: Vec<Conversation>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut people = Vec::new();
        let mut states = Vec::new();
        for (number, conversation) in conversations.into_iter().enumerate() {
            let writer = people.len();
            for stream in conversation.people {
                stream.set_nonblocking(true)?;
                let mut stream = TcpStream::from_std(stream);
                poll.registry().register(&mut stream, Token(people.len()), Interest::READABLE)?;
                people.push(Person { stream, conversation: number, outstanding: 0 });
            }
            let envelope = conversation.envelope;
            states.push(State { writer, end: people.len(), envelope, waiting: 0, sent: 0 });
        }
        Ok(Self { poll, people, conversations: states, class: 'U', acknowledged: false, burst: 1 })
    }

    /// Sends `messages` altogether, `burst` in each write, the next ones of a conversation when
    /// everybody has got those before, and the writer the `ACK`s of class `A`.
    pub fn run(&mut self, class: char, burst: usize, messages: usize) -> Result<()> {
        (self.class, self.acknowledged, self.burst) = (class, class == 'A', burst);
        let deadline = Instant::now() + LIMIT;
        let mut rounds = messages.div_ceil(burst);
        let mut under_way = 0;
        for number in 0..self.conversations.len() {
            if rounds > 0 {
                self.send(number)?;
                rounds -= 1;
                under_way += 1;
            }
        }
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; 64 * 1024];
        while under_way > 0 {
            ensure!(Instant::now() < deadline, "messages were lost or took too long");
            self.poll.poll(&mut events, Some(Duration::from_secs(5)))?;
            for event in &events {
                let number = self.people[event.token().0].conversation;
                if !self.receive(event.token().0, &mut scratch)? {
                    continue;
                }
                if rounds > 0 {
                    self.send(number)?;
                    rounds -= 1;
                } else {
                    under_way -= 1;
                }
            }
        }
        Ok(())
    }

    /// `true` when that was the last that was missing of a round.
    fn receive(&mut self, person: usize, scratch: &mut [u8]) -> Result<bool> {
        let person = &mut self.people[person];
        loop {
            let read = match person.stream.read(scratch) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            ensure!(read > 0, "a connection was closed");
            ensure!(read <= person.outstanding, "more came than was sent");
            person.outstanding -= read;
            if person.outstanding == 0 {
                let conversation = &mut self.conversations[person.conversation];
                conversation.waiting -= 1;
                return Ok(conversation.waiting == 0);
            }
            // A short read has emptied the socket. More bytes bring a new event.
            if read < scratch.len() {
                return Ok(false);
            }
        }
    }

    fn send(&mut self, number: usize) -> Result<()> {
        let conversation = &mut self.conversations[number];
        let mut text = String::new();
        let mut delivered = 0;
        for _ in 0..self.burst {
            conversation.sent += 1;
            // Six digits: 100,000 to 899,999.
            let transaction = FIRST + conversation.sent % 800_000;
            // All lengths from 100 to 400 in a mixed order, because 37 and 301 have no common factor.
            let length = 100 + conversation.sent * 37 % 301;
            let start = text.len();
            write!(text, "MSG {transaction} {} {length}\r\n", self.class)?;
            let line = text.len() - start;
            // The 3 are the digits of the length.
            let delivered_line = conversation.envelope.map(|envelope| envelope + 3 + "\r\n".len());
            delivered += delivered_line.unwrap_or(line) + length;
            text.extend(std::iter::repeat_n('x', length));
        }
        let (writer, end) = (conversation.writer, conversation.end);
        conversation.waiting = end - writer - 1 + usize::from(self.acknowledged);
        for reader in &mut self.people[writer + 1..end] {
            reader.outstanding = delivered;
        }
        let writer = &mut self.people[writer];
        writer.outstanding = if self.acknowledged { self.burst * ACK } else { 0 };
        Ok(writer.stream.write_all(text.as_bytes())?)
    }
}
