//! The display picture that the service keeps for a person.

use std::fmt;

/// A picture as it is served. Its `Debug` form leaves out the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type, such as `image/png`.
    pub content_type: String,
    /// The file, at most [`Picture::MAX_LEN`] bytes.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// The largest file in bytes.
    pub const MAX_LEN: usize = 512 * 1024;
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_shows_the_size_of_a_picture_and_not_its_bytes() {
        let picture = Picture { content_type: "image/png".into(), bytes: vec![7; 1000] };
        assert_eq!(format!("{picture:?}"), "Picture(image/png, 1000 bytes)");
    }
}
