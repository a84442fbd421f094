//! A reason for the messenger to wake up.

use msnp_client::Event;
use ratatui::crossterm::event::Event as TerminalEvent;

use super::action::Outcome;
use crate::control::Said;

/// Something that the messenger wakes up for.
pub(super) enum Wake {
    /// A key, a paste, another size.
    Terminal(TerminalEvent),
    /// There will be no more keys.
    TerminalGone,
    /// Something happened at the service.
    Client(Box<Event>),
    /// Another command has said something.
    Said(Said),
    /// Nothing more will happen there.
    End,
    /// An action is through.
    Outcome(Outcome),
    /// Signed out, or it took too long.
    Left,
    /// Somebody wants the program to end.
    Signal,
    /// A part of the program broke.
    Panicked(String),
}
