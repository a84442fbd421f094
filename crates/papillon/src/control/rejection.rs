//! The error of a command: a word for programs and a sentence for people.

use msnp_client::msnp::ErrorCode;
use msnp_client::{CommandError, FetchError, PictureError, SendError, TransferError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failures::{why_not_delivered, why_not_done, why_not_transferred};

/// The error of a command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Rejection {
    /// One of the words in `docs/bots.md`.
    pub(crate) code: String,
    /// The error in words.
    pub(crate) text: String,
    /// The service's error number, where the service refused.
    #[serde(default)]
    pub(crate) number: Option<u16>,
}

impl Rejection {
    pub(super) fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into(), number: None }
    }

    /// A key that is missing, unknown, or has a value that cannot be used.
    pub(super) fn bad_argument(text: impl Into<String>) -> Self {
        Self::new("bad-argument", text)
    }

    fn refused(code: ErrorCode, text: String) -> Self {
        Self { number: Some(code.number()), ..Self::new("refused", text) }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "text": self.text });
        if let Some(number) = self.number {
            error["number"] = number.into();
        }
        error
    }
}

impl From<SendError> for Rejection {
    fn from(error: SendError) -> Self {
        let text = why_not_delivered(&error);
        Self::new(
            match error {
                SendError::NotOnline => "not-online",
                SendError::NotDelivered => "not-delivered",
                SendError::NoAnswer => "no-answer",
                SendError::TooLong => "too-long",
                SendError::Header(_) => "bad-argument",
                SendError::TooMany { .. } => "busy",
                SendError::Protocol(_) => "service-fault",
                SendError::Unreachable { .. } => "disconnected",
                SendError::Disconnected | SendError::SignedOut(_) => "disconnected",
                SendError::TimedOut => "service-timeout",
                SendError::Refused(code) => return Self::refused(code, text),
                _ => "failed",
            },
            text,
        )
    }
}

impl From<CommandError> for Rejection {
    fn from(error: CommandError) -> Self {
        let text = why_not_done(&error);
        Self::new(
            match error {
                CommandError::Disconnected | CommandError::SignedOut(_) => "disconnected",
                CommandError::TimedOut => "service-timeout",
                CommandError::Invalid(_) => "bad-argument",
                CommandError::Picture(error) => return error.into(),
                CommandError::Conversation(error) => return error.into(),
                CommandError::Protocol(_) => "service-fault",
                // The same word as for a text, since a program reacts in the same way. The number stays beside it.
                CommandError::Refused(code @ ErrorCode::NotOnline) => {
                    return Self { code: String::from("not-online"), ..Self::refused(code, text) };
                }
                CommandError::Refused(code) => return Self::refused(code, text),
                _ => "failed",
            },
            text,
        )
    }
}

impl From<PictureError> for Rejection {
    fn from(error: PictureError) -> Self {
        Self::bad_argument(error.to_string())
    }
}

impl From<FetchError> for Rejection {
    fn from(error: FetchError) -> Self {
        let text = error.to_string();
        Self::new(
            match error {
                FetchError::Unreachable(error) => return error.into(),
                FetchError::NoPicture => "no-picture",
                FetchError::Declined => "declined",
                FetchError::Corrupt => "corrupt",
                FetchError::TooLarge { .. } => "too-large",
                FetchError::Broken => "broken-off",
                FetchError::TimedOut => "no-answer",
                FetchError::TooMany => "busy",
                _ => "failed",
            },
            text,
        )
    }
}

impl From<TransferError> for Rejection {
    fn from(error: TransferError) -> Self {
        let text = why_not_transferred(&error);
        Self::new(
            match error {
                TransferError::Unreachable(error) => return error.into(),
                TransferError::File { .. } => "file",
                TransferError::Name(_) => "bad-argument",
                TransferError::Corrupt => "corrupt",
                TransferError::NoAddress => "no-address",
                TransferError::TooMany => "busy",
                TransferError::Declined => "declined",
                TransferError::Cancelled => "cancelled",
                TransferError::CancelledByPeer => "cancelled-by-them",
                TransferError::Broken => "broken-off",
                TransferError::TimedOut => "no-answer",
                TransferError::Unknown(_) => "no-such-transfer",
                TransferError::Unsupported => "unsupported",
                TransferError::NeedsDirect => "needs-direct",
                _ => "failed",
            },
            text,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_service_is_told_with_every_word() {
        let offline = Rejection::from(CommandError::Refused(ErrorCode::NotOnline));
        assert_eq!((offline.code.as_str(), offline.number), ("not-online", Some(217)));
        let full = Rejection::from(CommandError::Refused(ErrorCode::ListFull));
        assert_eq!((full.code.as_str(), full.number), ("refused", Some(210)));
        assert_eq!(Rejection::from(CommandError::TimedOut).number, None);
    }
}
