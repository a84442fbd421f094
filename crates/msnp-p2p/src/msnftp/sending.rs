//! The sending side of MSNFTP.

use bytes::{Bytes, BytesMut};
use msnp::Handle;
use subtle::ConstantTimeEq;

use super::{BLOCK, ByeCode, MsnftpError, lines};

/// The dialogue of the sender.
#[derive(Debug)]
pub struct Sending {
    peer: Handle,
    auth_cookie: u64,
    size: u64,
    sent: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Version,
    User,
    Transfer,
    Data,
    /// All is written; the receiver says goodbye.
    Bye,
}

/// The next step of the sender. The list is complete: a caller has to carry out every one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendStep {
    /// Write these bytes to the connection.
    Write(Bytes),
    /// The receiver has all of it.
    Finished,
}

impl Sending {
    /// The account that may have the file, the number that it has to show, and the file's size in bytes.
    pub const fn new(peer: Handle, auth_cookie: u64, size: u64) -> Self {
        Self { peer, auth_cookie, size, sent: 0, stage: Stage::Version }
    }

    /// The bytes that end it early.
    pub const fn cancel(&self) -> Bytes {
        Bytes::from_static(&[1, 0, 0])
    }

    /// The number of bytes of the file that were handed out.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// The next block of the file: the three bytes that go before it, its offset, and its length in bytes. After the last
    /// block come the three bytes of the end, with a length of 0. `None` when nothing may be sent now.
    pub fn next_block(&mut self) -> Option<([u8; 3], u64, usize)> {
        if self.stage != Stage::Data {
            return None;
        }
        let offset = self.sent;
        let length = (self.size - offset).min(BLOCK as u64) as usize;
        if length == 0 {
            self.stage = Stage::Bye;
            return Some(([1, 0, 0], offset, 0));
        }
        self.sent += length as u64;
        // At most `BLOCK`, so it fits.
        let [low, high] = (length as u16).to_le_bytes();
        Some(([0, low, high], offset, length))
    }

    /// Takes a line from the front of the buffer. `None` when more has to come. The receiver may
    /// cancel at any time.
    ///
    /// # Errors
    /// When the receiver breaks off ([`MsnftpError::Cancelled`]), shows another account or number than the
    /// invited one ([`MsnftpError::Stranger`]), writes a line without end, or does not speak the protocol. The
    /// connection has to be closed.
    pub fn handle(&mut self, buffer: &mut BytesMut) -> Result<Option<SendStep>, MsnftpError> {
        let Some(line) = lines::take(buffer)? else { return Ok(None) };
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match (self.stage, words.as_slice()) {
            // First, in every stage: the receiver may cancel while blocks are under way.
            (_, ["CCL", ..]) => Err(MsnftpError::Cancelled),
            (Stage::Version, ["VER", ..]) if lines::offers_msnftp(&line) => {
                self.stage = Stage::User;
                Ok(Some(SendStep::Write(Bytes::from_static(b"VER MSNFTP\r\n"))))
            }
            (Stage::User, ["USR", handle, cookie]) => {
                self.admit(handle, cookie)?;
                self.stage = Stage::Transfer;
                Ok(Some(SendStep::Write(format!("FIL {}\r\n", self.size).into())))
            }
            (Stage::Transfer, ["TFR"]) => {
                self.stage = Stage::Data;
                // Nothing to write: the step returns control to the caller, which asks for blocks from now on.
                Ok(Some(SendStep::Write(Bytes::new())))
            }
            (Stage::Data | Stage::Bye, ["BYE", code]) => {
                // A receiver that says so too early has not got the file.
                let received = code.parse() == Ok(ByeCode::RECEIVED.0) && self.sent == self.size;
                if received { Ok(Some(SendStep::Finished)) } else { Err(MsnftpError::Cancelled) }
            }
            (_, ["BYE", ..]) => Err(MsnftpError::Cancelled),
            _ => Err(MsnftpError::Protocol),
        }
    }

    fn admit(&self, handle: &str, cookie: &str) -> Result<(), MsnftpError> {
        let cookie: u64 = cookie.parse().map_err(|_| MsnftpError::Stranger)?;
        let known = handle.eq_ignore_ascii_case(self.peer.as_str());
        // In constant time: any machine that reaches the port may guess.
        let right = bool::from(cookie.to_le_bytes().ct_eq(&self.auth_cookie.to_le_bytes()));
        if known && right { Ok(()) } else { Err(MsnftpError::Stranger) }
    }
}
