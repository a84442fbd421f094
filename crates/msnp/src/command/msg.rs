//! `MSG`: a message.
//!
//! ```text
//! notification server
//! S: MSG Hotmail Hotmail <length>
//!    <MIME>
//!
//! switchboard
//! C: MSG <trid> <U|N|A|D|S> <length>
//!    <MIME>
//! S: MSG <handle> <name> <length>
//!    <MIME>
//! ```
//! A switchboard hands the payload on untouched. A client never sends one to a notification
//! server.

use bytes::{Bytes, BytesMut};

use crate::numbers::{MAX_DIGITS, digits_of};
use crate::wire::{Encode, Line, Parse, Words};
use crate::{FriendlyName, Handle, Invalid, TransactionId};

/// The sender and the name in a message of the service itself. Gaim ignores one from any other sender.
const SERVICE: &str = "Hotmail";

/// A message from the notification server: the profile, mail, announcements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromService {
    /// The MIME message.
    pub payload: Bytes,
}

impl Parse for FromService {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        // Not compared: clients are told not to rely on the service's name (HYP *Messages*).
        words.required("sender")?;
        words.required("friendly name")?;
        Ok(Self { payload: words.payload()? })
    }
}

impl Encode for FromService {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "MSG").word(SERVICE).word(SERVICE).payload(&self.payload);
    }
}

/// The acknowledgement that the sender of a message wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Acknowledge {
    /// `U`: none.
    Never,
    /// `N`: `NAK` if the message did not reach every other member.
    OnFailure,
    /// `A`: `ACK` or `NAK`.
    Always,
    /// `D`: `ACK` or an error; for peer-to-peer data (MSNP9).
    Data,
    /// `S`: `ACK` if the message reached every other member.
    OnSuccess,
}

impl Acknowledge {
    /// Every letter.
    pub const ALL: [Self; 5] = [Self::Never, Self::OnFailure, Self::Always, Self::Data, Self::OnSuccess];

    /// The letter as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "U",
            Self::OnFailure => "N",
            Self::Always => "A",
            Self::Data => "D",
            Self::OnSuccess => "S",
        }
    }

    const fn of(letter: u8) -> Option<Self> {
        match letter {
            b'U' => Some(Self::Never),
            b'N' => Some(Self::OnFailure),
            b'A' => Some(Self::Always),
            b'D' => Some(Self::Data),
            b'S' => Some(Self::OnSuccess),
            _ => None,
        }
    }

    /// Whether the sender is to hear `ACK` of a message that reached every other member.
    pub const fn tells_success(self) -> bool {
        matches!(self, Self::Always | Self::Data | Self::OnSuccess)
    }

    /// Reads a letter; upper case only.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for a word that is none of the five letters.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        // Exactly: a lower-case letter ended the connection on the original service (HYP *Switchboard Messages*).
        let found = if let [letter] = word.as_bytes() { Self::of(*letter) } else { None };
        found.ok_or(Invalid::Parameter("acknowledgement"))
    }
}

/// A message to every other member of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Carried by `ACK`, `NAK` or an error.
    pub transaction: TransactionId,
    /// The acknowledgement that the sender wants.
    pub acknowledge: Acknowledge,
    /// The MIME message.
    pub payload: Bytes,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let acknowledge = Acknowledge::parse(words.required("acknowledgement")?)?;
        Ok(Self { transaction, acknowledge, payload: words.payload()? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "MSG").word(self.transaction);
        line.word(self.acknowledge.code()).payload(&self.payload);
    }
}

/// A [`Request`] that borrows its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRef<'a> {
    /// Carried by `ACK`, `NAK` or an error.
    pub transaction: TransactionId,
    /// The acknowledgement that the sender wants.
    pub acknowledge: Acknowledge,
    /// The MIME message.
    pub payload: &'a [u8],
}

impl<'a> From<&'a Request> for RequestRef<'a> {
    fn from(request: &'a Request) -> Self {
        let Request { transaction, acknowledge, payload } = request;
        Self { transaction: *transaction, acknowledge: *acknowledge, payload }
    }
}

impl<'a> RequestRef<'a> {
    /// Reads the message at the front of a stream if it is complete, its payload no longer than `limit`, and its line in
    /// the form that clients write: one blank between the words, CR LF behind them, no more digits than a number needs.
    /// Returns it with its length, line included. `None` says nothing about a message in another form.
    pub(crate) fn take(stream: &'a [u8], limit: usize) -> Option<(Self, usize)> {
        let [b'M', b'S', b'G', b' ', rest @ ..] = stream else { return None };
        let (transaction, rest) = digits(rest)?;
        let [b' ', letter, b' ', rest @ ..] = rest else { return None };
        let acknowledge = Acknowledge::of(*letter)?;
        let (length, rest) = digits(rest)?;
        let [b'\r', b'\n', rest @ ..] = rest else { return None };
        // A `usize` has at least 32 bits on every system with an allocator.
        let length = length as usize;
        if length > limit || length > rest.len() {
            return None;
        }
        let payload = &rest[..length];
        let message = Self { transaction: TransactionId(transaction), acknowledge, payload };
        Some((message, stream.len() - rest.len() + length))
    }
}

/// The number at the front, and what follows it. `None` for one of more than nine digits, which may not fit.
#[inline]
fn digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let (mut number, mut length) = (0, 0);
    while let Some(byte @ b'0'..=b'9') = text.get(length) {
        // Nine digits fit.
        if length == 9 {
            return None;
        }
        number = number * 10 + u32::from(byte - b'0');
        length += 1;
    }
    (length > 0).then_some((number, text.get(length..)?))
}

/// A message from another member of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The sender.
    pub sender: Handle,
    /// The sender's display name when it joined.
    pub name: FriendlyName,
    /// The MIME message.
    pub payload: Bytes,
}

impl Parse for Delivery {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let sender = Handle::parse(words.required("handle")?)?;
        let name = FriendlyName::lossy(words.required("friendly name")?);
        Ok(Self { sender, name, payload: words.payload()? })
    }
}

impl Encode for Delivery {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "MSG").word(&self.sender).word(&self.name).payload(&self.payload);
    }
}

/// The deliveries of one sender, complete but for the payload: the form that a switchboard writes most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// `MSG <handle> <name>` and the blank before the length, and behind them the rest of the line that was written last.
    line: Vec<u8>,
    /// The length of those words.
    prefix: usize,
}

impl Envelope {
    /// An envelope for all messages of this sender.
    pub fn new(sender: &Handle, name: &FriendlyName) -> Self {
        let words = format!("MSG {sender} {name} ");
        // Room for the length of any payload and the line end.
        let mut line = Vec::with_capacity(words.len() + MAX_DIGITS + 2);
        line.extend_from_slice(words.as_bytes());
        Self { prefix: line.len(), line }
    }

    /// The line of a delivery with a payload of so many bytes, with its end. It is written in place: the words are there
    /// already.
    pub fn line(&mut self, payload: usize) -> &[u8] {
        let mut digits = [0; MAX_DIGITS];
        self.line.truncate(self.prefix);
        self.line.extend_from_slice(digits_of(payload, &mut digits));
        self.line.extend_from_slice(b"\r\n");
        &self.line
    }

    /// The delivery of `payload`, in one allocation of exactly its size.
    pub fn wrap(&self, payload: &[u8]) -> Bytes {
        let mut digits = [0; MAX_DIGITS];
        let length = digits_of(payload.len(), &mut digits);
        // The 2 are CR LF. With its size known before, it is allocated once.
        let size = self.prefix + length.len() + 2 + payload.len();
        let mut delivery = Vec::with_capacity(size);
        delivery.extend_from_slice(&self.line[..self.prefix]);
        delivery.extend_from_slice(length);
        delivery.extend_from_slice(b"\r\n");
        delivery.extend_from_slice(payload);
        Bytes::from(delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{alice, both_ways, name, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};

    vectors!(FromService: "MSG Hotmail Hotmail 2\r\nhi");
    vectors!(Request: "MSG 4 N 2\r\nhi", "MSG 4 D 0\r\n");
    vectors!(Delivery: "MSG alice@example.com Alice 2\r\nhi");

    const TEXT: &str = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
        X-MMS-IM-Format: FN=Arial; EF=I; CO=ff; CS=0; PF=22\r\n\r\nHello! How are you? ✓";
    const SYSTEM: &str =
        "MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n";

    #[test]
    fn from_the_service() {
        let message = FromService { payload: SYSTEM.into() };
        both_ways(&format!("MSG Hotmail Hotmail 88\r\n{SYSTEM}"), NotificationEvent::Msg(message));
        // A client may not send one: the payload is not even read.
        assert_eq!(refused::<NotificationRequest>("MSG 4 N 138\r\n"), Invalid::Verb);
    }

    #[test]
    fn through_a_switchboard() {
        assert_eq!(TEXT.len(), 138);
        let request = Request {
            transaction: TransactionId(4),
            acknowledge: Acknowledge::OnFailure,
            payload: TEXT.into(),
        };
        both_ways(&format!("MSG 4 N 138\r\n{TEXT}"), SwitchboardRequest::Msg(request.clone()));
        for acknowledge in Acknowledge::ALL {
            let line = format!("MSG 4 {} 0\r\n", acknowledge.code());
            let empty = Request { acknowledge, payload: Bytes::new(), ..request.clone() };
            both_ways(&line, SwitchboardRequest::Msg(empty));
        }
        let delivery = Delivery { sender: alice(), name: name(), payload: TEXT.into() };
        both_ways(&format!("MSG alice@example.com Alice 138\r\n{TEXT}"), SwitchboardEvent::Msg(delivery));
    }

    #[test]
    fn other_letters_are_refused() {
        for letter in ["n", "X", "NN"] {
            let reason = refused::<SwitchboardRequest>(&format!("MSG 4 {letter} 0\r\n"));
            assert_eq!(reason, Invalid::Parameter("acknowledgement"));
        }
        assert_eq!(refused::<SwitchboardRequest>("MSG 4 0\r\n"), Invalid::Parameter("acknowledgement"));
        assert_eq!(refused::<SwitchboardRequest>("MSG 4 N 0 0\r\n"), Invalid::TooMany);
    }

    #[test]
    fn an_envelope_writes_what_a_delivery_writes() {
        let envelope = Envelope::new(&alice(), &name());
        for length in [0, 1, 9, 10, 99, 100, 999, 1000, 1664] {
            let payload = Bytes::from(vec![b'x'; length]);
            let delivery = Delivery { sender: alice(), name: name(), payload: payload.clone() };
            assert_eq!(envelope.wrap(&payload), delivery.to_bytes());
        }
    }

    #[test]
    fn a_delivery_takes_as_much_memory_as_it_has_bytes() {
        let envelope = Envelope::new(&alice(), &name());
        for length in [0, 9, 10, 1664] {
            let payload = vec![b'x'; length];
            let delivery = envelope.wrap(&payload);
            assert!(delivery.ends_with(&[format!(" {length}\r\n").as_bytes(), &payload].concat()));
            let bytes = delivery.len();
            assert_eq!(delivery.try_into_mut().map(|delivery| delivery.capacity()), Ok(bytes));
        }
    }
}
