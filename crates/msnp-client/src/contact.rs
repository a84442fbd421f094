//! Snapshots of contacts and groups.

use msnp::object::MsnObject;
use msnp::{ClientCapabilities, FriendlyName, GroupId, Handle, ListFlags, Status};

/// An account on a list.
///
/// ```no_run
/// # fn example(client: &msnp_client::Client) {
/// use msnp_client::msnp::List;
///
/// let waiting = client.contacts().into_iter().filter(|contact| {
///     contact.lists.contains(List::Reverse) && !contact.lists.contains(List::Forward)
/// });
/// for contact in waiting {
///     println!("{} has added this account", contact.handle);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub handle: Handle,
    /// The name that the list shows.
    pub name: FriendlyName,
    /// The lists: forward, allow, block, reverse.
    pub lists: ListFlags,
    /// The groups; empty when in none.
    pub groups: Vec<GroupId>,
    /// `None` while offline.
    pub presence: Option<Presence>,
}

/// The presence of an account that is online.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let grace = "grace@example.com".parse()?;
/// match client.contact(&grace).and_then(|contact| contact.presence) {
///     Some(presence) if presence.picture.is_some() => {
///         println!("{} bytes", client.fetch_picture(&grace).await?.len());
///     }
///     Some(presence) => println!("{:?}, without a picture", presence.status),
///     None => println!("offline"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The status.
    pub status: Status,
    /// The capabilities of the contact's client.
    pub capabilities: ClientCapabilities,
    /// The display picture.
    pub picture: Option<MsnObject>,
}

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The number.
    pub id: GroupId,
    /// The name, decoded.
    pub name: String,
}
