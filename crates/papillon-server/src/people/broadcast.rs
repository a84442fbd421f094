//! Broadcasts: messages of the service to all signed-in people of this node.

use super::Directory;
use super::change::{Alert, Change};
use crate::delivery::Deliveries;
use crate::listen::Origin;

/// Announces that the service goes down for maintenance in so many minutes. Clients have words of their
/// own for it. Returns the number of recipients.
pub(crate) fn maintenance(directory: &Directory, minutes: u32) -> usize {
    directory.tell_everybody(&Change::Maintenance { minutes }, &mut Deliveries::new())
}

/// Shows a text as an alert: the system message carries no text, and clients show no other message of a service.
/// `site` gives the address of the pages for a connection. Returns the number of recipients.
pub(crate) fn alert(directory: &Directory, text: &str, site: impl Fn(&Origin) -> String) -> usize {
    // One for each: an alert names its recipient, and the pages as that one reaches them.
    let alert = |account, handle, origin: &Origin| {
        Change::Alert(Alert { account, handle, site: site(origin).into(), text: text.into() })
    };
    directory.tell_each(
        |session| alert(session.account, session.handle.clone(), &session.origin),
        &mut Deliveries::new(),
    )
}
