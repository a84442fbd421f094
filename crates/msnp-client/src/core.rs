//! What all tasks of one client share.

use std::sync::Arc;

use bytes::Bytes;
use msnp::message::Emoticon;
use msnp::object::{MsnObject, ObjectKind};
use msnp::passport::Secret;
use msnp::{Cookie, FriendlyName, Handle, HostPort, SessionId, Status};
use parking_lot::{Mutex, RwLock};

use crate::PictureError;
use crate::conversations::Conversations;
use crate::events::EventSender;
use crate::notification::NotificationHandle;
use crate::peers::Peers;
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
    /// The own custom emoticons: shortcut, description, picture.
    pub(crate) emoticons: RwLock<Vec<(String, MsnObject, Bytes)>>,
    pub(crate) picture: Mutex<Picture>,
}

/// The own display picture, and the one before: somebody may just be about to fetch that.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) current: Option<MsnObject>,
    previous: Option<MsnObject>,
}

/// What others see of this account.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) name: FriendlyName,
    pub(crate) status: Status,
}

/// The way to a switchboard of one's own.
pub(crate) struct Admission {
    pub(crate) address: HostPort,
    pub(crate) cookie: Cookie,
}

/// A call to somebody else's switchboard.
pub(crate) struct Ring {
    pub(crate) session: SessionId,
    pub(crate) address: HostPort,
    pub(crate) cookie: Cookie,
    pub(crate) from: Handle,
}

impl Core {
    /// Lets others fetch a display picture; `CHG` tells them of it.
    pub(crate) fn put_on_picture(&self, png: Bytes) -> Result<(), PictureError> {
        let object = self.publish(ObjectKind::DISPLAY_PICTURE, "", png)?;
        let mut picture = self.picture.lock();
        if picture.current.as_ref() == Some(&object) {
            return Ok(());
        }
        let before = picture.current.replace(object);
        if let Some(old) = std::mem::replace(&mut picture.previous, before) {
            self.peers.published().withdraw(&old);
        }
        Ok(())
    }

    /// Has no display picture any more.
    pub(crate) fn take_off_picture(&self) {
        let picture = std::mem::take(&mut *self.picture.lock());
        for old in [picture.current, picture.previous].into_iter().flatten() {
            self.peers.published().withdraw(&old);
        }
    }

    /// Lets others fetch a custom emoticon; texts that use the shortcut tell them of it. Of two
    /// for one shortcut the later counts.
    pub(crate) fn publish_emoticon(&self, shortcut: &str, png: Bytes) -> Result<(), PictureError> {
        let emoticon = self.emoticon(shortcut, png.clone())?;
        let mut emoticons = self.emoticons.write();
        emoticons.retain(|(own, _, _)| own != shortcut);
        emoticons.push((shortcut.to_owned(), emoticon.object().clone(), png));
        Ok(())
    }

    /// Lets others fetch a custom emoticon of which nobody has told them yet.
    pub(crate) fn emoticon(&self, shortcut: &str, png: Bytes) -> Result<Emoticon, PictureError> {
        let object = self.publish(ObjectKind::CUSTOM_EMOTICON, shortcut, png)?;
        Emoticon::new(shortcut, object).map_err(|_| PictureError::Shortcut(shortcut.to_owned()))
    }

    fn publish(&self, kind: ObjectKind, name: &str, data: Bytes) -> Result<MsnObject, PictureError> {
        let (size, limit) = (data.len() as u64, msnp_p2p::Peer::object_limit(kind));
        if size > limit {
            return Err(PictureError::TooLarge { size, limit });
        }
        // The name of a file that nobody has: others only show it around.
        let location = format!("TFR{}.dat", kind.0);
        let object = MsnObject::new(self.account.as_str(), kind, location, name, &data);
        self.peers.published().publish(&object, data);
        Ok(object)
    }
}
