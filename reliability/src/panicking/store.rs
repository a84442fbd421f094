//! The store that panics: everything goes to the one behind it, except what concerns [`TRIGGER`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use msnp::{
    AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, Privacy, PropertyKey, PropertyValue,
};
use papillon_store::{
    Account, AccountChange, AccountId, AccountLog, AccountStore, Ban, BanRefusals, BanStore, BanTarget,
    Committed, Credentials, Invitation, InvitationCode, InvitationStore, ListStore, Measured, Measures,
    NewAccount, NewBan, NewInvitation, PasswordHash, People, Picture, PictureStore, PrivacyList, Result,
    Roster, SecretStore, Store, WebSession, WebSessionStore,
};

/// The handle that makes the store panic: as the contact of a new entry, and as the name of a login.
pub const TRIGGER: &str = "panic@example.com";

/// The store.
pub struct Panicking(pub Arc<dyn Store>);

/// Hands methods on to the store behind, and takes those written out after `but` as they are.
macro_rules! handed_on {
    ($Trait:ident {
        $(async fn $name:ident($($argument:ident: $Type:ty),*) -> $Outcome:ty;)*
        $(but $($method:tt)*)?
    }) => {
        #[async_trait]
        impl $Trait for Panicking {
            $(async fn $name(&self, $($argument: $Type),*) -> $Outcome {
                self.0.$name($($argument),*).await
            })*
            $($($method)*)?
        }
    };
}

handed_on! { AccountStore {
    async fn create_account(new: NewAccount) -> Result<Account>;
    async fn create_accounts(new: &[NewAccount]) -> Result<Vec<Option<Account>>>;
    async fn create_invited_account(new: NewAccount, code: &InvitationCode) -> Result<Account>;
    async fn account(handle: &Handle) -> Result<Option<Account>>;
    async fn account_by_id(id: AccountId) -> Result<Option<Account>>;
    async fn accounts() -> Result<Vec<Account>>;
    async fn people(search: &str, skip: u32, most: u32) -> Result<People>;
    async fn set_password(handle: &Handle, hash: PasswordHash) -> Result<()>;
    async fn set_enabled(handle: &Handle, enabled: bool) -> Result<()>;
    async fn set_admin(handle: &Handle, admin: bool) -> Result<()>;
    async fn void_tickets(handle: &Handle) -> Result<()>;
    async fn remove_account(handle: &Handle) -> Result<()>;
    but async fn credentials(&self, handle: &Handle) -> Result<Option<Credentials>> {
        assert!(handle.as_str() != TRIGGER, "the fault that a case has asked for");
        self.0.credentials(handle).await
    }
}}

handed_on! { ListStore {
    async fn sign_in(account: AccountId) -> Result<Option<(Account, Roster)>>;
    async fn look_into(account: AccountId) -> Result<Option<(Account, Roster)>>;
    async fn rename(account: AccountId, name: &FriendlyName) -> Result<Committed>;
    async fn add_to_privacy(
        owner: AccountId,
        list: PrivacyList,
        contact: &Handle,
        name: &FriendlyName,
        limit: usize
    ) -> Result<Committed>;
    async fn remove_from_forward(owner: AccountId, contact: &Handle, group: GroupArgument) -> Result<Committed>;
    async fn remove_from_privacy(owner: AccountId, list: PrivacyList, contact: &Handle) -> Result<Committed>;
    async fn rename_contact(owner: AccountId, contact: &Handle, name: &FriendlyName) -> Result<Committed>;
    async fn set_prompt(owner: AccountId, prompt: AddPrompt) -> Result<Committed>;
    async fn set_privacy(owner: AccountId, privacy: Privacy) -> Result<Committed>;
    async fn add_group(owner: AccountId, name: &GroupName) -> Result<Committed>;
    async fn rename_group(owner: AccountId, group: GroupId, name: &GroupName) -> Result<Committed>;
    async fn remove_group(owner: AccountId, group: GroupId) -> Result<Committed>;
    async fn set_property(owner: AccountId, key: PropertyKey, value: &PropertyValue) -> Result<Committed>;
    but fn in_doubt(&self) -> Vec<AccountId> {
        self.0.in_doubt()
    }

    async fn add_to_forward(
        &self,
        owner: AccountId,
        contact: &Handle,
        name: &FriendlyName,
        group: GroupArgument,
        limit: usize,
    ) -> Result<Committed> {
        assert!(contact.as_str() != TRIGGER, "the fault that a case has asked for");
        self.0.add_to_forward(owner, contact, name, group, limit).await
    }
}}

handed_on! { InvitationStore {
    async fn create_invitation(new: NewInvitation) -> Result<()>;
    async fn invitations() -> Result<Vec<Invitation>>;
    async fn revoke_invitation(id: i64) -> Result<()>;
}}

handed_on! { PictureStore {
    async fn picture(account: AccountId) -> Result<Option<Picture>>;
    async fn set_picture(account: AccountId, picture: &Picture) -> Result<()>;
    async fn remove_picture(account: AccountId) -> Result<()>;
}}

handed_on! { WebSessionStore {
    async fn begin_web_session(session: &WebSession) -> Result<()>;
    async fn account_of_web_session(id: &str, now: i64) -> Result<Option<Account>>;
    async fn end_web_session(id: &str) -> Result<()>;
}}

handed_on! { SecretStore {
    async fn secret(name: &str, candidate: &[u8]) -> Result<Vec<u8>>;
}}

handed_on! { AccountLog {
    async fn last_change() -> Result<i64>;
    async fn changes_after(sequence: i64) -> Result<Vec<AccountChange>>;
    but async fn wait_for_change(&self, longest: Duration) {
        self.0.wait_for_change(longest).await;
    }
}}

handed_on! { BanStore {
    async fn add_ban(new: NewBan) -> Result<()>;
    async fn lift_ban(target: &BanTarget) -> Result<()>;
    async fn bans(now: i64) -> Result<Vec<Ban>>;
    async fn ban_version() -> Result<i64>;
    async fn count_ban_refusals(refusals: &[BanRefusals]) -> Result<()>;
}}

impl Measured for Panicking {
    fn measures(&self) -> &Measures {
        self.0.measures()
    }
}
