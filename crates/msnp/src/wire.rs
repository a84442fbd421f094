//! Lines and payloads: how commands are cut from a stream of bytes and written into one.
//!
//! A command is one line of words separated by blanks and ended by CR LF. The last word of some
//! lines is a number of bytes that follow the line: the payload.

mod decoder;
mod encoder;
pub mod percent;
mod words;

pub use decoder::{Decoder, Frame, FrameError, Limits, Stream};
pub use encoder::{Encode, Line};
pub use words::Words;
