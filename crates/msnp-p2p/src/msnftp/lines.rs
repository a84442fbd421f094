//! The lines of the dialogue.

use bytes::{Buf, BytesMut};

use super::MsnftpError;

/// The longest line in bytes: a handle and a number fit twice.
const MAX_LINE: usize = 400;

/// Takes the next line, without its end.
pub(super) fn take(buffer: &mut BytesMut) -> Result<Option<String>, MsnftpError> {
    // A line end has to come within the limit: a peer that never sends one must not fill the memory.
    let Some(end) = buffer.iter().take(MAX_LINE).position(|byte| *byte == b'\n') else {
        return if buffer.len() >= MAX_LINE { Err(MsnftpError::LineTooLong) } else { Ok(None) };
    };
    let line = buffer.split_to(end);
    buffer.advance(1);
    Ok(Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()))
}

/// Whether the other side speaks MSNFTP, perhaps among others: Trillian names itself too.
pub(super) fn offers_msnftp(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    words.next() == Some("VER") && words.any(|name| name.eq_ignore_ascii_case("MSNFTP"))
}
