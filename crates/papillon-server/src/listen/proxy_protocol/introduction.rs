//! The reader of a proxy's header, before a connection's own first byte.

use std::io;

use tokio::io::AsyncRead;

use super::{Beginning, Client, MAX_HEADER, read};
use crate::listen::Peeked;

/// The client for which a trusted proxy speaks; `None` when it speaks for itself, or does not say. The caller sets the
/// time limit.
///
/// # Errors
/// When the connection fails, or begins with a header that cannot be understood.
pub(crate) async fn introduced<S: AsyncRead + Unpin>(stream: &mut Peeked<S>) -> io::Result<Option<Client>> {
    // The client's first bytes may come with the header, and a password with them: no copies by a growing buffer.
    stream.make_room(MAX_HEADER);
    let beginning = stream.until(MAX_HEADER, |bytes| match read(bytes) {
        Beginning::More => None,
        beginning => Some(beginning),
    });
    match beginning.await? {
        Beginning::Header(length, client) => {
            stream.skip(length);
            Ok(client)
        }
        Beginning::None => Ok(None),
        // `until` does not end with `More`.
        Beginning::More | Beginning::Bad => {
            Err(io::Error::new(io::ErrorKind::InvalidData, "not the PROXY protocol"))
        }
    }
}
