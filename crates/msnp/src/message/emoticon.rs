//! `text/x-mms-emoticon`: the shortcuts in the next text that stand for pictures.
//!
//! The body is `shortcut TAB object TAB` again and again, the objects as plain text. Source:
//! captures, libpurple and Perl MSN.pm, see `docs/protocol/sources.md`.

use std::borrow::Cow;

use super::Message;
use crate::object::MsnObject;
use crate::{Invalid, charset};

/// One shortcut and its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoticon {
    shortcut: String,
    object: MsnObject,
}

impl Emoticon {
    /// The longest shortcut in characters. A limit of this crate: MSN Messenger's own window took
    /// seven, Miranda has room for 50.
    pub const MAX_SHORTCUT: usize = 50;

    /// An emoticon that a message brings along.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the shortcut is empty, longer than [`Self::MAX_SHORTCUT`], or holds a
    /// control character.
    pub fn new(shortcut: impl Into<String>, object: MsnObject) -> Result<Self, Invalid> {
        let shortcut = shortcut.into();
        let fits = (1..=Self::MAX_SHORTCUT).contains(&shortcut.chars().count());
        if !fits || shortcut.contains(|char: char| char.is_control()) {
            return Err(Invalid::Parameter("shortcut"));
        }
        Ok(Self { shortcut, object })
    }

    /// The characters that stand for the picture; case counts.
    pub fn shortcut(&self) -> &str {
        &self.shortcut
    }

    /// The picture.
    pub fn object(&self) -> &MsnObject {
        &self.object
    }
}

/// The emoticons of the text that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoticons {
    /// At most [`Self::MAX_PAIRS`] count.
    pub emoticons: Vec<Emoticon>,
    /// Under `text/x-mms-animemoticon`, which came with MSN 7.0.
    pub animated: bool,
}

impl Emoticons {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-mms-emoticon";
    /// The media type of moving pictures.
    pub const ANIMATED_MEDIA_TYPE: &str = "text/x-mms-animemoticon";
    /// The most emoticons that MSN Messenger 6 takes in one message.
    pub const MAX_PAIRS: usize = 5;

    /// Reads the pairs that can be read: an object with a good shortcut before it. Those after the fifth are ignored.
    /// The last tab may be missing, and a line end may follow.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when there is none.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let end =
            // KOP ends the body with a line end, and LP leaves out the last tab.
            message.body.iter().rposition(|byte| !b"\r\n\0\t".contains(byte)).map_or(0, |last| last + 1);
        let words = message.body[..end].split(|byte| *byte == b'\t');
        let words: Vec<_> = words.map(|word| charset::decode(word, message.charset())).collect();
        let pair = |pair: &[Cow<'_, str>]| {
            let [shortcut, object] = pair else { return None };
            Emoticon::new(shortcut.as_ref(), MsnObject::parse(object).ok()?).ok()
        };
        // Every two neighbours, not every second word: after a bad pair the next good one is found again. A pair that
        // begins with an object does not count, because its second word is then no object.
        let emoticons: Vec<_> = words.windows(2).filter_map(pair).take(Self::MAX_PAIRS).collect();
        if emoticons.is_empty() {
            return Err(Invalid::Missing("an emoticon"));
        }
        Ok(Self { emoticons, animated: message.is(Self::ANIMATED_MEDIA_TYPE) })
    }

    /// The message, with no more than [`Self::MAX_PAIRS`] pairs.
    pub fn to_message(&self) -> Message {
        let pairs = self.emoticons.iter().take(Self::MAX_PAIRS);
        let body: String = pairs.map(|pair| format!("{}\t{}\t", pair.shortcut, pair.object)).collect();
        Message::new(if self.animated { Self::ANIMATED_MEDIA_TYPE } else { Self::MEDIA_TYPE }, body)
    }
}
