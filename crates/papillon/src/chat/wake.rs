//! A reason for the messenger to wake up.

use msnp_client::Event;
use ratatui::crossterm::event::Event as TerminalEvent;

use super::action::Outcome;
use crate::control::Said;

/// A reason to wake up.
pub(super) enum Wake {
    /// A key, a paste, another size.
    Terminal(TerminalEvent),
    /// There will be no more keys.
    TerminalGone,
    /// An event of the client.
    Client(Box<Event>),
    /// A message of another command.
    Said(Said),
    /// Nothing more will happen there.
    End,
    /// An action is through.
    Outcome(Outcome),
    /// Signed out, or it took too long.
    Left,
    /// A signal to end the program.
    Signal,
    /// A part of the program broke.
    Panicked(String),
}
