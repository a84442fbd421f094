//! Lines and payloads: the cutting of a stream into commands, and the writing of commands into one.
//!
//! A command is one line of words separated by blanks and ended by CR LF. The last word of some
//! lines is a number of bytes that follow the line: the payload.

mod decoder;
mod encoder;
mod frame;
pub mod percent;
mod words;

pub use decoder::{Decoder, FrameError, Limits, Stream};
pub use encoder::{Encode, EncodeFor, Line};
pub use frame::Frame;
pub(crate) use words::Parse;
pub use words::Words;

/// The separator of words.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
