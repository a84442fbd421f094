//! The harm that one address can do.

mod silent;
mod unread;

pub use self::silent::silent;
pub use self::unread::unread;
