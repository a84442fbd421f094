//! What all tasks of one client share.

use std::sync::Arc;

use msnp::passport::Secret;
use msnp::{Cookie, FriendlyName, Handle, HostPort, SessionId, Status};
use parking_lot::RwLock;

use crate::conversations::Conversations;
use crate::event::EventSender;
use crate::notification::NotificationHandle;
use crate::peers::Peers;
use crate::pictures::OwnPictures;
use crate::roster::Roster;
use crate::settings::Settings;

/// One client. Tasks hold it weakly: it ends with its last handle.
pub(crate) struct Core {
    pub(crate) account: Handle,
    pub(crate) password: Secret,
    pub(crate) settings: Arc<Settings>,
    pub(crate) own: RwLock<Own>,
    pub(crate) roster: RwLock<Roster>,
    pub(crate) events: EventSender,
    pub(crate) notification: NotificationHandle,
    pub(crate) conversations: Conversations,
    pub(crate) peers: Peers,
    pub(crate) pictures: Arc<OwnPictures>,
}

/// What others see of this account.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) name: FriendlyName,
    pub(crate) status: Status,
}

/// A call to somebody else's switchboard.
pub(crate) struct Ring {
    pub(crate) session: SessionId,
    pub(crate) address: HostPort,
    pub(crate) cookie: Cookie,
    pub(crate) from: Handle,
}
