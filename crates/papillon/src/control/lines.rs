//! The lines of a stream of arbitrary bytes.

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Text(Vec<u8>),
    /// More than is kept of one.
    TooLong,
}

/// Cuts bytes into lines. Blank ones are left out.
#[derive(Debug)]
pub(super) struct Splitter {
    begun: Vec<u8>,
    too_long: bool,
    longest: usize,
}

impl Splitter {
    /// For lines of at most this many bytes.
    pub(super) fn new(longest: usize) -> Self {
        Self { begun: Vec::new(), too_long: false, longest }
    }

    /// The lines that end in these bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        // The last piece is the beginning of the next line.
        let last = pieces.next_back().unwrap_or_default();
        for piece in pieces {
            self.extend(piece);
            lines.extend(self.end());
        }
        self.extend(last);
        lines
    }

    /// The line that has begun, as it is.
    pub(super) fn end(&mut self) -> Option<Line> {
        let line = std::mem::take(&mut self.begun);
        if std::mem::take(&mut self.too_long) {
            return Some(Line::TooLong);
        }
        (!line.trim_ascii().is_empty()).then_some(Line::Text(line))
    }

    fn extend(&mut self, piece: &[u8]) {
        // The rest of such a line is passed over: memory stays bounded, and the next line is read as usual.
        if self.too_long || self.begun.len() + piece.len() > self.longest {
            self.too_long = true;
            self.begun = Vec::new();
        } else {
            self.begun.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&str]) -> Vec<Line> {
        let mut splitter = Splitter::new(8);
        let mut lines: Vec<_> = pieces.iter().flat_map(|piece| splitter.push(piece.as_bytes())).collect();
        lines.extend(splitter.end());
        lines
    }

    fn text(line: &str) -> Line {
        Line::Text(line.as_bytes().to_vec())
    }

    #[test]
    fn lines_end_wherever_they_are_cut() {
        assert_eq!(split(&["ab\nc", "d\r\n\n \n", "e"]), [text("ab"), text("cd\r"), text("e")]);
        assert_eq!(split(&["12345678\n", "x\n"]), [text("12345678"), text("x")]);
        assert_eq!(split(&[]), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_not_kept() {
        assert_eq!(split(&["123456789\nx\n"]), [Line::TooLong, text("x")]);
        assert_eq!(split(&["12345", "6789", "0123456789", "\nx"]), [Line::TooLong, text("x")]);
        assert_eq!(split(&["123456789"]), [Line::TooLong]);
        let mut splitter = Splitter::new(8);
        for _ in 0..1000 {
            splitter.push(&[b'x'; 1000]);
        }
        assert!(splitter.begun.capacity() <= 8);
    }
}
