//! A hash of account numbers, for maps by account: one multiplication.

use std::hash::{BuildHasherDefault, Hasher};

/// The hash for a map whose keys are account numbers. The store gives the numbers one after the other, so nobody can
/// choose many that meet in one place, as a client could with texts.
pub type NumberHash = BuildHasherDefault<NumberHasher>;

/// See [`NumberHash`].
#[derive(Debug, Default, Clone, Copy)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    #[inline]
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        // By the golden ratio: neighbours land far apart, in the high bits as well as, folded down, in the low ones. A
        // map takes its place from the low bits and the mark of an entry from the high ones.
        let product = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ product >> 32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;
    use crate::AccountId;

    #[test]
    fn numbers_one_after_the_other_are_spread() {
        for step in [1, 2, 4, 100, 1 << 20] {
            let hashes: Vec<u64> =
                (1..=4096).map(|n| NumberHash::default().hash_one(AccountId(n * step))).collect();
            let places: HashSet<u64> = hashes.iter().map(|hash| hash % 8192).collect();
            // By chance it would be 3,223.
            assert!(places.len() > 2700, "{} places, step {step}", places.len());
            let marks: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
            assert_eq!(marks.len(), 128, "step {step}");
        }
    }

    #[test]
    fn the_form_in_which_a_number_is_hashed_counts() {
        let hash = |write: &dyn Fn(&mut NumberHasher)| {
            let mut hasher = NumberHasher::default();
            write(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&|hasher| hasher.write_i64(-7)), hash(&|hasher| hasher.write_u64(-7_i64 as u64)));
        assert_ne!(hash(&|hasher| hasher.write(&[1, 2])), hash(&|hasher| hasher.write(&[2, 1])));
    }
}
