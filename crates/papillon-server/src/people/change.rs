//! Changes: what happens to a person, as a value. Whoever decides it makes it once; memory, lines for clients and
//! other nodes follow from it.

use msnp::{
    ClientCapabilities, Cookie, EncodedObject, FriendlyName, Handle, HostPort, ListFlags, ListVersion,
    SessionId, Status, TransactionId,
};
use papillon_store::{AccountId, ListChange, Person};

/// Something that has happened to one person, or that the person sees of somebody else.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub(crate) enum Change {
    /// Somebody whom the person watches can be seen, or looks different now.
    Online(Presence),
    /// The same, in answer to a request of the person: the first `CHG`, or an `ADD`.
    Introduced {
        /// The request's.
        transaction: TransactionId,
        /// How the other looks.
        presence: Presence,
    },
    /// Somebody whom the person watches can no longer be seen.
    Offline(Handle),
    /// A committed transaction has changed the person's lists.
    Lists(ListChange),
    /// An account that was on the person's lists no longer exists.
    ContactGone {
        /// The account.
        contact: Person,
        /// The lists on which it was.
        lists: ListFlags,
        /// The version of the person's lists without it.
        version: ListVersion,
    },
    /// Somebody calls the person into a conversation.
    Called(Ring),
    /// The account has signed in somewhere else: this session is over.
    SignedInElsewhere,
    /// The account may no longer be signed in: this session is over.
    AccountClosed,
    /// The service goes down now.
    ShuttingDown,
    /// The service goes down for maintenance in so many minutes.
    Maintenance {
        /// From now on.
        minutes: u32,
    },
    /// The operator has something to say.
    Alert(Alert),
}

/// What somebody's watchers see.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presence {
    /// Who.
    pub(crate) handle: Handle,
    /// A state that can be seen.
    pub(crate) status: Status,
    /// The display name.
    pub(crate) name: FriendlyName,
    /// What the client can do.
    pub(crate) capabilities: ClientCapabilities,
    /// The display picture.
    pub(crate) object: Option<EncodedObject>,
}

/// A call into a conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ring {
    /// The conversation.
    pub(crate) session: SessionId,
    /// The switchboard that has it, as the callee reaches it.
    pub(crate) address: HostPort,
    /// What lets the callee in.
    pub(crate) cookie: Cookie,
    /// Who calls.
    pub(crate) caller: Handle,
    /// The caller's display name.
    pub(crate) name: FriendlyName,
}

/// A text of the operator, addressed to one person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alert {
    /// The person.
    pub(crate) account: AccountId,
    /// The person's handle.
    pub(crate) handle: Handle,
    /// The pages of this service, as the person reaches them.
    pub(crate) site: Box<str>,
    /// One line.
    pub(crate) text: Box<str>,
}

impl Change {
    /// Whether the session to which this happens ends with it.
    pub(crate) fn ends_session(&self) -> bool {
        matches!(self, Self::SignedInElsewhere | Self::AccountClosed)
    }

    /// Whether nothing is said to a client after this.
    pub(crate) fn is_last(&self) -> bool {
        self.ends_session() || matches!(self, Self::ShuttingDown)
    }
}
