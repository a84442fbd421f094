//! The comparison for a transfer over the switchboard: messages without meaning from one socket to another, sent and
//! received by threads that do nothing else. There is no service between them, or it is a switchboard's.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::load::client::Client;
use crate::load::conversation::Conversation;
use crate::load::form::Form;
use crate::service::Service;

/// The size of a message: that of a packet of 1,202 bytes of a file with all that is around it.
const SIZE: usize = 1344;
/// The number of packets that are on their way without an `ACK`, the same as the client's.
const WINDOW: usize = 64;
/// Transaction ids of six digits, so that every message and every `ACK` has the same length.
const FIRST: usize = 100_000;
/// The bytes of a message that no service has passed on.
const PLAIN: usize = "MSG 100000 D 1344\r\n".len() + SIZE;
const ACK: &[u8] = b"ACK 100000\r\n";

/// The two sockets.
#[derive(Debug)]
pub struct Opaque {
    writer: TcpStream,
    reader: TcpStream,
    /// The bytes of a message when it arrives.
    delivered: usize,
    /// Whether the reader acknowledges. Otherwise the service does.
    is_plain: bool,
    /// The notification connections of a conversation.
    _kept: Vec<Client>,
}

impl Opaque {
    /// Connects them to each other.
    ///
    /// # Errors
    /// When the system has no port.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let writer = TcpStream::connect(listener.local_addr()?)?;
        let (reader, _) = listener.accept()?;
        writer.set_nodelay(true)?;
        reader.set_nodelay(true)?;
        Ok(Self { writer, reader, delivered: PLAIN, is_plain: true, _kept: Vec::new() })
    }

    /// Brings users 0 and 1 of a service together.
    ///
    /// # Errors
    /// When they cannot sign in.
    pub fn open_at(service: &Service) -> Result<Self> {
        let Conversation { people, form, kept } = Conversation::open(service, 0, 2)?;
        let Form::Switchboard { envelope } = form else { bail!("a conversation of another form") };
        let [writer, reader] = people.try_into().ok().context("a conversation of two")?;
        let delivered = envelope + format!("{SIZE}\r\n").len() + SIZE;
        Ok(Self { writer, reader, delivered, is_plain: false, _kept: kept })
    }

    /// Sends so many messages and tells how long that takes until the last `ACK`.
    ///
    /// # Errors
    /// When a socket fails.
    pub fn send(&mut self, messages: usize) -> Result<Duration> {
        let Self { writer, reader, delivered, is_plain, .. } = self;
        let start = Instant::now();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| read(reader, messages, *delivered, *is_plain));
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
            write!(batch, "MSG {} D {SIZE}\r\n", FIRST + number % 800_000)?;
            batch.resize(batch.len() + SIZE, b'x');
        }
        sent += count;
        stream.write_all(&batch)?;
        let read = stream.read(&mut scratch)?;
        ensure!(read > 0, "the other side has closed the connection");
        unread += read;
        // Every `ACK` has the same length, so their number is that of their bytes; a part of one is kept.
        acknowledged += unread / ACK.len();
        unread %= ACK.len();
    }
    Ok(())
}

/// Reads them, and acknowledges each that is complete unless the service does.
fn read(stream: &mut TcpStream, messages: usize, delivered: usize, acknowledges: bool) -> Result<()> {
    let mut scratch = vec![0; 256 * 1024];
    let (mut bytes, mut done) = (0, 0);
    while done < messages {
        let read = stream.read(&mut scratch)?;
        ensure!(read > 0, "the other side has closed the connection");
        bytes += read;
        let complete = bytes / delivered;
        if acknowledges {
            stream.write_all(&ACK.repeat(complete - done))?;
        }
        done = complete;
    }
    Ok(())
}
