//! The input line: a text with a cursor. It can have several lines.

use unicode_segmentation::UnicodeSegmentation;

use super::wrap::width;
use crate::clean;

/// The longest text in bytes; more is not taken.
const MAX_LEN: usize = 16 * 1024;

/// A text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InputLine {
    text: String,
    /// A byte index, always between two characters as people count them.
    cursor: usize,
}

/// The text and the cursor as they stand on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The lines, none wider than the room there is.
    pub(crate) rows: Vec<String>,
    /// The column of the cursor.
    pub(crate) x: usize,
    /// The row of the cursor.
    pub(crate) y: usize,
}

impl InputLine {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes the text away.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Puts another text there, with the cursor after it.
    pub(crate) fn set(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// Writes typed or pasted text at the cursor. Returns whether all of it had room.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        let text = clean::typed(text);
        // Cut at a character: a part of one is no text.
        let mut end = text.len().min(MAX_LEN.saturating_sub(self.text.len()));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.insert_str(self.cursor, &text[..end]);
        self.cursor += end;
        // A combining mark joins the character before it.
        while self.cursor < self.text.len() && !self.is_between(self.cursor) {
            self.cursor = self.after(self.cursor);
        }
        end == text.len()
    }

    /// One character to the left; the same for the others.
    pub(crate) fn left(&mut self) {
        self.cursor = self.before(self.cursor);
    }

    pub(crate) fn right(&mut self) {
        self.cursor = self.after(self.cursor);
    }

    pub(crate) fn word_left(&mut self) {
        self.cursor = self.word_before();
    }

    pub(crate) fn word_right(&mut self) {
        let rest = &self.text[self.cursor..];
        let blanks = rest.len() - rest.trim_start().len();
        let word = rest[blanks..].find(char::is_whitespace).unwrap_or(rest.len() - blanks);
        self.cursor += blanks + word;
    }

    pub(crate) fn line_start(&mut self) {
        self.cursor = self.text[..self.cursor].rfind('\n').map_or(0, |end| end + 1);
    }

    pub(crate) fn line_end(&mut self) {
        self.cursor = self.text[self.cursor..].find('\n').map_or(self.text.len(), |end| self.cursor + end);
    }

    /// A line up, if there is one.
    pub(crate) fn up(&mut self) -> bool {
        let column = self.column();
        let Some(end) = self.text[..self.cursor].rfind('\n') else { return false };
        self.cursor = end;
        self.line_start();
        self.reach_column(column);
        true
    }

    /// A line down, if there is one.
    pub(crate) fn down(&mut self) -> bool {
        let column = self.column();
        let Some(end) = self.text[self.cursor..].find('\n') else { return false };
        self.cursor += end + 1;
        self.reach_column(column);
        true
    }

    /// Removes the character before the cursor.
    pub(crate) fn backspace(&mut self) {
        self.remove(self.before(self.cursor), self.cursor);
    }

    /// Removes the character at the cursor.
    pub(crate) fn delete(&mut self) {
        self.remove(self.cursor, self.after(self.cursor));
    }

    /// Removes the word before the cursor.
    pub(crate) fn delete_word(&mut self) {
        self.remove(self.word_before(), self.cursor);
    }

    /// Removes all of the line before the cursor.
    pub(crate) fn delete_to_start(&mut self) {
        let end = self.cursor;
        self.line_start();
        self.remove(self.cursor, end);
    }

    /// Removes all of the line after the cursor.
    pub(crate) fn delete_to_end(&mut self) {
        let start = self.cursor;
        self.line_end();
        self.remove(start, self.cursor);
    }

    /// The text in lines of at most `room` cells, broken anywhere.
    pub(crate) fn shape(&self, room: usize) -> Shape {
        // A wide character takes two cells, and would never fit into one.
        let room = room.max(2);
        let mut shape = Shape { rows: vec![String::new()], x: 0, y: 0 };
        let mut used = 0;
        // The empty one at the end is the place after the last character, where the cursor may stand.
        let clusters = self.text.grapheme_indices(true).chain([(self.text.len(), "")]);
        for (at, cluster) in clusters {
            // The cursor needs a cell too, also after the last character of a line.
            if used + width(cluster).max(usize::from(at == self.cursor)) > room {
                shape.rows.push(String::new());
                used = 0;
            }
            if at <= self.cursor {
                (shape.x, shape.y) = (used, shape.rows.len() - 1);
            }
            if cluster == "\n" {
                shape.rows.push(String::new());
                used = 0;
            } else if let Some(row) = shape.rows.last_mut() {
                row.push_str(cluster);
                used += width(cluster);
            }
        }
        shape
    }

    fn remove(&mut self, start: usize, end: usize) {
        self.text.replace_range(start..end, "");
        self.cursor = start;
    }

    fn before(&self, at: usize) -> usize {
        self.text[..at].grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
    }

    fn after(&self, at: usize) -> usize {
        at + self.text[at..].graphemes(true).next().map_or(0, str::len)
    }

    fn is_between(&self, at: usize) -> bool {
        self.text.grapheme_indices(true).any(|(start, _)| start == at)
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.cursor].trim_end();
        head.char_indices()
            .rfind(|(_, char)| char.is_whitespace())
            .map_or(0, |(at, char)| at + char.len_utf8())
    }

    /// The number of characters before the cursor in its line.
    fn column(&self) -> usize {
        let start = self.text[..self.cursor].rfind('\n').map_or(0, |end| end + 1);
        self.text[start..self.cursor].graphemes(true).count()
    }

    /// From the start of a line to a column of it, or to its end.
    fn reach_column(&mut self, column: usize) {
        let line = self.text[self.cursor..].split('\n').next().unwrap_or_default();
        self.cursor += line.graphemes(true).take(column).map(str::len).sum::<usize>();
    }
}

#[cfg(test)]
mod tests;
