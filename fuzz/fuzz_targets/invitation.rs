//! Any body under `text/x-msmsgsinvite`: an invitation that can be read is written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::message::{Invitation, Message};
use msnp_p2p::msnftp::{Offer, endpoint};
use msnp_p2p::safe_file_name;

fuzz_target!(|data: &[u8]| {
    let message = Message::new(Invitation::MEDIA_TYPE, data.to_vec());
    let Ok(invitation) = Invitation::parse(&message) else { return };
    if let Some(offer) = Offer::read(&invitation) {
        assert_eq!(safe_file_name(&offer.name), offer.name);
    }
    if let Some(endpoint) = endpoint(&invitation) {
        assert!(endpoint.internal.len() + endpoint.external.len() > 0);
    }
    // The written form may be longer than the input, and longer than the parser takes.
    if data.len() < 8 * 1024 {
        assert_eq!(Invitation::parse(&invitation.to_message()), Ok(invitation));
    }
});
