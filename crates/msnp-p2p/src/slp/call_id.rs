//! `Call-ID`, which all texts of one session have in common.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::Guid;

/// `Call-ID`, kept as written and compared without regard to case. It is a GUID, but clients do not check that.
#[derive(Debug, Clone)]
pub struct CallId(Box<str>);

impl CallId {
    /// The longest in bytes.
    pub const MAX_LEN: usize = 128;

    /// Reads a call. `None` when it is empty, too long, or has control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let good = (1..=Self::MAX_LEN).contains(&text.len()) && !text.contains(char::is_control);
        good.then(|| Self(text.into()))
    }
}

impl From<Guid> for CallId {
    fn from(guid: Guid) -> Self {
        Self(guid.to_string().into())
    }
}

impl PartialEq for CallId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for CallId {}

impl Hash for CallId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal calls need equal hashes, and equality ignores case.
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
