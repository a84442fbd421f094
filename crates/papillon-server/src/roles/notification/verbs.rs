//! The verb table: when each verb may be sent, in which dialects, how often, and what happens to
//! one that is out of place or cannot be read. Handlers check none of this again.

use msnp::wire::Frame;
use msnp::{Dialect, ErrorCode, Invalid};

use super::Refusal::{self, Close, Drop, Error, Fatal};
use super::{Connection, Paces};
use crate::limits::Pace;
use crate::listen::Door;

/// How far a client has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connected; `VER` is next.
    Greeting,
    /// A dialect has been agreed on; `CVR` is next.
    Versioned,
    /// The client has said what it is; `USR … I` is next.
    Known,
    /// The client has been sent for a ticket; `USR … S` is next.
    Challenged,
    /// Signed in.
    SignedIn,
}

/// What the table says about one verb.
pub(super) struct Rule {
    verb: &'static [u8],
    stages: &'static [Stage],
    /// What a client gets that sends it at another time.
    misplaced: Refusal,
    /// The one dialect that has the verb, and what a client of the other gets.
    only_in: Option<(Dialect, Refusal)>,
    /// What a client of the gateway gets, where the verb is for others only.
    tunnelled: Option<Refusal>,
    pace: Option<fn(&mut Paces) -> &mut Pace>,
    unreadable: fn(Invalid) -> Refusal,
}

impl Rule {
    const fn new(verb: &'static [u8], stages: &'static [Stage], misplaced: Refusal) -> Self {
        Self {
            verb,
            stages,
            misplaced,
            only_in: None,
            tunnelled: None,
            pace: None,
            unreadable: invalid_parameter,
        }
    }

    const fn signed_in(verb: &'static [u8]) -> Self {
        Self::new(verb, &[Stage::SignedIn], Close)
    }

    const fn only_in(mut self, dialect: Dialect, elsewhere: Refusal) -> Self {
        self.only_in = Some((dialect, elsewhere));
        self
    }

    const fn tunnelled(mut self, answer: Refusal) -> Self {
        self.tunnelled = Some(answer);
        self
    }

    const fn paced(mut self, pace: fn(&mut Paces) -> &mut Pace) -> Self {
        self.pace = Some(pace);
        self
    }

    const fn unreadable(mut self, answer: fn(Invalid) -> Refusal) -> Self {
        self.unreadable = answer;
        self
    }

    /// What a client gets that sends the verb in a way that cannot be read.
    pub(super) fn refusal(&self, invalid: Invalid) -> Refusal {
        match invalid {
            Invalid::Text | Invalid::Verb | Invalid::TransactionId => Close,
            invalid => (self.unreadable)(invalid),
        }
    }
}

/// During the sign-in, a sign-in verb at the wrong time is answered 715 and any other verb with
/// the end of the connection. After it, an unknown verb ends the connection.
static VERBS: &[Rule] = &[
    Rule::new(b"VER", &[Stage::Greeting], NOT_EXPECTED).unreadable(|_| Close),
    Rule::new(b"CVR", &[Stage::Versioned, Stage::Known, Stage::SignedIn], NOT_EXPECTED)
        .unreadable(|_| Fatal(ErrorCode::CvrNotExpected)),
    Rule::new(b"USR", &[Stage::Known, Stage::Challenged, Stage::SignedIn], NOT_EXPECTED)
        .unreadable(|_| Fatal(ErrorCode::AuthenticationFailed)),
    Rule::new(b"OUT", &[Stage::Versioned, Stage::Known, Stage::Challenged, Stage::SignedIn], Close)
        .unreadable(|_| Close),
    Rule::signed_in(b"SYN"),
    Rule::signed_in(b"GTC").unreadable(|_| Close),
    Rule::signed_in(b"BLP").unreadable(|_| Close),
    Rule::signed_in(b"PRP").paced(changes).unreadable(bad_property),
    Rule::signed_in(b"ADD").unreadable(bad_list_change),
    Rule::signed_in(b"REM").unreadable(bad_list_change),
    // Renaming oneself is paced where the handle tells the two kinds apart.
    Rule::signed_in(b"REA").unreadable(bad_list_change),
    Rule::signed_in(b"ADG").unreadable(bad_group),
    Rule::signed_in(b"REG").unreadable(bad_group),
    Rule::signed_in(b"RMG").unreadable(bad_group),
    Rule::signed_in(b"CHG").paced(changes),
    Rule::signed_in(b"QRY").unreadable(|_| Fatal(ErrorCode::ChallengeResponseFailed)),
    // It has no transaction id that an error could carry. The original's gateway answered it with
    // an error of HTTP and dropped the session (HYP, *HTTP Connections*).
    Rule::signed_in(b"PNG").unreadable(|_| Close).tunnelled(Drop),
    Rule::signed_in(b"URL"),
    Rule::signed_in(b"SND").paced(invitations),
    Rule::signed_in(b"SDC").paced(invitations),
    Rule::signed_in(b"FND").unreadable(|_| Error(ErrorCode::CommandDisabled)),
    Rule::signed_in(b"PAG").only_in(Dialect::Msnp8, Error(ErrorCode::NotExpected)).unreadable(bad_page),
    Rule::signed_in(b"PGD").only_in(Dialect::Msnp9, Close).unreadable(bad_page),
    Rule::signed_in(b"IMS"),
    Rule::signed_in(b"XFR").paced(switchboards),
];

const NOT_EXPECTED: Refusal = Fatal(ErrorCode::NotExpected);

/// Lets a command through, or says why not.
pub(super) fn admit(connection: &mut Connection, frame: &Frame) -> Result<&'static Rule, Refusal> {
    let rule = VERBS.iter().find(|rule| rule.verb == frame.verb()).ok_or(Close)?;
    if !rule.stages.contains(&connection.stage) {
        return Err(rule.misplaced);
    }
    if let Some((dialect, elsewhere)) = rule.only_in
        && dialect != connection.dialect
    {
        return Err(elsewhere);
    }
    if let Some(refusal) = rule.tunnelled
        && connection.origin.door == Door::Gateway
    {
        return Err(refusal);
    }
    if let Some(pace) = rule.pace
        && !pace(&mut connection.paces).take()
    {
        return Err(Error(ErrorCode::ChangingTooRapidly));
    }
    Ok(rule)
}

fn changes(paces: &mut Paces) -> &mut Pace {
    &mut paces.changes
}

fn switchboards(paces: &mut Paces) -> &mut Pace {
    &mut paces.switchboards
}

fn invitations(paces: &mut Paces) -> &mut Pace {
    &mut paces.invitations
}

fn invalid_parameter(_: Invalid) -> Refusal {
    Error(ErrorCode::InvalidParameter)
}

fn bad_list_change(invalid: Invalid) -> Refusal {
    match invalid {
        Invalid::FriendlyNameTooLong | Invalid::List => Close,
        Invalid::FriendlyNameIllegal => Error(ErrorCode::NicknameIllegal),
        invalid => invalid_parameter(invalid),
    }
}

fn bad_group(invalid: Invalid) -> Refusal {
    match invalid {
        // 229 is the one error about a group's name that clients know.
        Invalid::GroupNameTooLong | Invalid::GroupNameIllegal => Error(ErrorCode::GroupNameTooLong),
        // MSN 7.0 sends a name in place of the number when a new group is discarded.
        Invalid::GroupId => Error(ErrorCode::InvalidGroup),
        Invalid::GroupIdRange | Invalid::Parameter(_) => Close,
        invalid => invalid_parameter(invalid),
    }
}

fn bad_property(invalid: Invalid) -> Refusal {
    match invalid {
        Invalid::PropertyKey => Error(ErrorCode::NotExpected),
        Invalid::PropertyKeyLength | Invalid::PropertyValue => Close,
        invalid => invalid_parameter(invalid),
    }
}

fn bad_page(_: Invalid) -> Refusal {
    Error(ErrorCode::PagingRefused)
}
