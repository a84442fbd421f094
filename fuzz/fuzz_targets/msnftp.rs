//! Any bytes on a connection of MSNFTP, in both roles: the receiver never takes more bytes than
//! were offered, and the sender gives nothing to a client that does not show the number.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use msnp::Handle;
use msnp_p2p::msnftp::{ReceiveStep, Receiving, Sending};

const SIZE: u64 = 300;

fuzz_target!(|data: &[u8]| {
    let [started, bytes @ ..] = data else { return };
    let own: Handle = "bob@example.com".parse().unwrap();
    let start: &[u8] = if started % 2 == 0 { b"VER MSNFTP\r\nFIL 300\r\n" } else { b"" };
    let mut wire = BytesMut::from(&[start, bytes].concat()[..]);
    let mut receiving = Receiving::new(own.clone(), 7, SIZE);
    let (mut received, mut finished) = (0, false);
    while let Ok(Some(step)) = receiving.handle(&mut wire) {
        match step {
            ReceiveStep::Data(bytes) => received += bytes.len() as u64,
            ReceiveStep::Finished(_) => finished = true,
            ReceiveStep::Write(_) => {}
        }
    }
    assert_eq!(received, receiving.received());
    assert!(received <= SIZE && (!finished || received == SIZE));

    let mut wire = BytesMut::from(bytes);
    let mut sending = Sending::new(own, 0x1234_5678_9abc_def0, SIZE);
    while let Ok(Some(_)) = sending.handle(&mut wire) {}
    assert!(sending.next_block().is_none(), "nobody guesses that number");
});
