//! The comparison for a transfer over the switchboard: messages without meaning, on one pair
//! of connections, sent and received by threads that do nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::service::OPAQUE;
use crate::conversation::Conversation;
use crate::process::Process;
use crate::service::user;

/// The size of a message: that of a packet of 1,202 bytes of a file with all that is around it.
pub const SIZE: usize = 1344;
/// The number of packets that are on their way without an `ACK`, the same as the client's.
const WINDOW: usize = 64;
/// Transaction ids of six digits, so that every `ACK` has the same length.
const FIRST: usize = 100_000;
const ACK: usize = "ACK 100000\r\n".len();

/// The two clients of a conversation.
#[derive(Debug)]
pub struct Opaque {
    conversation: Conversation,
    /// The length of a delivered message.
    delivered: usize,
}

impl Opaque {
    /// Signs them in and brings them together.
    pub fn open(service: &Process) -> Result<Self> {
        let [writer, _] = OPAQUE.map(user);
        let conversation = Conversation::open(service, OPAQUE[0], OPAQUE.len())?;
        let name = msnp_testkit::display_name(&writer);
        let delivered = format!("MSG {writer} {name} {SIZE}\r\n").len() + SIZE;
        Ok(Self { conversation, delivered })
    }

    /// Relays so many messages and tells how long that takes.
    pub fn relay(&mut self, messages: usize) -> Result<Duration> {
        let [writer, reader] = self.conversation.people.as_mut_slice() else { anyhow::bail!("two people") };
        let expected = messages * self.delivered;
        let start = Instant::now();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| drain(reader, expected));
            write(writer, messages)?;
            reading.join().ok().context("the reader panicked")?
        })?;
        Ok(start.elapsed())
    }
}

fn write(stream: &mut TcpStream, messages: usize) -> Result<()> {
    let (mut sent, mut acknowledged) = (0, 0);
    let mut batch = Vec::new();
    let mut scratch = [0; 16 * 1024];
    let mut unread = 0;
    while acknowledged < messages {
        let count = (WINDOW - (sent - acknowledged)).min(messages - sent);
        batch.clear();
        for number in sent..sent + count {
            write!(batch, "MSG {} D {SIZE}\r\n", FIRST + number)?;
            batch.resize(batch.len() + SIZE, b'x');
        }
        sent += count;
        stream.write_all(&batch)?;
        let read = stream.read(&mut scratch)?;
        ensure!(read > 0, "the service has closed the connection");
        unread += read;
        // Every `ACK` has the same length, so their number is that of their bytes; a part of one is kept.
        acknowledged += unread / ACK;
        unread %= ACK;
    }
    Ok(())
}

fn drain(stream: &mut TcpStream, expected: usize) -> Result<()> {
    let mut scratch = vec![0; 256 * 1024];
    let mut read = 0;
    while read < expected {
        let count = stream.read(&mut scratch)?;
        ensure!(count > 0, "the service has closed the connection");
        read += count;
    }
    ensure!(read == expected, "more came than was sent");
    Ok(())
}
