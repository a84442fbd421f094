//! Reading and writing single commands, for the tests of the verbs, and lines of every verb.

use std::fmt::Debug;

use bytes::BytesMut;

use super::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};
use crate::wire::{Decoder, EncodeFor, Frame, Limits, Stream};
use crate::{Dialect, FriendlyName, Handle, Invalid, ParseError};

pub(crate) trait Command: EncodeFor + Debug + PartialEq + Sized + 'static {
    const STREAM: Stream;
    const ROWS: &'static [Row<Self>];
    fn parse(frame: &Frame, dialect: Dialect) -> Result<Self, ParseError>;
}

macro_rules! commands {
    ($($command:ident $stream:ident),*) => {$(
        impl Command for $command {
            const STREAM: Stream = Stream::$stream;
            const ROWS: &'static [Row<Self>] = Self::ROWS;
            fn parse(frame: &Frame, dialect: Dialect) -> Result<Self, ParseError> {
                Self::parse(frame, dialect)
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

/// Lines of a form as they stand on the wire. The tables want them of every form that they name.
pub(crate) trait Vectors {
    const LINES: &'static [&'static str];
}

macro_rules! vectors {
    ($form:ty: $($line:literal),+ $(,)?) => {
        impl $crate::command::vectors::Vectors for $form {
            const LINES: &'static [&'static str] = &[$($line),+];
        }
    };
}
pub(crate) use vectors;

/// A row of a table.
pub(crate) struct Row<C> {
    pub(crate) verb: &'static str,
    pub(crate) lines: &'static [&'static str],
    pub(crate) is_it: fn(&C) -> bool,
}

/// Reads a text that is exactly one command.
#[track_caller]
pub(crate) fn read<C: Command>(text: &str) -> Result<C, ParseError> {
    read_bytes(text.as_bytes())
}

/// The same of what need not be text.
#[track_caller]
pub(crate) fn read_bytes<C: Command>(bytes: &[u8]) -> Result<C, ParseError> {
    read_in(Dialect::NEWEST, bytes)
}

/// The same in a dialect of one's choice.
#[track_caller]
pub(crate) fn read_in<C: Command>(dialect: Dialect, bytes: &[u8]) -> Result<C, ParseError> {
    let mut buffer = BytesMut::from(bytes);
    let frame = Decoder::new(C::STREAM, Limits::SIGNED_IN).next(&mut buffer).unwrap().unwrap();
    assert!(buffer.is_empty(), "{bytes:?} is more than one command");
    C::parse(&frame, dialect)
}

/// Checks that the text reads as the command and that the command is written as the text.
#[track_caller]
pub(crate) fn both_ways<C: Command>(text: &str, command: C) {
    assert_eq!(command.to_bytes_for(Dialect::NEWEST), text);
    assert_eq!(read(text), Ok(command));
}

/// The reason for which a text is refused.
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

/// Every line of every row reads as the variant of its row and is written as it stands, in the newest
/// dialect; in any other, the command that is read from it is written so that it reads the same again.
fn rows_read_and_write<C: Command>() {
    let without: Vec<_> = C::ROWS.iter().filter(|row| row.lines.is_empty()).map(|row| row.verb).collect();
    assert!(without.is_empty(), "no vectors of {without:?}");
    for Row { verb, lines, is_it } in C::ROWS {
        for line in *lines {
            let command: C = read(line).unwrap_or_else(|error| panic!("{verb}: {line:?}: {error}"));
            assert!(is_it(&command), "{line:?} is not the {verb} of its row");
            assert_eq!(command.to_bytes_for(Dialect::NEWEST), line);
            for dialect in Dialect::ALL {
                let read: C = read_in(*dialect, line.as_bytes()).unwrap();
                let written = read.to_bytes_for(*dialect);
                let again: C = read_in(*dialect, &written).unwrap();
                assert_eq!(again.to_bytes_for(*dialect), written, "{line:?} in {dialect}");
            }
        }
    }
}

#[test]
fn every_verb_has_vectors() {
    rows_read_and_write::<NotificationRequest>();
    rows_read_and_write::<NotificationEvent>();
    rows_read_and_write::<SwitchboardRequest>();
    rows_read_and_write::<SwitchboardEvent>();
}
