//! The history of the input line.

use crate::chat::input_line::InputLine;

/// More lines than this are not kept.
const MAX_LINES: usize = 100;

/// The lines that were sent, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    lines: Vec<String>,
    /// The index of the line that is shown, and the text that was being written before.
    shown: Option<(usize, String)>,
}

impl History {
    /// Keeps a line.
    pub(super) fn keep(&mut self, line: &str) {
        self.shown = None;
        if self.lines.last().is_none_or(|last| last != line) {
            self.lines.push(line.to_owned());
        }
        if self.lines.len() > MAX_LINES {
            self.lines.remove(0);
        }
    }

    /// Shows the line before.
    pub(super) fn back(&mut self, input: &mut InputLine) {
        let (at, draft) = match self.shown.take() {
            Some((at, draft)) => (at, draft),
            None => (self.lines.len(), input.text().to_owned()),
        };
        let at = at.saturating_sub(1);
        if let Some(line) = self.lines.get(at) {
            input.set(line.clone());
            self.shown = Some((at, draft));
        }
    }

    /// Shows the line after, and in the end the text that was being written.
    pub(super) fn forth(&mut self, input: &mut InputLine) {
        let Some((at, draft)) = self.shown.take() else { return };
        if let Some(line) = self.lines.get(at + 1) {
            input.set(line.clone());
            self.shown = Some((at + 1, draft));
        } else {
            input.set(draft);
        }
    }

    /// The line that is shown is being changed: it is a new line now.
    pub(super) fn leave(&mut self) {
        self.shown = None;
    }
}
