//! The tone of a note, by which it is coloured.

/// The tone of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Of little weight.
    Quiet,
    /// To be read.
    Plain,
    /// Something went well.
    Good,
    /// Something went wrong.
    Bad,
}
