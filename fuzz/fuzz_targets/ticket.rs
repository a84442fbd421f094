//! Any text in the place of a ticket, and a ticket in which one character is another: only the mint makes tickets, and they
//! carry the account and the times that it signed.

#![no_main]

use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use papillon_server::passport::{TicketError, TicketMint, t_part};

type Input<'a> = (i64, i64, u64, u32, u8, char, &'a str);

fuzz_target!(|input: Input<'_>| {
    let (account, epoch, lifetime, now, at, character, text) = input;
    let mint = TicketMint::new([7; 32], Duration::from_secs(lifetime));
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now.into());
    assert!(mint.verify(text, now).is_err());
    let _ = t_part(text);

    let ticket = mint.issue(account, epoch, now);
    match mint.verify(&ticket, now) {
        Ok(claims) => assert_eq!((claims.account, claims.epoch, claims.issued), (account, epoch, now)),
        // One that is good for no time, or beyond all clocks.
        Err(error) => {
            assert!(lifetime == 0 || error == TicketError::Malformed && lifetime > u64::from(u32::MAX))
        }
    }
    let at = usize::from(at) % ticket.len();
    let changed = [&ticket[..at], &character.to_string(), &ticket[at + 1..]].concat();
    assert!(changed == ticket || mint.verify(&changed, now).is_err(), "{changed}");
});
