//! The measures of a store.

use crate::Measures;

/// Tells how long operations take and how many fail. One part of [`Store`](crate::Store).
pub trait Measured: Send + Sync + 'static {
    /// The operations since the store was opened.
    fn measures(&self) -> &Measures;
}
