//! The table of bans: the most specific one of an address, or the one of an account, in a few look-ups.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use papillon_store::{AccountId, AddressRange, Ban, BanRefusals, BanTarget, Person};

use super::Newly;

/// Bans by their targets. The store bounds their number.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// In the order of their numbers.
    entries: Vec<Entry>,
    /// Each leads to its entry.
    ranges: HashMap<AddressRange, usize>,
    accounts: HashMap<AccountId, usize>,
    /// The lengths that ranges have, the longest first: one look-up for each finds all that hold an address.
    lengths_v4: Vec<u8>,
    lengths_v6: Vec<u8>,
}

/// One ban.
#[derive(Debug)]
pub(super) struct Entry {
    id: i64,
    pub(super) ends_at: Option<i64>,
    /// The refusals that the store has not been told of, and when the last was.
    refused: AtomicI64,
    refused_at: AtomicI64,
}

impl Entry {
    fn is_in_force(&self, now: i64) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    /// Counts a refusal.
    pub(super) fn count(&self, now: i64) {
        self.add(1, now);
    }

    fn add(&self, count: i64, at: i64) {
        // The time first: a count that is taken has its time, or a later one.
        self.refused_at.fetch_max(at, Ordering::AcqRel);
        self.refused.fetch_add(count, Ordering::AcqRel);
    }

    fn take(&self) -> Option<BanRefusals> {
        let count = self.refused.swap(0, Ordering::AcqRel);
        let last_at = self.refused_at.load(Ordering::Acquire);
        (count > 0).then_some(BanRefusals { ban: self.id, count, last_at })
    }
}

impl Table {
    pub(super) fn new(bans: &[Ban]) -> Self {
        let mut table = Self::default();
        let mut bans: Vec<_> = bans.iter().collect();
        bans.sort_unstable_by_key(|ban| ban.id);
        for (at, ban) in bans.into_iter().enumerate() {
            table.entries.push(Entry {
                id: ban.id,
                ends_at: ban.ends_at,
                refused: AtomicI64::new(0),
                refused_at: AtomicI64::new(0),
            });
            if let BanTarget::Addresses(range) = ban.target {
                table.ranges.insert(range, at);
            }
            if let Some(account) = ban.account {
                table.accounts.insert(account, at);
            }
        }
        let lengths = |ipv4: bool| {
            let ranges = table.ranges.keys().filter(|range| range.is_ipv4() == ipv4);
            let lengths: HashSet<_> = ranges.map(AddressRange::bits).collect();
            let mut lengths: Vec<_> = lengths.into_iter().collect();
            lengths.sort_unstable_by(|one, other| other.cmp(one));
            lengths
        };
        (table.lengths_v4, table.lengths_v6) = (lengths(true), lengths(false));
        table
    }

    /// Puts the table of these bans in the place of this one, with the counts of the bans that stay.
    pub(super) fn replace(&mut self, new: Self, bans: &[Ban], now: i64) -> Newly {
        let before = std::mem::replace(self, new);
        for entry in &before.entries {
            if let (Some(refusals), Some(same)) = (entry.take(), self.entry(entry.id)) {
                same.add(refusals.count, refusals.last_at);
            }
        }
        let person = |ban: &Ban| match (&ban.target, ban.account) {
            (BanTarget::Account(handle), Some(account)) => Some(Person { account, handle: handle.clone() }),
            _ => None,
        };
        let accounts = bans.iter().filter_map(person);
        let was_in_force = |range| {
            let at = before.ranges.get(range).copied();
            at.and_then(|at| before.entries.get(at)).is_some_and(|ban| ban.is_in_force(now))
        };
        Newly {
            // One that has ended is still in the table: meanwhile its account can have signed in.
            accounts: accounts.filter(|person| before.of_account(person.account, now).is_none()).collect(),
            addresses: self.ranges.keys().any(|range| !was_in_force(range)),
        }
    }

    /// The ban of an address: of those in force, the one of the smallest range.
    pub(super) fn of_address(&self, address: IpAddr, now: i64) -> Option<&Entry> {
        let lengths = if address.to_canonical().is_ipv4() { &self.lengths_v4 } else { &self.lengths_v6 };
        lengths.iter().find_map(|bits| {
            let at = self.ranges.get(&AddressRange::around(address, *bits)?)?;
            self.entries.get(*at).filter(|ban| ban.is_in_force(now))
        })
    }

    /// The ban of an account.
    pub(super) fn of_account(&self, account: AccountId, now: i64) -> Option<&Entry> {
        self.entries.get(*self.accounts.get(&account)?).filter(|ban| ban.is_in_force(now))
    }

    pub(super) fn take_refusals(&self, most: usize) -> Vec<BanRefusals> {
        self.entries.iter().filter_map(Entry::take).take(most).collect()
    }

    pub(super) fn put_back(&self, refusals: &[BanRefusals]) {
        for refusals in refusals {
            if let Some(entry) = self.entry(refusals.ban) {
                entry.add(refusals.count, refusals.last_at);
            }
        }
    }

    fn entry(&self, id: i64) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        self.entries.get(at)
    }
}

#[cfg(test)]
mod tests {
    use papillon_store::BanReason;

    use super::*;

    fn ban(id: i64, target: &str, ends_at: Option<i64>) -> Ban {
        let target: BanTarget = target.parse().unwrap();
        let account = matches!(target, BanTarget::Account(_)).then_some(AccountId(id + 100));
        let reason = BanReason::default();
        Ban { id, target, account, reason, made_by: None, made_at: 0, ends_at, refused: 0, refused_at: None }
    }

    fn found(table: &Table, address: &str, now: i64) -> Option<i64> {
        table.of_address(address.parse().unwrap(), now).map(|entry| entry.id)
    }

    #[test]
    fn the_smallest_range_in_force_is_the_one() {
        let table = Table::new(&[
            ban(5, "192.0.2.7", Some(50)),
            ban(4, "192.0.2.0/24", Some(60)),
            ban(3, "192.0.0.0/16", Some(40)),
            ban(2, "2001:db8::/32", None),
            ban(1, "ada@example.com", Some(50)),
        ]);
        for (address, now, id) in [
            ("192.0.2.7", 0, Some(5)),
            ("::ffff:192.0.2.7", 49, Some(5)),
            ("192.0.2.7", 50, Some(4)),
            ("192.0.2.7", 60, None),
            ("192.0.2.8", 0, Some(4)),
            ("192.0.3.1", 39, Some(3)),
            ("192.0.3.1", 40, None),
            ("192.1.0.1", 0, None),
            ("2001:db8:ffff::1", i64::MAX, Some(2)),
            ("2001:db9::1", 0, None),
        ] {
            assert_eq!(found(&table, address, now), id, "{address} at {now}");
        }
        assert_eq!(table.of_account(AccountId(101), 49).map(|entry| entry.id), Some(1));
        assert!(
            table.of_account(AccountId(101), 50).is_none() && table.of_account(AccountId(1), 0).is_none()
        );
        assert_eq!(found(&Table::default(), "192.0.2.7", 0), None);
        let all = Table::new(&[ban(1, "0.0.0.0/0", None), ban(2, "::/0", None)]);
        assert_eq!((found(&all, "203.0.113.9", 0), found(&all, "2001:db8::1", 0)), (Some(1), Some(2)));
    }

    #[test]
    fn counts_are_taken_once_put_back_and_kept_with_their_ban() {
        let (one, two) = (ban(1, "192.0.2.1", None), ban(2, "192.0.2.2", None));
        let mut table = Table::new(&[two.clone(), one.clone()]);
        for (address, at) in [("192.0.2.2", 7), ("192.0.2.1", 5), ("192.0.2.1", 6)] {
            table.of_address(address.parse().unwrap(), 0).unwrap().count(at);
        }
        let counts =
            [BanRefusals { ban: 1, count: 2, last_at: 6 }, BanRefusals { ban: 2, count: 1, last_at: 7 }];
        assert_eq!(table.take_refusals(1), counts[..1]);
        assert_eq!(table.take_refusals(9), counts[1..]);
        assert!(table.take_refusals(9).is_empty());
        table.put_back(&counts);
        table.put_back(&[BanRefusals { ban: 3, count: 1, last_at: 9 }]);
        // The second one is lifted; the first has another end.
        let bans = [ban(1, "192.0.2.1", Some(90)), ban(4, "192.0.2.4", None)];
        assert!(table.replace(Table::new(&bans), &bans, 0).addresses);
        assert_eq!(table.take_refusals(9), counts[..1]);
    }

    #[test]
    fn what_was_not_banned_before_is_told() {
        let mut table = Table::default();
        let (ada, bob) = (ban(1, "ada@example.com", None), ban(2, "bob@example.com", None));
        let range = ban(3, "192.0.2.0/24", None);
        let person = |ban: &Ban| match &ban.target {
            BanTarget::Account(handle) => Person { account: ban.account.unwrap(), handle: handle.clone() },
            other => panic!("{other}"),
        };
        for (bans, accounts, addresses) in [
            (vec![ada.clone()], vec![person(&ada)], false),
            (vec![ada.clone(), range.clone()], vec![], true),
            (vec![bob.clone(), ada.clone(), range], vec![person(&bob)], false),
            (vec![], vec![], false),
            (vec![ada.clone()], vec![person(&ada)], false),
        ] {
            assert_eq!(table.replace(Table::new(&bans), &bans, 0), Newly { accounts, addresses });
        }
        // Ended, and made again before the table was replaced.
        let bans = |end| [ban(1, "ada@example.com", end), ban(3, "192.0.2.0/24", end)];
        table.replace(Table::new(&bans(Some(50))), &bans(Some(50)), 0);
        let newly = Newly { accounts: vec![person(&ada)], addresses: true };
        assert_eq!(table.replace(Table::new(&bans(Some(90))), &bans(Some(90)), 60), newly);
        assert_eq!(table.replace(Table::new(&bans(None)), &bans(None), 60), Newly::default());
    }
}
