//! The doors for the fuzz targets to what browsers and messengers send to pages.

pub use super::accounts::fuzzing::{cookies, form, picture};
pub use super::old_paths::messenger_config::fuzzing::messenger_config;
