//! The context of a file offer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::{ContextError, decode};

/// Offsets and lengths of the binary form (ESC, KOP09, LP). The 30 bytes after the name are zero in known offers; JML and
/// AMSN take them for part of it.
const NAME: usize = 20;
const NAME_LEN: usize = 520;
const KIND_OF_SHARE: usize = 570;
const LEN_0: usize = NAME + NAME_LEN;
const LEN_2: usize = 574;
const LEN_3: usize = 638;

/// The description of a file that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContext {
    /// 2 by MSN Messenger 6, 3 by 7 and later, 0 by Messenger for Mac.
    pub version: u32,
    /// The size in bytes.
    pub size: u64,
    /// 0 with a preview, 1 without; 2 and 4 share a background.
    pub kind: u32,
    /// The name as the sender gave it, lone surrogates replaced. Never use it as a path:
    /// [`crate::safe_file_name`] makes one of it.
    pub name: String,
    /// A small picture, as PNG; its bytes are not checked.
    pub preview: Option<Bytes>,
}

impl FileContext {
    /// The longest name in UTF-16 units, with its terminator: Windows' `MAX_PATH`.
    pub const MAX_NAME: usize = 260;

    /// An offer as MSN Messenger 6 makes it. A longer name is cut.
    pub fn new(name: &str, size: u64, preview: Option<Bytes>) -> Self {
        let preview = preview.filter(|preview| !preview.is_empty());
        let kind = if preview.is_some() { 0 } else { 1 };
        Self { version: 2, size, kind, name: name.to_owned(), preview }
    }

    /// Reads the context of an INVITE. Its length field is not relied on: Messenger for Mac writes 583 before 574
    /// bytes.
    ///
    /// # Errors
    /// [`ContextError::Base64`] when it is not base64; [`ContextError::File`] when it ends before the name
    /// does.
    pub fn parse(base64: &str) -> Result<Self, ContextError> {
        let bytes = decode(base64)?;
        let number = |at: usize| {
            let four = bytes.get(at..at + 4).and_then(|part| part.first_chunk());
            four.map(|part| u32::from_le_bytes(*part)).ok_or(ContextError::File)
        };
        let (length, version, kind) = (number(0)? as usize, number(4)?, number(16)?);
        // The type at 16 was there, so at least the 20 bytes before the name are.
        let (name, ended) = name(&bytes[NAME..bytes.len().min(NAME + NAME_LEN)]);
        // A context that breaks off counts if the name is whole: all that is needed comes before its end.
        if bytes.len() < LEN_0 && (!ended || name.is_empty()) {
            return Err(ContextError::File);
        }
        // Beyond the end `get` gives nothing: no preview.
        let preview = bytes.get(head(version, length, bytes.len())..).map(Bytes::copy_from_slice);
        Ok(Self {
            version,
            size: u64::from(number(8)?) | u64::from(number(12)?) << 32,
            kind,
            name,
            // Emesene has the two kinds the other way round.
            preview: preview.filter(|preview| kind <= 1 && !preview.is_empty()),
        })
    }

    /// The context for an INVITE.
    pub fn to_base64(&self) -> String {
        let length = match self.version {
            0 => LEN_0,
            1 | 2 => LEN_2,
            _ => LEN_3,
        };
        let mut bytes = vec![0; length];
        let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
        // 638 at most, so it fits.
        put(0, &(length as u32).to_le_bytes());
        put(4, &self.version.to_le_bytes());
        put(8, &self.size.to_le_bytes());
        put(16, &self.kind.to_le_bytes());
        let mut at = NAME;
        for char in self.name.chars() {
            let mut units = [0; 2];
            let units = char.encode_utf16(&mut units);
            // One unit stays zero; a character is never cut in two.
            if at + units.len() * 2 > NAME + NAME_LEN - 2 {
                break;
            }
            for unit in units {
                put(at, &unit.to_le_bytes());
                at += 2;
            }
        }
        // Version 0 ends before it.
        if self.version != 0 {
            // A file; a shared background has 0xFFFFFFFE (KOP09, EME).
            put(KIND_OF_SHARE, &0xffff_ffff_u32.to_le_bytes());
        }
        bytes.extend_from_slice(self.preview.as_deref().unwrap_or_default());
        STANDARD.encode(bytes)
    }
}

/// The length of the part before the preview. In version 2 the length field is broken (LP, Messenger for Mac).
fn head(version: u32, length: usize, present: usize) -> usize {
    match version {
        2 => LEN_2,
        _ if (LEN_0..=present).contains(&length) => length,
        0 | 1 => LEN_0,
        _ => LEN_3,
    }
}

/// UTF-16 to its first NUL, and whether there is one; without one, all of it.
fn name(bytes: &[u8]) -> (String, bool) {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let end = units.iter().position(|unit| *unit == 0);
    (String::from_utf16_lossy(&units[..end.unwrap_or(units.len())]), end.is_some())
}
