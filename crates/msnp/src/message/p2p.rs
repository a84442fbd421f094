//! `application/x-msnmsgrp2p`: the envelope of a peer-to-peer packet.

use bytes::Bytes;

use super::Message;
use crate::Invalid;

/// A packet and its destination. A session delivers it to every member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct P2pEnvelope {
    /// `P2P-Dest`: the account that the packet is for; other members ignore it. Compare without regard to case. aMSN
    /// leaves it empty in a conversation of two.
    pub destination: String,
    /// The packet: 48 bytes of header, up to 1202 of data, 4 of footer. Not looked into here.
    pub packet: Bytes,
}

impl P2pEnvelope {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "application/x-msnmsgrp2p";
    const HEADER: &str = "P2P-Dest";

    /// Takes the packet out. A destination that is missing is empty.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when there is no packet.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        if message.body.is_empty() {
            return Err(Invalid::Missing("packet"));
        }
        Ok(Self { destination: message.headers.text(Self::HEADER), packet: message.body.clone() })
    }

    /// The message: 73 bytes, the destination and the packet. It goes out as `MSG … D`.
    pub fn to_message(&self) -> Message {
        let mut message = Message::new(Self::MEDIA_TYPE, self.packet.clone());
        message.headers.push(Self::HEADER, &self.destination);
        message
    }
}
