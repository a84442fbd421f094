//! The ceiling of every relay: the least work that moves the same bytes. One thread, one `epoll`, frames cut at
//! their boundaries and passed on as they are; no names, no receipts, no limits. A second form writes `ACK`s.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::cores::Cores;
use crate::process::Process;

/// The word with which this program serves as the relay, followed by `ack` or `plain`.
pub const WORD: &str = "--raw-relay";
const LISTENER: Token = Token(usize::MAX);

/// The relay in a process of its own. It is killed with this value.
#[derive(Debug)]
pub struct RawRelay {
    /// Its process.
    pub process: Process,
    /// Its address.
    pub address: SocketAddr,
}

impl RawRelay {
    /// Starts it.
    ///
    /// # Errors
    /// When this program cannot be started again.
    pub fn start(acknowledges: bool, cores: Cores) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([WORD, if acknowledges { "ack" } else { "plain" }]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(&mut command, cores)?;
        let mut line = String::new();
        let output = process.child().stdout.as_mut().context("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse().with_context(|| format!("the raw relay says {line:?}"))?;
        Ok(Self { process, address })
    }
}

struct Member {
    stream: TcpStream,
    group: usize,
    unread: Vec<u8>,
}

/// The connections, and the groups between which nothing is passed on.
#[derive(Default)]
struct Relay {
    members: Vec<Option<Member>>,
    groups: HashMap<usize, Vec<usize>>,
    acknowledges: bool,
}

/// Serves until it is killed or standard input ends. The first line of a connection is the number of its group.
///
/// # Errors
/// When a socket fails, or a client sends something else than messages.
pub fn serve(acknowledges: bool) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    // The parent holds the other end of standard input, which closes however the parent ends.
    std::thread::spawn(|| {
        // Any outcome of the read means that the parent is done.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    listener.set_nonblocking(true)?;
    let mut listener = mio::net::TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1024);
    let mut relay = Relay { acknowledges, ..Relay::default() };
    let mut scratch = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() != LISTENER {
                relay.receive(event.token().0, &mut scratch)?;
                continue;
            }
            while let Ok((mut stream, _)) = listener.accept() {
                stream.set_nodelay(true)?;
                let token = Token(relay.members.len());
                poll.registry().register(&mut stream, token, Interest::READABLE)?;
                relay.members.push(Some(Member { stream, group: 0, unread: Vec::new() }));
            }
        }
    }
}

impl Relay {
    fn receive(&mut self, token: usize, scratch: &mut [u8]) -> Result<()> {
        loop {
            let Some(member) = &mut self.members[token] else { return Ok(()) };
            let read = match member.stream.read(scratch) {
                Ok(0) => {
                    let group = member.group;
                    self.groups.entry(group).or_default().retain(|other| *other != token);
                    self.members[token] = None;
                    return Ok(());
                }
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            // Groups are numbered from 1: 0 has not named its group yet.
            if member.group == 0 {
                member.group = std::str::from_utf8(&scratch[..read])?.trim().parse()?;
                member.stream.write_all(b"OK\r\n")?;
                self.groups.entry(member.group).or_default().push(token);
                return Ok(());
            }
            self.pass_on(token, &scratch[..read])?;
            // A short read has emptied the socket. More bytes bring a new event, so no call is spent on `WouldBlock`.
            if read < scratch.len() {
                return Ok(());
            }
        }
    }

    fn pass_on(&mut self, token: usize, read: &[u8]) -> Result<()> {
        let mut bytes = read;
        let Some(member) = &mut self.members[token] else { return Ok(()) };
        let joined;
        if !member.unread.is_empty() {
            joined = [std::mem::take(&mut member.unread).as_slice(), bytes].concat();
            bytes = &joined;
        }
        let mut acks = self.acknowledges.then(Vec::new);
        let whole = whole_frames(bytes, acks.as_mut())?;
        member.unread.extend_from_slice(&bytes[whole..]);
        let group = member.group;
        // A full socket is an error here. The load waits for its bytes, so no socket fills.
        for other in self.groups.get(&group).into_iter().flatten().filter(|other| **other != token) {
            let Some(other) = &mut self.members[*other] else { continue };
            other.stream.write_all(&bytes[..whole])?;
        }
        if let (Some(acks), Some(member)) = (acks.filter(|acks| !acks.is_empty()), &mut self.members[token]) {
            member.stream.write_all(&acks)?;
        }
        Ok(())
    }
}

/// The number of bytes at the front that are complete frames: `MSG <trid> <class> <length>` and so
/// many bytes. Adds the `ACK` of each frame of class `A`.
fn whole_frames(bytes: &[u8], mut acks: Option<&mut Vec<u8>>) -> Result<usize> {
    let mut whole = 0;
    while let Some(end) = bytes[whole..].iter().position(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(&bytes[whole..whole + end])?.trim_end();
        let length: usize = line.rsplit(' ').next().context("an empty line")?.parse()?;
        if length > 64 * 1024 {
            bail!("a frame that is too long");
        }
        if bytes.len() < whole + end + 1 + length {
            break;
        }
        whole += end + 1 + length;
        if let Some(acks) = acks.as_deref_mut() {
            let mut words = line.split(' ').skip(1);
            if let (Some(transaction), Some("A")) = (words.next(), words.next()) {
                acks.extend_from_slice(b"ACK ");
                acks.extend_from_slice(transaction.as_bytes());
                acks.extend_from_slice(b"\r\n");
            }
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_at_their_ends_and_acknowledged_by_class() {
        let bytes = b"MSG 1 A 3\r\nabcMSG 2 N 1\r\nxMSG 3 A 2\r\nyzMSG 4 A 9\r\nnot all";
        let mut acks = Vec::new();
        let whole = whole_frames(bytes, Some(&mut acks)).unwrap();
        assert_eq!(&bytes[whole..], b"MSG 4 A 9\r\nnot all");
        assert_eq!(acks, b"ACK 1\r\nACK 3\r\n");
        assert_eq!(whole_frames(bytes, None).unwrap(), whole);
    }
}
