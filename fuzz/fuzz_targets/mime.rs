//! Any payload: a message that can be read is written and read back the same, and its content can be read without a
//! panic.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use msnp::message::{Content, Message};

fuzz_target!(|data: &[u8]| {
    let Ok(message) = Message::parse(&Bytes::copy_from_slice(data)) else { return };
    // The written form has CR LF and `: ` everywhere and may be longer than the input.
    if data.len() < 8 * 1024 {
        assert_eq!(Message::parse(&message.to_bytes()).as_ref(), Ok(&message));
    }
    let content = message.content();
    let again = match &content {
        Content::Text(text) => text.to_message(),
        Content::Typing(typing) => typing.to_message(),
        Content::Profile(profile) => profile.to_message(),
        Content::InitialMail(mail) => mail.to_message(),
        Content::NewMail(mail) => mail.to_message(),
        Content::MovedMail(mail) => mail.to_message(),
        Content::System(notice) => notice.to_message(),
        Content::P2p(packet) => packet.to_message(),
        Content::Datacast(datacast) => datacast.to_message(),
        Content::ClientCaps(caps) => caps.to_message(),
        // Entities make objects longer; the target `object` looks at them. The target
        // `invitation` looks at invitations.
        Content::Emoticons(_) | Content::Invitation(_) | Content::Other => return,
        other => panic!("write what comes of {other:?} here"),
    };
    match (content, again.content()) {
        // An address of both families is written as IPv4.
        (Content::Profile(mut was), is) => {
            was.client_ip = was.client_ip.to_canonical();
            assert_eq!(Content::Profile(was), is);
        }
        (was, is) => assert_eq!(was, is),
    }
});
