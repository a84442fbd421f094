//! The pictures of this account that others may fetch: its display picture and its custom emoticons.

mod served;

use bytes::Bytes;
use msnp::Handle;
use msnp::message::Emoticon;
use msnp::object::{MsnObject, ObjectKind};
use msnp_p2p::Published;
use parking_lot::{Mutex, RwLock};

use crate::PictureError;
pub use served::Pictures;
pub(crate) use served::Served;

/// The pictures, and their descriptions for other clients.
pub(crate) struct OwnPictures {
    account: Handle,
    published: Published,
    served: Served,
    /// The own custom emoticons, in the order in which they were published.
    emoticons: RwLock<Vec<Emoticon>>,
    display: Mutex<DisplayPicture>,
}

/// The own display picture, and the one before: a contact may be about to fetch that.
#[derive(Debug, Default)]
struct DisplayPicture {
    current: Option<MsnObject>,
    previous: Option<MsnObject>,
}

impl OwnPictures {
    pub(crate) fn new(account: Handle) -> Self {
        Self {
            account,
            published: Published::default(),
            served: Served::default(),
            emoticons: RwLock::default(),
            display: Mutex::default(),
        }
    }

    /// All of them, by hash.
    pub(crate) fn published(&self) -> &Published {
        &self.published
    }

    /// The record of fetches.
    pub(crate) fn served(&self) -> &Served {
        &self.served
    }

    /// The display picture.
    pub(crate) fn display(&self) -> Option<MsnObject> {
        self.display.lock().current.clone()
    }

    /// Lets others fetch a display picture; `CHG` tells them of it.
    pub(crate) fn put_on(&self, png: Bytes) -> Result<(), PictureError> {
        let object = self.publish(ObjectKind::DISPLAY_PICTURE, "", png)?;
        let mut display = self.display.lock();
        // The same picture once more: the previous one is still the one that contacts may be fetching.
        if display.current.as_ref() == Some(&object) {
            return Ok(());
        }
        let before = display.current.replace(object);
        // The one before the previous one, unless it is put on again just now.
        let old = std::mem::replace(&mut display.previous, before);
        if let Some(old) = old.filter(|old| display.current.as_ref() != Some(old)) {
            self.published.withdraw(&old);
        }
        Ok(())
    }

    /// Has no display picture any more.
    pub(crate) fn take_off(&self) {
        let display = std::mem::take(&mut *self.display.lock());
        for old in [display.current, display.previous].into_iter().flatten() {
            self.published.withdraw(&old);
        }
    }

    /// The own custom emoticons, in the order in which they were published.
    pub(crate) fn emoticons(&self) -> Vec<Emoticon> {
        self.emoticons.read().clone()
    }

    /// Lets others fetch a custom emoticon; texts that use the shortcut tell them of it. Of two
    /// for one shortcut the later counts.
    pub(crate) fn add_emoticon(&self, shortcut: &str, png: Bytes) -> Result<(), PictureError> {
        let emoticon = self.emoticon(shortcut, png)?;
        let mut emoticons = self.emoticons.write();
        emoticons.retain(|own| own.shortcut() != shortcut);
        emoticons.push(emoticon);
        Ok(())
    }

    /// Lets others fetch a custom emoticon that no text has carried yet.
    pub(crate) fn emoticon(&self, shortcut: &str, png: Bytes) -> Result<Emoticon, PictureError> {
        let object = self.publish(ObjectKind::CUSTOM_EMOTICON, shortcut, png)?;
        Emoticon::new(shortcut, object).map_err(|_| PictureError::Shortcut(shortcut.to_owned()))
    }

    fn publish(&self, kind: ObjectKind, name: &str, data: Bytes) -> Result<MsnObject, PictureError> {
        let (size, limit) = (data.len() as u64, msnp_p2p::Peer::object_limit(kind));
        if size > limit {
            return Err(PictureError::TooLarge { size, limit });
        }
        // A made-up file name: other clients only pass it on.
        let location = format!("TFR{}.dat", kind.0);
        let object = MsnObject::new(self.account.as_str(), kind, location, name, &data);
        self.published.publish(&object, data);
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_before_can_be_put_on_again() {
        let own = OwnPictures::new("alice@example.com".parse().unwrap());
        let mut objects = Vec::new();
        for png in ["one", "two", "one"] {
            own.put_on(png.into()).unwrap();
            objects.push((own.display().unwrap(), Bytes::from(png)));
        }
        for (object, png) in &objects {
            assert_eq!(own.published().find(object).as_ref(), Some(png));
        }
        own.put_on("three".into()).unwrap();
        assert_eq!(own.published().find(&objects[1].0), None);
        own.take_off();
        assert_eq!(own.published().find(&objects[2].0), None);
    }
}
