//! `Name: value` lines.

use std::borrow::Cow;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::{Invalid, charset};

/// Headers of a message, or lines of the same shape in a body: in order, found by name without
/// regard to case. A name may come more than once; the first counts.
///
/// A value holds no line end and no white space around it, a name neither blanks nor colons, so
/// that every header reads back as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// `Name: value` CR LF, again and again.
    lines: String,
}

impl Headers {
    /// The most bytes of headers that are read, the blank line included. A limit of this crate: as long as the
    /// longest payload that a client takes from a service.
    pub const MAX_LEN: usize = 64 * 1024;

    /// Reads headers up to a blank line, and tells how many bytes they took with the blank line. Lines may end in LF
    /// alone; in CR alone, if there is no LF at all.
    ///
    /// A line that cannot be read is skipped: one without a colon, or with a bad name. Where no blank line follows,
    /// the first of these begins the body. Values are decoded as [`charset::decode`] does without a label, and blanks
    /// stand for control characters in them.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when there is no end to them within [`Self::MAX_LEN`].
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), Invalid> {
        let mut headers = Self::default();
        // The place of the first unreadable line, and the length of the headers before it.
        let mut unreadable = None;
        for (line, at) in lines(bytes) {
            if at.end > Self::MAX_LEN {
                return Err(Invalid::Parameter("header length"));
            }
            if line.is_empty() {
                return Ok((headers, at.end));
            }
            if !headers.read_line(&charset::decode(line, None)) {
                unreadable.get_or_insert((at, headers.lines.len()));
            }
        }
        let Some((at, read)) = unreadable else { return Ok((headers, bytes.len())) };
        // The lines after it were read for the case that a blank line followed; now they belong to the body.
        headers.lines.truncate(read);
        // A line of white space was meant as the blank line, and is not part of the body.
        let is_blank = bytes[at.clone()].trim_ascii().is_empty();
        Ok((headers, if is_blank { at.end } else { at.start }))
    }

    /// Reads the lines of a body in this charset, up to the first blank one after a line that counts. Any other line is
    /// skipped.
    pub(super) fn of_body(body: &[u8], charset: Option<&str>) -> Self {
        let mut fields = Self::default();
        let lines = lines(body).map(|(line, _)| line).skip_while(|line| line.is_empty());
        for line in lines.take_while(|line| !line.is_empty()) {
            fields.read_line(&charset::decode(line, charset));
        }
        fields
    }

    /// Adds a line as it was read. `false` when it is none.
    fn read_line(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.split_once(':') else { return false };
        let name = name.trim_ascii_end();
        let good = !name.is_empty() && name.chars().all(is_name_char);
        if good {
            self.push(name, value);
        }
        good
    }

    /// The first value under this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        // No name holds a colon, so the first one ends it. `push` writes the blank even before an empty value.
        self.lines.split_terminator("\r\n").filter_map(|line| line.split_once(": "))
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a header at the end. Control characters of the value other than tabs become blanks,
    /// and characters that no name can have become `-`: neither can start a line of its own.
    pub fn push(&mut self, name: &str, value: impl AsRef<str>) {
        let name = if name.is_empty() { "-" } else { name };
        let ends_line = |char: char| char.is_ascii_control() && char != '\t';
        // Copies are made only where something is in the way. What is asked for is ASCII, so bytes tell it.
        let name = if name.bytes().all(|byte| is_name_char(byte.into())) {
            Cow::Borrowed(name)
        } else {
            name.chars().map(|char| if is_name_char(char) { char } else { '-' }).collect()
        };
        let value = value.as_ref();
        let value = if value.bytes().any(|byte| ends_line(byte.into())) {
            value.chars().map(|char| if ends_line(char) { ' ' } else { char }).collect()
        } else {
            Cow::Borrowed(value)
        };
        for part in [&*name, ": ", value.trim_ascii(), "\r\n"] {
            self.lines.push_str(part);
        }
    }

    /// Adds a header if there is a value.
    pub(super) fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.push(name, value.to_string());
        }
    }

    /// The value under this name in a type that can be read from text; `None` when it is missing
    /// or cannot be read.
    pub(super) fn read<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// The value under this name, or an empty one.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    pub(super) fn write_lines(&self, out: &mut BytesMut) {
        out.extend_from_slice(self.lines.as_bytes());
    }

    pub(super) fn to_lines(&self) -> Bytes {
        Bytes::copy_from_slice(self.lines.as_bytes())
    }
}

/// Lines without their ends, and where they stand with them.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let terminator = if memchr::memchr(b'\n', bytes).is_some() { b'\n' } else { b'\r' };
    let mut end = 0;
    bytes.split_inclusive(move |byte| *byte == terminator).map(move |line| {
        let start = end;
        end += line.len();
        let line = line.strip_suffix(&[terminator]).unwrap_or(line);
        (line.strip_suffix(b"\r").unwrap_or(line), start..end)
    })
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_graphic() && char != ':'
}
