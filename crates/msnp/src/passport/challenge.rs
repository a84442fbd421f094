//! The challenge of `USR … TWN S`.

use std::fmt;

use super::{guard, pairs, value};
use crate::{Invalid, wire::percent};

/// A comma list of `key=value` that the service makes and a client hands to the login server
/// verbatim. Kept as written: one word of at most 4096 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Challenge(String);

impl Challenge {
    /// The longest in bytes. A limit of this crate: the original ones had about 200.
    pub const MAX_LEN: usize = 4096;

    /// The challenge of the original service's shape: locale 1033, site 507, a window of 40
    /// seconds, with `time_unix` (seconds) in `ct` and `fingerprint`, usually 32 hex digits, in
    /// `tpf`. Characters of the fingerprint that cannot stand there are percent-coded.
    pub fn new(time_unix: u64, fingerprint: &str) -> Self {
        let fingerprint = guard(fingerprint);
        Self(format!(
            "lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct={time_unix},kpp=1,kv=5,\
             ver=2.1.0173.1,tpf={fingerprint}"
        ))
    }

    /// Takes a challenge as it stands in `USR`. Its contents are the service's own business,
    /// so any word does.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when it is no word, or longer than [`Self::MAX_LEN`].
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > Self::MAX_LEN || !percent::is_word(word) {
            return Err(Invalid::Parameter("challenge"));
        }
        Ok(Self(word.to_owned()))
    }

    /// The same with another value for `key`, or with `key` added at the end.
    #[must_use]
    pub fn with(self, key: &str, new: &str) -> Self {
        let (key, new) = (guard(key), guard(new));
        let found = self.get(&key).is_some();
        let mut parts: Vec<String> = self
            .0
            .split(',')
            .map(|part| match part.split_once('=') {
                Some((name, _)) if name.eq_ignore_ascii_case(&key) => format!("{name}={new}"),
                _ => part.to_owned(),
            })
            .collect();
        if !found {
            parts.push(format!("{key}={new}"));
        }
        Self(parts.join(","))
    }

    /// The text, as it goes into `USR` and into the `Authorization` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Keys and values in order, not percent-decoded. Parts without `=` are left out.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.0).filter_map(|(key, value)| Some((key, value?)))
    }

    /// The first value of `key`, not percent-decoded.
    pub fn get(&self, key: &str) -> Option<&str> {
        value(&self.0, key)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_the_original_service() {
        let challenge = Challenge::new(1_062_764_229, "43f8a4c8ed940c04e3740be46c4d1619");
        assert_eq!(
            challenge.as_str(),
            "lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct=1062764229,kpp=1,kv=5,\
             ver=2.1.0173.1,tpf=43f8a4c8ed940c04e3740be46c4d1619"
        );
        assert_eq!(challenge.get("ct"), Some("1062764229"));
        assert_eq!(challenge.pairs().count(), 10);
        assert_eq!(Challenge::parse(challenge.as_str()), Ok(challenge));
    }

    #[test]
    fn values_are_replaced_or_added_and_cannot_break_the_word() {
        let challenge = Challenge::new(1, "a b,c").with("tw", "60").with("rver", "1\r\n");
        assert_eq!(challenge.get("tw"), Some("60"));
        assert_eq!(challenge.get("tpf"), Some("a%20b%2Cc"));
        assert_eq!(challenge.get("rver"), Some("1%0D%0A"));
        assert_eq!(challenge.pairs().count(), 11);
    }

    #[test]
    fn any_word_is_a_challenge() {
        assert!(Challenge::parse("ct=1,rver=1,wp=FS_40SEC_0_COMPACT,lc=1,id=1").is_ok());
        assert!(Challenge::parse("nonce").is_ok());
        for bad in ["", "a b", "a\r\nb", &"a".repeat(4097)] {
            assert!(Challenge::parse(bad).is_err());
        }
    }

    #[test]
    fn only_the_value_of_the_key_changes_and_the_longest_is_taken() {
        let challenge = Challenge::parse("lc=1033,TW=40,nonce,id=507").unwrap().with("tw", "60");
        assert_eq!(challenge.to_string(), "lc=1033,TW=60,nonce,id=507");
        assert_eq!(String::from(challenge), "lc=1033,TW=60,nonce,id=507");
        assert!(Challenge::parse(&"a".repeat(Challenge::MAX_LEN)).is_ok());
    }
}
