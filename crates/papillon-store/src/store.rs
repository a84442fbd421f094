//! The interface of the store: one trait.

use async_trait::async_trait;
use msnp::{AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

use crate::{
    Account, AccountChange, AccountId, Credentials, ForwardAdded, ForwardRemoved, GroupRemoved, Invitation,
    InvitationCode, NewAccount, NewInvitation, PasswordHash, People, Picture, PrivacyChanged, PrivacyList,
    PropertySet, Result, Roster, WebSession,
};

#[cfg(doc)]
use crate::Refusal;

/// Where accounts and lists are kept.
///
/// Each method is one transaction: it happens wholly and is on the disk when it returns `Ok`, or
/// it does not happen at all. A future that is dropped leaves either the one or the other.
///
/// An owner that does not exist is refused with [`Refusal::UnknownAccount`] everywhere.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes an account. Refused: `AccountExists`.
    async fn create_account(&self, new: NewAccount) -> Result<Account>;

    /// Makes many accounts, all in one transaction. An account whose handle is taken, also by one before it among these,
    /// is `None` and left as it is.
    async fn create_accounts(&self, new: &[NewAccount]) -> Result<Vec<Option<Account>>>;

    /// Makes an account and uses the invitation once, at the account's `created_at`. Refused, in
    /// this order: `InvitationInvalid`, `AccountExists`.
    async fn create_invited_account(&self, new: NewAccount, code: &InvitationCode) -> Result<Account>;

    /// The account with this handle.
    async fn account(&self, handle: &Handle) -> Result<Option<Account>>;

    /// The account with this number.
    async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>>;

    /// The account with this handle, and its password hash.
    async fn credentials(&self, handle: &Handle) -> Result<Option<Credentials>>;

    /// Every account, ordered by handle.
    async fn accounts(&self) -> Result<Vec<Account>>;

    /// Accounts whose handle or name holds `search` (all, when it is empty), ordered by handle: at
    /// most `most`, after the first `skip`.
    async fn people(&self, search: &str, skip: u32, most: u32) -> Result<People>;

    /// Sets a new password and voids all tickets. Refused: `UnknownAccount`.
    async fn set_password(&self, handle: &Handle, hash: PasswordHash) -> Result<()>;

    /// Lets an account sign in or no longer; the latter also voids all tickets. Where nothing
    /// changes, nothing is done or logged. Refused: `UnknownAccount`.
    async fn set_enabled(&self, handle: &Handle, enabled: bool) -> Result<()>;

    /// Sets or removes the mark of an administrator. Refused:
    /// `UnknownAccount`.
    async fn set_admin(&self, handle: &Handle, admin: bool) -> Result<()>;

    /// Voids all tickets: a sign-in takes the password again. Refused: `UnknownAccount`.
    async fn void_tickets(&self, handle: &Handle) -> Result<()>;

    /// Removes an account, also from all lists, whose versions grow. Refused:
    /// `UnknownAccount`.
    async fn remove_account(&self, handle: &Handle) -> Result<()>;

    /// Sets the account's own display name.
    async fn rename(&self, account: AccountId, name: &FriendlyName) -> Result<ListVersion>;

    /// The display picture that is kept for a person.
    async fn picture(&self, account: AccountId) -> Result<Option<Picture>>;

    /// Keeps a display picture in place of the one before. Refused, in this order:
    /// `UnknownAccount`, `PictureTooLarge`.
    async fn set_picture(&self, account: AccountId, picture: &Picture) -> Result<()>;

    /// Keeps no display picture any more. Refused: `UnknownAccount`.
    async fn remove_picture(&self, account: AccountId) -> Result<()>;

    /// Makes an invitation; those that have expired go. Refused, in this order: `UnknownAccount`
    /// (its maker), `TooManyInvitations`.
    async fn create_invitation(&self, new: NewInvitation) -> Result<()>;

    /// All invitations, the latest first: also those that are used up or have expired, until they go.
    async fn invitations(&self) -> Result<Vec<Invitation>>;

    /// Takes an invitation back. One that does not exist is no error: it is as good as taken back.
    async fn revoke_invitation(&self, id: i64) -> Result<()>;

    /// Begins a session of the pages; those that have ended by then go, and of the account's own no more than
    /// [`WebSession::MOST`] are kept. Refused: `UnknownAccount`.
    async fn begin_web_session(&self, session: &WebSession) -> Result<()>;

    /// The account of this session; `None` when it has ended. `now` is in seconds since 1970.
    async fn account_of_web_session(&self, id: &str, now: i64) -> Result<Option<Account>>;

    /// Ends a session of the pages. One that does not exist is no error: it is as good as ended. Voiding all tickets
    /// of an account ends all of its sessions.
    async fn end_web_session(&self, id: &str) -> Result<()>;

    /// The secret of this name. The first request for it, on any node, gives it its value;
    /// everybody later gets that value.
    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>>;

    /// The accounts whose lists may have been changed although the change failed: its commit was sent, and
    /// its answer did not come. They take no other change before they have been
    /// [looked into](Self::look_into).
    fn in_doubt(&self) -> Vec<AccountId>;

    /// The same as [`sign_in`](Self::sign_in) once no change of that account is under way any more. The
    /// account is in doubt no longer.
    async fn look_into(&self, account: AccountId) -> Result<Option<(Account, Roster)>>;

    /// The number of the latest account change; 0 before the first.
    async fn last_change(&self) -> Result<i64>;

    /// The account changes after that number, in order. Those of more than a day ago may be gone.
    async fn changes_after(&self, sequence: i64) -> Result<Vec<AccountChange>>;

    /// Everything a sign-in needs, all of one moment.
    async fn sign_in(&self, account: AccountId) -> Result<Option<(Account, Roster)>>;

    /// Puts `contact` on the forward list, or into one more group of it; the owner goes on the
    /// contact's reverse list. The name is kept only when the contact is new on the list.
    ///
    /// Without a group it is group 0. Refused, in this order: `UnknownAccount`, `UnknownGroup`,
    /// `AlreadyThere`, `ListFull` (`limit` are on the list).
    async fn add_to_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
        group: GroupArgument,
        limit: usize,
    ) -> Result<ForwardAdded>;

    /// Puts `contact` on the allow or block list. A contact that is on any list already keeps its name. Refused, in this order: `UnknownAccount`,
    /// `AlreadyThere`, `ListFull`, `OnOppositeList`.
    async fn add_to_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
        name: &FriendlyName,
        limit: usize,
    ) -> Result<PrivacyChanged>;

    /// Takes `contact` off the forward list (without a group) or out of one group of it; a contact that
    /// leaves the last group is in group 0 then. Refused, in this order: `UnknownAccount`,
    /// `NotOnList`, `UnknownGroup`, `NotInGroup`.
    async fn remove_from_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        group: GroupArgument,
    ) -> Result<ForwardRemoved>;

    /// Takes `contact` off the allow or block list. Refused, in this order: `UnknownAccount`,
    /// `NotOnList`.
    async fn remove_from_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
    ) -> Result<PrivacyChanged>;

    /// Sets the name under which the owner keeps a contact. Refused: `NotOnList` if the contact
    /// is on none of the four lists, known to the service or not.
    async fn rename_contact(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
    ) -> Result<ListVersion>;

    /// Sets whether the client asks about people that add the owner. The value that is set already leaves the
    /// version as it is.
    async fn set_prompt(&self, owner: AccountId, prompt: AddPrompt) -> Result<ListVersion>;

    /// Sets whether people on neither privacy list may see the owner. The value that is set already leaves the
    /// version as it is.
    async fn set_privacy(&self, owner: AccountId, privacy: Privacy) -> Result<ListVersion>;

    /// Makes a group with the lowest free number. Refused: `TooManyGroups`.
    async fn add_group(&self, owner: AccountId, name: &GroupName) -> Result<(GroupId, ListVersion)>;

    /// Renames a group, group 0 as well. Refused: `UnknownGroup`.
    async fn rename_group(&self, owner: AccountId, group: GroupId, name: &GroupName) -> Result<ListVersion>;

    /// Removes a group. Those in no other group leave the forward list. Refused: `GroupZero`,
    /// `UnknownGroup`.
    async fn remove_group(&self, owner: AccountId, group: GroupId) -> Result<GroupRemoved>;

    /// Sets a property, or unsets it with an empty value.
    async fn set_property(
        &self,
        owner: AccountId,
        key: PropertyKey,
        value: &PropertyValue,
    ) -> Result<PropertySet>;
}
