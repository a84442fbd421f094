//! The form of messages on the wire: as they are sent, and how long they are when they arrive.

use std::fmt::Write;

/// Transaction ids of six digits, so that every `ACK` has the same length.
const FIRST: usize = 100_000;
/// The length of an `ACK`.
pub const ACK: usize = "ACK 100000\r\n".len();

/// The form.
#[derive(Debug, Clone)]
pub enum Form {
    /// `MSG` to the service; the bytes of a delivered line before its length.
    Switchboard {
        /// `MSG HANDLE NAME `.
        envelope: usize,
    },
    /// `MSG` to a raw relay, which passes it on as it is.
    Raw,
    /// `PRIVMSG` to an IRC server.
    Irc {
        /// The recipient's nick.
        to: String,
        /// The bytes of a delivered line before its text.
        prefix: usize,
    },
    /// `PUB` to a NATS server.
    Nats {
        /// The subject.
        subject: String,
    },
}

impl Form {
    /// Appends message number `number` in class `class` with so many bytes; returns its length at the recipient.
    ///
    /// # Panics
    /// Never: text takes any text.
    pub fn write(&self, text: &mut String, number: usize, class: char, length: usize) -> usize {
        let start = text.len();
        // Six digits: 100,000 to 899,999.
        let transaction = FIRST + number % 800_000;
        let (delivered, end) = match self {
            Self::Switchboard { envelope } => {
                let _ = write!(text, "MSG {transaction} {class} {length}\r\n");
                // The 3 are the digits of the length.
                (Some(envelope + 3 + "\r\n".len() + length), "")
            }
            Self::Raw => {
                let _ = write!(text, "MSG {transaction} {class} {length}\r\n");
                (None, "")
            }
            Self::Irc { to, prefix } => {
                let _ = write!(text, "PRIVMSG {to} :");
                (Some(prefix + length + "\r\n".len()), "\r\n")
            }
            Self::Nats { subject } => {
                let _ = write!(text, "PUB {subject} {length}\r\n");
                (Some(format!("MSG {subject} 1 {length}\r\n").len() + length + 2), "\r\n")
            }
        };
        text.extend(std::iter::repeat_n('x', length));
        text.push_str(end);
        delivered.unwrap_or(text.len() - start)
    }
}
