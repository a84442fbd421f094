//! `CHG`: the client changes its presence state.
//!
//! ```text
//! C: CHG <trid> <status> [<capabilities> [<MSNObject>]]
//! S: CHG <trid> <status> <capabilities> [<MSNObject>]
//! ```
//! The first `CHG` of a session is what makes an account visible. Some clients leave the
//! capabilities out; the reply then carries `0`, because a strict client refuses an echo of two
//! parameters. `0` in the place of the object means that there is none. An MSNP8 session has no object: one that
//! stands there is dropped.

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{ClientCapabilities, Dialect, EncodedObject, Invalid, Status, TransactionId};

/// A change of state. The request and its echo have the same form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chg {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The new state. `FLN` can be read, and is for the server to refuse (201).
    pub status: Status,
    /// The client's capabilities; 0 when the client left them out.
    pub capabilities: ClientCapabilities,
    /// The display picture; never one in MSNP8.
    pub object: Option<EncodedObject>,
}

impl Parse for Chg {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let status = Status::parse(words.required("status")?)?;
        let capabilities = words.optional().map(ClientCapabilities::parse).transpose()?;
        // `0` is how later clients say that they have none.
        let object = words.optional().filter(|word| *word != "0").map(EncodedObject::parse).transpose()?;
        let object = object.filter(|_| words.dialect().has_objects());
        Ok(Self { transaction, status, capabilities: capabilities.unwrap_or_default(), object })
    }
}

impl EncodeFor for Chg {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "CHG")
            .word(self.transaction)
            .word(self.status)
            .word(self.capabilities)
            .maybe(self.object.as_ref().filter(|_| dialect.has_objects()))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, read_in, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Chg: "CHG 9 NLN 0\r\n", "CHG 9 IDL 268435492 %3Cmsnobj%2F%3E\r\n");

    fn chg(status: Status, capabilities: u32, object: Option<&str>) -> Chg {
        Chg {
            transaction: TransactionId(9),
            status,
            capabilities: ClientCapabilities(capabilities),
            object: object.map(|word| EncodedObject::parse(word).unwrap()),
        }
    }

    #[test]
    fn one_two_or_three_arguments() {
        for (line, expected) in [
            ("CHG 9 NLN\r\n", chg(Status::Online, 0, None)),
            ("CHG 9 BSY 32\r\n", chg(Status::Busy, 32, None)),
            ("CHG 9 HDN 32 0\r\n", chg(Status::Hidden, 32, None)),
            (
                "CHG 9 IDL 268435492 %3Cmsnobj%2F%3E\r\n",
                chg(Status::Idle, 268_435_492, Some("%3Cmsnobj%2F%3E")),
            ),
            ("CHG 9 FLN\r\n", chg(Status::Offline, 0, None)),
        ] {
            assert_eq!(read(line), Ok(NotificationRequest::Chg(expected)), "{line:?}");
        }
        for (line, reason) in [
            ("CHG 9\r\n", Invalid::Missing("status")),
            ("CHG 9 nln\r\n", Invalid::Status),
            ("CHG 9 NLN x\r\n", Invalid::Parameter("client capabilities")),
            ("CHG 9 NLN 0 o x\r\n", Invalid::TooMany),
        ] {
            assert_eq!(refused::<NotificationRequest>(line), reason, "{line:?}");
        }
    }

    /// Three parameters, even when the client sent two.
    #[test]
    fn the_echo_always_has_capabilities() {
        both_ways("CHG 9 NLN 0\r\n", NotificationEvent::Chg(chg(Status::Online, 0, None)));
        let pictured = chg(Status::Away, 268_435_492, Some("%3Cmsnobj%2F%3E"));
        both_ways("CHG 9 AWY 268435492 %3Cmsnobj%2F%3E\r\n", NotificationEvent::Chg(pictured));
    }

    #[test]
    fn an_msnp8_session_has_no_object() {
        let pictured = chg(Status::Away, 32, Some("%3Cmsnobj%2F%3E"));
        assert_eq!(pictured.to_bytes_for(Dialect::Msnp8), "CHG 9 AWY 32\r\n");
        let read = |line: &str| read_in::<NotificationRequest>(Dialect::Msnp8, line.as_bytes());
        let plain = NotificationRequest::Chg(chg(Status::Away, 32, None));
        assert_eq!(read("CHG 9 AWY 32 %3Cmsnobj%2F%3E\r\n"), Ok(plain));
        let long = format!("CHG 9 AWY 32 {}\r\n", "x".repeat(EncodedObject::MAX_LEN + 1));
        assert!(read(&long).is_err(), "it is looked at all the same");
    }
}
