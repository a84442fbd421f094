//! The `Name: value` lines of heads and bodies.

use std::fmt;

/// The lines of a body, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The most lines that are read; further ones are ignored.
    pub const MAX_LINES: usize = 64;

    /// No lines.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads lines that end in CR LF or LF. A line without a colon is skipped.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.split('\n').filter_map(|line| line.split_once(':'));
        let field = |(name, value): (&str, &str)| (name.trim().to_owned(), value.trim().to_owned());
        Self(lines.map(field).filter(|(name, _)| !name.is_empty()).take(Self::MAX_LINES).collect())
    }

    /// Appends a line. Line ends in it become blanks, so that a value never begins a line of its own.
    pub fn push(&mut self, name: &str, value: impl fmt::Display) {
        self.0.push((name.to_owned(), one_line(&value.to_string())));
    }

    /// The value of a name in any case. Of several the first counts, so that an appended line changes nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether there are no lines.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A value without line ends: each becomes a blank.
pub(super) fn one_line(value: &str) -> String {
    value.replace(['\r', '\n', '\0'], " ")
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|(name, value)| write!(f, "{name}: {value}\r\n"))
    }
}
