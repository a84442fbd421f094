//! The requests that change the contact list: accounts, names, groups, privacy.

use msnp::command::{NotificationEvent, NotificationRequest, add, adg, blp, rea, reg, rem, rmg};
use msnp::{ErrorCode, FriendlyName, GroupArgument, GroupId, GroupName, Handle, List, Privacy};

use super::Client;
use crate::CommandError;

impl Client {
    /// Adds an account to the forward list, and to the allow list unless it is blocked.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when there is no such account, it is on the list already, or the list is full. And any
    /// error of the network.
    pub async fn add_contact(&self, who: &Handle) -> Result<(), CommandError> {
        self.put(List::Forward, who).await?;
        // On neither list, the contact would see this account offline where the privacy is `BLP BL`. A blocked one stays
        // blocked: no account may be on both lists.
        if self.is_on(List::Allow, who) || self.is_on(List::Block, who) {
            return Ok(());
        }
        tolerate(ErrorCode::AlreadyThere, self.put(List::Allow, who).await)
    }

    /// Takes an account off the forward list.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when the account is not on it, and any error of the network.
    pub async fn remove_contact(&self, who: &Handle) -> Result<(), CommandError> {
        self.take_off(List::Forward, who).await
    }

    /// Moves an account to the block list: it sees this account offline and can't call it.
    ///
    /// # Errors
    ///
    /// Any error of the service ([`CommandError::Refused`]) or the network.
    pub async fn block(&self, who: &Handle) -> Result<(), CommandError> {
        self.move_between(List::Allow, List::Block, who).await
    }

    /// Moves an account to the allow list.
    ///
    /// # Errors
    ///
    /// Any error of the service ([`CommandError::Refused`]) or the network.
    pub async fn unblock(&self, who: &Handle) -> Result<(), CommandError> {
        self.move_between(List::Block, List::Allow, who).await
    }

    /// Changes the name under which the list shows a contact.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when the account is not on the list, and any error of the network.
    pub async fn rename_contact(&self, who: &Handle, name: FriendlyName) -> Result<(), CommandError> {
        let handle = who.clone();
        self.ask(move |transaction| NotificationRequest::Rea(rea::Request { transaction, handle, name }))
            .await
            .map(drop)
    }

    /// Changes the setting for accounts that are on neither the allow nor the block list.
    ///
    /// # Errors
    ///
    /// Any error of the service ([`CommandError::Refused`]) or the network.
    pub async fn set_privacy(&self, privacy: Privacy) -> Result<(), CommandError> {
        // The service answers 218 to the value that it has already.
        if self.privacy() == privacy {
            return Ok(());
        }
        self.ask(move |transaction| NotificationRequest::Blp(blp::Request { transaction, privacy }))
            .await
            .map(drop)
    }

    /// Makes a group; its name has at most 61 bytes when percent-coded.
    ///
    /// # Errors
    ///
    /// [`CommandError::Invalid`] for a name that is empty or too long, [`CommandError::Refused`] when there are 30 groups,
    /// and any error of the network.
    pub async fn add_group(&self, name: &str) -> Result<GroupId, CommandError> {
        let name = group_name(name)?;
        let build = move |transaction| NotificationRequest::Adg(adg::Request { transaction, name });
        match self.ask(build).await? {
            NotificationEvent::Adg(reply) => Ok(reply.group),
            _ => Err(CommandError::Protocol("it does not tell the number of the new group".into())),
        }
    }

    /// Renames a group.
    ///
    /// # Errors
    ///
    /// [`CommandError::Invalid`] for a name that is empty or too long, [`CommandError::Refused`] when there is no such
    /// group, and any error of the network.
    pub async fn rename_group(&self, group: GroupId, name: &str) -> Result<(), CommandError> {
        let name = group_name(name)?;
        self.ask(move |transaction| NotificationRequest::Reg(reg::Request { transaction, group, name }))
            .await
            .map(drop)
    }

    /// Removes a group, and with it the contacts that are in no other.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when there is no such group or it is [`GroupId::ZERO`], and any error of the network.
    pub async fn remove_group(&self, group: GroupId) -> Result<(), CommandError> {
        self.ask(move |transaction| NotificationRequest::Rmg(rmg::Request { transaction, group }))
            .await
            .map(drop)
    }

    /// Puts a contact into a group.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when there is no such group or the contact is in it, and any error of the network.
    pub async fn add_to_group(&self, who: &Handle, group: GroupId) -> Result<(), CommandError> {
        let (handle, name) = (who.clone(), self.name_of(who));
        let build = move |transaction| {
            let group = GroupArgument::Named(group);
            NotificationRequest::Add(add::Request { transaction, list: List::Forward, handle, name, group })
        };
        self.ask(build).await.map(drop)
    }

    /// Takes a contact out of a group.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when there is no such group or the contact is not in it, and any error of the network.
    pub async fn remove_from_group(&self, who: &Handle, group: GroupId) -> Result<(), CommandError> {
        let handle = who.clone();
        let build = move |transaction| {
            let group = GroupArgument::Named(group);
            NotificationRequest::Rem(rem::Request { transaction, list: List::Forward, handle, group })
        };
        self.ask(build).await.map(drop)
    }

    fn is_on(&self, list: List, who: &Handle) -> bool {
        self.contact(who).is_some_and(|contact| contact.lists.contains(list))
    }

    /// The name under which an account is put on a list.
    fn name_of(&self, who: &Handle) -> FriendlyName {
        match self.contact(who) {
            Some(contact) => contact.name,
            None => FriendlyName::from(who),
        }
    }

    async fn put(&self, list: List, who: &Handle) -> Result<(), CommandError> {
        let (handle, name) = (who.clone(), self.name_of(who));
        let build = move |transaction| {
            NotificationRequest::Add(add::Request {
                transaction,
                list,
                handle,
                name,
                group: GroupArgument::Absent,
            })
        };
        self.ask(build).await.map(drop)
    }

    async fn take_off(&self, list: List, who: &Handle) -> Result<(), CommandError> {
        let handle = who.clone();
        let build = move |transaction| {
            NotificationRequest::Rem(rem::Request { transaction, list, handle, group: GroupArgument::Absent })
        };
        self.ask(build).await.map(drop)
    }

    /// Moves an account: first off the one list, then on the other. The service lets no account be on both.
    async fn move_between(&self, from: List, to: List, who: &Handle) -> Result<(), CommandError> {
        if self.is_on(from, who) {
            // The service may have changed the list since the look at it: then the wanted state is there.
            tolerate(ErrorCode::NotOnList, self.take_off(from, who).await)?;
        }
        if self.is_on(to, who) {
            return Ok(());
        }
        tolerate(ErrorCode::AlreadyThere, self.put(to, who).await)
    }
}

fn group_name(name: &str) -> Result<GroupName, CommandError> {
    GroupName::parse(&msnp::wire::percent::encode(name)).map_err(|_| {
        CommandError::Invalid(format!(
            "a group cannot be called {name:?}: its name has 1 to {} bytes, percent-coded",
            GroupName::MAX_LEN
        ))
    })
}

/// The list has the wanted state already.
fn tolerate(code: ErrorCode, result: Result<(), CommandError>) -> Result<(), CommandError> {
    if result == Err(CommandError::Refused(code)) { Ok(()) } else { result }
}
