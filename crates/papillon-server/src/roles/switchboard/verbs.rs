//! The verb table: when each verb may be sent, and what one that cannot be read is answered.

use msnp::wire::Frame;
use msnp::{ErrorCode, Invalid};

use super::Refusal::{self, Close, Error, Fatal};

/// What the table says about one verb.
pub(super) struct Rule {
    verb: &'static [u8],
    /// Legal before coming in, and after.
    legal: (bool, bool),
    unreadable: fn(Invalid) -> Refusal,
}

impl Rule {
    /// What a client gets that sends the verb in a way that cannot be read.
    pub(super) fn refusal(&self, invalid: Invalid) -> Refusal {
        match invalid {
            Invalid::Text | Invalid::Verb | Invalid::TransactionId => Close,
            invalid => (self.unreadable)(invalid),
        }
    }
}

/// A verb that is not here or is out of place ends the connection.
static VERBS: &[Rule] = &[
    Rule { verb: b"MSG", legal: (false, true), unreadable: |_| Close },
    Rule { verb: b"CAL", legal: (false, true), unreadable: |_| Error(ErrorCode::InvalidPrincipalName) },
    Rule { verb: b"USR", legal: (true, false), unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) },
    Rule { verb: b"ANS", legal: (true, false), unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) },
    Rule { verb: b"OUT", legal: (true, true), unreadable: |_| Close },
];

/// Lets a command through, or says why not.
pub(super) fn admit(inside: bool, frame: &Frame) -> Result<&'static Rule, Refusal> {
    let rule = VERBS.iter().find(|rule| rule.verb == frame.verb()).ok_or(Close)?;
    let (before, after) = rule.legal;
    if if inside { after } else { before } { Ok(rule) } else { Err(Close) }
}
