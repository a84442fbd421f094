//! Changes: the events in a person's session, as values. The code that decides about an event makes the value, once.
//! Memory and the lines for clients follow from it.

use msnp::{
    ClientCapabilities, Cookie, EncodedObject, FriendlyName, Handle, HostPort, ListFlags, ListVersion,
    SessionId, Status, TransactionId,
};
use papillon_store::{AccountId, ListChange, Person};

/// An event that concerns one person, here called the person.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub(crate) enum Change {
    /// A contact of the person can be seen, or looks different now.
    Online(Presence),
    /// The same, in answer to a request of the person: the first `CHG`, or an `ADD`.
    Introduced {
        /// The request's.
        transaction: TransactionId,
        /// The look of the contact.
        presence: Presence,
    },
    /// A contact of the person can no longer be seen.
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
    /// Another person calls the person into a conversation.
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
    /// A text of the operator.
    Alert(Alert),
}

/// The look of a person, as contacts see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presence {
    /// The person's handle.
    pub(crate) handle: Handle,
    /// A state that can be seen.
    pub(crate) status: Status,
    /// The display name.
    pub(crate) name: FriendlyName,
    /// The abilities of the client.
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
    /// The cookie that lets the callee in.
    pub(crate) cookie: Cookie,
    /// The caller's handle.
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

    /// Whether a client gets nothing after this.
    pub(crate) fn is_last(&self) -> bool {
        self.ends_session() || matches!(self, Self::ShuttingDown)
    }
}
