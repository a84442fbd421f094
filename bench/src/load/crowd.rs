//! A crowd of clients that sign in at once and stay.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::lines::Lines;
use super::sign_in::{FIRST, SignIn, Welcome};
use crate::open_files;
use crate::population::user;
use crate::service::{Service, doors};

/// The number of people that are on their way in at a time: fewer than a listener holds for the service to accept.
const AT_ONCE: usize = 500;
/// No storm takes longer.
const LIMIT: Duration = Duration::from_secs(300);

/// Everybody, signed in.
pub struct Crowd {
    poll: Poll,
    members: Vec<Member>,
}

struct Member {
    stream: TcpStream,
    lines: Lines,
    sign_in: SignIn,
}

impl Crowd {
    /// Signs in the users from number `first` on, and waits until `told` lines have told somebody of somebody
    /// else's arrival: `ILN` and `NLN` together.
    ///
    /// # Errors
    /// When somebody cannot sign in, or it takes too long.
    pub fn sign_in(service: &Service, first: usize, people: usize, told: usize) -> Result<Self> {
        // Those that are here already hold theirs.
        open_files::need(first + people)?;
        let mut crowd = Self { poll: Poll::new()?, members: Vec::new() };
        crowd.members.reserve(people);
        let deadline = Instant::now() + LIMIT;
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; 64 * 1024];
        let (mut over, mut heard) = (0, 0);
        while over < people || heard < told {
            ensure!(
                Instant::now() < deadline,
                "{over} of {people} are signed in, {heard} of {told} lines came"
            );
            while crowd.members.len() < people && crowd.members.len() - over < AT_ONCE {
                crowd.connect(service, first + crowd.members.len())?;
            }
            crowd.poll.poll(&mut events, Some(Duration::from_secs(1)))?;
            for event in &events {
                let member = &mut crowd.members[event.token().0];
                let before = (member.sign_in.is_over(), member.sign_in.welcome);
                member.receive(&mut scratch).with_context(|| format!("user {}", first + event.token().0))?;
                over += usize::from(member.sign_in.is_over() && !before.0);
                heard += heard_by(member.sign_in.welcome) - heard_by(before.1);
            }
        }
        Ok(crowd)
    }

    /// The lines that came to them, in the order of their numbers.
    pub fn welcomes(&self) -> impl Iterator<Item = Welcome> {
        self.members.iter().map(|member| member.sign_in.welcome)
    }

    fn connect(&mut self, service: &Service, person: usize) -> Result<()> {
        let socket = doors::socket_of(person)?;
        socket.set_nonblocking(true)?;
        match socket.connect(&service.doors().msnp.into()) {
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
            other => other?,
        }
        let mut stream = TcpStream::from_std(socket.into());
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(self.members.len()), interest)?;
        let sign_in = SignIn::new(&user(person), service.people.ticket(person));
        self.members.push(Member { stream, lines: Lines::default(), sign_in });
        Ok(())
    }
}

fn heard_by(welcome: Welcome) -> usize {
    welcome.online + welcome.came
}

impl Member {
    fn receive(&mut self, scratch: &mut [u8]) -> Result<()> {
        if !self.sign_in.has_begun() {
            if let Some(error) = self.stream.take_error()? {
                return Err(error.into());
            }
            match self.stream.peer_addr() {
                // Not connected yet.
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
                other => other?,
            };
            self.stream.write_all(FIRST.as_bytes())?;
            self.sign_in.begin();
        }
        loop {
            let read = match self.stream.read(scratch) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            ensure!(read > 0, "the service has closed the connection");
            self.lines.push(&scratch[..read]);
            while let Some(line) = self.lines.next()? {
                if let Some(reply) = self.sign_in.take(&line)? {
                    // A few short lines: the socket takes them.
                    self.stream.write_all(reply.as_bytes())?;
                }
            }
            if read < scratch.len() {
                return Ok(());
            }
        }
    }
}
