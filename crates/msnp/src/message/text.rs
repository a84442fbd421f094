//! `text/plain`: an instant message.

use super::Message;
use crate::wire::percent;

/// An instant message.
///
/// ```
/// use msnp::message::{Format, Text};
///
/// let format = Format::parse("FN=Arial; EF=B; CO=ff; CS=0; PF=22");
/// assert!(format.effects.bold && format.colour.red == 255);
/// let text = Text { body: "Hello!".into(), format: Some(format) };
/// assert_eq!(Text::parse(&text.to_message()), text);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The words. Line breaks are CR LF, but clients send LF and CR too.
    pub body: String,
    /// The look of the text: `X-MMS-IM-Format`.
    pub format: Option<Format>,
}

impl Text {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/plain";
    const FORMAT: &str = "X-MMS-IM-Format";

    /// Reads a text, as well as it can be read; see [`crate::charset::decode`].
    pub fn parse(message: &Message) -> Self {
        let body = message.text().into_owned();
        Self { body, format: message.headers.get(Self::FORMAT).map(Format::parse) }
    }

    /// The message. The service takes 1664 bytes of it at most.
    pub fn to_message(&self) -> Message {
        let mut message = Message::new("text/plain; charset=UTF-8", self.body.clone());
        message.headers.maybe(Self::FORMAT, self.format.as_ref());
        message
    }
}

impl From<&str> for Text {
    /// Plain words, without a look of their own.
    fn from(body: &str) -> Self {
        Self { body: body.to_owned(), format: None }
    }
}

impl From<String> for Text {
    fn from(body: String) -> Self {
        Self { body, format: None }
    }
}

/// The look of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Format {
    /// `FN`: the font's name, percent-coded on the wire. Windows had at most 31 characters.
    pub font: String,
    /// `EF`.
    pub effects: Effects,
    /// `CO`.
    pub colour: Colour,
    /// `CS`: the Windows character set, hexadecimal on the wire: 0 ANSI, 1 default, 0x86 GB2312.
    pub charset: u8,
    /// `PF`: the Windows pitch and family, hexadecimal on the wire.
    pub pitch_and_family: u8,
    /// `RL=1`: written from right to left.
    pub right_to_left: bool,
}

/// The letters of `EF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Effects {
    /// `B`.
    pub bold: bool,
    /// `I`.
    pub italic: bool,
    /// `U`.
    pub underline: bool,
    /// `S`.
    pub strike_out: bool,
}

/// A colour. On the wire it is a hexadecimal BBGGRR without leading zeros: `ff` is red.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Colour {
    /// The lowest byte.
    pub red: u8,
    /// The middle byte.
    pub green: u8,
    /// The highest byte.
    pub blue: u8,
}

impl Format {
    /// Reads `FN=Arial; EF=I; CO=ff; CS=0; PF=22` in any order. Nothing fails: a part that is
    /// missing or cannot be read is empty or zero, and of one that comes twice the last counts.
    pub fn parse(value: &str) -> Self {
        let mut format = Self::default();
        for part in value.split(';') {
            let Some((key, value)) = part.split_once('=') else { continue };
            let value = value.trim_ascii();
            let hex = |value| u8::from_str_radix(value, 16).unwrap_or(0);
            match key.trim_ascii().to_ascii_uppercase().as_str() {
                "FN" => format.font = percent::decode(value).unwrap_or_default().into_owned(),
                "EF" => format.effects = Effects::parse(value),
                "CO" => format.colour = Colour::parse(value),
                "CS" => format.charset = hex(value),
                "PF" => format.pitch_and_family = hex(value),
                "RL" => format.right_to_left = value == "1",
                _ => {}
            }
        }
        format
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { effects, colour, charset, pitch_and_family, .. } = self;
        let font = percent::encode(&self.font);
        write!(f, "FN={font}; EF={effects}; CO={colour}; CS={charset:x}; PF={pitch_and_family:x}")?;
        if self.right_to_left { f.write_str("; RL=1") } else { Ok(()) }
    }
}

impl Effects {
    fn parse(letters: &str) -> Self {
        let has = |letter: char| letters.chars().any(|own| own.eq_ignore_ascii_case(&letter));
        Self { bold: has('B'), italic: has('I'), underline: has('U'), strike_out: has('S') }
    }
}

impl std::fmt::Display for Effects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (letter, has) in
            [("B", self.bold), ("I", self.italic), ("U", self.underline), ("S", self.strike_out)]
        {
            f.write_str(if has { letter } else { "" })?;
        }
        Ok(())
    }
}

impl Colour {
    /// Reads up to eight hexadecimal digits, of which the last six count; anything else is black.
    fn parse(hex: &str) -> Self {
        let [_, blue, green, red] = u32::from_str_radix(hex, 16).unwrap_or(0).to_be_bytes();
        Self { red, green, blue }
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", u32::from_be_bytes([0, self.blue, self.green, self.red]))
    }
}
