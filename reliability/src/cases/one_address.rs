//! The harm that one address can do.

mod pages;
mod silent;
mod unread;

pub use self::pages::pages;
pub use self::silent::silent;
pub use self::unread::unread;
