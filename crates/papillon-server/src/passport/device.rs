//! The mark of a browser in which an account has signed in: the browser keeps it, and the service knows it again.
//!
//! A mark says at which epoch of the password it was made and when, and is signed together with the account, which is
//! not in it: it is good for that account and does not tell which. It is no session and no
//! ticket.

#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use msnp::Handle;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::known_places::KNOWN_FOR;
use super::ticket::{from_hex, to_hex};

const VERSION: u8 = 1;
/// Version, epoch, time and number.
const STATEMENT: usize = 1 + 8 + 8 + 16;
const MAC: usize = 32;

/// The number of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DeviceId([u8; 16]);

/// A browser in which an account has signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device {
    /// Its number, one for each mark.
    pub(super) id: DeviceId,
    /// The account's number of changes of its password, as of then.
    pub(super) epoch: i64,
}

/// Makes marks and judges them. All nodes of a service share the key.
pub(crate) struct DeviceMint(Zeroizing<[u8; 32]>);

impl DeviceMint {
    /// A mark is good for this long.
    pub(crate) const LIFETIME: Duration = KNOWN_FOR;

    /// A mint with this key.
    pub(crate) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A mark for a browser in which this account has just signed in: 130 hexadecimal digits.
    pub(crate) fn issue(&self, account: &Handle, epoch: i64, now: SystemTime) -> String {
        let number: [u8; 16] = rand::random();
        let mut statement = Vec::with_capacity(STATEMENT);
        statement.push(VERSION);
        statement.extend(epoch.to_be_bytes());
        statement.extend(seconds(now).to_be_bytes());
        statement.extend(number);
        let signature = self.sign(&statement, account);
        to_hex(&statement) + &signature
    }

    /// The browser with this mark; none when the mark was not made here for this account, or is too old.
    pub(crate) fn verify(&self, presented: &str, account: &Handle, now: SystemTime) -> Option<Device> {
        if presented.len() != 2 * (STATEMENT + MAC) || !presented.is_ascii() {
            return None;
        }
        let (statement, signature) = presented.split_at(2 * STATEMENT);
        let statement = from_hex(statement)?;
        if !bool::from(self.sign(&statement, account).as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let (version, rest) = statement.split_first()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (issued, number) = rest.split_first_chunk()?;
        let id = DeviceId(number.try_into().ok()?);
        // A node whose clock is behind takes it all the same.
        let age = seconds(now).saturating_sub(u64::from_be_bytes(*issued));
        (*version == VERSION && age < Self::LIFETIME.as_secs())
            .then_some(Device { id, epoch: i64::from_be_bytes(*epoch) })
    }

    /// The statement has one length only, so that nothing of it can be taken for a part of the account.
    fn sign(&self, statement: &[u8], account: &Handle) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.update(statement);
        mac.update(account.as_str().as_bytes());
        to_hex(&mac.finalize().into_bytes())
    }
}

/// Hides the key.
impl fmt::Debug for DeviceMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceMint").finish_non_exhaustive()
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
impl From<[u8; 16]> for DeviceId {
    fn from(number: [u8; 16]) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mint() -> DeviceMint {
        DeviceMint::new(Zeroizing::new([7; 32]))
    }

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_mark_is_good_for_its_account_and_for_a_month() {
        let (ada, bob) = (handle("Ada@example.com"), handle("bob@example.com"));
        let mark = mint().issue(&ada, 3, at(1_000));
        assert!(mark.len() == 130 && mark.bytes().all(|byte| byte.is_ascii_hexdigit()), "{mark}");
        let device = mint().verify(&mark, &handle("ADA@example.com"), at(1_001)).unwrap();
        assert_eq!(device.epoch, 3);
        assert_eq!(mint().verify(&mark, &ada, at(990)), Some(device));
        assert_eq!(mint().verify(&mark, &bob, at(1_001)), None);
        let end = 1_000 + DeviceMint::LIFETIME.as_secs();
        assert_eq!(mint().verify(&mark, &ada, at(end - 1)), Some(device));
        assert_eq!(mint().verify(&mark, &ada, at(end)), None);
        let other = mint().issue(&ada, 3, at(1_000));
        assert_ne!(mint().verify(&other, &ada, at(1_001)).unwrap().id, device.id, "each has its own number");
    }

    #[test]
    fn what_was_not_made_here_is_no_mark() {
        let ada = handle("ada@example.com");
        let mark = mint().issue(&ada, 3, at(1_000));
        let others = DeviceMint::new(Zeroizing::new([8; 32])).issue(&ada, 3, at(1_000));
        assert_eq!(mint().verify(&others, &ada, at(1_000)), None);
        for place in 0..mark.len() {
            let mut changed = mark.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(mint().verify(std::str::from_utf8(&changed).unwrap(), &ada, at(1_000)), None);
            assert_eq!(mint().verify(&mark[..place], &ada, at(1_000)), None);
        }
        assert_eq!(mint().verify(&"é".repeat(65), &ada, at(1_000)), None);
    }
}
