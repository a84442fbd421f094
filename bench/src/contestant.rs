//! The contestants of a row: the programs that take part in its rounds.

use std::path::PathBuf;

use anyhow::{Result, bail};

/// Something that does the work of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contestant {
    /// The service: a program that has been built before.
    Program(Program),
    /// The relay that only finds the ends of messages.
    RawRelay {
        /// Whether it writes the sender's `ACK`s, too.
        acknowledges: bool,
    },
    /// Messages of the size of a file's packets between two sockets, without a service.
    OpaqueStream,
    /// The same messages in a switchboard of the service.
    OpaqueTalk(Program),
    /// A file copied over TCP.
    PlainCopy,
}

/// A program under measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file.
    pub path: PathBuf,
    /// The number of its worker threads, where a row sets it. Otherwise the program decides.
    pub workers: Option<usize>,
}

/// The contestants with which a row compares the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The raw relay.
    RawRelay,
    /// The raw relay that writes `ACK`s as well.
    RawRelayWithAcks,
    /// The same program once more: the ratio shows the noise.
    Itself,
    /// The same program with one worker, where the row gives it two.
    OneWorker,
    /// Messages between two sockets.
    OpaqueStream,
    /// The same messages in a switchboard of the same program.
    OpaqueTalk,
    /// A file copied over TCP.
    PlainCopy,
}

impl Contestant {
    /// The program, for rows in which nothing else can take part.
    pub fn program(&self) -> Result<&Program> {
        match self {
            Self::Program(program) => Ok(program),
            other => bail!("{other:?} cannot take part in this row"),
        }
    }
}

impl Reference {
    /// The contestant that stands for it, beside a program.
    pub fn contestant(self, program: &Program) -> Contestant {
        match self {
            Self::RawRelay => Contestant::RawRelay { acknowledges: false },
            Self::RawRelayWithAcks => Contestant::RawRelay { acknowledges: true },
            Self::Itself => Contestant::Program(program.clone()),
            Self::OpaqueStream => Contestant::OpaqueStream,
            Self::OpaqueTalk => Contestant::OpaqueTalk(program.clone()),
            Self::PlainCopy => Contestant::PlainCopy,
            Self::OneWorker => Contestant::Program(Program { workers: Some(1), ..program.clone() }),
        }
    }
}
