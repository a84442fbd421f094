//! The door for the fuzz target `certificate`.

use super::authority::issuer;

/// Reads any bytes as a certificate: the name of its issuer can be shown in one line.
///
/// # Panics
/// When that does not hold.
pub fn certificate(der: &[u8]) {
    if let Some(name) = issuer(der) {
        assert!(!name.is_empty() && name.len() <= 128 && !name.contains(char::is_control), "{name:?}");
    }
}
