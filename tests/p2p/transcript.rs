//! The transcripts of real clients on a switchboard, kept in `transcripts/`.

use bytes::Bytes;
use msnp::message::{Content, Message};
use msnp_p2p::packet::{Carrier, Packet};

pub const DISPLAY_PICTURE: &str = include_str!("transcripts/display-picture.txt");
pub const CUSTOM_EMOTICON: &str = include_str!("transcripts/custom-emoticon.txt");

/// Fetches: Pidgin 2.4.3 with its plug-in for MSNP9.
pub const BOB: &str = "bob@example.com";
/// Serves: aMSN 0.95b.
pub const ALICE: &str = "alice@example.com";

/// One message.
pub struct Said {
    /// Alice or bob.
    pub by: &'static str,
    /// Its head and its body.
    pub message: Message,
}

impl Said {
    /// The packet in it, and its bytes; `None` for messages that are no packets.
    pub fn packet(&self) -> Option<(Packet, Bytes)> {
        let Content::P2p(envelope) = self.message.content() else { return None };
        let packet = Packet::parse(Carrier::Switchboard, &envelope.packet);
        Some((packet.expect("what a real client sent is a packet"), envelope.packet))
    }
}

/// Reads a transcript.
pub fn read(text: &str) -> Vec<Said> {
    let text: String =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    text.split("\n\n").map(str::trim_start).filter(|entry| !entry.is_empty()).map(entry).collect()
}

fn entry(text: &str) -> Said {
    let (first, rest) = text.split_once('\n').expect("a line says who");
    let by = if first.starts_with("alice ") { ALICE } else { BOB };
    let (mut payload, mut body) = (Vec::new(), Vec::new());
    for line in rest.lines() {
        match line.strip_prefix(": ") {
            Some(header) => payload.extend_from_slice(format!("{header}\r\n").as_bytes()),
            None => body.extend(hex(line.trim())),
        }
    }
    payload.extend_from_slice(b"\r\n");
    payload.extend(body);
    let message = Message::parse(&payload.into()).expect("what a real client sent is a message");
    Said { by, message }
}

fn hex(line: &str) -> impl Iterator<Item = u8> + '_ {
    line.as_bytes().chunks(2).map(|two| {
        let two = std::str::from_utf8(two).expect("digits");
        u8::from_str_radix(two, 16).expect("digits")
    })
}
