//! New passwords: the rules for them, the ones that work in every client, and random ones.

use zeroize::Zeroizing;

/// The shortest new password in characters.
pub const SHORTEST_PASSWORD: usize = 8;
/// The longest new password in bytes.
pub const LONGEST_PASSWORD: usize = 256;
/// The longest password in bytes that every client sends whole. Pidgin's MSNP9 plug-in and BitlBee cut a longer one
/// off there, as the original service did.
pub const LONGEST_EVERYWHERE: usize = 16;

/// The alphabet of a [random password](random_password): no two letters that look alike, and none that a legacy client
/// codes in a way of its own.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// The number of characters in one.
const LETTERS_IN_ALL: usize = 14;
/// The number of random bits in a [random password](random_password): five in each of its fourteen characters.
pub const RANDOM_PASSWORD_BITS: usize = LETTERS_IN_ALL * LETTERS.len().ilog2() as usize;

/// The reason for which a new password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnfitPassword {
    /// Less than [`SHORTEST_PASSWORD`] characters.
    #[error("the password is too short: use at least {SHORTEST_PASSWORD} characters")]
    TooShort,
    /// More than [`LONGEST_PASSWORD`] bytes.
    #[error("the password is too long: use at most {LONGEST_PASSWORD} bytes")]
    TooLong,
    /// It holds a line end or another control character.
    #[error("the password holds characters that cannot be typed in a messenger")]
    Untypable,
}

/// Whether a new password is taken, on the pages and at the command line alike.
///
/// # Errors
/// [`UnfitPassword`] names the rule that this one breaks.
pub fn check_new_password(password: &str) -> Result<(), UnfitPassword> {
    // Characters below, because people count them; bytes above, because they are sent and hashed.
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(UnfitPassword::TooShort);
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(UnfitPassword::TooLong);
    }
    if password.chars().any(char::is_control) {
        return Err(UnfitPassword::Untypable);
    }
    Ok(())
}

/// Whether every client sends this password whole. The service accepts one that some clients cut off: the owner may use
/// other clients.
pub fn works_everywhere(password: &str) -> bool {
    password.len() <= LONGEST_EVERYWHERE
}

/// A password made by chance, of [`RANDOM_PASSWORD_BITS`] bits. It is easily read to somebody, can be typed on any
/// keyboard, and works in every client.
pub fn random_password() -> Zeroizing<String> {
    let letter = || char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    Zeroizing::new(std::iter::repeat_with(letter).take(LETTERS_IN_ALL).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn random_passwords_work_everywhere_and_differ() {
        let passwords: std::collections::BTreeSet<_> =
            (0..200).map(|_| random_password().to_string()).collect();
        assert_eq!(passwords.len(), 200);
        for password in passwords {
            assert_eq!(check_new_password(&password), Ok(()));
            assert!(
                works_everywhere(&password) && password.bytes().all(|b| b.is_ascii_alphanumeric()),
                "{password}"
            );
        }
        assert_eq!(RANDOM_PASSWORD_BITS, 70);
    }

    #[test]
    fn the_bounds_are_in_characters_below_and_in_bytes_above() {
        for (password, outcome) in [
            ("1234567", Err(UnfitPassword::TooShort)),
            ("ééééééé", Err(UnfitPassword::TooShort)),
            ("éééééééé", Ok(())),
            ("        ", Ok(())),
            (&"é".repeat(128), Ok(())),
            (&"é".repeat(129), Err(UnfitPassword::TooLong)),
            ("12345678\n", Err(UnfitPassword::Untypable)),
            ("12345678\u{85}", Err(UnfitPassword::Untypable)),
        ] {
            assert_eq!(check_new_password(password), outcome, "{password:?}");
        }
        assert!(works_everywhere("sixteen letters!") && !works_everywhere("seventeen letters"));
        assert!(!works_everywhere(&"é".repeat(9)), "the cut is at a byte");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_judged(password in "\\PC{8,64}") {
            prop_assert_eq!(check_new_password(&password), Ok(()));
        }
    }
}
