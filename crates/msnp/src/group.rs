//! Groups of the forward list.

use std::borrow::Cow;
use std::fmt;

use crate::{Invalid, invisible_characters, wire::percent};

/// A group's number, 0 to 29. Group 0 always exists and cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GroupId(u8);

impl GroupId {
    /// The group of those who are in no other.
    pub const ZERO: Self = Self(0);
    /// How many groups an account can have, group 0 counted.
    pub const COUNT: u8 = 30;

    /// The group with this number, if it is below 30.
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Reads a group number.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::GroupId);
        }
        word.parse().ok().and_then(Self::new).ok_or(Invalid::GroupIdRange)
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A group's name in its percent-coded form, at most 61 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GroupName(Box<str>);

impl GroupName {
    /// The longest name in bytes, percent-coded.
    pub const MAX_LEN: usize = 61;
    /// Names longer than this end the connection instead of an error 229. The original's
    /// "extremely long" has no known figure; this is the longest friendly name.
    pub const EXTREME_LEN: usize = 387;

    /// Reads a name as it stands on the wire.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > Self::EXTREME_LEN {
            return Err(Invalid::Parameter("group name"));
        }
        if word.len() > Self::MAX_LEN {
            return Err(Invalid::GroupNameTooLong);
        }
        if !percent::is_word(word) || percent::decode(word).is_none() {
            return Err(Invalid::Parameter("group name"));
        }
        Ok(Self(word.into()))
    }

    /// Reads a name that a client wants to give: it shows something, and nothing in it is
    /// [invisible](invisible_characters::is_presentable).
    pub fn parse_chosen(word: &str) -> Result<Self, Invalid> {
        let name = Self::parse(word)?;
        let text = percent::decode(word).ok_or(Invalid::Parameter("group name"))?;
        if invisible_characters::is_presentable(&text) { Ok(name) } else { Err(Invalid::GroupNameIllegal) }
    }

    /// Reads a name that a service tells, as well as it can be read; see [`crate::FriendlyName::lossy`].
    pub fn lossy(word: &str) -> Self {
        Self(percent::recode(word, Self::MAX_LEN))
    }

    /// The percent-coded form.
    pub fn as_wire(&self) -> &str {
        &self.0
    }

    /// The name as people read it.
    pub fn text(&self) -> Cow<'_, str> {
        percent::decode(&self.0).unwrap_or(Cow::Borrowed(&self.0))
    }
}

impl fmt::Display for GroupName {
    /// Writes the percent-coded form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for GroupName {
    /// Writes the name as people read it, in quotes; what could play tricks in a log is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GroupName").field(&self.text()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_debug_form_is_the_text() {
        let name = GroupName::parse("Old%20friends%0A").unwrap();
        assert_eq!(format!("{name:?}"), r#"GroupName("Old friends\n")"#);
    }
}
