//! Invitations: codes with which people make accounts by themselves.

use std::fmt;

use msnp::Handle;

use crate::AccountId;

/// Letters and digits that are not mistaken for each other, 32 of them.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a code without its hyphens; five bits each.
const LEN: usize = 16;

/// The code of an invitation: 80 bits, written as `xxxx-xxxx-xxxx-xxxx`. Its `Debug` form hides
/// it: the code is enough to make an account.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode(String);

impl InvitationCode {
    /// A code made of 80 random bits.
    pub fn from_random(bits: [u8; 10]) -> Self {
        // 16 characters of five bits are the 80 bits: none is left over, and no character is likelier than another.
        let number = bits.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let mut code = String::with_capacity(LEN + 3);
        for position in 0..LEN {
            if position > 0 && position % 4 == 0 {
                code.push('-');
            }
            let digit = number >> (5 * (LEN - 1 - position)) & 31;
            // Five bits: at most 31.
            code.push(char::from(ALPHABET[digit as usize]));
        }
        Self(code)
    }

    /// Reads a code as people type it: capitals, blanks and missing hyphens do not matter, and
    /// `o`, `i` and `l` are the digits they look like. `None` when it cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = String::with_capacity(LEN + 3);
        let mut characters = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                c => c,
            };
            if characters == LEN || !u8::try_from(c).is_ok_and(|c| ALPHABET.contains(&c)) {
                return None;
            }
            if characters > 0 && characters % 4 == 0 {
                code.push('-');
            }
            code.push(c);
            characters += 1;
        }
        (characters == LEN).then_some(Self(code))
    }

    /// The code itself, for the inviting person.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

/// An invitation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub id: i64,
    /// Its code.
    pub code: InvitationCode,
    /// The account that made it; `None` for the command line, and for a removed account.
    pub made_by: Option<Handle>,
    /// When it was made, in seconds since 1970.
    pub made_at: i64,
    /// When it is no longer good, in seconds since 1970.
    pub expires_at: i64,
    /// The number of accounts that can still be made with it.
    pub uses_left: i64,
}

/// A new invitation.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its code.
    pub code: InvitationCode,
    /// The account that makes it; `None` for the command line.
    pub made_by: Option<AccountId>,
    /// Now, in seconds since 1970.
    pub made_at: i64,
    /// When it is no longer good, in seconds since 1970.
    pub expires_at: i64,
    /// The number of accounts that can be made with it.
    pub uses: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_all_bits() {
        assert_eq!(InvitationCode::from_random([0; 10]).expose(), "0000-0000-0000-0000");
        assert_eq!(InvitationCode::from_random([255; 10]).expose(), "zzzz-zzzz-zzzz-zzzz");
        let counting =
            InvitationCode::from_random([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(counting.expose(), "0123-4567-89ab-cdef");
    }

    #[test]
    fn people_type_as_they_like() {
        let code = InvitationCode::parse("0123-4567-89ab-cdef").unwrap();
        for typed in ["0123456789abcdef", " O1i3-4567 89AB-CDEF ", "0l23-4567-89ab-cdef\r\n"] {
            if typed.contains("O1i3") {
                assert_eq!(InvitationCode::parse(typed).unwrap().expose(), "0113-4567-89ab-cdef");
            } else {
                assert_eq!(InvitationCode::parse(typed), Some(code.clone()));
            }
        }
        for bad in
            ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdef0", "0123-4567-89ab-cdeu", "0123-4567-89ab-cdé1"]
        {
            assert_eq!(InvitationCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_code_does_not_show() {
        assert_eq!(format!("{:?}", InvitationCode::from_random([1; 10])), "InvitationCode(…)");
    }
}
