//! The doors for the fuzz targets in `fuzz/`, with the feature `fuzzing` only.
//!
//! Each function gives a stranger's bytes to a parser of this crate and panics where an invariant fails. [`World`] is the
//! service itself without a socket.

pub use crate::http::fuzzing::{conversation, visitor};
pub use crate::listen::proxy_protocol::fuzzing::proxy_header;
pub use crate::passport::stored_hash;
pub use crate::server::fuzzing::{Line, World};
pub use crate::site::gateway::fuzzing::gateway_query;
pub use crate::site::pages::fuzzing::{cookies, form, messenger_config, picture, sender};
