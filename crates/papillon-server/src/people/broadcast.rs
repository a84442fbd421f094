//! What the service itself tells everybody who is signed in to this node.

use super::Directory;
use super::change::{Alert, Change};
use crate::delivery::Deliveries;
use crate::listen::Origin;

/// Tells that the service goes down for maintenance in so many minutes. Clients have words of their
/// own for it. Returns to how many people it was sent.
pub(crate) fn maintenance(directory: &Directory, minutes: u32) -> usize {
    directory.tell_everybody(&Change::Maintenance { minutes }, &mut Deliveries::new())
}

/// Shows a text as an alert: the system message knows no text, and nothing else that a service can
/// send is shown. `site` is where somebody who came in like this finds the pages. Returns to how many people it was
/// sent.
pub(crate) fn alert(directory: &Directory, text: &str, site: impl Fn(&Origin) -> String) -> usize {
    let alert = |account, handle, origin: &Origin| {
        Change::Alert(Alert { account, handle, site: site(origin).into(), text: text.into() })
    };
    directory.tell_each(
        |session| alert(session.account, session.handle.clone(), &session.origin),
        &mut Deliveries::new(),
    )
}
