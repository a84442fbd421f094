//! The reader of stored values, into the types that cannot be wrong.
//!
//! Names, handles and values are kept in the form they have on the wire. That form holds no blanks and no control
//! characters, so a blank or a line feed can separate several of them in one text.

use msnp::{AddPrompt, FriendlyName, GroupId, GroupName, Handle, ListFlags, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

use super::Fault;
use crate::GroupSet;

pub(super) type Properties = Vec<(PropertyKey, PropertyValue)>;

pub(super) fn handle(word: &str) -> Result<Handle, Fault> {
    Handle::parse(word).map_err(|_| Fault::corrupt("a handle"))
}

pub(super) fn name(word: &str) -> Result<FriendlyName, Fault> {
    FriendlyName::parse(word).map_err(|_| Fault::corrupt("a friendly name"))
}

/// A display name as others see it. A name that was stored before names had to be presentable is never shown.
pub(super) fn shown_name(handle: &Handle, word: &str) -> Result<FriendlyName, Fault> {
    let stored = name(word)?;
    Ok(if stored.is_presentable() { stored } else { FriendlyName::from(handle) })
}

pub(super) fn group_name(word: &str) -> Result<GroupName, Fault> {
    GroupName::parse(word).map_err(|_| Fault::corrupt("a group name"))
}

pub(super) fn group_id(number: i64) -> Result<GroupId, Fault> {
    u8::try_from(number).ok().and_then(GroupId::new).ok_or_else(|| Fault::corrupt("a group number"))
}

pub(super) fn version(number: i64) -> Result<ListVersion, Fault> {
    u32::try_from(number).map(ListVersion).map_err(|_| Fault::corrupt("a list version"))
}

pub(super) fn lists(bits: i64) -> Result<ListFlags, Fault> {
    u8::try_from(bits).ok().and_then(ListFlags::from_bits).ok_or_else(|| Fault::corrupt("a set of lists"))
}

pub(super) fn groups(bits: i64) -> Result<GroupSet, Fault> {
    u32::try_from(bits).ok().and_then(GroupSet::from_bits).ok_or_else(|| Fault::corrupt("a set of groups"))
}

pub(super) fn privacy(word: &str) -> Result<Privacy, Fault> {
    Privacy::parse(word).map_err(|_| Fault::corrupt("a privacy setting"))
}

pub(super) fn prompt(word: &str) -> Result<AddPrompt, Fault> {
    AddPrompt::parse(word).map_err(|_| Fault::corrupt("a prompt setting"))
}

/// A packed number.
pub(super) fn number(word: &str) -> Result<i64, Fault> {
    word.parse().map_err(|_| Fault::corrupt("a number"))
}

/// Takes the next word off a packed line.
pub(super) fn word<'a>(line: &mut &'a str) -> Result<&'a str, Fault> {
    let text: &'a str = line;
    // Byte by byte: a word is too short for a search to pay.
    let end = text.bytes().position(|byte| byte == b' ').unwrap_or(text.len());
    if end == 0 {
        return Err(Fault::corrupt("a line that ends early"));
    }
    // A blank is one byte, so both cuts are at characters.
    *line = text.get(end + 1..).unwrap_or_default();
    Ok(&text[..end])
}

/// The rest of a packed line: `KEY value KEY value …`.
pub(super) fn properties<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Properties, Fault> {
    let mut properties = Properties::new();
    while let Some(key) = words.next() {
        let key = PropertyKey::parse(key).map_err(|_| Fault::corrupt("a property key"))?;
        let value = words.next().ok_or_else(|| Fault::corrupt("a property without a value"))?;
        let value = PropertyValue::parse(key, value);
        properties.push((key, value.map_err(|_| Fault::corrupt("a property value"))?));
    }
    Ok(properties)
}

/// The properties in `text` which others may learn.
pub(super) fn shared(text: &str) -> Result<Properties, Fault> {
    let mut properties = properties(text.split_ascii_whitespace())?;
    properties.retain(|(key, _)| key.is_shared());
    Ok(properties)
}

/// Whether `text` has these properties, and no others that others may learn.
pub(super) fn is_shared(known: &[(PropertyKey, PropertyValue)], text: &str) -> bool {
    // Nearly always there are none.
    if text.is_empty() { known.is_empty() } else { shared(text).is_ok_and(|shared| shared == known) }
}

/// The reverse of [`properties`], in the order of [`PropertyKey::ALL`].
pub(super) fn pack(properties: &Properties) -> String {
    let mut words = Vec::with_capacity(properties.len() * 2);
    for key in PropertyKey::ALL {
        for (_, value) in properties.iter().filter(|(other, _)| *other == key) {
            words.extend([key.code(), value.as_wire()]);
        }
    }
    words.join(" ")
}
