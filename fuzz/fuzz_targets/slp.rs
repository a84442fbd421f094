//! Any text of MSNSLP: a text that can be read is written and read back the same, and its bodies can be read without a
//! panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_p2p::slp::{SessionRequest, SlpMessage, SlpStatus, TransportRequest, TransportResponse, session_answer};

fuzz_target!(|data: &[u8]| {
    let Ok(message) = SlpMessage::parse(data) else { return };
    // The written form may be longer than the input: three bytes stand for one that is not UTF-8.
    if data.len() < 2 * 1024 {
        assert_eq!(SlpMessage::parse(&message.to_bytes()).as_ref(), Ok(&message));
        let answer = message.response(SlpStatus::DECLINE, session_answer(1));
        assert_eq!(SlpMessage::parse(&answer.to_bytes()), Ok(answer));
    }
    if let Ok(request) = SessionRequest::from_fields(&message.body) {
        assert_eq!(SessionRequest::from_fields(&request.to_fields()), Ok(request));
    }
    let request = TransportRequest::from_fields(&message.body).to_fields();
    assert_eq!(TransportRequest::from_fields(&request).to_fields(), request);
    let response = TransportResponse::from_fields(&message.body);
    assert!(response.internal.len() <= 16 && response.external.len() <= 16);
});
