//! The objects of this account that peers may fetch.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use msnp::object::{MsnObject, ObjectKind};

/// The pictures and emoticons that peers may fetch, found by kind and hash alone: no name that a
/// peer sends is ever looked at (CVE-2010-0013 was a `Location` taken for a path). Clones share
/// one collection.
#[derive(Debug, Clone, Default)]
pub struct Published(Arc<Mutex<VecDeque<Entry>>>);

#[derive(Debug)]
struct Entry {
    kind: ObjectKind,
    sha1d: String,
    data: Bytes,
}

impl Published {
    /// The most objects that are kept; publishing one more forgets the oldest.
    pub const MAX_OBJECTS: usize = 256;

    /// Lets peers fetch `data`. Publishing it again makes it the newest. `false` when the data
    /// do not fit the description: nothing is published then.
    pub fn publish(&self, object: &MsnObject, data: Bytes) -> bool {
        if !object.verify_data(&data) {
            return false;
        }
        // So that it is kept once, as the newest.
        self.withdraw(object);
        let mut entries = self.entries();
        if entries.len() == Self::MAX_OBJECTS {
            entries.pop_front();
        }
        entries.push_back(Entry { kind: object.kind, sha1d: object.sha1d.clone(), data });
        true
    }

    /// Publishes wrong data, for tests of the side that fetches them.
    #[cfg(test)]
    pub(crate) fn publish_unchecked(&self, object: &MsnObject, data: Bytes) {
        self.entries().push_back(Entry { kind: object.kind, sha1d: object.sha1d.clone(), data });
    }

    /// Stops serving an object; sessions under way go on.
    pub fn withdraw(&self, object: &MsnObject) {
        self.entries().retain(|entry| !entry.is(object));
    }

    /// The data of an object that is published.
    pub fn find(&self, object: &MsnObject) -> Option<Bytes> {
        self.entries().iter().find(|entry| entry.is(object)).map(|entry| entry.data.clone())
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        // Nothing panics while it holds the lock, and no entry is ever half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is(&self, object: &MsnObject) -> bool {
        self.kind == object.kind && self.sha1d == object.sha1d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(location: &str, data: &[u8]) -> MsnObject {
        MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, location, "", data)
    }

    #[test]
    fn found_by_hash_and_kind_whatever_the_location_says() {
        let published = Published::default();
        assert!(published.publish(&object("TFR1.tmp", b"picture"), Bytes::from_static(b"picture")));
        let asked = object("..\\..\\boot.ini", b"picture");
        assert_eq!(published.find(&asked), Some(Bytes::from_static(b"picture")));
        let mut emoticon = asked.clone();
        emoticon.kind = ObjectKind::CUSTOM_EMOTICON;
        assert_eq!(published.find(&emoticon), None);
        published.withdraw(&asked);
        assert_eq!(published.find(&asked), None);
    }

    #[test]
    fn data_of_another_object_are_not_published() {
        let published = Published::default();
        assert!(!published.publish(&object("0", b"picture"), Bytes::from_static(b"pictures")));
        assert_eq!(published.find(&object("0", b"picture")), None);
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let published = Published::default();
        for number in 0..=Published::MAX_OBJECTS {
            let data = number.to_string();
            assert!(published.publish(&object("0", data.as_bytes()), data.clone().into()));
        }
        assert_eq!(published.find(&object("0", b"0")), None);
        assert!(published.find(&object("0", b"1")).is_some());
    }
}
