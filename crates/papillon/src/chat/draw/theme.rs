//! The theme: colours and letter styles.

use msnp::{Handle, Status};
use ratatui::style::{Color, Modifier, Style};

use crate::chat::tone::Tone;

/// Colours for several people in one conversation.
const OTHERS: [Color; 5] = [Color::Cyan, Color::Magenta, Color::Yellow, Color::Blue, Color::LightRed];

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    /// Without them, bold, dim and reversed letters have to do.
    pub(crate) colour: bool,
}

impl Theme {
    /// `NO_COLOR`, when it is set to anything, takes the colours away.
    pub(crate) fn from_environment() -> Self {
        Self { colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) }
    }

    fn coloured(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// Of little weight.
    pub(crate) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Of more weight.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The line that the keys act on.
    pub(crate) fn selected(self, focused: bool) -> Style {
        if focused {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            Style::new().add_modifier(Modifier::UNDERLINED)
        }
    }

    /// Something waits to be looked at.
    pub(crate) fn attention(self) -> Style {
        self.coloured(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    /// The style of a note's tone.
    pub(crate) fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Quiet => self.dim(),
            Tone::Plain => self.coloured(Color::Cyan),
            Tone::Good => self.coloured(Color::Green),
            Tone::Bad => self.coloured(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// The own name.
    pub(crate) fn own(self) -> Style {
        self.coloured(Color::Green).add_modifier(Modifier::BOLD)
    }

    /// Another person's name: always the same for the same person.
    pub(crate) fn other(self, who: &Handle) -> Style {
        // Any function of the address would do, as long as it is the same each time.
        let sum: usize = who.as_str().bytes().map(usize::from).sum();
        self.coloured(OTHERS[sum % OTHERS.len()]).add_modifier(Modifier::BOLD)
    }

    /// Letters that stand for a picture.
    pub(crate) fn emoticon(self) -> Style {
        self.coloured(Color::Yellow).add_modifier(Modifier::UNDERLINED)
    }

    /// The sign of a status.
    pub(crate) fn status(self, status: Option<Status>) -> (&'static str, Style) {
        match status {
            Some(Status::Online) => ("●", self.coloured(Color::Green)),
            Some(Status::Busy | Status::OnThePhone) => ("◆", self.coloured(Color::Red)),
            Some(Status::Hidden | Status::Offline) | None => ("○", self.dim()),
            Some(_) => ("◐", self.coloured(Color::Yellow)),
        }
    }
}
