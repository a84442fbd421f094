//! The verb table: the states, the dialects and the limit of each verb, and the error for
//! one that is out of place or cannot be read. Handlers check none of this again.

use msnp::Dialect::{self, Msnp8, Msnp9};
use msnp::command::NotificationRequest as Request;
use msnp::{ErrorCode, Invalid};

use super::CommandError::{self, Close, Drop, Error, Fatal};
use super::connection::{Connection, Stage};
use crate::listen::EntryPoint;
use crate::people::Class::{
    self, Changes, Groups, Invitations, ListChanges, Queries, Switchboards, Synchronisations,
};
use crate::roles::verb_table::Limit::{ByHandler, Counted, Free};
use crate::roles::verb_table::{Gate, ends, invalid_parameter, verb_table};
use Stage::{Challenged, Greeting, Known, SignedIn, Versioned};

impl Gate for Connection {
    type State = Stage;
    const USUAL: &'static [Stage] = &[SignedIn];

    fn stage(&self) -> Stage {
        self.stage
    }

    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn entry_point(&self) -> EntryPoint {
        self.origin.entry_point
    }

    fn take(&self, class: Class) -> bool {
        // Before the sign-in there is no account; the states and the time for it are the limit then.
        self.session.as_ref().is_none_or(|session| {
            self.service.take(class, session.account, &session.handle, Some(self.origin.client.ip()))
        })
    }
}

// During the sign-in, a sign-in verb at the wrong time is answered 715 and any other verb with the
// end of the connection. After it, an unknown verb ends the connection.
verb_table! {
    /// Hands a request that the table let through to its handler.
    async fn carry_out(connection: Connection, request: Request);

    // Once a connection.
    "VER" Ver(request) in: Msnp8..=Msnp9, limit: Free, states: &[Greeting],
        misplaced: NOT_EXPECTED, unreadable: ends
        => connection.agree_on_version(&request);
    // The answer is made of the request alone, and as long.
    "CVR" Cvr(request) in: Msnp8..=Msnp9, limit: Free, states: &[Versioned, Known, SignedIn],
        misplaced: NOT_EXPECTED, unreadable: |_| Fatal(ErrorCode::CvrNotExpected) => connection.tell_versions(request);
    // It ends the connection. Only dialects before MSNP8 have it.
    "INF" Inf(_) in: Msnp8..=Msnp9, limit: Free, states: &[] => Err(Close);
    // The ticket tells the account.
    "USR" Usr(request) in: Msnp8..=Msnp9, limit: ByHandler, states: &[Known, Challenged, SignedIn],
        misplaced: NOT_EXPECTED, unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) => connection.sign_in(request).await;
    // Once a connection.
    "OUT" Out(_) in: Msnp8..=Msnp9, limit: Free,
        states: &[Versioned, Known, Challenged, SignedIn], unreadable: ends
        => Err(Close);
    "SYN" Syn(request) in: Msnp8..=Msnp9, limit: Counted(Synchronisations)
        => connection.synchronise(&request);
    "GTC" Gtc(request) in: Msnp8..=Msnp9, limit: Counted(ListChanges), unreadable: ends
        => connection.set_prompt(&request).await;
    // Like a status, it shows or hides the account to watchers.
    "BLP" Blp(request) in: Msnp8..=Msnp9, limit: Counted(Changes), unreadable: ends
        => connection.set_privacy(&request).await;
    "PRP" Prp(request) in: Msnp8..=Msnp9, limit: Counted(Changes), unreadable: bad_property
        => connection.set_property(request).await;
    "ADD" Add(request) in: Msnp8..=Msnp9, limit: Counted(ListChanges), unreadable: bad_list_change
        => connection.add(request).await;
    "REM" Rem(request) in: Msnp8..=Msnp9, limit: Counted(ListChanges), unreadable: bad_list_change
        => connection.remove(request).await;
    // The handle tells a change of oneself from one of a contact.
    "REA" Rea(request) in: Msnp8..=Msnp9, limit: ByHandler, unreadable: bad_list_change
        => connection.rename(request).await;
    "ADG" Adg(request) in: Msnp8..=Msnp9, limit: Counted(Groups), unreadable: bad_group
        => connection.add_group(request).await;
    "REG" Reg(request) in: Msnp8..=Msnp9, limit: Counted(Groups), unreadable: bad_group
        => connection.rename_group(request).await;
    "RMG" Rmg(request) in: Msnp8..=Msnp9, limit: Counted(Groups), unreadable: bad_group
        => connection.remove_group(&request).await;
    "CHG" Chg(request) in: Msnp8..=Msnp9, limit: Counted(Changes) => connection.change_state(request);
    // Once for each challenge: one more ends the connection.
    "QRY" Qry(request) in: Msnp8..=Msnp9, limit: Free,
        unreadable: |_| Fatal(ErrorCode::ChallengeResponseFailed)
        => connection.check_answer(&request);
    // It has no transaction id that an error could carry, so none refuses one too many. The original's gateway answered
    // it with an error of HTTP and dropped the session (HYP, *HTTP Connections*).
    "PNG" Png(_) in: Msnp8..=Msnp9, limit: Free, gateway: Some(Drop), unreadable: ends
        => connection.answer_ping();
    "URL" Url(request) in: Msnp8..=Msnp9, limit: Counted(Queries) => connection.tell_page(&request);
    "SND" Snd(request) in: Msnp8..=Msnp9, limit: Counted(Invitations)
        => connection.invite_by_mail(request).await;
    "SDC" Sdc(request) in: Msnp8..=Msnp9, limit: Counted(Invitations)
        => connection.invite_by_mail_with_text(request).await;
    "FND" Fnd(_) in: Msnp8..=Msnp9, limit: Counted(Queries), unreadable: |_| DISABLED => Err(DISABLED);
    "PAG" Pag(request) in: Msnp8..=Msnp8, limit: Counted(Queries),
        elsewhere: Error(ErrorCode::NotExpected), unreadable: bad_page
        => connection.page(&request.handle, request.text());
    "PGD" Pgd(request) in: Msnp9..=Msnp9, limit: Counted(Queries), unreadable: bad_page
        => connection.page(&request.handle, request.text());
    "IMS" Ims(request) in: Msnp8..=Msnp9, limit: Counted(Queries) => connection.take_calls(&request);
    "XFR" Xfr(request) in: Msnp8..=Msnp9, limit: Counted(Switchboards)
        => connection.open_switchboard(&request);
}

const NOT_EXPECTED: CommandError = Fatal(ErrorCode::NotExpected);
const DISABLED: CommandError = Error(ErrorCode::CommandDisabled);

fn bad_list_change(invalid: Invalid) -> CommandError {
    match invalid {
        // The original closed without a word (HYP, *Users/Groups*).
        Invalid::FriendlyNameTooLong | Invalid::List => Close,
        Invalid::FriendlyNameIllegal => Error(ErrorCode::NicknameIllegal),
        invalid => invalid_parameter(invalid),
    }
}

fn bad_group(invalid: Invalid) -> CommandError {
    match invalid {
        // 229 is the one error about a group's name that clients know.
        Invalid::GroupNameTooLong | Invalid::GroupNameIllegal => Error(ErrorCode::GroupNameTooLong),
        // MSN 7.0 sends a name in place of the number when a new group is discarded.
        Invalid::GroupId => Error(ErrorCode::InvalidGroup),
        // A group of 30 or more, or a name that is far too long: the original closed (YW, HYP).
        Invalid::GroupIdRange | Invalid::Parameter(_) => Close,
        invalid => invalid_parameter(invalid),
    }
}

fn bad_property(invalid: Invalid) -> CommandError {
    match invalid {
        Invalid::PropertyKey => Error(ErrorCode::NotExpected),
        // Keys of other lengths and values over 95 bytes: the original closed (HYP, YW).
        Invalid::PropertyKeyLength | Invalid::PropertyValue => Close,
        invalid => invalid_parameter(invalid),
    }
}

fn bad_page(_: Invalid) -> CommandError {
    Error(ErrorCode::PagingRefused)
}
