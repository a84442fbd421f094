//! Any word in the place of an address, a range of addresses, a URL, a ban or a code of an invitation: written, it reads back the
//! same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::HostPort;
use papillon_dns::{Clients, Others};
use papillon_server::{AddressRange, PublicUrl};
use papillon_store::{BanReason, BanTarget, InvitationCode};

fuzz_target!(|word: &str| {
    if let Ok(range) = word.parse::<AddressRange>() {
        assert_eq!(range.to_string().parse(), Ok(range));
    }
    if let Ok(url) = word.parse::<PublicUrl>() {
        assert_eq!(url.to_string().parse(), Ok(url));
    }
    if let Ok(target) = word.parse::<BanTarget>() {
        assert_eq!(target.to_string().parse(), Ok(target));
    }
    if let Ok(reason) = word.parse::<BanReason>() {
        assert_eq!(reason.to_string().parse::<BanReason>().ok(), Some(reason));
    }
    if let Some(code) = InvitationCode::parse(word) {
        assert!(InvitationCode::parse(code.expose()) == Some(code));
    }
    if let Ok(address) = HostPort::parse(word) {
        assert_eq!(HostPort::parse(&address.to_string()), Ok(address));
    }
    let _ = word.parse::<Clients>();
    let _ = word.parse::<Others>();
});
