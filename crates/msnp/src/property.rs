//! Personal properties: phone numbers and mobile settings.

use std::fmt;

use crate::{Dialect, Invalid, wire::percent};

/// A property of an account, named by its three-letter key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PropertyKey {
    /// `PHH`
    HomePhone,
    /// `PHW`
    WorkPhone,
    /// `PHM`
    MobilePhone,
    /// `MOB`: people may page the mobile
    MobileAllowed,
    /// `MBE`: there is a mobile device; set by the service only
    MobileEnabled,
    /// `WWE`: MSN Direct, a web watch (MSNP9); set by the service only
    WebWatch,
}

impl PropertyKey {
    /// Every key, in the order in which `SYN` lists them.
    pub const ALL: [Self; 6] = [
        Self::HomePhone,
        Self::WorkPhone,
        Self::MobilePhone,
        Self::MobileAllowed,
        Self::MobileEnabled,
        Self::WebWatch,
    ];

    /// The key as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HomePhone => "PHH",
            Self::WorkPhone => "PHW",
            Self::MobilePhone => "PHM",
            Self::MobileAllowed => "MOB",
            Self::MobileEnabled => "MBE",
            Self::WebWatch => "WWE",
        }
    }

    /// Reads a key; upper case only.
    ///
    /// # Errors
    /// [`Invalid::PropertyKeyLength`] when it is longer than any key; [`Invalid::PropertyKey`] when it is
    /// none of them.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > 3 {
            return Err(Invalid::PropertyKeyLength);
        }
        Self::ALL.into_iter().find(|key| key.code() == word).ok_or(Invalid::PropertyKey)
    }

    /// Whether the dialect knows the key.
    pub const fn is_in(self, dialect: Dialect) -> bool {
        !matches!(self, Self::WebWatch) || dialect.has_web_watch()
    }

    /// Whether a client may set it (`PRP`). The service alone knows of a mobile device or a web watch.
    pub const fn is_set_by_clients(self) -> bool {
        !matches!(self, Self::MobileEnabled | Self::WebWatch)
    }

    /// Whether contacts learn it (`BPR`).
    pub const fn is_shared(self) -> bool {
        !matches!(self, Self::MobileEnabled)
    }
}

impl fmt::Display for PropertyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A property's value in its percent-coded form; empty when the property is unset.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PropertyValue(Box<str>);

impl PropertyValue {
    /// The longest value in bytes, percent-coded.
    pub const MAX_LEN: usize = 95;

    /// Reads a value for `key`: free text for the phones, `Y`/`N` for the mobile settings,
    /// `0`/`2` for the web watch. An empty word unsets a phone.
    ///
    /// # Errors
    /// [`Invalid::PropertyValue`] when the key does not take it, or it is longer than [`Self::MAX_LEN`].
    pub fn parse(key: PropertyKey, word: &str) -> Result<Self, Invalid> {
        let fits = match key {
            PropertyKey::HomePhone | PropertyKey::WorkPhone | PropertyKey::MobilePhone => {
                word.is_empty() || (percent::is_word(word) && percent::decode(word).is_some())
            }
            PropertyKey::MobileAllowed | PropertyKey::MobileEnabled => matches!(word, "Y" | "N"),
            PropertyKey::WebWatch => matches!(word, "0" | "2"),
        };
        if !fits || word.len() > Self::MAX_LEN {
            return Err(Invalid::PropertyValue);
        }
        Ok(Self(word.into()))
    }

    /// The percent-coded form.
    pub fn as_wire(&self) -> &str {
        &self.0
    }

    /// Whether the property is unset.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for PropertyValue {
    /// Writes the percent-coded form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_dialect_and_those_that_contacts_learn() {
        for key in PropertyKey::ALL {
            assert!(key.is_in(Dialect::Msnp9));
            assert_eq!(key.is_in(Dialect::Msnp8), key != PropertyKey::WebWatch, "{key}");
            assert_eq!(key.is_shared(), key != PropertyKey::MobileEnabled, "{key}");
        }
        let not_by_clients: Vec<_> =
            PropertyKey::ALL.into_iter().filter(|key| !key.is_set_by_clients()).collect();
        assert!(
            not_by_clients.contains(&PropertyKey::MobileEnabled)
                && not_by_clients.contains(&PropertyKey::WebWatch)
        );
        assert_eq!(not_by_clients.len(), 2);
    }

    #[test]
    fn values_are_kept_as_written() {
        let phone = PropertyKey::HomePhone;
        let value = PropertyValue::parse(phone, "555%201234").unwrap();
        assert_eq!((value.as_wire(), value.is_empty()), ("555%201234", false));
        let unset = PropertyValue::parse(phone, "").unwrap();
        assert_eq!((unset.as_wire(), unset.is_empty()), ("", true));
        for (key, word, fits) in [
            (phone, "a b", false),
            (phone, "%ff", false),
            (phone, "%C3%A9", true),
            (PropertyKey::MobileAllowed, "Y", true),
            (PropertyKey::MobileAllowed, "y", false),
            (PropertyKey::MobileAllowed, "", false),
            (PropertyKey::WebWatch, "2", true),
            (PropertyKey::WebWatch, "1", false),
        ] {
            assert_eq!(PropertyValue::parse(key, word).is_ok(), fits, "{key} {word:?}");
        }
        assert!(PropertyValue::parse(phone, &"5".repeat(95)).is_ok());
        assert_eq!(PropertyValue::parse(phone, &"5".repeat(96)), Err(Invalid::PropertyValue));
    }
}
