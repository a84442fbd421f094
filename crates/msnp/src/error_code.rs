//! The protocol's error numbers.

use std::fmt;

macro_rules! error_codes {
    ($($code:literal $name:ident $meaning:literal)*) => {
        /// The number of an error reply. The errors of a verb are told where the verb is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(
                #[doc = concat!(stringify!($code), ": ", $meaning)]
                $name = $code,
            )*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The meaning of the number, in words.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }
        }
    };
}

error_codes! {
    200 SyntaxError "the command has a syntax error"
    201 InvalidParameter "a parameter is invalid, such as a malformed address or the status offline"
    205 InvalidPrincipal "there is no such account"
    206 DomainMissing "the account name has no domain"
    207 AlreadyLoggedIn "already signed in"
    208 InvalidPrincipalName "the address is malformed"
    209 NicknameIllegal "the name is not allowed, or the account's address is not verified"
    210 ListFull "the list is full"
    213 InvalidRename "the rename is not allowed"
    215 AlreadyThere "already on the list, in the group, in the session, or ringing"
    216 NotOnList "not on the list, or the other account lets in only accounts on its allow list"
    217 NotOnline "offline, hidden, or blocking the caller"
    218 AlreadyInMode "the setting has this value already"
    219 InOppositeList "on the block list when added to the allow list, or the other way round"
    220 PagingRefused "a mobile page is malformed or not allowed"
    223 TooManyGroups "there are 30 groups already"
    224 InvalidGroup "there is no such group"
    225 NotInGroup "the contact is not in that group"
    227 GroupNotEmpty "the group is not empty"
    228 GroupNameExists "a group with that name exists"
    229 GroupNameTooLong "the group's name is longer than 61 bytes"
    230 CannotRemoveGroupZero "group 0 cannot be removed"
    280 SwitchboardFailed "no switchboard can be had"
    281 TransferFailed "the transfer to a switchboard failed"
    282 PeerToPeerError "a message between two clients is malformed"
    300 RequiredFieldMissing "a required field is missing"
    301 TooManyHits "a search finds too many"
    302 NotLoggedIn "not signed in"
    402 ContactListUnavailable "the contact list cannot be reached"
    403 ContactListError "the contact list cannot be reached"
    420 InvalidAccountPermissions "the account may not do this"
    500 InternalServerError "something broke in the service"
    501 DatabaseServerError "the database cannot be reached"
    502 CommandDisabled "the command is switched off"
    510 FileOperationFailed "a file operation failed"
    511 Banned "the account is banned"
    520 MemoryAllocationFailed "out of memory"
    540 ChallengeResponseFailed "the answer to a challenge is wrong"
    600 ServerBusy "the server is busy"
    601 ServerUnavailable "the server is unavailable"
    602 PeerServerDown "the other person's notification server cannot be reached"
    603 DatabaseConnectionFailed "the database cannot be reached"
    604 ServerGoingDown "the server is going down"
    605 ServiceUnavailable "the server is unavailable"
    707 ConnectionFailed "a connection could not be made"
    710 BadCvrParameters "the client's version is not accepted"
    711 WriteBlocking "the client reads too slowly"
    712 SessionOverloaded "the session can take no more"
    713 CallingTooRapidly "too many calls in a short time"
    714 TooManySessions "too many sessions at once"
    715 NotExpected "the command is not expected now"
    717 BadFriendFile "the contact list is damaged"
    731 CvrNotExpected "the client's version is not expected now, or badly formed"
    800 ChangingTooRapidly "changing too often, or a mobile page was not delivered"
    910 ServerTooBusy "the server is too busy to sign in"
    911 AuthenticationFailed "the account, password, ticket or cookie is wrong"
    913 NotAllowedWhenHidden "not allowed before the first status or while hidden"
    917 PassportFailed "authentication failed"
    918 TooBusyToSignIn "the server is too busy to sign in"
    920 NotAcceptingNewUsers "the server takes no new people"
    923 KidsWithoutConsent "a child's account without consent"
    924 NotVerified "the account's address is not verified"
    927 Suspended "the account is suspended"
    928 BadTicket "the ticket is forged or has expired"
    931 WrongServer "the account is not on this server"
}

impl ErrorCode {
    /// The number.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The code with this number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

impl fmt::Display for ErrorCode {
    /// Writes the number, as an error reply does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_are_for_people() {
        for code in ErrorCode::ALL {
            assert!(!code.meaning().contains(['`', ';', '…']), "{code}: {}", code.meaning());
        }
    }

    #[test]
    fn numbers_read_back() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_number(code.number()), Some(*code));
        }
        assert_eq!(ErrorCode::from_number(999), None);
    }

    #[test]
    fn a_code_is_written_as_its_number() {
        assert!(ErrorCode::ALL.iter().all(|code| code.to_string() == code.number().to_string()));
        assert_eq!(ErrorCode::from_number(911).map(|code| code.to_string()).as_deref(), Some("911"));
    }
}
