//! The door for the fuzz target `device_mark`.

use std::time::SystemTime;

use msnp::Handle;
use zeroize::Zeroizing;

use super::DeviceMint;

/// Judges any text as the mark of a browser, and a mark with one character changed: only the mint makes marks, each for one
/// account.
///
/// # Panics
/// When that does not hold.
pub fn device_mark(text: &str, epoch: i64, at: usize, character: char) {
    let mint = DeviceMint::new(Zeroizing::new([7; 32]));
    let handle = |text| Handle::parse(text).expect("a handle");
    let (ada, bob, now) = (handle("ada@example.com"), handle("bob@example.com"), SystemTime::now());
    assert!(mint.verify(text, &ada, now).is_none());
    let mark = mint.issue(&ada, epoch, now);
    assert_eq!(mint.verify(&mark, &ada, now).map(|device| device.epoch), Some(epoch));
    assert!(mint.verify(&mark, &bob, now).is_none());
    let at = at % mark.len();
    let changed = [&mark[..at], &character.to_string(), &mark[at + 1..]].concat();
    // The digits of the statement may be capitals: they are the same number.
    let is_same = changed.eq_ignore_ascii_case(&mark);
    assert!(is_same || mint.verify(&changed, &ada, now).is_none(), "{changed}");
}
