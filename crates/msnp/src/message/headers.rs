//! `Name: value` lines.

use bytes::{Bytes, BytesMut};

use crate::Invalid;

/// Headers of a message, or lines of the same shape in a body: in order, found by name without
/// regard to case. A name may come more than once; the first counts.
///
/// A value holds no line end and no white space around it, a name neither blanks nor colons, so
/// that what is written reads back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    lines: Vec<(String, String)>,
}

impl Headers {
    /// The most headers that are read. A limit of this crate: the profile message has 23.
    pub const MAX_COUNT: usize = 64;
    /// The most bytes of headers that are read, the blank line included. A limit of this crate.
    pub const MAX_LEN: usize = 16 * 1024;

    /// Reads headers up to a blank line or the end, and tells how many bytes they took with the
    /// blank line. Lines may end in LF alone.
    ///
    /// Fails when there are too many or they are too long, when a line has no colon or a bad
    /// name, is not UTF-8, or holds a control character other than a tab.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), Invalid> {
        let mut headers = Self::default();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let end = memchr::memchr(b'\n', rest);
            let line = &rest[..end.unwrap_or(rest.len())];
            at += end.map_or(rest.len(), |end| end + 1);
            if at > Self::MAX_LEN {
                return Err(Invalid::Parameter("header length"));
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if headers.lines.len() == Self::MAX_COUNT {
                return Err(Invalid::Parameter("number of headers"));
            }
            headers.lines.push(parse_line(line)?);
        }
        Ok((headers, at))
    }

    /// The first value under this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a header at the end. Control characters of the value other than tabs become blanks,
    /// and characters that no name can have become `-`: neither can start a line of its own.
    pub fn push(&mut self, name: &str, value: impl AsRef<str>) {
        let mut name: String = name.chars().map(|char| if is_name_char(char) { char } else { '-' }).collect();
        if name.is_empty() {
            name.push('-');
        }
        let ends_line = |char: char| char.is_ascii_control() && char != '\t';
        let value: String =
            value.as_ref().chars().map(|char| if ends_line(char) { ' ' } else { char }).collect();
        self.lines.push((name, value.trim_ascii().to_owned()));
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
        for (name, value) in self.iter() {
            for part in [name, ": ", value, "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
    }

    pub(super) fn to_lines(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(256);
        self.write_lines(&mut out);
        out.freeze()
    }
}

fn parse_line(line: &[u8]) -> Result<(String, String), Invalid> {
    let line = std::str::from_utf8(line).map_err(|_| Invalid::Text)?;
    if line.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(Invalid::Text);
    }
    let (name, value) = line.split_once(':').ok_or(Invalid::Parameter("header"))?;
    let name = name.trim_ascii_end();
    if name.is_empty() || !name.chars().all(is_name_char) {
        return Err(Invalid::Parameter("header name"));
    }
    Ok((name.to_owned(), value.trim_ascii().to_owned()))
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_graphic() && char != ':'
}
