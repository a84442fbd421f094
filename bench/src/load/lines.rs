//! The lines of a stream, cut from its bytes.

use anyhow::{Context, Result};

/// The bytes that have come and are not read yet.
#[derive(Debug, Default)]
pub struct Lines {
    bytes: Vec<u8>,
    /// The number of bytes at the front that have been read.
    read: usize,
    /// The number of bytes of a payload that is passed over and has yet to come.
    skipped: usize,
}

impl Lines {
    /// Adds bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        let skipped = self.skipped.min(bytes.len());
        self.skipped -= skipped;
        bytes = &bytes[skipped..];
        if self.read == self.bytes.len() {
            self.bytes.clear();
            self.read = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next line, without its end; the payload of a message is thrown away.
    ///
    /// # Errors
    /// When it is not text, or announces no payload where one has to come.
    pub fn next(&mut self) -> Result<Option<String>> {
        let unread = &self.bytes[self.read..];
        let Some(end) = unread.iter().position(|byte| *byte == b'\n') else {
            self.bytes.drain(..self.read);
            self.read = 0;
            return Ok(None);
        };
        let line = std::str::from_utf8(&unread[..end])?.trim_end().to_owned();
        self.read += end + 1;
        if line.starts_with("MSG ") {
            let length: usize = line.rsplit(' ').next().context("no length")?.parse()?;
            let there = length.min(self.bytes.len() - self.read);
            self.read += there;
            self.skipped = length - there;
        }
        Ok(Some(line))
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.read == self.bytes.len() && self.skipped == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_passed_over_wherever_the_bytes_are_cut() {
        let stream = b"VER 1 MSNP9\r\nMSG Hotmail Hotmail 9\r\nab\r\ncd\r\neUSR 2\r\n";
        for cut in 0..stream.len() {
            let mut lines = Lines::default();
            let mut said = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                lines.push(part);
                while let Some(line) = lines.next().unwrap() {
                    said.push(line);
                }
            }
            assert_eq!(said, ["VER 1 MSNP9", "MSG Hotmail Hotmail 9", "USR 2"], "cut at {cut}");
            assert!(lines.is_empty());
        }
    }
}
