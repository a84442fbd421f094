//! Lines of the dialogue.

use bytes::{Buf, BytesMut};

use super::MsnftpError;

/// The longest line in bytes: a handle and a number fit twice.
const MAX_LINE: usize = 400;

/// Takes the next line, without its end.
pub(super) fn take(buffer: &mut BytesMut) -> Result<Option<String>, MsnftpError> {
    let Some(end) = buffer.iter().take(MAX_LINE).position(|byte| *byte == b'\n') else {
        return if buffer.len() >= MAX_LINE { Err(MsnftpError::LineTooLong) } else { Ok(None) };
    };
    let line = buffer.split_to(end);
    buffer.advance(1);
    let line = std::str::from_utf8(&line).map_err(|_| MsnftpError::Protocol)?;
    Ok(Some(line.trim_end_matches('\r').to_owned()))
}
