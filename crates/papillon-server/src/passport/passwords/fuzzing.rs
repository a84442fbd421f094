//! The door for the fuzz target `stored_hash`.

use super::{MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, Stored};

/// The highest cost at which an input is worked out, in KiB times passes.
const DEAR_KIB: u32 = 256;

/// Reads any text as the hash of a password: its cost is within the limits.
///
/// # Panics
/// When that does not hold.
pub fn stored_hash(text: &str) {
    let Some(stored) = Stored::parse(text) else { return };
    let cost = stored.argon2.params().clone();
    assert!(cost.m_cost() <= MAX_MEMORY_KIB && cost.t_cost() <= MAX_PASSES && cost.p_cost() <= MAX_LANES);
    if cost.m_cost() * cost.t_cost() <= DEAR_KIB {
        // Its output may have a length that cannot be worked out.
        let _ = stored.matches("", &mut Vec::new());
    }
}
