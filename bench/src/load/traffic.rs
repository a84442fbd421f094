//! The traffic of messages: in each conversation so many are always on their way.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::client::Client;
use super::conversation::Conversation;
use super::form::{ACK, Form};

/// No run takes longer.
const LIMIT: Duration = Duration::from_secs(120);

/// The load of some conversations.
pub struct Traffic {
    poll: Poll,
    people: Vec<Person>,
    conversations: Vec<State>,
    class: char,
    /// Messages that have yet to be sent.
    left: usize,
    /// The times from the sending of a message until everybody had it.
    times: Vec<Duration>,
    _kept: Vec<Client>,
}

struct Person {
    stream: TcpStream,
    conversation: usize,
    is_writer: bool,
    /// The number of messages that it has got completely (or of `ACK`s).
    done: usize,
    /// The bytes of the next one.
    part: usize,
}

struct State {
    /// The people: the writer's number, and one past the last reader's.
    writer: usize,
    end: usize,
    form: Form,
    sent: usize,
    /// Messages that everybody has, and their `ACK`s.
    done: usize,
    /// Length at the recipients and time of those that are on their way.
    under_way: VecDeque<(usize, Instant)>,
}

impl Traffic {
    /// Takes the conversations over.
    pub fn new(conversations: Vec<Conversation>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut people = Vec::new();
        let mut states = Vec::new();
        let mut kept = Vec::new();
        for (number, conversation) in conversations.into_iter().enumerate() {
            let writer = people.len();
            for stream in conversation.people {
                stream.set_nonblocking(true)?;
                let mut stream = TcpStream::from_std(stream);
                poll.registry().register(&mut stream, Token(people.len()), Interest::READABLE)?;
                let is_writer = people.len() == writer;
                people.push(Person { stream, conversation: number, is_writer, done: 0, part: 0 });
            }
            let under_way = VecDeque::new();
            let form = conversation.form;
            states.push(State { writer, end: people.len(), form, sent: 0, done: 0, under_way });
            kept.extend(conversation.kept);
        }
        let (class, left, times) = ('U', 0, Vec::new());
        Ok(Self { poll, people, conversations: states, class, left, times, _kept: kept })
    }

    /// Sends `messages` altogether. In each conversation `window` are on their way until the last ones: as many as
    /// everybody has got (and the writer the `ACK` of, in class `A`) are sent anew, in one write.
    ///
    /// # Errors
    /// When other bytes come than are expected, or none for long.
    pub fn run(&mut self, class: char, window: usize, messages: usize) -> Result<()> {
        (self.class, self.left) = (class, messages);
        self.times.clear();
        self.begin();
        let deadline = Instant::now() + LIMIT;
        for number in 0..self.conversations.len() {
            self.send(number, window)?;
        }
        let mut under_way: usize = self.conversations.iter().map(|state| state.under_way.len()).sum();
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; 64 * 1024];
        while under_way > 0 {
            ensure!(Instant::now() < deadline, "messages were lost or took too long");
            self.poll.poll(&mut events, Some(Duration::from_secs(5)))?;
            for event in &events {
                let person = event.token().0;
                if !self.receive(person, &mut scratch)? {
                    continue;
                }
                let conversation = self.people[person].conversation;
                let done = self.settle(conversation);
                under_way += self.send(conversation, done)?;
                under_way -= done;
            }
        }
        Ok(())
    }

    /// The median of the times of the last run, in microseconds.
    pub fn median_time(&self) -> f64 {
        let mut times: Vec<f64> = self.times.iter().map(|time| time.as_secs_f64() * 1e6).collect();
        crate::statistics::median(&mut times)
    }

    fn begin(&mut self) {
        for person in &mut self.people {
            person.done = 0;
        }
        for state in &mut self.conversations {
            state.done = 0;
        }
    }

    /// Reads what has come; whether anything was completed by it.
    fn receive(&mut self, person: usize, scratch: &mut [u8]) -> Result<bool> {
        let person = &mut self.people[person];
        let state = &self.conversations[person.conversation];
        let before = person.done;
        loop {
            let read = match person.stream.read(scratch) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            };
            ensure!(read > 0, "a connection was closed");
            person.part += read;
            while person.part > 0 {
                let next = state.under_way.get(person.done - state.done);
                let (length, _) = next.ok_or_else(|| anyhow::anyhow!("more came than was sent"))?;
                let length = if person.is_writer { ACK } else { *length };
                if person.part < length {
                    break;
                }
                person.part -= length;
                person.done += 1;
            }
            // A short read has emptied the socket. More bytes bring a new event.
            if read < scratch.len() {
                break;
            }
        }
        Ok(person.done > before)
    }

    /// The number of messages that are done since the last look.
    fn settle(&mut self, conversation: usize) -> usize {
        let state = &mut self.conversations[conversation];
        // The writer gets nothing but `ACK`s.
        let first = if self.class == 'A' { state.writer } else { state.writer + 1 };
        let least =
            self.people[first..state.end].iter().map(|person| person.done).min().unwrap_or(state.done);
        let done = least - state.done;
        state.done = least;
        let now = Instant::now();
        self.times.extend(state.under_way.drain(..done).map(|(_, sent)| now - sent));
        done
    }

    /// Sends so many, unless fewer are left; returns their number.
    fn send(&mut self, conversation: usize, count: usize) -> Result<usize> {
        let count = count.min(self.left);
        if count == 0 {
            return Ok(0);
        }
        self.left -= count;
        let state = &mut self.conversations[conversation];
        let now = Instant::now();
        let mut text = String::new();
        for _ in 0..count {
            state.sent += 1;
            // All lengths from 100 to 400 in a mixed order, because 37 and 301 have no common factor.
            let length = 100 + state.sent * 37 % 301;
            let delivered = state.form.write(&mut text, state.sent, self.class, length);
            state.under_way.push_back((delivered, now));
        }
        // A full socket is an error here: far less is on its way than a socket takes.
        self.people[state.writer].stream.write_all(text.as_bytes())?;
        Ok(count)
    }
}
