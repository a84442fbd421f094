//! A path in JSON, with any bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A text; where the path is no UTF-8, an array of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) struct FilePath(pub(crate) PathBuf);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<Written> for FilePath {
    fn from(written: Written) -> Self {
        Self(match written {
            Written::Text(text) => text.into(),
            #[cfg(unix)]
            Written::Bytes(bytes) => {
                use std::os::unix::ffi::OsStringExt;
                std::ffi::OsString::from_vec(bytes).into()
            }
            #[cfg(not(unix))]
            Written::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
        })
    }
}

impl From<FilePath> for Written {
    fn from(FilePath(path): FilePath) -> Self {
        match path.into_os_string().into_string() {
            Ok(text) => Self::Text(text),
            #[cfg(unix)]
            Err(bytes) => {
                use std::os::unix::ffi::OsStringExt;
                Self::Bytes(bytes.into_vec())
            }
            #[cfg(not(unix))]
            Err(text) => Self::Text(text.to_string_lossy().into_owned()),
        }
    }
}
