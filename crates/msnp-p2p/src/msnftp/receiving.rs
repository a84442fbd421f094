//! The receiving side of MSNFTP. It speaks first, whichever side connected.

use bytes::{Buf, Bytes, BytesMut};
use msnp::Handle;

use super::{ByeCode, MsnftpError, lines};

/// The dialogue of the receiver.
#[derive(Debug)]
pub struct Receiving {
    own: Handle,
    auth_cookie: u64,
    size: u64,
    received: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Version,
    Size,
    /// Between blocks.
    Header,
    /// Within a block, of which so many bytes are missing.
    Block(usize),
    Done,
}

/// The next step of the receiver. The list is complete: a caller has to carry out every one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiveStep {
    /// Write these bytes to the connection.
    Write(Bytes),
    /// Append these bytes to the file.
    Data(Bytes),
    /// All of it is there: write these last bytes and close.
    Finished(Bytes),
}

impl Receiving {
    /// For `own` account, the number from the sender's ACCEPT (or from our own, where we listen),
    /// and the size that was offered, in bytes.
    pub const fn new(own: Handle, auth_cookie: u64, size: u64) -> Self {
        Self { own, auth_cookie, size, received: 0, stage: Stage::Version }
    }

    /// The first bytes.
    pub fn opening(&self) -> Bytes {
        Bytes::from_static(b"VER MSNFTP\r\n")
    }

    /// The bytes that end it early: before the file or in the middle of it.
    pub fn cancel(&self) -> Bytes {
        Bytes::from(format!("CCL\r\nBYE {}\r\n", ByeCode::CANCELLED.0))
    }

    /// The number of bytes of the file that have come.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Takes bytes from the front of the buffer. `None` when more have to come.
    ///
    /// # Errors
    /// When the sender breaks off ([`MsnftpError::Cancelled`]), announces another size, writes a line without
    /// end, or does not speak the protocol. The connection has to be closed.
    pub fn handle(&mut self, buffer: &mut BytesMut) -> Result<Option<ReceiveStep>, MsnftpError> {
        match self.stage {
            Stage::Version => self.version(buffer),
            Stage::Size => self.size(buffer),
            Stage::Header => self.header(buffer),
            Stage::Block(left) => Ok(self.block(buffer, left)),
            Stage::Done => Ok(None),
        }
    }

    fn version(&mut self, buffer: &mut BytesMut) -> Result<Option<ReceiveStep>, MsnftpError> {
        let Some(line) = lines::take(buffer)? else { return Ok(None) };
        if !lines::offers_msnftp(&line) {
            return Err(MsnftpError::Protocol);
        }
        self.stage = Stage::Size;
        let user = format!("USR {} {}\r\n", self.own, self.auth_cookie);
        Ok(Some(ReceiveStep::Write(user.into())))
    }

    fn size(&mut self, buffer: &mut BytesMut) -> Result<Option<ReceiveStep>, MsnftpError> {
        let Some(line) = lines::take(buffer)? else { return Ok(None) };
        let size = line.strip_prefix("FIL ").and_then(|size| size.trim().parse::<u64>().ok());
        if size.ok_or(MsnftpError::Protocol)? != self.size {
            return Err(MsnftpError::WrongSize);
        }
        self.stage = if self.size == 0 { Stage::Done } else { Stage::Header };
        // An empty file has no blocks: the end follows at once.
        if self.size == 0 {
            return Ok(Some(Self::finished(b"TFR\r\n")));
        }
        Ok(Some(ReceiveStep::Write(Bytes::from_static(b"TFR\r\n"))))
    }

    /// Three bytes: 0 for data or 1 for the end, and a length, little-endian.
    fn header(&mut self, buffer: &mut BytesMut) -> Result<Option<ReceiveStep>, MsnftpError> {
        let Some([kind, low, high]) = buffer.first_chunk().copied() else { return Ok(None) };
        // The official client sends blocks of 2045 and LIBMSN of 5000: any length is taken.
        let length = usize::from(u16::from_le_bytes([low, high]));
        match kind {
            // Checked before a byte of the block is taken: the caller never gets more than was offered.
            0 if self.received + length as u64 > self.size => return Err(MsnftpError::WrongSize),
            0 => buffer.advance(3),
            // The end comes before all bytes: the sender cancels.
            1 => return Err(MsnftpError::Cancelled),
            _ => return Err(MsnftpError::Protocol),
        }
        self.stage = Stage::Block(length);
        Ok(self.block(buffer, length))
    }

    fn block(&mut self, buffer: &mut BytesMut, left: usize) -> Option<ReceiveStep> {
        // Some senders leave out the last header, so the number of bytes decides.
        if self.received == self.size {
            self.stage = Stage::Done;
            return Some(Self::finished(b""));
        }
        if buffer.is_empty() && left > 0 {
            return None;
        }
        // Part of a block is handed on at once: a block need not be in memory as a whole.
        let data = buffer.split_to(left.min(buffer.len())).freeze();
        self.received += data.len() as u64;
        let left = left - data.len();
        // With the last byte the stage stays in the block, whose next turn ends the transfer.
        self.stage = if left == 0 && self.received < self.size { Stage::Header } else { Stage::Block(left) };
        Some(ReceiveStep::Data(data))
    }

    fn finished(before: &[u8]) -> ReceiveStep {
        let bye = format!("BYE {}\r\n", ByeCode::RECEIVED.0);
        ReceiveStep::Finished([before, bye.as_bytes()].concat().into())
    }
}
