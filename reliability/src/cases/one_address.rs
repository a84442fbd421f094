//! The harm that one address can do.

mod pages;
mod silent;
mod unread;

pub use self::pages::pages;
pub use self::silent::silent;
pub use self::unread::unread;

/// The memory that one address may cost, in KiB.
const MEMORY: u64 = 64 * 1024;
