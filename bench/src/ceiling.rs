//! The ceiling of the relay: the least work that moves the same bytes. One thread, one `epoll`, frames
//! cut at their boundaries and passed on as they are; no names, no receipts, no limits.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(usize::MAX);

struct Member {
    stream: TcpStream,
    group: usize,
    unread: Vec<u8>,
}

/// Serves until it is killed or standard input ends. The first line of a connection is the number of its group.
pub fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("port {}\nready", listener.local_addr()?.port());
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
    let mut members: Vec<Option<Member>> = Vec::new();
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut scratch = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() != LISTENER {
                receive(event.token().0, &mut members, &mut groups, &mut scratch)?;
                continue;
            }
            while let Ok((mut stream, _)) = listener.accept() {
                stream.set_nodelay(true)?;
                poll.registry().register(&mut stream, Token(members.len()), Interest::READABLE)?;
                members.push(Some(Member { stream, group: 0, unread: Vec::new() }));
            }
        }
    }
}

fn receive(
    token: usize,
    members: &mut [Option<Member>],
    groups: &mut HashMap<usize, Vec<usize>>,
    scratch: &mut [u8],
) -> Result<()> {
    loop {
        let Some(member) = &mut members[token] else { return Ok(()) };
        let read = match member.stream.read(scratch) {
            Ok(0) => {
                let group = member.group;
                groups.entry(group).or_default().retain(|other| *other != token);
                members[token] = None;
                return Ok(());
            }
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut bytes: &[u8] = &scratch[..read];
        let joined;
        if !member.unread.is_empty() {
            joined = [std::mem::take(&mut member.unread).as_slice(), bytes].concat();
            bytes = &joined;
        }
        // Groups are numbered from 1: 0 has not named its group yet.
        if member.group == 0 {
            member.group = std::str::from_utf8(bytes)?.trim().parse()?;
            member.stream.write_all(b"OK\r\n")?;
            groups.entry(member.group).or_default().push(token);
            return Ok(());
        }
        let whole = whole_frames(bytes)?;
        member.unread.extend_from_slice(&bytes[whole..]);
        let group = member.group;
        for other in groups.get(&group).into_iter().flatten().filter(|other| **other != token) {
            let Some(other) = &mut members[*other] else { continue };
            // A full socket is an error here. The load waits for its bytes, so no socket fills.
            other.stream.write_all(&bytes[..whole])?;
        }
        // A short read has emptied the socket. More bytes bring a new event, so no call is spent on `WouldBlock`.
        if read < scratch.len() {
            return Ok(());
        }
    }
}

/// The number of bytes at the front that are complete frames: `MSG <trid> <class> <length>` and so
/// many bytes.
fn whole_frames(bytes: &[u8]) -> Result<usize> {
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
    }
    Ok(whole)
}
