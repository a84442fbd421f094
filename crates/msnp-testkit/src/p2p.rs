//! A raw peer: packets and MSNSLP written by hand, with the habits of real clients.

use std::ops::{Deref, DerefMut};

use crate::{Message, Sb};

/// The differences between real clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// Writes 0 where an acknowledgement repeats the size (papyon, newer aMSN, MSNPSharp).
    pub ack_total_zero: bool,
    /// Writes 0 where an acknowledgement repeats the number of the message, at 36 (Gaim).
    pub ack_nonce_zero: bool,
    /// Leaves `P2P-Dest` and the `To` of a text empty (aMSN, in a conversation of two).
    pub names_nobody: bool,
    /// Acknowledges a BYE with 0x40 instead of 0x02 (JML, MSNPSharp).
    pub bye_ack: u32,
    /// The footer of every packet that is no MSNSLP.
    pub footer: u32,
    /// Leaves out the NUL after a text.
    pub missing_nul: bool,
    /// Leaves out the blank after the number of `CSeq` (aMSN, papyon).
    pub cseq_without_blank: bool,
    /// Writes 43 for every `Content-Length` (seen once of aMSN).
    pub wrong_content_length: bool,
    /// Draws a nonce for each packet (libpurple, aMSN).
    pub nonce_per_packet: bool,
    /// Numbers the messages of a served object in the way of the official client: the acknowledgement first, then
    /// three less, two less, one less.
    pub three_less: bool,
    /// The number of bytes in one packet.
    pub chunk: usize,
}

impl Default for Quirks {
    /// As the official client does.
    fn default() -> Self {
        Self {
            ack_total_zero: false,
            ack_nonce_zero: false,
            names_nobody: false,
            bye_ack: 0x02,
            footer: 1,
            missing_nul: false,
            cseq_without_blank: false,
            wrong_content_length: false,
            nonce_per_packet: false,
            three_less: false,
            chunk: 1202,
        }
    }
}

/// One packet that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// At 0.
    pub session: u32,
    /// At 4.
    pub identifier: u32,
    /// At 8.
    pub offset: u64,
    /// At 16.
    pub total: u64,
    /// At 28.
    pub flags: u32,
    /// At 32.
    pub nonce: u32,
    /// At 36.
    pub acked_nonce: u32,
    /// At 40.
    pub acked_total: u64,
    /// From 48.
    pub body: Vec<u8>,
}

/// Reads a header and the bytes after it, `end` bytes left out.
pub fn read(bytes: &[u8], end: usize) -> Packet {
    let short = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let body = bytes[48..bytes.len() - end].to_vec();
    assert_eq!(short(24) as usize, body.len(), "the length in the header");
    Packet {
        session: short(0),
        identifier: short(4),
        offset: long(8),
        total: long(16),
        flags: short(28),
        nonce: short(32),
        acked_nonce: short(36),
        acked_total: long(40),
        body,
    }
}

/// Writes a header and a body.
pub fn write(packet: &Packet) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(packet.session.to_le_bytes());
    bytes.extend(packet.identifier.to_le_bytes());
    bytes.extend(packet.offset.to_le_bytes());
    bytes.extend(packet.total.to_le_bytes());
    bytes.extend((packet.body.len() as u32).to_le_bytes());
    bytes.extend(packet.flags.to_le_bytes());
    bytes.extend(packet.nonce.to_le_bytes());
    bytes.extend(packet.acked_nonce.to_le_bytes());
    bytes.extend(packet.acked_total.to_le_bytes());
    bytes.extend(&packet.body);
    bytes
}

/// A member of a conversation that exchanges packets with one other.
#[derive(Debug)]
pub struct RawPeer {
    /// The place in the conversation.
    pub sb: Sb,
    /// The peer's address.
    pub other: String,
    /// The habits.
    pub quirks: Quirks,
    identifier: u32,
    nonce: u32,
    transaction: u32,
}

impl Deref for RawPeer {
    type Target = Sb;

    fn deref(&self) -> &Sb {
        &self.sb
    }
}

impl DerefMut for RawPeer {
    fn deref_mut(&mut self) -> &mut Sb {
        &mut self.sb
    }
}

impl RawPeer {
    /// Takes a place.
    pub fn new(sb: Sb, other: &str, quirks: Quirks) -> Self {
        Self { sb, other: other.into(), quirks, identifier: 0x00b5_c000, nonce: 0x2000, transaction: 100 }
    }

    /// The next identifier.
    pub fn identifier(&mut self) -> u32 {
        self.identifier += 1;
        self.identifier
    }

    fn nonce(&mut self) -> u32 {
        self.nonce += 1;
        self.nonce
    }

    /// The peer, as this side names it.
    fn named(&self) -> &str {
        if self.quirks.names_nobody { "" } else { &self.other }
    }

    /// Sends one packet and takes the service's `ACK`.
    pub async fn packet(&mut self, packet: &Packet, footer: u32) {
        let head = format!(
            "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: {}\r\n\r\n",
            self.named()
        );
        let payload = [head.as_bytes(), &write(packet), &footer.to_be_bytes()].concat();
        self.transaction += 1;
        let transaction = self.transaction;
        self.sb.msg(transaction, 'D', &payload).await;
    }

    /// Sends a message in as many packets as it takes.
    pub async fn message(&mut self, identifier: u32, session: u32, flags: u32, footer: u32, bytes: &[u8]) {
        let mut nonce = self.nonce();
        let parts: Vec<&[u8]> =
            // A message of no bytes has one packet, too; `chunks` would give none.
            if bytes.is_empty() { vec![bytes] } else { bytes.chunks(self.quirks.chunk).collect() };
        for (number, part) in parts.into_iter().enumerate() {
            if self.quirks.nonce_per_packet {
                nonce = self.nonce();
            }
            let offset = (number * self.quirks.chunk) as u64;
            let (total, body) = (bytes.len() as u64, part.to_vec());
            let packet = Packet {
                session,
                identifier,
                offset,
                total,
                flags,
                nonce,
                acked_nonce: 0,
                acked_total: 0,
                body,
            };
            self.packet(&packet, footer).await;
        }
    }

    /// Acknowledges a message whose last packet this is.
    pub async fn acknowledge(&mut self, packet: &Packet) {
        let identifier = self.identifier();
        self.acknowledge_as(identifier, 0x02, packet).await;
    }

    /// As [`acknowledge`](Self::acknowledge), with this number and these flags.
    pub async fn acknowledge_as(&mut self, identifier: u32, flags: u32, packet: &Packet) {
        let total = if self.quirks.ack_total_zero { 0 } else { packet.total };
        let ack = Packet {
            session: packet.session,
            identifier,
            offset: 0,
            total,
            flags,
            nonce: packet.identifier,
            acked_nonce: if self.quirks.ack_nonce_zero { 0 } else { packet.nonce },
            acked_total: total,
            body: Vec::new(),
        };
        self.packet(&ack, 0).await;
    }

    /// The next message of the conversation; other lines are passed over.
    pub async fn any_message(&mut self) -> Message {
        loop {
            let line = self.sb.line().await;
            if line.starts_with("MSG ") {
                return self.sb.message_of(&line).await;
            }
        }
    }

    /// The next packet; messages that are none are passed over.
    pub async fn next_packet(&mut self) -> Packet {
        loop {
            let message = self.any_message().await;
            let Some(end) = message.payload.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            if String::from_utf8_lossy(&message.payload[..end]).contains("application/x-msnmsgrp2p") {
                return read(&message.payload[end + 4..], 4);
            }
        }
    }

    /// The next message: all its packets put together, in the last one's header.
    pub async fn next_message(&mut self) -> Packet {
        let mut whole = Vec::new();
        loop {
            let packet = self.next_packet().await;
            // All low flags but those of data: a control packet has no body to put together.
            if packet.flags & 0xcf != 0 {
                return packet;
            }
            assert_eq!(packet.offset as usize, whole.len(), "packets come in order");
            whole.extend(&packet.body);
            if whole.len() as u64 == packet.total {
                return Packet { body: whole, ..packet };
            }
        }
    }

    /// The next message that is no acknowledgement.
    pub async fn next_saying(&mut self) -> Packet {
        loop {
            let message = self.next_message().await;
            if message.flags & 0x02 == 0 {
                return message;
            }
        }
    }

    /// The next text of MSNSLP, acknowledged.
    pub async fn expect_text(&mut self, start: &str) -> String {
        let message = self.next_saying().await;
        let text = String::from_utf8(message.body.clone()).expect("a text");
        assert!(text.starts_with(start), "expected {start}, not {text}");
        assert!(text.ends_with("\r\n\0"), "a text ends with a NUL: {text:?}");
        let flags = if start == "BYE" { self.quirks.bye_ack } else { 0x02 };
        let identifier = self.identifier();
        self.acknowledge_as(identifier, flags, &message).await;
        text
    }

    /// Writes a text: the first line, the call, the type of the body, and the body's lines.
    pub fn text(&self, first: &str, branch: &str, call: &str, cseq: u32, kind: &str, body: &str) -> Vec<u8> {
        let blank = if self.quirks.cseq_without_blank { "" } else { " " };
        let nul = if self.quirks.missing_nul { "" } else { "\0" };
        let body = format!("{body}\r\n{nul}");
        let length = if self.quirks.wrong_content_length { 43 } else { body.len() };
        format!(
            "{first}\r\nTo: <msnmsgr:{}>\r\nFrom: <msnmsgr:{}>\r\nVia: MSNSLP/1.0/TLP ;branch={branch}\r\n\
             CSeq: {cseq}{blank}\r\nCall-ID: {call}\r\nMax-Forwards: 0\r\n\
             Content-Type: application/x-msnmsgr-{kind}\r\nContent-Length: {length}\r\n\r\n{body}",
            self.named(),
            self.sb.handle
        )
        .into_bytes()
    }

    /// Sends a text under the next number.
    pub async fn say(&mut self, text: &[u8]) {
        let identifier = self.identifier();
        self.message(identifier, 0, 0, 0, text).await;
    }

    /// Answers a text with this status and these lines.
    pub async fn answer(&mut self, to: &str, status: &str, kind: &str, body: &str) {
        let branch = field(to, "Via").split_once("branch=").map_or("", |(_, branch)| branch).to_owned();
        let (first, call) = (format!("MSNSLP/1.0 {status}"), field(to, "Call-ID"));
        let text = self.text(&first, &branch, call, 1, kind, body);
        self.say(&text).await;
    }

    /// Serves an object to the sender of this INVITE, up to the acknowledgement of the
    /// data.
    pub async fn serve(&mut self, invite: &Packet, data: &[u8]) {
        let text = String::from_utf8(invite.body.clone()).expect("an INVITE");
        let session: u32 = field(&text, "SessionID").parse().expect("a number");
        let numbers = if self.quirks.three_less {
            // Drawn first, though the acknowledgement is sent first: its number is the largest of the four.
            let first = [self.identifier(), self.identifier(), self.identifier()];
            let ack = self.identifier();
            self.acknowledge_as(ack, 2, invite).await;
            first
        } else {
            self.acknowledge(invite).await;
            [self.identifier(), self.identifier(), self.identifier()]
        };
        let branch = field(&text, "Via").split_once("branch=").map_or("", |(_, branch)| branch).to_owned();
        let body = format!("SessionID: {session}\r\n");
        let answer =
            self.text("MSNSLP/1.0 200 OK", &branch, field(&text, "Call-ID"), 1, "sessionreqbody", &body);
        self.message(numbers[0], 0, 0, 0, &answer).await;
        let footer = self.quirks.footer;
        self.message(numbers[1], session, 0, footer, &[0; 4]).await;
        self.message(numbers[2], session, 0x20, footer, data).await;
    }
}

/// The value of a line of a text.
pub fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).trim()
}
