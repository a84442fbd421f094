//! The source of numbers and GUIDs that a peer makes up.

use rand::RngExt as _;

use crate::Guid;

/// The source of made-up numbers, so that a dialogue can be replayed with the numbers it had.
pub trait Identifiers: Send {
    /// The identifier of the first message; those that follow count up from it.
    fn first(&mut self) -> u32;
    /// The nonce of one message, at 32 in its headers.
    fn nonce(&mut self) -> u32;
    /// The number of a new session.
    fn session(&mut self) -> u32;
    /// A branch, a call, or the secret of a direct connection.
    fn guid(&mut self) -> Guid;
}

/// Numbers from the thread's random generator, in ranges that every known client can read: below
/// 2^31, because some read them signed, and not near zero (sources LP, KOP04, EME).
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIdentifiers;

impl Identifiers for RandomIdentifiers {
    fn first(&mut self) -> u32 {
        // 2^28 below the signed limit: no transfer counts that far.
        rand::rng().random_range(0x1000..0x7000_0000)
    }

    fn nonce(&mut self) -> u32 {
        rand::rng().random_range(1..0x7fff_ffff)
    }

    fn session(&mut self) -> u32 {
        // 64 is what ink uses (EME).
        rand::rng().random_range(1_000..0x7fff_ffff)
    }

    fn guid(&mut self) -> Guid {
        Guid(rand::rng().random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_numbers_are_fresh_and_can_be_read_by_every_client() {
        let mut numbers = RandomIdentifiers;
        let mut drawn = std::collections::HashSet::new();
        for _ in 0..100 {
            let (first, nonce, session) = (numbers.first(), numbers.nonce(), numbers.session());
            assert!((0x1000..0x7000_0000).contains(&first));
            assert!((1..0x7fff_ffff).contains(&nonce));
            assert!((1_000..0x7fff_ffff).contains(&session));
            drawn.extend([first, nonce, session]);
        }
        assert!(drawn.len() > 250, "300 draws, and hardly one twice");
        assert_ne!(numbers.guid(), numbers.guid());
    }
}
