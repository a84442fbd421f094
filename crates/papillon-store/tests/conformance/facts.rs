//! The facts of a committed change, for the checks to compare.

use msnp::{GroupId, ListVersion};
use papillon_store::{AccountId, Committed, ListEvent, Result, SharedProperties};

/// Questions to ask a committed change.
pub trait Facts {
    /// The owner's version.
    fn version(&self) -> ListVersion;
    /// The contact that the request was about.
    fn contact(&self) -> AccountId;
    /// The group that the request was about.
    fn group(&self) -> Option<GroupId>;
    /// Whether the contact is new on the forward list.
    fn newly_on_list(&self) -> bool;
    /// The visible properties of the contact.
    fn contact_properties(&self) -> SharedProperties;
    /// Those to whom something happens as the other side, the owner perhaps among them, by account number.
    fn others(&self) -> Vec<(AccountId, ListVersion)>;
    /// The version of the only other side, if there is one.
    fn other_version(&self) -> Option<ListVersion>;
}

impl Facts for Committed {
    fn version(&self) -> ListVersion {
        self.own.version
    }

    fn contact(&self) -> AccountId {
        match &*self.own.event {
            ListEvent::ForwardAdded { contact, .. }
            | ListEvent::ForwardRemoved { contact, .. }
            | ListEvent::PrivacyAdded { contact, .. }
            | ListEvent::PrivacyRemoved { contact, .. }
            | ListEvent::ContactRenamed { contact, .. } => contact.account,
            other => panic!("{other:?} is about no contact"),
        }
    }

    fn group(&self) -> Option<GroupId> {
        match *self.own.event {
            ListEvent::ForwardAdded { group, .. }
            | ListEvent::GroupAdded { group, .. }
            | ListEvent::GroupRenamed { group, .. }
            | ListEvent::GroupRemoved { group, .. } => Some(group),
            ListEvent::ForwardRemoved { group, .. } => group,
            _ => panic!("{:?} is about no group", self.own),
        }
    }

    fn newly_on_list(&self) -> bool {
        matches!(*self.own.event, ListEvent::ForwardAdded { is_new: true, .. })
    }

    fn contact_properties(&self) -> SharedProperties {
        match &*self.own.event {
            ListEvent::ForwardAdded { properties, .. } => properties.clone(),
            other => panic!("{other:?} adds nobody"),
        }
    }

    fn others(&self) -> Vec<(AccountId, ListVersion)> {
        let is_of_other_side = |event: &ListEvent| {
            matches!(
                event,
                ListEvent::ListedBy { .. }
                    | ListEvent::UnlistedBy { .. }
                    | ListEvent::PropertiesShown { .. }
                    | ListEvent::ContactPropertySet { .. }
            )
        };
        let changes = self.changes.iter().filter(|(_, change)| change.events().any(is_of_other_side));
        let mut others: Vec<_> = changes.map(|(account, change)| (*account, change.version)).collect();
        others.sort_unstable();
        others
    }

    fn other_version(&self) -> Option<ListVersion> {
        match *self.others() {
            [] => None,
            [(_, version)] => Some(version),
            _ => panic!("there are several others: {self:?}"),
        }
    }
}

/// A group that has been added, and the version with it.
pub fn added_group(added: Result<Committed>) -> (GroupId, ListVersion) {
    let added = added.unwrap();
    (added.group().unwrap(), added.version())
}
