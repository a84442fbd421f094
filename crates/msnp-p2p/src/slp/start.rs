//! The first lines of texts: requests and responses.

use std::fmt;

use super::SlpError;

/// The method of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Opens a session, or negotiates its carrier.
    Invite,
    /// Closes one.
    Bye,
    /// Of later clients; needs no answer.
    Ack,
    /// Anything else: the official client acknowledges it and does nothing (NINA).
    Other(String),
}

impl Method {
    fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Bye => "BYE",
            Self::Ack => "ACK",
            Self::Other(method) => method,
        }
    }
}

/// The number of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlpStatus(pub u16);

impl SlpStatus {
    /// Accepted.
    pub const OK: Self = Self(200);
    /// The account it is for is not here.
    pub const NOT_FOUND: Self = Self(404);
    /// There is no such session.
    pub const NO_SUCH_CALL: Self = Self(481);
    /// The request cannot be processed.
    pub const INTERNAL_ERROR: Self = Self(500);
    /// The user, or the client, declines.
    pub const DECLINE: Self = Self(603);
    /// Written by papyon alone.
    pub const UNACCEPTABLE: Self = Self(606);

    /// The words after the number; empty for unknown ones.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::OK => "OK",
            Self::NOT_FOUND => "Not Found",
            Self::NO_SUCH_CALL => "No Such Call",
            Self::INTERNAL_ERROR => "Internal Error",
            Self::DECLINE => "Decline",
            Self::UNACCEPTABLE => "Unacceptable",
            Self(_) => "",
        }
    }
}

/// A first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// `INVITE MSNMSGR:bob@example.com MSNSLP/1.0`
    Request {
        /// The method.
        method: Method,
        /// The account that the request is for. libpurple writes its own address into a BYE: nothing depends on it.
        target: String,
    },
    /// `MSNSLP/1.0 200 OK`: the number counts, not the words.
    Response(SlpStatus),
}

impl Start {
    const VERSION: &str = "MSNSLP/1.0";

    pub(super) fn parse(line: &str) -> Result<Self, SlpError> {
        let mut words = line.split_ascii_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if first.eq_ignore_ascii_case(Self::VERSION) {
            return second
                .parse()
                .map(|number| Self::Response(SlpStatus(number)))
                .map_err(|_| SlpError::StartLine);
        }
        // Without the version any line of words would be a request.
        if !words.next().is_some_and(|version| version.eq_ignore_ascii_case(Self::VERSION)) {
            return Err(SlpError::StartLine);
        }
        let target = second.split_once(':').map_or(second, |(_, address)| address);
        let method = match first.to_ascii_uppercase().as_str() {
            "INVITE" => Method::Invite,
            "BYE" => Method::Bye,
            "ACK" => Method::Ack,
            _ => Method::Other(first.to_owned()),
        };
        Ok(Self::Request { method, target: target.to_owned() })
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { method, target } => {
                write!(f, "{} MSNMSGR:{target} {}", method.as_str(), Self::VERSION)
            }
            Self::Response(status) => write!(f, "{} {} {}", Self::VERSION, status.0, status.phrase()),
        }
    }
}
