//! The doors for the fuzz targets to requests of browsers and messengers for pages.

pub use super::accounts::fuzzing::{cookies, form, picture, sender};
pub use super::old_paths::messenger_config::fuzzing::messenger_config;
