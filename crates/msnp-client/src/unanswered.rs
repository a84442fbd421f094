//! The error of an HTTP request that got no answer.

use std::error::Error as _;
use std::io;

/// As an error of the network, whose kind tells a refused connection from one that the server closed.
pub(crate) fn to_io(error: hyper::Error) -> io::Error {
    if let Some(network) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        // `hyper::Error` lends its cause and does not give it away.
        return io::Error::new(network.kind(), network.to_string());
    }
    // Three times the same: before the request was sent, while it was, and after that.
    if error.is_canceled() || error.is_closed() || error.is_incomplete_message() {
        return io::Error::new(
            io::ErrorKind::ConnectionAborted,
            "it closed the connection without an answer",
        );
    }
    io::Error::other(error)
}
