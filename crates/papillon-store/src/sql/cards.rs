//! The cards of contacts that are in use: lists that are read have one for each person, and not one for each entry.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, MutexGuard};

use super::{Fault, packed};
use crate::number_hash::NumberHash;
use crate::{AccountId, Card};

/// The different cards of an account that are shared at most. Most people are kept under their display name, with all
/// of their properties or none.
const VARIANTS: u8 = 4;
/// Forgotten cards are looked for whenever so many have been added, or as many as were left by the last search.
const SWEEP: usize = 1024;

/// All cards that any list has.
#[derive(Debug, Default)]
pub(super) struct Cards(Mutex<Known>);

/// The cards, while one list is read.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By account and variant. Account numbers are given by the store, so nobody can choose many that share a place.
    cards: HashMap<i64, Weak<Card>, NumberHash>,
    /// The number of cards to be added before the next search.
    until_sweep: usize,
}

impl Cards {
    /// Locks them for one list. Nothing is awaited meanwhile.
    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock()
    }
}

impl Known {
    /// A card of these words, of which `properties` are the packed ones: the one that other lists have, or a new one.
    pub(super) fn card(
        &mut self,
        account: AccountId,
        handle: &str,
        name: &str,
        properties: &str,
    ) -> Result<Arc<Card>, Fault> {
        let key = key(account, name, properties);
        if let Some(known) = self.cards.get(&key).and_then(Weak::upgrade) {
            // The words of a card have been looked at before, so equal ones are good.
            let is_same = known.account == account && known.handle.as_str() == handle;
            if is_same && known.name.as_wire() == name && packed::is_shared(&known.properties, properties) {
                return Ok(known);
            }
            // Two that share a variant: one of them is kept for its list alone.
            return make(account, handle, name, properties);
        }
        let card = make(account, handle, name, properties)?;
        self.sweep();
        self.cards.insert(key, Arc::downgrade(&card));
        Ok(card)
    }

    /// Forgets the cards that no list has any more, now and then, so that they are never more than those in use.
    fn sweep(&mut self) {
        if self.until_sweep == 0 {
            self.cards.retain(|_, card| card.strong_count() > 0);
            if self.cards.capacity() > 4 * self.cards.len().max(SWEEP) {
                self.cards.shrink_to_fit();
            }
            self.until_sweep = self.cards.len().max(SWEEP);
        }
        self.until_sweep -= 1;
    }
}

fn make(account: AccountId, handle: &str, name: &str, properties: &str) -> Result<Arc<Card>, Fault> {
    let properties = packed::shared(properties)?.into_boxed_slice();
    Ok(Arc::new(Card { account, handle: packed::handle(handle)?, name: packed::name(name)?, properties }))
}

/// The place of a card. Names of the same account differ in their length or last letter, mostly.
fn key(account: AccountId, name: &str, properties: &str) -> i64 {
    let ending = name.as_bytes().last().copied().unwrap_or_default();
    let variant = (ending ^ name.len() as u8 ^ u8::from(!properties.is_empty())) % VARIANTS;
    account.0.wrapping_mul(i64::from(VARIANTS)) | i64::from(variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: &str = "bob@example.com";

    fn card(known: &mut Known, account: i64, name: &str, properties: &str) -> Arc<Card> {
        known.card(AccountId(account), BOB, name, properties).unwrap()
    }

    #[test]
    fn equal_cards_are_one_and_different_ones_are_not() {
        let known = &mut Known::default();
        let bob = card(known, 1, "bob", "");
        assert!(Arc::ptr_eq(&bob, &card(known, 1, "bob", "")));
        let with_phone = card(known, 1, "bob", "PHH 5");
        assert!(Arc::ptr_eq(&with_phone, &card(known, 1, "bob", "PHH 5")));
        // In the same variant as the one before, and as "bob".
        let others = [
            card(known, 1, "bob", "PHH 6"),
            card(known, 1, "rob", ""),
            card(known, 2, "bob", ""),
            with_phone.clone(),
        ];
        let told = |card: &Card| (card.account.0, card.name.to_string(), card.properties.len());
        let expected = [(1, "bob", 1), (1, "rob", 0), (2, "bob", 0), (1, "bob", 1)];
        let expected = expected.map(|(account, name, properties)| (account, name.to_owned(), properties));
        assert_eq!(others.each_ref().map(|card| told(card)), expected);
        assert_ne!(others[0].properties, with_phone.properties);
        assert!(Arc::ptr_eq(&bob, &card(known, 1, "bob", "")));
        // A property that its owner alone sees is not on it.
        assert_eq!(card(known, 3, "bob", "PHH 5 MBE N").properties, with_phone.properties);
    }

    #[test]
    fn words_that_are_none_are_refused() {
        let known = &mut Known::default();
        let bob = AccountId(1);
        assert!(known.card(bob, "bob", "bob", "").is_err());
        assert!(known.card(bob, BOB, "%FF", "").is_err());
        assert!(known.card(bob, BOB, "bob", "PHH").is_err());
        assert!(known.cards.is_empty());
    }

    #[test]
    fn cards_that_no_list_has_are_forgotten() {
        let known = &mut Known::default();
        let kept: Vec<_> = (0..3 * SWEEP as i64).map(|account| card(known, account, "bob", "")).collect();
        for account in 0..100 * SWEEP as i64 {
            card(known, -account - 1, "bob", "");
        }
        assert!(known.cards.len() <= 2 * kept.len(), "{}", known.cards.len());
        assert!(kept.iter().all(|kept| Arc::ptr_eq(kept, &card(known, kept.account.0, "bob", ""))));
        drop(kept);
        for account in 0..10 * SWEEP as i64 {
            card(known, account, "bob", "");
        }
        assert!(known.cards.len() <= 2 * SWEEP, "{}", known.cards.len());
        assert!(known.cards.capacity() <= 8 * SWEEP, "{}", known.cards.capacity());
    }
}
