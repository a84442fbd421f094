//! Lists, groups, settings, names and properties.

use async_trait::async_trait;
use msnp::{
    AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, Privacy, PropertyKey, PropertyValue,
};

use crate::{Account, AccountId, Committed, PrivacyList, Result, Roster};

#[cfg(doc)]
use crate::Refusal;

/// The store of the lists of accounts, one part of [`Store`](crate::Store).
///
/// A change of lists returns its meaning for each person that it concerns. It raises the version of each one of them by
/// exactly one, and of no other person.
#[async_trait]
pub trait ListStore: Send + Sync + 'static {
    /// Everything a sign-in needs, all of one moment.
    async fn sign_in(&self, account: AccountId) -> Result<Option<(Account, Roster)>>;

    /// The accounts whose lists may have been changed although the change failed: its commit was sent, and
    /// its answer did not come. They take no other change before they have been
    /// [looked into](Self::look_into).
    fn in_doubt(&self) -> Vec<AccountId>;

    /// The same as [`sign_in`](Self::sign_in) once no change of that account is under way any more. The
    /// account is in doubt no longer.
    async fn look_into(&self, account: AccountId) -> Result<Option<(Account, Roster)>>;

    /// Sets the account's own display name.
    async fn rename(&self, account: AccountId, name: &FriendlyName) -> Result<Committed>;

    /// Puts `contact` on the forward list, or into one more group of it; the owner goes on the
    /// contact's reverse list. The name is kept only when the contact is new on the list.
    ///
    /// Without a group it is group 0.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::UnknownGroup`], [`Refusal::AlreadyThere`],
    /// [`Refusal::ListFull`] (`limit` are on the list).
    async fn add_to_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
        group: GroupArgument,
        limit: usize,
    ) -> Result<Committed>;

    /// Puts `contact` on the allow or block list. A contact that is on any list keeps its name.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::AlreadyThere`], [`Refusal::ListFull`],
    /// [`Refusal::OnOppositeList`].
    async fn add_to_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
        name: &FriendlyName,
        limit: usize,
    ) -> Result<Committed>;

    /// Takes `contact` off the forward list (without a group) or out of one group of it; out of the last group is
    /// off the list.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::NotOnList`], [`Refusal::UnknownGroup`],
    /// [`Refusal::NotInGroup`].
    async fn remove_from_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        group: GroupArgument,
    ) -> Result<Committed>;

    /// Takes `contact` off the allow or block list.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownAccount`], [`Refusal::NotOnList`].
    async fn remove_from_privacy(
        &self,
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
    ) -> Result<Committed>;

    /// Sets the name under which the owner keeps a contact.
    ///
    /// # Errors
    /// [`Refusal::NotOnList`] if the contact is on none of the four lists, known to the service or not.
    async fn rename_contact(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
    ) -> Result<Committed>;

    /// Sets whether the client asks about accounts that add the owner. The value that is set already changes
    /// nothing.
    async fn set_prompt(&self, owner: AccountId, prompt: AddPrompt) -> Result<Committed>;

    /// Sets whether people on neither privacy list may see the owner. The value that is set already changes
    /// nothing.
    async fn set_privacy(&self, owner: AccountId, privacy: Privacy) -> Result<Committed>;

    /// Makes a group with the lowest free number.
    ///
    /// # Errors
    /// [`Refusal::TooManyGroups`].
    async fn add_group(&self, owner: AccountId, name: &GroupName) -> Result<Committed>;

    /// Renames a group, group 0 as well.
    ///
    /// # Errors
    /// [`Refusal::UnknownGroup`].
    async fn rename_group(&self, owner: AccountId, group: GroupId, name: &GroupName) -> Result<Committed>;

    /// Removes a group. Those in no other group leave the forward list.
    ///
    /// # Errors
    /// [`Refusal::GroupZero`], [`Refusal::UnknownGroup`].
    async fn remove_group(&self, owner: AccountId, group: GroupId) -> Result<Committed>;

    /// Sets a property, or unsets it with an empty value.
    async fn set_property(
        &self,
        owner: AccountId,
        key: PropertyKey,
        value: &PropertyValue,
    ) -> Result<Committed>;
}
