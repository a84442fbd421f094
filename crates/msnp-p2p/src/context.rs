//! `Context`: the object or file of an INVITE, in base64.

mod file;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use msnp::object::MsnObject;

pub use file::FileContext;

/// Kopete leaves the padding out. The bits after the last whole byte are of no use, so they may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The reason for which a context cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// Not base64.
    #[error("the context is not base64")]
    Base64,
    /// No MSNObject in it.
    #[error("the context describes no object")]
    Object,
    /// Too short, or with a length that cannot be.
    #[error("the context describes no file")]
    File,
}

/// The context that asks for an object: its text and a NUL, as the official client writes it.
pub fn object_context(object: &MsnObject) -> String {
    STANDARD.encode(format!("{object}\0"))
}

/// Reads the object that is asked for. The NUL and the padding may be missing.
///
/// The object's `Location` is the peer's text: look objects up by their hash.
///
/// # Errors
/// [`ContextError::Base64`] when it is not base64; [`ContextError::Object`] when it holds no object that can
/// be read.
pub fn parse_object_context(base64: &str) -> Result<MsnObject, ContextError> {
    let bytes = decode(base64)?;
    // LP and PAP leave the NUL out.
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| ContextError::Object)?;
    MsnObject::parse(text).map_err(|_| ContextError::Object)
}

fn decode(base64: &str) -> Result<Vec<u8>, ContextError> {
    LENIENT.decode(base64.trim()).map_err(|_| ContextError::Base64)
}

#[cfg(test)]
mod tests;
