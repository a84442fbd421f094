//! The protocol's plain numbers, each with its own type so that they cannot be mixed up.

use std::fmt;

use crate::Invalid;

macro_rules! decimal {
    ($(#[$doc:meta])* $name:ident, $invalid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// Reads a decimal number below 2^32: digits only, no sign.
            ///
            /// # Errors
            /// For anything else.
            pub fn parse(word: &str) -> Result<Self, Invalid> {
                decimal(word).map(Self).ok_or($invalid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

decimal! {
    /// The number that a client gives a request. Every reply to the request carries it.
    TransactionId, Invalid::TransactionId
}
decimal! {
    /// The version of an account's lists: every change makes it larger.
    ListVersion, Invalid::Parameter("list version")
}
decimal! {
    /// A switchboard session, as named in `CAL`, `RNG` and `ANS`.
    SessionId, Invalid::Parameter("session id")
}

impl TransactionId {
    /// The number in place of a transaction id, in a line that the server sends unasked.
    pub const SERVER: Self = Self(0);
}

pub(crate) fn decimal(word: &str) -> Option<u32> {
    // `parse` alone would take a sign.
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}

/// The digits of 2^64 - 1.
pub(crate) const MAX_DIGITS: usize = 20;

/// Writes a number to the end of `digits` and returns that end. By hand: its length has to be known before a line is
/// allocated, and the lines that a switchboard writes most need no formatter.
pub(crate) fn digits_of(mut number: usize, digits: &mut [u8; MAX_DIGITS]) -> &[u8] {
    let mut start = MAX_DIGITS;
    loop {
        start -= 1;
        // Below 10, so it fits.
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[start..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_number_are_those_of_the_formatter() {
        for number in [0, 1, 9, 10, 99, 100, 4_294_967_295, usize::MAX] {
            assert_eq!(digits_of(number, &mut [0; MAX_DIGITS]), number.to_string().as_bytes());
        }
    }

    #[test]
    fn a_transaction_id_is_a_plain_decimal_below_two_to_the_32() {
        assert_eq!(TransactionId::parse("4294967295"), Ok(TransactionId(u32::MAX)));
        for bad in ["", "-1", "+1", "4294967296", "1a", " 1", "0x1"] {
            assert_eq!(TransactionId::parse(bad), Err(Invalid::TransactionId), "{bad:?}");
        }
    }
}
