//! The parts of one client.

use std::sync::Arc;

use msnp::passport::Secret;
use msnp::{FriendlyName, Handle, Status};
use parking_lot::RwLock;

use crate::conversations::Conversations;
use crate::events::EventSender;
use crate::notification::NotificationHandle;
use crate::peers::Peers;
use crate::pictures::OwnPictures;
use crate::roster::Roster;
use crate::settings::Settings;
use crate::switchboards::Switchboards;

/// One client. Tasks hold it, or the part that they need, weakly: it ends with its last handle.
pub(crate) struct Core {
    pub(crate) account: Handle,
    pub(crate) password: Secret,
    pub(crate) settings: Arc<Settings>,
    pub(crate) own: RwLock<Own>,
    pub(crate) roster: Arc<RwLock<Roster>>,
    pub(crate) events: Arc<EventSender>,
    pub(crate) notification: Arc<NotificationHandle>,
    pub(crate) pictures: Arc<OwnPictures>,
    pub(crate) switchboards: Arc<Switchboards>,
    pub(crate) conversations: Arc<Conversations>,
    pub(crate) peers: Arc<Peers>,
}

/// The public state of this account: name and status.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) name: FriendlyName,
    pub(crate) status: Status,
}
