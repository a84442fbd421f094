//! Groups of the forward list.

use std::borrow::Cow;
use std::fmt;

use bytes::BytesMut;

use crate::dialect::GroupIds;
use crate::numbers::{MAX_DIGITS, digits_of};
use crate::wire::{Words, percent};
use crate::{Dialect, Invalid, List, invisible_characters};

/// A group of an account. Group 0 holds the contacts that are in no other; it always exists
/// and cannot be removed.
///
/// The type is one byte and says nothing of the wire: [`parse`](Self::parse) and
/// [`wire`](Self::wire) alone know how a dialect names a group. A dialect that names groups by GUID
/// is added here and in [`Dialect`], and nowhere else: groups are an account's own, so a GUID that
/// is made of the number is as good a name as one that is stored, and sets of groups stay bit sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GroupId(u8);

impl GroupId {
    /// The group of the contacts that are in no other.
    pub const ZERO: Self = Self(0);
    /// The most groups of an account, group 0 included.
    pub const COUNT: u8 = 30;

    /// The group with this number, if it is below 30.
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Reads a group as the dialect names it.
    ///
    /// # Errors
    /// [`Invalid::GroupId`] when the word names no group, [`Invalid::GroupIdRange`] when it is a
    /// number above 29.
    pub fn parse(word: &str, dialect: Dialect) -> Result<Self, Invalid> {
        match dialect.group_ids() {
            GroupIds::Numbers if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(Invalid::GroupId)
            }
            // A number beyond a byte is out of range as well, so it needs no error of its own.
            GroupIds::Numbers => word.parse().ok().and_then(Self::new).ok_or(Invalid::GroupIdRange),
        }
    }

    /// The word by which the dialect names the group.
    pub const fn wire(self, dialect: Dialect) -> impl fmt::Display {
        match dialect.group_ids() {
            GroupIds::Numbers => self.0,
        }
    }

    /// Writes that word.
    pub(crate) fn encode_for(self, dialect: Dialect, out: &mut BytesMut) {
        match dialect.group_ids() {
            GroupIds::Numbers => out.extend_from_slice(digits_of(self.0.into(), &mut [0; MAX_DIGITS])),
        }
    }

    /// The number, by which the group is kept.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// The group in an `ADD` to the forward list or a `REM` from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupArgument {
    /// None. `ADD` then means group 0, and `REM` the whole list.
    Absent,
    /// This one, which need not exist.
    Named(GroupId),
    /// A word that names no group, and the reason. The account is looked up before that counts.
    Unreadable(Invalid),
}

impl GroupArgument {
    /// Reads the next word, which only changes of the forward list have.
    pub(crate) fn parse(list: List, words: &mut Words<'_>) -> Self {
        let word = if list == List::Forward { words.optional() } else { None };
        match word.map(|word| GroupId::parse(word, words.dialect())) {
            None => Self::Absent,
            Some(Ok(group)) => Self::Named(group),
            Some(Err(reason)) => Self::Unreadable(reason),
        }
    }

    /// The group, if one is named that can be read.
    pub const fn named(self) -> Option<GroupId> {
        match self {
            Self::Named(group) => Some(group),
            Self::Absent | Self::Unreadable(_) => None,
        }
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
    ///
    /// # Errors
    /// [`Invalid::GroupNameTooLong`] when it is longer than [`Self::MAX_LEN`]; [`Invalid::Parameter`] when it
    /// is longer than [`Self::EXTREME_LEN`], empty, or no percent-coded UTF-8.
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
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and [`Invalid::GroupNameIllegal`] when nothing of it shows, or something of
    /// it is invisible.
    pub fn parse_chosen(word: &str) -> Result<Self, Invalid> {
        let name = Self::parse(word)?;
        // `parse` has seen that it decodes.
        let text = percent::decode(word).ok_or(Invalid::Parameter("group name"))?;
        if invisible_characters::is_presentable(&text) { Ok(name) } else { Err(Invalid::GroupNameIllegal) }
    }

    /// Reads a name from a service as well as possible; see [`crate::FriendlyName::lossy`].
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

    #[test]
    fn groups_are_the_numbers_from_0_to_29() {
        let read = |word: &str| GroupId::parse(word, Dialect::Msnp9).map(GroupId::number);
        assert_eq!((read("0"), read("7"), read("29")), (Ok(0), Ok(7), Ok(29)));
        for word in ["30", "255", "256", "99999999999999999999"] {
            assert_eq!(read(word), Err(Invalid::GroupIdRange), "{word}");
        }
        for word in ["", "+1", "-1", "x", "1x", "~"] {
            assert_eq!(read(word), Err(Invalid::GroupId), "{word}");
        }
        assert_eq!((GroupId::new(29).map(GroupId::number), GroupId::new(30)), (Some(29), None));
    }

    #[test]
    fn names_of_groups_are_kept_as_written_up_to_their_limit() {
        let name = GroupName::parse("Old%20friends").unwrap();
        assert_eq!(
            (name.as_wire(), &*name.text(), name.to_string().as_str()),
            ("Old%20friends", "Old friends", "Old%20friends")
        );
        let error = |length: usize| GroupName::parse(&"x".repeat(length)).err();
        assert_eq!((error(61), error(62)), (None, Some(Invalid::GroupNameTooLong)));
        assert_eq!(
            (error(387), error(388)),
            (Some(Invalid::GroupNameTooLong), Some(Invalid::Parameter("group name")))
        );
        for word in ["", "a b", "%ff", "%C3"] {
            assert_eq!(GroupName::parse(word), Err(Invalid::Parameter("group name")), "{word}");
        }
        assert_eq!(GroupName::parse_chosen("%20"), Err(Invalid::GroupNameIllegal));
        assert_eq!(GroupName::parse_chosen("a").as_ref().map(GroupName::as_wire), Ok("a"));
        assert_eq!(GroupName::lossy(&"x".repeat(100)).as_wire(), "x".repeat(61));
    }
}
