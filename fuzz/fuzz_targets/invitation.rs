//! Any body under `text/x-msmsgsinvite`: an invitation that can be read is written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::message::{Invitation, Message};

fuzz_target!(|data: &[u8]| {
    let message = Message::new(Invitation::MEDIA_TYPE, data.to_vec());
    let Ok(invitation) = Invitation::parse(&message) else { return };
    // The written form may be longer than the input, and longer than the parser takes.
    if data.len() < 8 * 1024 {
        assert_eq!(Invitation::parse(&invitation.to_message()), Ok(invitation));
    }
});
