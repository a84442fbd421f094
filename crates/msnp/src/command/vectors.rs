//! Reading and writing single commands, for the tests of the verbs.

use std::fmt::Debug;

use bytes::BytesMut;

use super::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};
use crate::wire::{Decoder, Encode, Frame, Limits, Stream};
use crate::{FriendlyName, Handle, Invalid, ParseError};

pub(crate) trait Command: Encode + Debug + PartialEq + Sized {
    const STREAM: Stream;
    fn parse(frame: &Frame) -> Result<Self, ParseError>;
}

macro_rules! commands {
    ($($command:ident $stream:ident),*) => {$(
        impl Command for $command {
            const STREAM: Stream = Stream::$stream;
            fn parse(frame: &Frame) -> Result<Self, ParseError> {
                Self::parse(frame)
            }
        }
    )*};
}
commands! {
    NotificationRequest NotificationRequests,
    NotificationEvent NotificationEvents,
    SwitchboardRequest SwitchboardRequests,
    SwitchboardEvent SwitchboardEvents
}

/// Reads a text that is exactly one command.
#[track_caller]
pub(crate) fn read<C: Command>(text: &str) -> Result<C, ParseError> {
    read_bytes(text.as_bytes())
}

/// The same of what need not be text.
#[track_caller]
pub(crate) fn read_bytes<C: Command>(bytes: &[u8]) -> Result<C, ParseError> {
    let mut buffer = BytesMut::from(bytes);
    let frame = Decoder::new(C::STREAM, Limits::SIGNED_IN).next(&mut buffer).unwrap().unwrap();
    assert!(buffer.is_empty(), "{bytes:?} is more than one command");
    C::parse(&frame)
}

/// Checks that the text reads as the command and that the command is written as the text.
#[track_caller]
pub(crate) fn both_ways<C: Command>(text: &str, command: C) {
    assert_eq!(command.to_bytes(), text);
    assert_eq!(read(text), Ok(command));
}

/// Why a text is refused.
#[track_caller]
pub(crate) fn refused<C: Command>(text: &str) -> Invalid {
    read::<C>(text).expect_err(text).reason
}

pub(crate) fn alice() -> Handle {
    Handle::parse("alice@example.com").unwrap()
}

pub(crate) fn bob() -> Handle {
    Handle::parse("bob@example.com").unwrap()
}

/// Alice's display name.
pub(crate) fn name() -> FriendlyName {
    FriendlyName::parse("Alice").unwrap()
}
