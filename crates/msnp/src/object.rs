//! MSNObjects: the descriptions of pictures, emoticons and backgrounds, without their bytes.
//!
//! ```text
//! <msnobj Creator="alice@example.com" Size="1032" Type="3" Location="TFR1.tmp" Friendly="AAA="
//!         SHA1D="u28iUG/BAgUm8rdTopal2EJ0KFc=" SHA1C="fg0b1ywSQooRYYGuekWYGUhuptY="/>
//! ```
//! (one line, one blank between attributes). `SHA1D` is the hash of the data, `SHA1C` that of the
//! other attributes: names and values one after the other with nothing between them. Source: HYP,
//! NINA and libpurple's `object.c`, see `docs/protocol/sources.md`; the hash was checked against
//! objects of real clients.
//!
//! A service passes objects on as [`EncodedObject`]s without looking inside.

mod attributes;

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use self::attributes::{Attribute, attributes, escape, unescape};
use crate::{EncodedObject, Invalid, numbers::decimal, wire::percent};

const INVALID: Invalid = Invalid::Parameter("MSNObject");

/// The kind of data that an object describes. Numbers without a name here came with later clients, and are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKind(pub u32);

impl ObjectKind {
    /// A custom emoticon.
    pub const CUSTOM_EMOTICON: Self = Self(2);
    /// The picture beside a conversation.
    pub const DISPLAY_PICTURE: Self = Self(3);
    /// A picture behind a conversation.
    pub const BACKGROUND: Self = Self(5);
}

/// The outcome of checking the hash of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Description {
    /// The hash matches.
    Verified,
    /// There is no hash: later clients leave it out.
    Unverified,
    /// The hash is of something else. Seen in examples that were edited by hand; whether the data
    /// are right is told by [`MsnObject::verify_data`].
    Mismatch,
}

/// The description of one object.
///
/// One that was parsed remembers how it was written where that differs from what this crate
/// writes, for [`Self::verify_description`]; changing its fields does not change that memory.
///
/// ```
/// use msnp::object::{Description, MsnObject, ObjectKind};
///
/// let data = b"the bytes of a PNG file";
/// let picture = MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "Me", data);
///
/// // As `CHG` carries it, and as another client finds it in `NLN`.
/// let seen = MsnObject::from_encoded(&picture.to_encoded()?)?;
/// assert_eq!((seen.size, seen.friendly_text().as_deref()), (23, Some("Me")));
/// assert_eq!(seen.verify_description(), Description::Verified);
/// assert!(seen.verify_data(data) && !seen.verify_data(b"other bytes"));
/// # Ok::<(), msnp::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MsnObject {
    /// The account that has the data.
    pub creator: String,
    /// The length of the data in bytes.
    pub size: u64,
    /// The kind of data.
    pub kind: ObjectKind,
    /// The creator's name for its file. It is the peer's text: never use it as a path.
    pub location: String,
    /// A name for people, as base64 of NUL-terminated UTF-16LE; kept as written. See
    /// [`Self::friendly_text`].
    pub friendly: String,
    /// The SHA-1 of the data in base64, 28 characters; kept as written.
    pub sha1d: String,
    /// The SHA-1 of the description in base64, kept as written.
    pub sha1c: Option<String>,
    /// Names and raw values in document order, without `SHA1C`, where they differ from
    /// `classic()`.
    written: Option<Vec<(Box<str>, Box<str>)>>,
}

impl MsnObject {
    /// The longest text that is read, in bytes.
    pub const MAX_LEN: usize = 4096;
    /// The most attributes one object may have.
    pub const MAX_ATTRIBUTES: usize = 32;

    /// Describes `data`, with both hashes.
    pub fn new(
        creator: impl Into<String>,
        kind: ObjectKind,
        location: impl Into<String>,
        friendly_text: &str,
        data: &[u8],
    ) -> Self {
        let friendly: Vec<u8> =
            friendly_text.encode_utf16().chain([0]).flat_map(|unit| unit.to_le_bytes()).collect();
        let mut object = Self {
            creator: creator.into(),
            size: data.len() as u64,
            kind,
            location: location.into(),
            friendly: STANDARD.encode(friendly),
            sha1d: STANDARD.encode(Sha1::digest(data)),
            sha1c: None,
            written: None,
        };
        // After the rest: the hash is over the other attributes as they are written.
        object.sha1c = Some(hash(object.classic().iter().map(|(name, value)| (*name, &**value))));
        object
    }

    /// Reads an object as plain text. Attributes may come in any order, and unknown ones do no
    /// harm. White space and NULs around the element are ignored.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the text is not one empty `msnobj` element, is longer than
    /// [`Self::MAX_LEN`], has more than [`Self::MAX_ATTRIBUTES`] attributes or one of them twice, when the
    /// size has more than 15 digits, or when Creator, Size, Type or SHA1D is missing (or, as libpurple wants
    /// it, Location or Friendly of anything but a display picture).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > Self::MAX_LEN {
            return Err(INVALID);
        }
        let document = attributes(text, Self::MAX_ATTRIBUTES).ok_or(INVALID)?;
        let find = |name: &str| document.iter().find(|attribute| attribute.name == name);
        let text = |name: &'static str| {
            let value = find(name).map(|attribute| unescape(attribute.raw).ok_or(INVALID)).transpose()?;
            Ok(value.map(Cow::into_owned))
        };
        let required = |name: &'static str| text(name)?.ok_or(Invalid::Missing(name));
        let kind = ObjectKind(decimal(&required("Type")?).ok_or(INVALID)?);
        let optional = |name: &'static str| match text(name)? {
            None if kind != ObjectKind::DISPLAY_PICTURE => Err(Invalid::Missing(name)),
            value => Ok(value.unwrap_or_default()),
        };
        let mut object = Self {
            creator: required("Creator")?,
            size: size(&required("Size")?)?,
            kind,
            location: optional("Location")?,
            friendly: optional("Friendly")?,
            sha1d: required("SHA1D")?,
            sha1c: text("SHA1C")?,
            written: None,
        };
        let written: Vec<_> =
            document.iter().filter(|attribute| attribute.name != "SHA1C").map(Attribute::pair).collect();
        // Nothing has to be remembered of an object in classic form: it is written the same again.
        if !object.classic().iter().map(|(name, value)| (*name, &**value)).eq(written.iter().copied()) {
            object.written = Some(written.into_iter().map(|(name, raw)| (name.into(), raw.into())).collect());
        }
        Ok(object)
    }

    /// Reads an object as presence carries it. Percent codes of either case are taken, and `+`
    /// stands for itself.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the percent codes are bad, or [`parse`](Self::parse) refuses the text.
    pub fn from_encoded(object: &EncodedObject) -> Result<Self, Invalid> {
        Self::parse(&percent::decode(object.as_str()).ok_or(INVALID)?)
    }

    /// The object as presence carries it.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when it becomes longer than [`EncodedObject::MAX_LEN`].
    pub fn to_encoded(&self) -> Result<EncodedObject, Invalid> {
        // Official clients code the `@` of an object, though not that of a name.
        EncodedObject::parse(&percent::encode(&self.to_string()).replace('@', "%40"))
    }

    /// The friendly name, up to its first NUL. `None` when the base64 or the UTF-16 is bad.
    pub fn friendly_text(&self) -> Option<String> {
        let bytes = STANDARD.decode(&self.friendly).ok()?;
        let (units, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> =
            units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0).collect();
        if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
    }

    /// Whether the hash of the description is right. The classic order of attributes counts, and
    /// for an object that was written otherwise its own order too, as later clients hash it.
    pub fn verify_description(&self) -> Description {
        let Some(sha1c) = &self.sha1c else { return Description::Unverified };
        let classic = self.classic();
        if *sha1c == hash(classic.iter().map(|(name, value)| (*name, &**value))) {
            return Description::Verified;
        }
        let Some(written) = &self.written else { return Description::Mismatch };
        let all = || written.iter().map(|(name, value)| (&**name, &**value));
        // First in the order in which it was written, as later clients hash (TACH).
        // It is not known whether attributes that came later than MSN 6 are hashed.
        let known = all().filter(|(name, _)| classic.iter().any(|(classic, _)| classic == name));
        // The values as they were written: a client may escape other characters than this crate.
        let raw_classic = classic.iter().filter_map(|(name, _)| all().find(|(written, _)| written == name));
        if *sha1c == hash(all()) || *sha1c == hash(known) || *sha1c == hash(raw_classic) {
            return Description::Verified;
        }
        Description::Mismatch
    }

    /// Whether these are the bytes that the object describes: their number and SHA1D are right.
    pub fn verify_data(&self, data: &[u8]) -> bool {
        self.size == data.len() as u64 && self.sha1d == STANDARD.encode(Sha1::digest(data))
    }

    /// The attributes that are hashed, escaped and in the order of MSN Messenger 6.
    fn classic(&self) -> [(&'static str, Cow<'_, str>); 6] {
        [
            ("Creator", escape(&self.creator)),
            ("Size", self.size.to_string().into()),
            ("Type", self.kind.0.to_string().into()),
            ("Location", escape(&self.location)),
            ("Friendly", escape(&self.friendly)),
            ("SHA1D", escape(&self.sha1d)),
        ]
    }
}

impl fmt::Display for MsnObject {
    /// Writes the object as plain text in the order of MSN Messenger 6. Attributes that this crate
    /// does not know are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<msnobj")?;
        for (name, value) in self.classic() {
            write!(f, " {name}=\"{value}\"")?;
        }
        if let Some(sha1c) = &self.sha1c {
            write!(f, " SHA1C=\"{}\"", escape(sha1c))?;
        }
        f.write_str("/>")
    }
}

/// A decimal number of at most 15 digits, as libpurple takes it.
fn size(text: &str) -> Result<u64, Invalid> {
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().map_err(|_| INVALID) } else { Err(INVALID) }
}

fn hash<'a>(attributes: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut sha1 = Sha1::new();
    for (name, value) in attributes {
        sha1.update(name);
        sha1.update(value);
    }
    STANDARD.encode(sha1.finalize())
}

#[cfg(test)]
mod tests;
