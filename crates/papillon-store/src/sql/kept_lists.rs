//! The contacts that were read lately, by the version of the lists: as long as that is the same, the database need not
//! put them together again.

use std::collections::HashMap;
use std::sync::Arc;

use msnp::ListVersion;
use parking_lot::Mutex;

use crate::{AccountId, Contact, NumberHash};

/// The most memory of each of the two halves, in bytes.
const HALF: usize = 16 * 1024 * 1024;
/// The memory of a list beside its contacts: its places here, and the header of its allocation.
const LIST: usize = 128;
/// The memory of a card beside its texts.
const CARD: usize = 128;

/// See the module. Each change raises the version of a person's lists, so a version tells the contents.
#[derive(Debug, Default)]
pub(super) struct KeptLists(Mutex<Halves>);

/// Two halves, of which the older is given up as a whole when the newer is full: lists that are asked for move to the
/// newer, and nothing is kept of the order.
#[derive(Debug, Default)]
struct Halves {
    newer: HashMap<AccountId, Kept, NumberHash>,
    older: HashMap<AccountId, Kept, NumberHash>,
    /// The memory of the newer half, in bytes.
    weight: usize,
}

/// A list that was read.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) version: ListVersion,
    pub(super) contacts: Arc<Vec<Contact>>,
}

impl KeptLists {
    /// The list of an account as it was read last. Whether it still has this version, the store has to say.
    pub(super) fn get(&self, account: AccountId) -> Option<Kept> {
        let mut halves = self.0.lock();
        if let Some(kept) = halves.newer.get(&account) {
            return Some(kept.clone());
        }
        let kept = halves.older.remove(&account)?;
        halves.put(account, kept.clone());
        Some(kept)
    }

    /// Keeps a list that was read.
    pub(super) fn put(&self, account: AccountId, kept: Kept) {
        self.0.lock().put(account, kept);
    }
}

impl Halves {
    fn put(&mut self, account: AccountId, kept: Kept) {
        // One that is replaced counts until the halves change: they hold less for it, and never more.
        self.weight += weight(&kept.contacts);
        self.newer.insert(account, kept);
        if self.weight > HALF {
            self.older = std::mem::take(&mut self.newer);
            self.weight = 0;
        }
    }
}

/// The memory of a list, with the cards that no other has.
fn weight(contacts: &[Contact]) -> usize {
    let card = |contact: &Contact| match Arc::strong_count(&contact.card) {
        1 => CARD + contact.handle.as_str().len() + contact.name.as_wire().len(),
        _ => 0,
    };
    LIST + contacts.iter().map(|contact| size_of::<Contact>() + card(contact)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use msnp::{Handle, ListFlags};

    use super::*;
    use crate::{Card, GroupSet};

    fn kept(contacts: usize) -> Kept {
        let handle = Handle::parse("bob@example.com").unwrap();
        let name = (&handle).into();
        let card = Arc::new(Card { account: AccountId(1), handle, name, properties: Box::default() });
        let contact = Contact { card, lists: ListFlags::NONE, groups: GroupSet::EMPTY };
        Kept { version: ListVersion(7), contacts: Arc::new(vec![contact; contacts]) }
    }

    #[test]
    fn lists_that_are_asked_for_stay_and_the_others_go() {
        let lists = KeptLists::default();
        for account in 0..1000 {
            lists.put(AccountId(account), kept(1000));
            assert!(lists.get(AccountId(0)).is_some(), "after {account}");
        }
        // A list has 16 kB and a little: the halves have a thousand each.
        for account in 1000..3000 {
            lists.put(AccountId(account), kept(1000));
            assert!(lists.get(AccountId(0)).is_some(), "after {account}");
        }
        assert!(lists.get(AccountId(5)).is_none() && lists.get(AccountId(2999)).is_some());
        let halves = lists.0.lock();
        assert!(halves.newer.len() + halves.older.len() <= 2 * HALF / 16_000);
    }

    #[test]
    fn a_list_weighs_the_cards_that_it_has_alone() {
        let texts = 2 * "bob@example.com".len();
        assert_eq!(weight(&kept(1).contacts), LIST + 16 + CARD + texts);
        assert_eq!(weight(&kept(2).contacts), LIST + 2 * 16);
        assert_eq!(weight(&[]), LIST);
    }
}
