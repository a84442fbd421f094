//! The door for the fuzz target `stored_hash`.

use super::{MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, Stored};

/// More than this is not worked out for an input that was guessed.
const DEAR_KIB: u32 = 256;

/// Any text in the place of a password's hash: one that is read can be worked out, within the limits of the cost.
pub fn stored_hash(text: &str) {
    let Some(stored) = Stored::parse(text) else { return };
    let cost = stored.argon2.params().clone();
    assert!(cost.m_cost() <= MAX_MEMORY_KIB && cost.t_cost() <= MAX_PASSES && cost.p_cost() <= MAX_LANES);
    if cost.m_cost() * cost.t_cost() <= DEAR_KIB {
        // It may be of a kind that cannot be compared. Nobody guesses the password of one that can.
        let _ = stored.matches("", &mut Vec::new());
    }
}
