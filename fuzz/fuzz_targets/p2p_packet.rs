//! Any bytes from either carrier: a packet that can be read is written as it was.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use msnp_p2p::packet::{Carrier, Packet};

fuzz_target!(|data: &[u8]| {
    let bytes = Bytes::copy_from_slice(data);
    for carrier in [Carrier::Switchboard, Carrier::Direct] {
        if let Ok(packet) = Packet::parse(carrier, &bytes) {
            assert_eq!(packet.to_bytes(carrier), bytes);
            let header = packet.header;
            assert!(header.flags.is_control() || header.offset + u64::from(header.length) <= header.total);
        }
    }
});
