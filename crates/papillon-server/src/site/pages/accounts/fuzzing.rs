//! The doors for the fuzz targets to forms, cookies and pictures.

use axum::http::header::{COOKIE, HeaderMap, HeaderValue};

use super::avatar::{NoPicture, paint};
use super::cookies::Cookie;
pub use super::forms::fuzzing::form;
pub use super::sender::fuzzing::sender;

/// Reads any `Cookie` headers, one a line: a cookie that is found comes back as it was given out.
///
/// # Panics
/// When that does not hold.
pub fn cookies(lines: &[u8]) {
    let lines = lines.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (COOKIE, line)).collect();
    for secure in [false, true] {
        for cookie in [Cookie::Session, Cookie::Browser] {
            let Some(value) = cookie.read(&headers, secure) else { continue };
            assert!(!value.is_empty() && value.len() <= 256 && !value.contains(';'));
            let Some(set) = cookie.set(value, secure) else { continue };
            let back = HeaderMap::from_iter([(COOKIE, set)]);
            assert_eq!(cookie.read(&back, secure), Some(value));
        }
    }
}

/// Reads any file as a picture: it becomes a small PNG, or is refused.
///
/// # Panics
/// When that does not hold.
pub fn picture(file: &[u8]) {
    match paint(file) {
        Ok(png) => assert!(png.starts_with(b"\x89PNG") && png.len() < 64 << 10),
        Err(NoPicture::Unreadable | NoPicture::TooLarge) => {}
    }
}
