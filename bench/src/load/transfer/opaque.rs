//! The comparison for a transfer over the switchboard: messages without meaning from one socket to another, without a
//! service between them, sent, received and acknowledged by threads that do nothing else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The size of a message: that of a packet of 1,202 bytes of a file with all that is around it.
const SIZE: usize = 1344;
/// The number of packets that are on their way without an `ACK`, the same as the client's.
const WINDOW: usize = 64;
/// Transaction ids of six digits, so that every message and every `ACK` has the same length.
const FIRST: usize = 100_000;
const LINE: usize = "MSG 100000 D 1344\r\n".len();
const ACK: &[u8] = b"ACK 100000\r\n";

/// The two sockets.
#[derive(Debug)]
pub struct Opaque {
    writer: TcpStream,
    reader: TcpStream,
}

impl Opaque {
    /// Connects them.
    ///
    /// # Errors
    /// When the system has no port.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let writer = TcpStream::connect(listener.local_addr()?)?;
        let (reader, _) = listener.accept()?;
        writer.set_nodelay(true)?;
        reader.set_nodelay(true)?;
        Ok(Self { writer, reader })
    }

    /// Sends so many messages and tells how long that takes until the last `ACK`.
    ///
    /// # Errors
    /// When a socket fails.
    pub fn send(&mut self, messages: usize) -> Result<Duration> {
        let Self { writer, reader } = self;
        let start = Instant::now();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| acknowledge(reader, messages));
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

/// Acknowledges each message that is complete.
fn acknowledge(stream: &mut TcpStream, messages: usize) -> Result<()> {
    let mut scratch = vec![0; 256 * 1024];
    let (mut bytes, mut done) = (0, 0);
    while done < messages {
        let read = stream.read(&mut scratch)?;
        ensure!(read > 0, "the other side has closed the connection");
        bytes += read;
        let complete = bytes / (LINE + SIZE);
        stream.write_all(&ACK.repeat(complete - done))?;
        done = complete;
    }
    Ok(())
}
