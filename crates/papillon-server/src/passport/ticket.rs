//! Tickets: the login issues them, and `USR TWN S` brings them back.
//!
//! A ticket names the account that signed in, the epoch of its password and the end of the ticket, and is
//! signed: any node that has the key can judge it without a look-up. It looks like the tickets of the original
//! service, `t=…&p=…` (YW, GAIM): `t` is the statement, `p` the signature over all text before it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Version, account, epoch, issued, expires, and 16 random bytes.
const STATEMENT: usize = 1 + 8 + 8 + 8 + 8 + 16;
const VERSION: u8 = 1;
const MAC: usize = 32;
/// `t=`, the statement, `&p=`, the signature, in hexadecimal.
const LEN: usize = 2 + 2 * STATEMENT + 3 + 2 * MAC;

/// Issues tickets and judges them. All nodes of a service share the key.
pub struct TicketMint {
    key: Zeroizing<[u8; 32]>,
    lifetime: Duration,
}

/// The content of a genuine ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The account that signed in.
    pub account: i64,
    /// Its credential epoch at that time. The ticket is void when the account's has moved on: the
    /// password was changed. The caller compares; the mint does not know accounts.
    pub epoch: i64,
    /// When the ticket was issued, to the second.
    pub issued: SystemTime,
    /// When it ends, to the second. It is no longer good at this very time.
    pub expires: SystemTime,
}

/// The reason for which a ticket is refused. A client gets 911 or 928 for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// It does not have the shape of a ticket.
    #[error("this is not a ticket")]
    Malformed,
    /// It was not signed with this service's key, or was changed since.
    #[error("the ticket was not issued here or has been changed")]
    Forged,
    /// It was good once.
    #[error("the ticket has expired")]
    Expired,
}

impl TicketMint {
    /// A mint with this key. A ticket is good for `lifetime`, counted in whole seconds.
    pub fn new(key: [u8; 32], lifetime: Duration) -> Self {
        Self { key: Zeroizing::new(key), lifetime }
    }

    /// A ticket for `account`: only characters of `[A-Za-z0-9&=]`, 167 of them, no two alike.
    pub fn issue(&self, account: i64, epoch: i64, now: SystemTime) -> String {
        let issued = seconds(now);
        let expires = issued.saturating_add(self.lifetime.as_secs());
        // No two tickets are equal, also of one second: the store finds a web session by the digest of its cookie.
        let random: [u8; 16] = rand::random();
        let mut statement = Vec::with_capacity(STATEMENT);
        statement.push(VERSION);
        statement.extend(account.to_be_bytes());
        statement.extend(epoch.to_be_bytes());
        statement.extend(issued.to_be_bytes());
        statement.extend(expires.to_be_bytes());
        statement.extend(random);
        let signed = format!("t={}&p=", to_hex(&statement));
        let signature = self.sign(&signed);
        signed + &signature
    }

    /// Judges a ticket as a client presents it.
    ///
    /// # Errors
    /// [`TicketError::Malformed`] and [`TicketError::Forged`] for anything this key did not sign,
    /// exactly as it stands, to the last character; [`TicketError::Expired`] for a ticket that it did sign.
    pub fn verify(&self, presented: &str, now: SystemTime) -> Result<Claims, TicketError> {
        if presented.len() != LEN || !presented.is_ascii() {
            return Err(TicketError::Malformed);
        }
        // It has this length and is ASCII, so the cut is at a character.
        let (signed, signature) = presented.split_at(LEN - 2 * MAC);
        let statement = signed
            .strip_prefix("t=")
            .and_then(|rest| rest.strip_suffix("&p="))
            .and_then(from_hex)
            .ok_or(TicketError::Malformed)?;
        // The signature is over the text and is compared as text: there is one way only to write
        // a ticket down.
        if !bool::from(self.sign(signed).as_bytes().ct_eq(signature.as_bytes())) {
            return Err(TicketError::Forged);
        }
        let (version, rest) = statement.split_first().ok_or(TicketError::Malformed)?;
        // Four numbers; the random bytes after them are two more chunks, which nobody asks for.
        let mut fields = rest.chunks_exact(8).filter_map(|field| field.try_into().ok());
        let mut next = || fields.next().ok_or(TicketError::Malformed);
        let account = i64::from_be_bytes(next()?);
        let epoch = i64::from_be_bytes(next()?);
        let issued = time(u64::from_be_bytes(next()?)).ok_or(TicketError::Malformed)?;
        let expires = time(u64::from_be_bytes(next()?)).ok_or(TicketError::Malformed)?;
        if *version != VERSION {
            return Err(TicketError::Malformed);
        }
        // `issued` is not compared: the clock of the node that issued the ticket may be ahead of this one's.
        if now >= expires {
            return Err(TicketError::Expired);
        }
        Ok(Claims { account, epoch, issued, expires })
    }

    fn sign(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key).expect("HMAC takes a key of any length");
        mac.update(text.as_bytes());
        to_hex(&mac.finalize().into_bytes())
    }
}

/// Hides the key.
impl fmt::Debug for TicketMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketMint").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// The part of a ticket that the profile message carries as `MSPAuth` (HYP, *Messages*): the text that
/// stands between `t=` and `&p=`. Public for `tests/passport.rs`.
pub fn t_part(presented: &str) -> Option<&str> {
    presented.strip_prefix("t=")?.split_once("&p=").map(|(t, _)| t)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn time(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Bytes as small hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// The bytes of hexadecimal digits, if they are such.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    // A digit is at most 15; an odd number of them ends in half a pair, which is `None`.
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn mint() -> TicketMint {
        TicketMint::new([7; 32], HOUR)
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_ticket_says_who_and_until_when() {
        let ticket = mint().issue(42, 3, at(1_000));
        let claims = mint().verify(&ticket, at(1_001)).unwrap();
        assert_eq!(claims, Claims { account: 42, epoch: 3, issued: at(1_000), expires: at(4_600) });
    }

    #[test]
    fn a_ticket_ends() {
        let ticket = mint().issue(42, 3, at(1_000));
        assert!(mint().verify(&ticket, at(4_599)).is_ok());
        assert_eq!(mint().verify(&ticket, at(4_600)), Err(TicketError::Expired));
        // A node whose clock is behind takes it all the same.
        assert!(mint().verify(&ticket, at(990)).is_ok());
    }

    #[test]
    fn a_ticket_passes_where_tickets_pass() {
        let ticket = mint().issue(i64::MIN, i64::MAX, at(u64::from(u32::MAX)));
        assert_eq!(ticket.len(), LEN);
        assert!(ticket.bytes().all(|b| b.is_ascii_alphanumeric() || b"!*$&=.-".contains(&b)), "{ticket}");
        assert_eq!(ticket.matches("&p=").count(), 1);
        let t = t_part(&ticket).unwrap();
        assert!(ticket.starts_with(&format!("t={t}&p=")));
        assert_eq!(t_part("abc"), None);
    }

    #[test]
    fn no_two_tickets_are_alike() {
        assert_ne!(mint().issue(1, 1, at(5)), mint().issue(1, 1, at(5)));
    }

    #[test]
    fn another_key_is_another_service() {
        let ticket = TicketMint::new([8; 32], HOUR).issue(42, 3, at(1_000));
        assert_eq!(mint().verify(&ticket, at(1_000)), Err(TicketError::Forged));
    }

    #[test]
    fn debug_hides_the_key() {
        assert_eq!(format!("{:?}", mint()), "TicketMint { lifetime: 3600s, .. }");
    }

    #[test]
    fn every_cut_fails() {
        let ticket = mint().issue(42, 3, at(1_000));
        for end in 0..ticket.len() {
            assert_eq!(mint().verify(&ticket[..end], at(1_000)), Err(TicketError::Malformed));
        }
        assert_eq!(mint().verify(&format!("{ticket}x"), at(1_000)), Err(TicketError::Malformed));
    }

    #[test]
    fn every_flipped_character_fails() {
        let ticket = mint().issue(42, 3, at(1_000));
        for at_byte in 0..ticket.len() {
            for with in (0x21..0x7f_u8).filter(|with| *with != ticket.as_bytes()[at_byte]) {
                let mut changed = ticket.clone().into_bytes();
                changed[at_byte] = with;
                let changed = String::from_utf8(changed).unwrap();
                assert!(mint().verify(&changed, at(1_000)).is_err(), "{changed}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_issued_verifies(account: i64, epoch: i64, now in 0..u64::from(u32::MAX)) {
            let claims = mint().verify(&mint().issue(account, epoch, at(now)), at(now)).unwrap();
            prop_assert_eq!((claims.account, claims.epoch), (account, epoch));
        }

        #[test]
        fn noise_is_refused(noise in ".{0,200}") {
            prop_assert!(mint().verify(&noise, at(0)).is_err());
        }
    }
}
